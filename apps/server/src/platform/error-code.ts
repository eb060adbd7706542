/** The code of a system or database error, such as `ENOENT` or `28P01`; empty for errors without one. */
export function errorCode(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : ''
}
