import { z } from 'zod'
import { Id } from '../ids.ts'
import { type Refusal, refuse } from '../refusal.ts'
import { mirrorClass } from '../spaces.ts'
import { balanceId, type Posting, type Put, type RowKey, type Rows, type State } from '../state.ts'

/** `national` is this registry itself. */
export const RegistryCode = z
  .string()
  .regex(/^(?!national$)[a-z][a-z0-9-]{1,39}$/, 'must be the code of another registry')

/** The other registry's number space, such as `verra:VCU`; never one of ours. */
export const ForeignSpace = z
  .string()
  .regex(/^(?!national:|itmo:)[a-z][a-z0-9-]*:[A-Za-z0-9/._-]{1,100}$/, 'must be a space of another registry')

/** A project of another registry: the id of its stream here, and the other registry's own code. */
export const ForeignProject = z.strictObject({
  id: Id,
  code: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,39}$/),
})

export const MirrorVintage = z.string().regex(/^(19|20)\d\d$/)
export const MirrorUnitType = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9.-]{0,19}$/)

/** A record that is about a project of another registry. */
export interface OfProject {
  registry: string
  project: { id: string; code: string }
}

/** A record that is about units: of one project, vintage and type. */
export interface OfClass extends OfProject {
  vintage: string
  unitType: string
}

export function classOf({ registry, project, vintage, unitType }: OfClass): string {
  return mirrorClass(registry, project.code, vintage, unitType)
}

function foreignId({ registry, project }: OfProject): string {
  return `${registry}/${project.code}`
}

/** The rows that every record of a project looks at. */
export function projectRows(state: State, body: OfProject): RowKey[] {
  return [
    { kind: 'registry', id: body.registry },
    { kind: 'foreign', id: foreignId(body) },
    { kind: 'stream', id: state.peek('foreign', foreignId(body))?.id ?? body.project.id },
  ]
}

/** The rows that every record of units looks at: those of the project, the lot, the accounts with their balances. */
export function classRows(state: State, body: OfClass): RowKey[] {
  const unitClass = classOf(body)
  const registry = state.peek('registry', body.registry)
  const accounts = registry ? [registry.active, registry.retired, registry.cancelled] : []
  return [
    ...projectRows(state, body),
    { kind: 'lot', id: unitClass },
    ...[...accounts, state.ledger().issuance].flatMap((id): RowKey[] => [
      { kind: 'account', id },
      { kind: 'balance', id: balanceId(id, unitClass) },
    ]),
  ]
}

/** The request with the id under which the project is known already. */
export function withKnownProject<Body extends OfProject>(state: State, request: Body): Body {
  const foreign = state.get('foreign', foreignId(request))
  return foreign ? { ...request, project: { ...request.project, id: foreign.id } } : request
}

/** The registry is known, and the project's stream is its own. */
export function admitProject(state: State, body: OfProject): Refusal | undefined {
  if (!state.get('registry', body.registry)) return refuse('registry-unknown', { registry: body.registry })
  const foreign = state.get('foreign', foreignId(body))
  if (foreign && foreign.id !== body.project.id) return refuse('allocation-wrong', { field: 'project.id' })
  if (!foreign && state.get('stream', body.project.id)) return refuse('already-exists', { field: 'project.id' })
  return undefined
}

export function foreignPut(state: State, body: OfProject, registered = false): Put {
  const known = state.get('foreign', foreignId(body))
  return {
    kind: 'foreign',
    id: foreignId(body),
    row: {
      id: body.project.id,
      registry: body.registry,
      code: body.project.code,
      registered: registered || (known?.registered ?? false),
    },
  }
}

/** Streams of a record: the project's, and the accounts that it is about. */
export function mirrorStreams(state: State, body: OfProject, accounts: readonly (keyof Rows['registry'])[]): string[] {
  const registry = state.get('registry', body.registry)
  return [...new Set([body.project.id, ...(registry ? accounts.map((name) => registry[name]) : [])])]
}

/** What is known of the units of one class, as numbers. */
export type Lot = Rows['lot']

export function lotOf(state: State, unitClass: string): Lot {
  return state.get('lot', unitClass) ?? { quantity: 0n, numbered: 0n, evidenced: 0n }
}

/**
 * How many units of a class there are. Units that were issued without serial numbers and units whose serial numbers are
 * known are the same units, told of twice; so it is the larger of the two, and neither file is counted on top of the other.
 */
export function unitsIn({ quantity, numbered }: Lot): bigint {
  return quantity > numbered ? quantity : numbered
}

/** Units of a class that were issued and whose serial numbers are not known: what is left of the lot. */
export function withoutSerials({ quantity, numbered }: Lot): bigint {
  return quantity > numbered ? quantity - numbered : 0n
}

/** Units of a class that nobody was seen to issue: known by their end alone, and more than the lot explains. */
export function onlyEvidenced({ quantity, numbered, evidenced }: Lot): bigint {
  const excess = numbered > quantity ? numbered - quantity : 0n
  return evidenced < excess ? evidenced : excess
}

/**
 * The lot as it is afterwards, and the units that come into being or go with that. All units of a class come and go
 * through its active account, so that debits and credits, too, do not depend on the order of the records.
 */
export function changeLot(state: State, body: OfClass, change: Partial<Lot>): { put: Put; postings: Posting[] } {
  const unitClass = classOf(body)
  const before = lotOf(state, unitClass)
  const row: Lot = {
    quantity: before.quantity + (change.quantity ?? 0n),
    numbered: before.numbered + (change.numbered ?? 0n),
    evidenced: before.evidenced + (change.evidenced ?? 0n),
  }
  const more = unitsIn(row) - unitsIn(before)
  const active = state.get('registry', body.registry)?.active ?? ''
  const { issuance } = state.ledger()
  const posting = { class: unitClass, amount: more < 0n ? -more : more }
  const postings = [more < 0n ? { from: active, to: issuance, ...posting } : { from: issuance, to: active, ...posting }]
  return { put: { kind: 'lot', id: unitClass, row }, postings: postings.filter(({ amount }) => amount > 0n) }
}
