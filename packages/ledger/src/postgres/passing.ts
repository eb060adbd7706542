/** SQLSTATE codes after which the same transaction may be tried again. */
const passingStates = new Set([
  '40001', // serialization failure
  '40P01', // deadlock
  '55P03', // lock not available
  '57P01', // administrator shut the backend down
  '57P02', // crash of another backend
  '57P03', // server is starting up or shutting down
  '25P03', // idle in transaction too long
  '53300', // too many connections
])

const passingSystemErrors = new Set(['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ENOENT', 'EHOSTUNREACH'])

/** Is this the kind of failure that goes away by itself: a lost connection, a server that restarts, a busy lane? */
export function isPassing(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  const code = 'code' in error ? String(error.code) : ''
  if (passingStates.has(code) || code.startsWith('08') || passingSystemErrors.has(code)) return true
  return /connection terminated|connection ended|timeout exceeded when trying to connect|not queryable/i.test(
    error.message,
  )
}
