import type { Put, RowKind, Run } from '@tallystick/rules'
import type pg from 'pg'
import type { Appended } from '../lane.ts'
import { type Loaded, runKey } from './load.ts'
import { isNamed, rowToJson, sqlFile } from './rows.ts'

const writeSql = sqlFile('write.sql')

type PutOf<K extends RowKind> = Extract<Put, { kind: K }>

/** Writes a batch's entries and everything that they changed. */
export async function write(
  client: pg.ClientBase,
  loaded: Loaded,
  appended: readonly Appended[],
  requests: ReadonlyMap<string, string>,
): Promise<void> {
  const values = [
    ...headAndEntries(loaded, appended),
    ...rowValues(loaded, requests),
    ...holdValues(loaded),
    ...runValues(loaded),
    ...endedValues(loaded),
  ]
  await client.query({ name: 'ledger-write', text: writeSql, values })
}

function headAndEntries({ state }: Loaded, appended: readonly Appended[]): unknown[] {
  const links = appended.flatMap(({ index, entry }) => entry.streams.map(([id, revision]) => ({ id, revision, index })))
  return [
    state.size,
    state.at,
    appended.map(({ index }) => index),
    appended.map(({ entry }) => entry.type),
    appended.map(({ leaf }) => Buffer.from(leaf, 'hex')),
    appended.map(({ bytes }) => Buffer.from(bytes)),
    links.map(({ id }) => id),
    links.map(({ revision }) => revision),
    links.map(({ index }) => index),
  ]
}

function touched<K extends RowKind>(loaded: Loaded, kind: K): PutOf<K>[] {
  return loaded.state.touchedRows().filter((put): put is PutOf<K> => put.kind === kind)
}

function rowValues(loaded: Loaded, requests: ReadonlyMap<string, string>): unknown[] {
  const named = loaded.state.touchedRows().filter(({ kind, row }) => isNamed(kind) && row !== null)
  const streams = touched(loaded, 'stream')
  const keys = touched(loaded, 'key')
  const balances = touched(loaded, 'balance').map(({ id, row }) => ({
    account: id.slice(0, id.indexOf('|')),
    unitClass: id.slice(id.indexOf('|') + 1),
    row,
  }))
  return [
    named.map(({ kind }) => kind),
    named.map(({ id }) => id),
    named.map(({ row }) => rowToJson(row)),
    streams.map(({ id }) => id),
    streams.map(({ row }) => row?.revision),
    streams.map(({ row }) => row?.leaf),
    keys.map(({ id }) => id),
    keys.map(({ row }) => row?.index),
    keys.map(({ id }) => requests.get(id) ?? ''),
    balances.map(({ account }) => account),
    balances.map(({ unitClass }) => unitClass),
    balances.map(({ row }) => row?.debits.toString()),
    balances.map(({ row }) => row?.credits.toString()),
    balances.map(({ row }) => row?.floor?.toString() ?? null),
  ]
}

function holdValues(loaded: Loaded): unknown[] {
  const holds = touched(loaded, 'hold')
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

/** Named rows that are gone, and when the holds end. */
function endedValues({ state }: Loaded): unknown[] {
  const rows = state.touchedRows()
  const gone = rows.filter(({ kind, row }) => isNamed(kind) && row === null)
  const standing = rows.flatMap((put) => (put.kind === 'hold' && put.row ? [put.row] : []))
  return [gone.map(({ kind }) => kind), gone.map(({ id }) => id), standing.map(({ expiresAt }) => expiresAt)]
}

function runValues({ state, runs: before }: Loaded): unknown[] {
  const after = new Map<string, Run>()
  const partitions = new Set(state.touchedPartitions())
  for (const partition of partitions) {
    for (const run of state.runs(partition).all()) after.set(runKey(run), run)
  }
  const gone = [...before.values()].filter((run) => partitions.has(run.batch || run.space) && !after.has(runKey(run)))
  const changed = [...after.values()].filter((run) => !same(before.get(runKey(run)), run))
  return [
    gone.map(({ space }) => space),
    gone.map(({ first }) => first.toString()),
    changed.map(({ space }) => space),
    changed.map(({ first }) => first.toString()),
    changed.map(({ last }) => last.toString()),
    changed.map(({ batch }) => batch),
    changed.map((run) => run.class),
    changed.map(({ account }) => account),
    changed.map(({ attributes }) => attributes),
  ]
}

function same(a: Run | undefined, b: Run): boolean {
  return (
    a !== undefined &&
    a.last === b.last &&
    a.account === b.account &&
    a.attributes === b.attributes &&
    a.class === b.class
  )
}
