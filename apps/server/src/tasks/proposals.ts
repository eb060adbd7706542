import { type Statement, sentenceOf } from '@tallystick/contract'
import { type KnownNames, namesIn, speechOf } from '../platform/names.ts'
import { hasInterest } from '../platform/next-steps.ts'
import { type ApprovalRow, approvalsOf, type ProposalRow, proposalPage } from '../platform/proposal-store.ts'
import { ownersOf, projectOf } from '../platform/proposal-subject.ts'
import { approvedBy, approvesAs, endOf } from '../platform/proposals.ts'
import { type Doer, type Found, type Look, type Source, sift } from './source.ts'

/** Proposals that somebody may approve, or refuse, and has not. */
export const proposalTasks: Source = {
  kind: 'proposal',
  async find(look, after, limit) {
    const { services, doer, law } = look
    const of = { organisation: doer.organisation, actions: approvedBy(law.permissions, doer.role) }
    return sift(
      (from, most) => proposalPage(services, { status: 'open', after: from[0] === '' ? undefined : from, of }, most),
      (row) => [row.created_at.toISOString(), row.id],
      (rows) => tasksOf(look, rows),
      after,
      limit,
    )
  },
}

async function tasksOf({ services, doer, law, at, language }: Look, rows: readonly ProposalRow[]): Promise<Found[]> {
  const given = await approvalsOf(
    services.pool,
    rows.map(({ id }) => id),
  )
  const names = await namesIn(
    services,
    rows.map(({ request, by_mandate, by_organisation }) => [request, by_mandate, by_organisation]),
  )
  const speech = speechOf(services, language)
  return rows.flatMap((row) => {
    const approvals = given.filter(({ proposal }) => proposal === row.id)
    const project = projectOf(row, names)
    const interests = ownersOf(project, names)
    const isFor = (other: Doer) => mayApprove(other, row, approvals, names, interests, law)
    const due = endOf(row, law).toISOString()
    if (row.entry !== null || due <= at || !isFor(doer)) return []
    const statement = { type: row.type, by: row.by_mandate, body: row.request } as unknown as Statement
    return [
      {
        place: [row.created_at.toISOString(), row.id],
        id: row.id,
        title: { text: 'waits.proposal', places: { what: sentenceOf(statement, names, speech) } },
        steps: ['approve', 'refuse'],
        path: `/national/proposals/${row.id}`,
        organisation: names.organisationRef(row.by_organisation),
        project: project === undefined ? null : names.projectRef(project),
        since: row.created_at.toISOString(),
        due,
        isFor,
      } satisfies Found,
    ]
  })
}

/** Another person than who proposed or approved, in a role that is asked for, within the limit, and independent. */
function mayApprove(
  doer: Doer,
  row: ProposalRow,
  given: readonly ApprovalRow[],
  names: KnownNames,
  interests: readonly string[],
  law: Look['law'],
): boolean {
  const as = approvesAs(law.permissions, row, doer)
  const proposer = names.mandate(row.by_mandate)?.hand ?? row.by_mandate
  const isOther =
    doer.user !== row.created_by &&
    doer.hand !== proposer &&
    given.every(({ user, hand }) => user !== doer.user && hand !== doer.hand)
  const quantity = typeof row.request.quantity === 'string' ? BigInt(row.request.quantity) : 0n
  const isWithin = doer.limit === null || quantity <= BigInt(doer.limit)
  const isIndependent = !law.permissions.independent.includes(row.action) || !hasInterest(doer, interests)
  return doer.active && (as.table || as.holder) && isOther && isWithin && isIndependent
}
