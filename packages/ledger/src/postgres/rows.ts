import { readFileSync } from 'node:fs'
import type { Put, RowKind, Rows, Run } from '@tallystick/rules'

/** The text of an SQL file beside this one. */
export function sqlFile(name: string): string {
  return readFileSync(new URL(name, import.meta.url), 'utf8')
}

/** Kinds that live in tables of their own; the others are rows of `ledger_row`. */
const countedKinds: ReadonlySet<RowKind> = new Set(['balance', 'hold', 'stream', 'key'])

export function isNamed(kind: RowKind): boolean {
  return !countedKinds.has(kind)
}

/** Which fields of a named row are counted, so that they come back as bigint. */
const counted: Partial<Record<RowKind, readonly string[]>> = {
  authorisation: ['quantity', 'issued', 'transferred'],
  remainder: ['micro'],
  pool: ['in', 'cancelled', 'released'],
  output: ['issued'],
  outstanding: ['units'],
  reversal: ['quantity', 'compensated'],
  batch: ['first', 'last'],
  space: ['next'],
  lot: ['quantity', 'numbered', 'evidenced'],
}

/** A named row as JSON text; counted things as decimal strings. */
export function rowToJson(row: Put['row']): string {
  return JSON.stringify(row, (_key, value) => (typeof value === 'bigint' ? value.toString() : value))
}

export function rowFromJson<K extends RowKind>(kind: K, row: unknown): Rows[K] {
  const fields = { ...(row as Record<string, unknown>) }
  for (const field of counted[kind] ?? []) fields[field] = BigInt(String(fields[field]))
  return fields as unknown as Rows[K]
}

/** `[space, first, last, batch, class, account, attributes]` */
export type RunTuple = [string, string, string, string, string, string, string]

export function runFromTuple([space, first, last, batch, unitClass, account, attributes]: RunTuple): Run {
  return { space, first: BigInt(first), last: BigInt(last), batch, class: unitClass, account, attributes }
}

/** `[id, batch, first, last, account, reason, expires_at]` */
export type HoldTuple = [string, string | null, string | null, string | null, string | null, string, string | null]

export function holdFromTuple(tuple: HoldTuple): Extract<Put, { kind: 'hold' }> {
  const [id, batch, first, last, account, reason, expiresAt] = tuple
  const row = { batch, first: toBigint(first), last: toBigint(last), account, reason, expiresAt }
  return { kind: 'hold', id, row }
}

/** `[account, class, debits, credits, floor]` */
export type BalanceTuple = [string, string, string, string, string | null]

export function balanceFromTuple([, , debits, credits, floor]: BalanceTuple): Rows['balance'] {
  return { debits: BigInt(debits), credits: BigInt(credits), floor: toBigint(floor) }
}

function toBigint(text: string | null): bigint | null {
  return text === null ? null : BigInt(text)
}
