const YEAR = new Date().getUTCFullYear()

/** A year of the play: 0 is that of the first vintage. */
export const year = (after: number): string => String(YEAR - 3 + after)

/** Rows of the same figures for years that follow each other. */
export function rowsOf<Row extends object>(first: number, count: number, row: Row): ({ vintage: string } & Row)[] {
  return Array.from({ length: count }, (_, at) => ({ vintage: year(first + at), ...row }))
}
