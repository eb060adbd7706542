import type { StandingHold, UnitState } from '@tallystick/contract'
import type { AccountKind, Rows } from '@tallystick/rules'

/** A hold with its id, as the state has it. */
export type HoldRow = Rows['hold'] & { id: string }

/** Neighbouring units with one owner, one state and the same holds. */
export interface Part {
  first: bigint
  last: bigint
  account: string
  state: UnitState
  holds: StandingHold[]
}

interface Held {
  first: bigint
  last: bigint
  account: string
}

const stateOfKind: Readonly<Record<AccountKind, UnitState>> = {
  issuance: 'not-issued',
  holding: 'held',
  retirement: 'retired',
  cancellation: 'cancelled',
  buffer: 'held',
  'share-of-proceeds': 'held',
  omge: 'cancelled',
  'ndc-use': 'used',
  foreign: 'abroad',
  'mirror-active': 'active',
  'mirror-retired': 'retired',
  'mirror-cancelled': 'cancelled',
}

/** Cuts a run where holds begin and end. What is at rest for ever is not cut: no hold changes anything for it. */
export function cutByHolds(run: Held, kind: AccountKind, holds: readonly HoldRow[]): Part[] {
  const state = stateOfKind[kind]
  if (kind !== 'holding') return [{ ...place(run), state, holds: [] }]
  const concerned = holds.filter((hold) => touches(hold, run))
  const starts = new Set([run.first])
  for (const { first, last } of concerned) {
    if (first === null || last === null) continue
    if (first > run.first) starts.add(first)
    if (last < run.last) starts.add(last + 1n)
  }
  const ascending = [...starts].sort((a, b) => (a < b ? -1 : 1))
  return ascending.map((first, at) => {
    const next = ascending[at + 1]
    const piece = { first, last: next === undefined ? run.last : next - 1n, account: run.account }
    const standing = concerned.filter((hold) => touches(hold, piece)).map(standingHold)
    return { ...piece, state: standing.length > 0 ? 'on-hold' : state, holds: standing }
  })
}

function place({ first, last, account }: Held): Held {
  return { first, last, account }
}

function touches(hold: HoldRow, run: Held): boolean {
  if (hold.account !== null) return hold.account === run.account
  return hold.first === null || hold.last === null || (hold.first <= run.last && hold.last >= run.first)
}

function standingHold({ id, reason, account, first }: HoldRow): StandingHold {
  return { id, reason, on: account !== null ? 'account' : first === null ? 'batch' : 'range' }
}
