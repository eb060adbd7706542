import { z } from 'zod'
import { LegalDate, MAX_SERIAL, microOf, UNIT } from '../ids.ts'
import type { Preset } from '../preset.ts'
import { type Refusal, refuse } from '../refusal.ts'
import { firstOf } from '../rule.ts'
import { homeClass, homeSpace } from '../spaces.ts'
import { balanceId, type Put, type RowKey, type Rows, type State } from '../state.ts'
import { admitCertified } from './certifications.ts'
import { firstTransferReads } from './first-transfer.ts'

export const MonitoringPeriod = z.strictObject({ from: LegalDate, to: LegalDate }).nullable()
/** Calendar year in which the mitigation happened. */
export const Vintage = z.string().regex(/^20\d\d$/, 'must be a year such as 2024')

/** What an issuance stands on: the authorisation, its project, and where its numbers go on. */
export interface Ground {
  project: string
  owner: Rows['project']
  authorisation: Rows['authorisation']
  space: string
}

export function groundOf(state: State, id: string): Ground | undefined {
  const authorisation = state.peek('authorisation', id)
  const owner = authorisation && state.peek('project', authorisation.project)
  if (!authorisation || !owner) return undefined
  const space = homeSpace(state.ledger().country, authorisation.unitType)
  return { project: authorisation.project, owner, authorisation, space }
}

/** The rows of an authorisation's ground, as far as they are known. */
export function groundReads(state: State, id: string, vintage: string): RowKey[] {
  const authorisation = state.peek('authorisation', id)
  const ground = groundOf(state, id)
  const issuance = state.ledger().issuance
  return [
    { kind: 'authorisation', id },
    { kind: 'account', id: issuance },
    ...(authorisation
      ? [
          { kind: 'project' as const, id: authorisation.project },
          { kind: 'output' as const, id: outputId(authorisation.project, authorisation.unitType) },
        ]
      : []),
    ...(ground
      ? [
          { kind: 'space' as const, id: ground.space },
          { kind: 'balance' as const, id: balanceId(issuance, classOf(ground, vintage)) },
        ]
      : []),
    ...firstTransferReads(state, { authorisation: id, vintage }),
  ]
}

export function classOf({ project, authorisation }: Ground, vintage: string): string {
  return homeClass(project, vintage, authorisation.unitType)
}

/** The id of how many units of a type were issued of a project. */
export function outputId(project: string, unitType: string): string {
  return `${project}/${unitType}`
}

export function issuedOf(state: State, project: string, unitType: string): bigint {
  return state.get('output', outputId(project, unitType))?.issued ?? 0n
}

/** So many units more, or less, were issued of the project. */
function outputPut(state: State, { project, authorisation: { unitType } }: Ground, more: bigint): Put {
  return {
    kind: 'output',
    id: outputId(project, unitType),
    row: { issued: issuedOf(state, project, unitType) + more },
  }
}

/** Fractions are carried within a class, a deficit within the project and unit type, whatever the vintage. */
export function remainderIds(ground: Ground, vintage: string): { fraction: string; deficit: string } {
  return { fraction: classOf(ground, vintage), deficit: `${ground.project}/${ground.authorisation.unitType}` }
}

/** Millionths of a unit that stand to be issued: certified, plus the fraction carried, less the deficit carried. */
export function dueMicro(state: State, ground: Ground, vintage: string, certified: bigint): bigint {
  const { fraction, deficit } = remainderIds(ground, vintage)
  return certified + (state.get('remainder', fraction)?.micro ?? 0n) + (state.get('remainder', deficit)?.micro ?? 0n)
}

/** What is left after issuing: a fraction, or a deficit. */
export function remainderPuts(ground: Ground, vintage: string, left: bigint): Put[] {
  const { fraction, deficit } = remainderIds(ground, vintage)
  return [
    { kind: 'remainder', id: fraction, row: { micro: left > 0n ? left : 0n } },
    { kind: 'remainder', id: deficit, row: { micro: left < 0n ? left : 0n } },
  ]
}

export function remainderReads(ground: Ground | undefined, vintage: string): RowKey[] {
  if (!ground) return []
  const { fraction, deficit } = remainderIds(ground, vintage)
  return [
    { kind: 'remainder', id: fraction },
    { kind: 'remainder', id: deficit },
  ]
}

/** The vintage is a year that has begun, in UTC. */
export function admitVintage(vintage: string, at: string): Refusal | undefined {
  const latest = at.slice(0, 4)
  return vintage > latest ? refuse('vintage-wrong', { field: 'vintage', latest }) : undefined
}

/** The vintage is a year that has begun, and the monitoring period has days of it. */
export function admitPeriod(
  { vintage, monitoringPeriod: period }: { vintage: string; monitoringPeriod: z.infer<typeof MonitoringPeriod> },
  at: string,
): Refusal | undefined {
  return firstOf(
    admitVintage(vintage, at),
    period !== null &&
      period.from > period.to &&
      refuse('malformed', { field: 'monitoringPeriod', reason: 'ends before it begins' }),
    period !== null &&
      (vintage < period.from.slice(0, 4) || vintage > period.to.slice(0, 4)) &&
      refuse('vintage-wrong', { field: 'vintage', from: period.from, to: period.to }),
  )
}

/** May units be issued on this ground now? */
export function admitGround(state: State, ground: Ground, quantity: bigint, preset: Preset): Refusal | undefined {
  const { owner, authorisation } = ground
  return firstOf(
    !preset.project.mayIssue.includes(owner.state) &&
      refuse('project-state', { state: owner.state, allowed: preset.project.mayIssue.join(', ') }),
    admitCertified(state, ground.project, preset),
    owner.reversals > 0 && refuse('reversal-open', { open: String(owner.reversals) }),
    !authorisation.active && refuse('authorisation-revoked', { field: 'authorisation' }),
    authorisation.issued + quantity > authorisation.quantity &&
      refuse('authorisation-exceeded', {
        authorised: authorisation.quantity.toString(),
        left: (authorisation.quantity > authorisation.issued
          ? authorisation.quantity - authorisation.issued
          : 0n
        ).toString(),
      }),
  )
}

/** The next number of the space, of which `quantity` must be left. */
export function admitFirst(state: State, ground: Ground, allotted: string, quantity: bigint): Refusal | undefined {
  const next = nextNumber(state, ground)
  const first = BigInt(allotted)
  return firstOf(
    first < next && refuse('serials-overlap', { first: allotted, next: next.toString() }),
    first > next && refuse('serials-gap', { first: allotted, next: next.toString() }),
    first + quantity - 1n > MAX_SERIAL && refuse('serials-exhausted', { space: ground.space }),
  )
}

export function nextNumber(state: State, ground: Ground): bigint {
  return state.get('space', ground.space)?.next ?? 1n
}

/** The rows of a new batch: its own, the next number of its space, and what its authorisation and project have issued. */
export function batchPuts(
  state: State,
  ground: Ground,
  body: { batch: string; authorisation: string; vintage: string },
  first: bigint,
  quantity: bigint,
  transferred: bigint,
): Put[] {
  const { authorisation, project, space } = ground
  const last = first + quantity - 1n
  const { batch, vintage } = body
  const { unitType } = authorisation
  return [
    {
      kind: 'batch',
      id: batch,
      row: {
        space,
        first,
        last,
        class: classOf(ground, vintage),
        project,
        vintage,
        unitType,
        authorisation: body.authorisation,
      },
    },
    { kind: 'space', id: space, row: { next: last + 1n } },
    outputPut(state, ground, quantity),
    {
      kind: 'authorisation',
      id: body.authorisation,
      row: {
        ...authorisation,
        issued: authorisation.issued + quantity,
        transferred: authorisation.transferred + transferred,
      },
    },
  ]
}

/** What the rows of an issuance that is taken back look at. */
export function takenBackReads(state: State, body: { authorisation: string; vintage: string }): RowKey[] {
  return [
    ...groundReads(state, body.authorisation, body.vintage),
    ...remainderReads(groundOf(state, body.authorisation), body.vintage),
  ]
}

/** The fraction or the deficit that an issuance used or left, and what its project has issued, are as without it. */
export function takenBackPuts(
  state: State,
  body: { authorisation: string; vintage: string; quantity: string; certified: string },
): Put[] {
  const ground = groundOf(state, body.authorisation)
  if (!ground) return []
  const quantity = BigInt(body.quantity)
  const due = dueMicro(state, ground, body.vintage, quantity * UNIT - microOf(body.certified))
  return [outputPut(state, ground, -quantity), ...remainderPuts(ground, body.vintage, due)]
}
