import { invariant, type Put, type RowKind, type State } from '@tallystick/rules'
import type pg from 'pg'
import type { Appended } from '../lane.ts'
import { rowToJson, sqlFile } from './rows.ts'

const writeSql = sqlFile('write.sql')

type PutOf<K extends RowKind> = Extract<Put, { kind: K }>

/** Rows to write, by where they live. */
interface Changed {
  named: Put[]
  /** Named rows that are no more. */
  ended: Put[]
  keys: PutOf<'key'>[]
  balances: PutOf<'balance'>[]
  holds: PutOf<'hold'>[]
}

/** The token that must be in the head row, and the one that is left there. */
export interface Token {
  before: string
  turn: string
}

/** All that one writing gives to the database. */
export interface Written extends Token {
  size: number
  at: string
  values: readonly unknown[]
}

/**
 * What entries of a group write: they, everything that they changed since the state was settled last, and the token that
 * they leave in the head row. The state is settled with that.
 */
export function written(
  state: State,
  appended: readonly Appended[],
  requests: ReadonlyMap<string, string>,
  token: Token,
): Written {
  const changed = changedRows(state)
  const values = [
    ...entryValues(appended),
    ...keyValues(changed.keys, requests),
    ...rowValues(changed),
    ...holdValues(changed.holds),
    ...runValues(state),
  ]
  state.settle()
  return { ...token, size: state.size, at: state.at, values }
}

/** How far this computer's clock and the database's may be apart. */
export const CLOCK_TOLERANCE_MS = 10_000

/**
 * Writes it. Answers false, and has written nothing, where the head row holds another token, and where the connection
 * does not answer only for what is on disk. `checkClock`: also where the clocks of this computer and of the database differ.
 */
export async function write(
  client: pg.ClientBase,
  { size, at, turn, before, values }: Written,
  { checkClock }: { checkClock: boolean } = { checkClock: false },
): Promise<boolean> {
  const { rowCount } = await client.query({
    name: 'ledger-write',
    text: writeSql,
    values: [size, at, turn, before, checkClock ? Date.now() : null, CLOCK_TOLERANCE_MS, ...values],
  })
  return rowCount === 1
}

/** Writes it in the lane, where nobody else can have written. */
export async function writeInLane(client: pg.ClientBase, written: Written): Promise<void> {
  invariant(await write(client, written), 'in the lane the head row holds its token')
}

function entryValues(appended: readonly Appended[]): unknown[] {
  let end = 0
  const ends = appended.map(({ bytes }) => {
    end += bytes.length
    return end
  })
  const streams = [...grownStreams(appended)]
  return [
    plain(appended, ({ index }) => index),
    plain(appended, ({ entry }) => entry.type),
    Buffer.from(appended.map(({ leaf }) => leaf).join(''), 'hex'),
    Buffer.concat(appended.map(({ bytes }) => bytes)),
    plain(ends, (end) => end),
    plain(streams, ([id]) => id),
    plain(streams, ([, { revision }]) => revision),
    plain(streams, ([, { indexes }]) => `"{${indexes.join(',')}}"`),
  ]
}

/** By stream the entries that it has got, and the revision of the last of them. */
function grownStreams(appended: readonly Appended[]): Map<string, { revision: number; indexes: number[] }> {
  const grown = new Map<string, { revision: number; indexes: number[] }>()
  for (const { index, entry } of appended) {
    for (const [id, revision] of entry.streams) {
      const known = grown.get(id)
      if (known) {
        known.revision = revision
        known.indexes.push(index)
      } else grown.set(id, { revision, indexes: [index] })
    }
  }
  return grown
}

/** A list as PostgreSQL reads it. Only for numbers, hex digits and names of types, which need no quotes. */
function plain<T>(list: readonly T[], textOf: (item: T) => string | number | null | undefined): string {
  return `{${list.map((item) => textOf(item) ?? 'NULL').join(',')}}`
}

function changedRows(state: State): Changed {
  const changed: Changed = { named: [], ended: [], keys: [], balances: [], holds: [] }
  for (const put of state.touchedRows()) {
    // What makes a stream is written with the entries.
    if (put.kind === 'stream') continue
    if (put.kind === 'key') changed.keys.push(put)
    else if (put.kind === 'balance') changed.balances.push(put)
    else if (put.kind === 'hold') changed.holds.push(put)
    else if (put.row === null) changed.ended.push(put)
    else changed.named.push(put)
  }
  return changed
}

function keyValues(keys: readonly PutOf<'key'>[], requests: ReadonlyMap<string, string>): unknown[] {
  return [
    plain(keys, ({ id }) => id),
    plain(keys, ({ row }) => row?.index),
    keys.map(({ id }) => requests.get(id) ?? ''),
  ]
}

function rowValues({ named, ended, balances }: Changed): unknown[] {
  const accounts = balances.map(({ id }) => id.slice(0, id.indexOf('|')))
  const classes = balances.map(({ id }) => id.slice(id.indexOf('|') + 1))
  return [
    named.map(({ kind }) => kind),
    named.map(({ id }) => id),
    named.map(({ row }) => rowToJson(row)),
    ended.map(({ kind }) => kind),
    ended.map(({ id }) => id),
    accounts,
    classes,
    plain(balances, ({ row }) => row?.debits.toString()),
    plain(balances, ({ row }) => row?.credits.toString()),
    plain(balances, ({ row }) => row?.floor?.toString()),
  ]
}

function holdValues(holds: PutOf<'hold'>[]): unknown[] {
  const standing = holds.flatMap(({ id, row }) => (row ? [{ id, ...row }] : []))
  return [
    standing.map(({ id }) => id),
    standing.map(({ batch }) => batch),
    standing.map(({ first }) => first?.toString() ?? null),
    standing.map(({ last }) => last?.toString() ?? null),
    standing.map(({ account }) => account),
    standing.map(({ reason }) => reason),
    standing.map(({ expiresAt }) => expiresAt),
    holds.filter(({ row }) => row === null).map(({ id }) => id),
  ]
}

function runValues(state: State): unknown[] {
  const { changed, gone } = state.touchedRuns()
  return [
    gone.map(({ space }) => space),
    plain(gone, ({ first }) => first.toString()),
    changed.map(({ space }) => space),
    plain(changed, ({ first }) => first.toString()),
    plain(changed, ({ last }) => last.toString()),
    changed.map(({ batch }) => batch),
    changed.map((run) => run.class),
    changed.map(({ account }) => account),
    changed.map(({ attributes }) => attributes),
  ]
}
