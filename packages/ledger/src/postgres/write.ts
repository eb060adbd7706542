import type { Put, RowKind, State } from '@tallystick/rules'
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

/** All that one writing gives to the database. */
export type Written = readonly unknown[]

/**
 * What entries of a group write: they, everything that they changed since the state was settled last, and the token that
 * they leave in the head row. The state is settled with that.
 */
export function written(
  state: State,
  appended: readonly Appended[],
  requests: ReadonlyMap<string, string>,
  turn: string,
): Written {
  const changed = changedRows(state)
  const values = [
    ...headAndEntries(state, appended),
    ...rowValues(changed, requests),
    ...holdValues(changed.holds),
    ...runValues(state),
    turn,
    ...endedValues(changed),
  ]
  state.settle()
  return values
}

/** Writes it in the lane. */
export function write(client: pg.ClientBase, values: Written): Promise<unknown> {
  return client.query({ name: 'ledger-write', text: writeSql, values: [...values] })
}

function headAndEntries(state: State, appended: readonly Appended[]): unknown[] {
  let end = 0
  const ends = appended.map(({ bytes }) => {
    end += bytes.length
    return end
  })
  const streams = [...grownStreams(appended)]
  return [
    state.size,
    state.at,
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

function rowValues({ named, keys, balances }: Changed, requests: ReadonlyMap<string, string>): unknown[] {
  const accounts = balances.map(({ id }) => id.slice(0, id.indexOf('|')))
  const classes = balances.map(({ id }) => id.slice(id.indexOf('|') + 1))
  return [
    named.map(({ kind }) => kind),
    named.map(({ id }) => id),
    named.map(({ row }) => rowToJson(row)),
    plain(keys, ({ id }) => id),
    plain(keys, ({ row }) => row?.index),
    keys.map(({ id }) => requests.get(id) ?? ''),
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
    holds.filter(({ row }) => row === null).map(({ id }) => id),
    standing.map(({ id }) => id),
    standing.map(({ batch }) => batch),
    standing.map(({ first }) => first?.toString() ?? null),
    standing.map(({ last }) => last?.toString() ?? null),
    standing.map(({ account }) => account),
    standing.map(({ reason }) => reason),
  ]
}

/** Named rows that are no more, and when the standing holds end. */
function endedValues({ ended, holds }: Changed): unknown[] {
  const standing = holds.flatMap(({ row }) => row ?? [])
  return [ended.map(({ kind }) => kind), ended.map(({ id }) => id), standing.map(({ expiresAt }) => expiresAt)]
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
