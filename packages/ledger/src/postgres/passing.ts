/** The ledger could not be reached or entered in time; the command may be sent again under the same key. */
export class LedgerBusy extends Error {}

/** How long work is tried again while the database is away, in milliseconds. */
export const PATIENCE_MS = 10_000

const FIRST_PAUSE_MS = 10
const LONGEST_PAUSE_MS = 500

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

/** What the driver says where there was no answer in time. */
const SILENT = 'Query read timeout'

const passingSystemErrors = new Set(['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ENOENT', 'EHOSTUNREACH'])

/** Is this the kind of failure that goes away by itself: a lost connection, a server that restarts, a busy lane? */
export function isPassing(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  const code = codeOf(error)
  if (passingStates.has(code) || code.startsWith('08') || passingSystemErrors.has(code)) return true
  const { message } = error
  return (
    SILENT === message ||
    /connection (terminated|ended)|timeout exceeded when trying to connect|not queryable/i.test(message)
  )
}

/** Was there no answer in time? The connection is of no use then: the answer may yet come. */
export function isSilent(error: unknown): error is Error {
  return error instanceof Error && error.message === SILENT
}

/** SQLSTATE or system code of an error; empty where it has none. */
export function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : ''
}

/** Pauses between attempts, each twice as long as the one before. */
export class Pauses {
  #nextMs = FIRST_PAUSE_MS

  async pause(): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, this.#nextMs))
    this.#nextMs = Math.min(this.#nextMs * 2, LONGEST_PAUSE_MS)
  }
}

export function busy(cause: unknown): LedgerBusy {
  return new LedgerBusy('the ledger could not be entered in time', { cause })
}

/** Tries work until it is done; what passes is tried again for a while, and is a `LedgerBusy` then. */
export async function patiently<T>(work: () => Promise<T>, mayTryAgain = isPassing): Promise<T> {
  const until = Date.now() + PATIENCE_MS
  const pauses = new Pauses()
  for (;;) {
    try {
      return await work()
    } catch (error) {
      if (!mayTryAgain(error)) throw error
      if (Date.now() >= until) throw busy(error)
      await pauses.pause()
    }
  }
}
