/** Worked numbers of the domain, with the inputs as a user gives them: a method, its inputs, and what must come out. */
export interface Vector {
  readonly id: string
  readonly method: string
  readonly inputs: Readonly<Record<string, unknown>>
  readonly expect: number
  readonly tolerance?: number
  /** An output beside the result, where the number is that. */
  readonly output?: string
  readonly gwpSet?: 'AR4'
}

/** A number with its unit, as a user gives it. */
export const q = (value: number | string, unit = '1') => ({ value: String(value), unit })
