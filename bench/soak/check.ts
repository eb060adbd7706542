import { join } from 'node:path'
import { type Ledger, PostgresLedger } from '@tallystick/ledger'
import { decodeEntry, isRefusal } from '@tallystick/rules'
import { tallystick } from '../../tests/support/tallystick.ts'
import { query } from '../database.ts'
import { type Book, isSettled, keyOf } from './book.ts'
import { unitsOf } from './stock.ts'
import type { World } from './world.ts'

const PAGE = 1_000
const SIGNED_MS = 120_000

/** What was found at the end. Everything but the first four and the exit codes is to be 0. */
export interface Findings {
  /** Commands that were sent, and how many of them have an answer that they were written. */
  sent: number
  acknowledged: number
  /** Entries that the soak has written, and all. */
  written: number
  entries: number
  /** Acknowledged, and not in the log. */
  lost: number
  /** In the log more than once. */
  doubled: number
  /** In the log elsewhere, or as something else, than was answered. */
  elsewhere: number
  /** In the log, though nobody has sent it. */
  fromNowhere: number
  /** Sent and never answered, though sent again and again. */
  unanswered: number
  /** Refused, though the clients knew that it was lawful. */
  refused: number
  /** Proposals that were acknowledged and are not in the store. */
  proposalsLost: number
  /** Accounts that hold other units of a batch than the clients were told. */
  unitsWrong: number
  /** Holds that stand and should not, or the other way round. */
  holdsWrong: number
  /** Differences that `reconcile` has found, and how it ended. */
  differences: number
  reconcileExit: number | null
  /** How `verify` of the exported log ended, and its last words. */
  verifyExit: number | null
  verified: string
}

/** Holds the log against what the clients were answered, the rows against the log, and the log against the rules. */
export async function check(
  world: World,
  book: Book,
  { from, folder }: { from: number; folder: string },
  tell: (text: string) => void,
): Promise<Findings> {
  const ledger = await PostgresLedger.open({ connectionString: world.url })
  try {
    tell('check: every command in the log')
    const logged = await compareLog(ledger, book, from)
    const { size } = await ledger.head()
    await signedUpTo(ledger, size)
    const settled = book.sent.filter(isSettled)
    const refused = settled.filter((one) => one.refused !== undefined).length
    return {
      ...{ sent: book.sent.length, acknowledged: settled.length - refused, entries: size },
      ...logged,
      ...{ unanswered: book.sent.length - settled.length, refused },
      proposalsLost: await lostProposals(world.url, book),
      unitsWrong: await wrongUnits(world),
      holdsWrong: await wrongHolds(world),
      ...(await checkWhole(world.url, folder, tell)),
    }
  } finally {
    await ledger.close()
  }
}

async function compareLog(ledger: Ledger, book: Book, from: number) {
  const numbers = await numbersByKey(ledger, book)
  const seen = new Uint8Array(book.sent.length)
  const found = { written: 0, lost: 0, doubled: 0, elsewhere: 0, fromNowhere: 0 }
  for (let at = from; ; ) {
    const entries = await ledger.entries(at, PAGE)
    for (const { index, bytes } of entries) {
      const entry = decodeEntry(bytes)
      const number = isRefusal(entry) ? undefined : numbers.get(entry.key ?? '')
      const sent = number === undefined ? undefined : book.sent[number]
      found.written += 1
      if (number === undefined || !sent || isRefusal(entry)) {
        found.fromNowhere += 1
        continue
      }
      seen[number] = (seen[number] ?? 0) + 1
      if (sent.type !== entry.type || (sent.index !== undefined && sent.index !== index)) found.elsewhere += 1
    }
    if (entries.length === 0) break
    at += entries.length
  }
  for (const [number, { index }] of book.sent.entries()) {
    if (index !== undefined && seen[number] === 0) found.lost += 1
    if ((seen[number] ?? 0) > 1) found.doubled += 1
  }
  return found
}

/** Which command has which key in the log; the one that carries a proposal out has that of the proposal. */
async function numbersByKey(ledger: Ledger, book: Book): Promise<Map<string, number>> {
  const numbers = new Map<string, number>()
  const proposers = new Map(
    book.sent.flatMap(({ type, proposal, sender }) => (type === undefined && proposal ? [[proposal, sender]] : [])),
  )
  for (const [number, { type, sender, proposal }] of book.sent.entries()) {
    if (type === undefined) continue
    const key =
      proposal === undefined
        ? { sender, id: keyOf(number) }
        : { sender: proposers.get(proposal) ?? '', id: `proposal ${proposal}` }
    numbers.set(await ledger.loggedKey(key), number)
  }
  return numbers
}

async function signedUpTo(ledger: Ledger, size: number): Promise<void> {
  for (const end = Date.now() + SIGNED_MS; ((await ledger.tree.checkpoint())?.size ?? 0) < size; ) {
    if (Date.now() > end) throw new Error(`${size} entries are not signed within ${SIGNED_MS / 1000} s`)
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}

async function lostProposals(url: string, book: Book): Promise<number> {
  const proposed = book.sent.filter(({ type, proposal }) => type === undefined && proposal !== undefined)
  const [row] = await query<{ count: string }>(
    url,
    'SELECT count(DISTINCT id) AS count FROM content_proposal WHERE id = ANY($1)',
    [proposed.map(({ proposal }) => proposal)],
  )
  return proposed.length - Number(row?.count)
}

/** Units of each account by batch: as the rows have them, and as the clients know them. */
async function wrongUnits({ url, stock, holders }: World): Promise<number> {
  const rows = await query<{ place: string; units: string }>(
    url,
    `SELECT account || '|' || batch AS place, sum(last - first + 1) AS units FROM ledger_run GROUP BY 1`,
  )
  const known = unitsOf(stock, (holder, kind) => holders[holder]?.[kind] ?? '')
  let wrong = 0
  for (const { place, units } of rows) {
    if (known.get(place) !== BigInt(units)) wrong += 1
    known.delete(place)
  }
  return wrong + known.size
}

async function wrongHolds({ url, stock }: World): Promise<number> {
  const rows = await query<{ hold: string }>(url, `SELECT split_part(id, '/', 1) AS hold FROM ledger_hold`)
  const standing = new Set(rows.map(({ hold }) => hold))
  const known = [...stock.held.map(({ hold }) => hold), ...stock.waiting.map(({ movement }) => movement)]
  return known.filter((hold) => !standing.delete(hold)).length + standing.size
}

async function checkWhole(url: string, folder: string, tell: (text: string) => void) {
  const env = { DATABASE_URL: url, DATA_DIR: folder }
  tell('check: reconcile')
  const reconciled = await tallystick(['reconcile', '--json'], env)
  tell('check: export and verify')
  const log = join(folder, 'exported')
  const exported = await tallystick(['export-log', log, '--json'], env)
  if (exported.exitCode !== 0) throw new Error(`export-log: ${exported.stderr}`)
  const verified = await tallystick(['verify', log, '--vkey', exported.json.vkey], {})
  return {
    differences: Number(reconciled.json?.differences?.length ?? 1),
    reconcileExit: reconciled.exitCode,
    verifyExit: verified.exitCode,
    verified: verified.stdout.trim().split('\n').at(-1) ?? '',
  }
}
