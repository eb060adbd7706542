import { z } from 'zod'
import { countOf, fromWire, Id, LegalDate, MAX_SERIAL, Quantity, SerialNumber } from '../ids.ts'
import { type Refusal, refuse } from '../refusal.ts'
import { defineRule, firstOf, noEffects } from '../rule.ts'
import { splitByShares } from '../shares.ts'
import { homeClass, homeSpace } from '../spaces.ts'
import { noKeys, type Rows, type State } from '../state.ts'
import { organisationsOf, usable } from './accounts.ts'
import { freshStream } from './organisations.ts'

const IssuanceRequest = z.strictObject({
  batch: Id,
  authorisation: Id,
  /** Calendar year in which the mitigation happened. */
  vintage: z.string().regex(/^20\d\d$/, 'must be a year such as 2024'),
  quantity: Quantity,
  monitoringPeriod: z.strictObject({ from: LegalDate, to: LegalDate }).nullable(),
})
type IssuanceRequest = z.infer<typeof IssuanceRequest>

/** `[account, first, last]`, in the order buffer, share of proceeds, OMGE, host, owners. */
const Part = z.tuple([Id, SerialNumber, SerialNumber])

const Issuance = IssuanceRequest.extend({
  allotted: z.strictObject({ first: SerialNumber, parts: z.array(Part).min(1).max(60) }),
})
type Issuance = z.infer<typeof Issuance>

interface Ground {
  project: string
  authorisation: Rows['authorisation']
  owners: Rows['project']['owners']
  space: string
}

function groundOf(state: State, id: string): Ground | undefined {
  const authorisation = state.peek('authorisation', id)
  const project = authorisation && state.peek('project', authorisation.project)
  if (!authorisation || !project) return undefined
  const space = homeSpace(state.ledger().country, authorisation.unitType)
  return { project: authorisation.project, authorisation, owners: project.owners, space }
}

/** The split that the rule asks for: owners in their order, consecutive numbers, nobody with nothing. */
function partsFor(first: bigint, quantity: bigint, owners: Rows['project']['owners']): z.infer<typeof Part>[] {
  const amounts = splitByShares(
    quantity,
    owners.map(({ share }) => share),
  )
  let next = first
  return owners.flatMap(({ account }, at) => {
    const amount = amounts[at] ?? 0n
    if (amount === 0n) return []
    const part: z.infer<typeof Part> = [account, next.toString(), (next + amount - 1n).toString()]
    next += amount
    return [part]
  })
}

/** The vintage is a year that has begun, and the monitoring period has days of it. */
function admitPeriod({ vintage, monitoringPeriod: period }: Issuance, at: string): Refusal | undefined {
  const year = at.slice(0, 4)
  return firstOf(
    vintage > year && refuse('vintage-wrong', { field: 'vintage', latest: year }),
    period !== null &&
      period.from > period.to &&
      refuse('malformed', { field: 'monitoringPeriod', reason: 'ends before it begins' }),
    period !== null &&
      (vintage < period.from.slice(0, 4) || vintage > period.to.slice(0, 4)) &&
      refuse('vintage-wrong', { field: 'vintage', from: period.from, to: period.to }),
  )
}

function admitNumbers(state: State, body: Issuance, ground: Ground): Refusal | undefined {
  const next = state.get('space', ground.space)?.next ?? 1n
  const first = BigInt(body.allotted.first)
  const expected = partsFor(first, BigInt(body.quantity), ground.owners)
  return firstOf(
    first < next && refuse('serials-overlap', { first: body.allotted.first, next: next.toString() }),
    first > next && refuse('serials-gap', { first: body.allotted.first, next: next.toString() }),
    first + BigInt(body.quantity) - 1n > MAX_SERIAL && refuse('serials-exhausted', { space: ground.space }),
    JSON.stringify(expected) !== JSON.stringify(body.allotted.parts) && refuse('split-wrong'),
  )
}

/** Issues a batch: consecutive serial numbers of one vintage, split among the owners by share. */
export const batchIssued = defineRule<Issuance, IssuanceRequest>({
  type: 'BatchIssued',
  v: 1,
  body: Issuance,
  request: IssuanceRequest,
  attested: ['that the tonnes were verified'],
  reads: (state, request) => {
    const ground = groundOf(state, request.authorisation)
    const authorisation = state.peek('authorisation', request.authorisation)
    const unitClass = ground && homeClass(ground.project, request.vintage, ground.authorisation.unitType)
    return {
      ...noKeys(),
      rows: [
        { kind: 'batch', id: request.batch },
        { kind: 'authorisation', id: request.authorisation },
        { kind: 'account', id: state.ledger().issuance },
        ...(authorisation ? [{ kind: 'project' as const, id: authorisation.project }] : []),
        ...(ground ? [{ kind: 'space' as const, id: ground.space }] : []),
        ...(unitClass ? [{ kind: 'balance' as const, id: `${state.ledger().issuance}|${unitClass}` }] : []),
        ...(ground?.owners ?? []).flatMap(({ account }) => [
          { kind: 'account' as const, id: account },
          { kind: 'balance' as const, id: `${account}|${unitClass}` },
        ]),
      ],
    }
  },
  decide: (state, request) => {
    const ground = groundOf(state, request.authorisation)
    if (!ground) return refuse('authorisation-unknown', { authorisation: request.authorisation })
    const first = state.get('space', ground.space)?.next ?? 1n
    if (first + BigInt(request.quantity) - 1n > MAX_SERIAL) return refuse('serials-exhausted', { space: ground.space })
    const parts = partsFor(first, BigInt(request.quantity), ground.owners)
    return { ...request, allotted: { first: first.toString(), parts } }
  },
  act: (state, body) => ({
    action: 'credits.issue',
    organisations: organisationsOf(
      state,
      body.allotted.parts.map(([account]) => account),
    ),
    quantity: BigInt(body.quantity),
  }),
  admit: (state, body, { preset }, { at }) => {
    const ground = groundOf(state, body.authorisation)
    if (!ground) return refuse('authorisation-unknown', { authorisation: body.authorisation })
    const project = state.get('project', ground.project)
    const { quantity, issued } = ground.authorisation
    return firstOf(
      freshStream(state, 'batch', body.batch),
      project &&
        !preset.project.mayIssue.includes(project.state) &&
        refuse('project-state', { state: project.state, allowed: preset.project.mayIssue.join(', ') }),
      issued + BigInt(body.quantity) > quantity &&
        refuse('authorisation-exceeded', { authorised: quantity.toString(), left: (quantity - issued).toString() }),
      admitPeriod(body, at),
      ...ground.owners.map(({ account }) => usable(state, 'owners', account, 'holding')),
      admitNumbers(state, body, ground),
    )
  },
  streams: (state, body) => {
    const project = state.get('authorisation', body.authorisation)?.project
    return [body.batch, ...(project ? [project] : []), ...body.allotted.parts.map(([account]) => account)]
  },
  effects: (state, body) => {
    const ground = groundOf(state, body.authorisation)
    if (!ground) return noEffects()
    const { authorisation, project, space } = ground
    const unitClass = homeClass(project, body.vintage, authorisation.unitType)
    const first = BigInt(body.allotted.first)
    const last = first + BigInt(body.quantity) - 1n
    const parts = body.allotted.parts.map(([account, from, to]) => ({ account, ...fromWire([from, to]) }))
    return {
      puts: [
        {
          kind: 'batch',
          id: body.batch,
          row: {
            space,
            first,
            last,
            project,
            vintage: body.vintage,
            unitType: authorisation.unitType,
            authorisation: body.authorisation,
          },
        },
        { kind: 'space', id: space, row: { next: last + 1n } },
        {
          kind: 'authorisation',
          id: body.authorisation,
          row: { ...authorisation, issued: authorisation.issued + BigInt(body.quantity) },
        },
      ],
      postings: parts.map((part) => ({
        from: state.ledger().issuance,
        to: part.account,
        class: unitClass,
        amount: countOf(part),
      })),
      runs: parts.map(({ account, first, last }) => ({
        space,
        batch: body.batch,
        class: unitClass,
        account,
        attributes: '',
        first,
        last,
      })),
    }
  },
})
