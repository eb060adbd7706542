import { appendFileSync } from 'node:fs'

function length(name: string, short: number): number {
  const given = process.env[name]
  if (given === undefined) return short
  if (!/^[1-9]\d{0,6}$/.test(given)) throw new Error(`${name} must be a whole number from 1 on, not ${given}`)
  return Number(given)
}

/** How long the attacks last: short in `npm test`, in full in `npm run test:deep` (scripts/deep.mjs). */
export const lengths = {
  /** Random lives of the model test. */
  sequences: length('TALLYSTICK_SEQUENCES', 25),
  /** Seeds of the simulation. */
  seeds: length('TALLYSTICK_SEEDS', 40),
  /** Rounds of each concurrency case. */
  rounds: length('TALLYSTICK_ROUNDS', 2),
  /** Rounds of many contenders for one balance, or for overlapping ranges. */
  spends: length('TALLYSTICK_ROUNDS', 4),
  /** Rounds in which a process is killed. */
  crashes: length('TALLYSTICK_CRASHES', 5),
  /** Bytes changed in an exported log. */
  flips: length('TALLYSTICK_FLIPS', 400),
  /** Operations of the histories that are searched for cycles. */
  operations: length('TALLYSTICK_OPERATIONS', 1_000),
  /** Seconds of the bank test. */
  seconds: length('TALLYSTICK_SECONDS', 3),
}

/** Says what a suite has reached, in one line that `npm run test:deep` prints again at its end. */
export function figure(suite: string, text: string): void {
  console.log(`${suite}: ${text}`)
  if (process.env.TALLYSTICK_FIGURES) appendFileSync(process.env.TALLYSTICK_FIGURES, `${suite}: ${text}\n`)
}
