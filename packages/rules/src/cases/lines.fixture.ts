import type { Effects, Put, State } from '../state.ts'

/** What effects change, in words that a person can check: rows, postings, runs; streams and keys left out. */
export function linesOf(state: State, effects: Effects, names: ReadonlyMap<string, string>): string[] {
  const { puts, postings, runs, gone = [] } = effects
  const lines = [
    ...puts.flatMap((put) => rowLine(state, put)),
    ...postings.map(({ amount, from, to, class: unitClass }) => `${amount} ${unitClass}: ${from} → ${to}`),
    ...runs.map(({ batch, space, first, last, account, attributes }) => {
      return `units ${batch || space} ${first}-${last}: ${account}${attributes === '' ? '' : ` [${attributes}]`}`
    }),
    ...gone.map(({ space, first, last }) => `gone ${space} ${first}-${last}`),
  ]
  return lines.map((line) =>
    line.replace(/\+[0-9a-f]{8}\+[\w+/=]+/g, '+key').replace(/[0-9a-f]{32}/g, (id) => names.get(id) ?? id),
  )
}

function rowLine(state: State, put: Put): string[] {
  const { kind, id, row } = put
  if (kind === 'stream' || kind === 'key') return []
  const what = kind === 'ledger' ? kind : `${kind} ${id.length === 64 ? 'hash' : id}`
  if (row === null) return [`${what}: gone`]
  const before = state.get(kind, id) as Record<string, unknown> | undefined
  const fields = Object.entries(row).filter(([field, value]) => textOf(value) !== textOf(before?.[field] ?? null))
  const changes = fields.map(([field, value]) => {
    return before && (before[field] ?? null) !== null
      ? `${field} ${textOf(before[field])} → ${textOf(value)}`
      : `${field} ${textOf(value)}`
  })
  return [`${before ? '' : 'new '}${what}: ${changes.length > 0 ? changes.join(', ') : 'as before'}`]
}

function textOf(value: unknown): string {
  if (typeof value === 'string') return /^[0-9a-f]{64}$/.test(value) ? 'hash' : value
  return JSON.stringify(value, (_, one) => (typeof one === 'bigint' ? Number(one) : one))
    .replace(/"[0-9a-f]{64}"/g, 'hash')
    .replace(/"/g, '')
}
