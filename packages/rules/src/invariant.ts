/** States what must hold. A failure is a defect of the program, never an answer to bad input. */
export function invariant(condition: unknown, whatMustHold: string): asserts condition {
  if (!condition) throw new Error(`invariant broken: ${whatMustHold}`)
}
