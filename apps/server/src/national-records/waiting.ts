import { FinancingContent, NdcActivity, NdcTarget, type OrganisationRef, type ProjectRef } from '@tallystick/contract'
import { allows, type Law } from '@tallystick/rules'
import { type KnownNames, namesIn } from '../platform/names.ts'
import type { Services } from '../platform/services.ts'
import { otherSide } from './financing.ts'
import { ownersIn } from './shown.ts'
import { VERSIONED, type Versioned } from './store.ts'

/** The action of the permission table that decides on each kind of record. */
const decisions = {
  activity: 'ndc.actions.decide',
  'ndc-action': 'ndc.register.decide',
  financing: 'financing.decide',
} as const
const kinds = ['activity', 'ndc-action', 'financing'] as const
type Decided = (typeof kinds)[number]

/** Somebody who may decide. */
export interface Decider {
  active: boolean
  role: string
  organisation: string
  affiliates: readonly string[]
  mandate: string
}

/** A record on which somebody may decide. */
export interface WaitingRecord {
  id: string
  kind: Decided
  /** Its number and title, its objective, or the investor. */
  name: string
  path: string
  project: ProjectRef | null
  organisation: OrganisationRef
  /** When it was entered, by which these are sorted, and since when its last version waits. */
  enteredAt: string
  since: string
  isFor: (decider: Decider) => boolean
}

interface Candidate extends Versioned {
  kind: Decided
}

/** Records that wait for a decision, and on which somebody of such a role might decide, the oldest first, after a place. */
export async function waitingRecords(
  services: Services,
  law: Law,
  { role, organisation }: Decider,
  [at, id]: readonly [at: string, id: string],
  limit: number,
): Promise<WaitingRecord[]> {
  const scopeOf = (kind: Decided) => law.permissions.actions[decisions[kind]]?.[role]
  const all = kinds.filter((kind) => scopeOf(kind) === 'any')
  const own = kinds.filter((kind) => scopeOf(kind) === 'own')
  if (all.length + own.length === 0) return []
  const { rows } = await services.pool.query<Candidate>({
    name: 'records-waiting',
    text: WAITING,
    values: [all, own, organisation, at === '' ? '-infinity' : at, id, limit],
  })
  const names = await namesIn(
    services,
    rows.map(({ project, investor, organisation }) => [project, investor, organisation]),
  )
  return rows.map((row): WaitingRecord => {
    const owners = row.project === null ? [] : ownersIn(names, row.project)
    return {
      id: row.id,
      kind: row.kind,
      name: nameOf(row, names),
      path: pathOf(row),
      project: row.project === null ? null : names.projectRef(row.project),
      organisation: names.organisationRef(row.organisation),
      enteredAt: row.created_at.toISOString(),
      since: row.at.toISOString(),
      isFor: (one) => mayDecide(services, law, row, owners, one),
    }
  })
}

function nameOf({ kind, number, content, investor }: Candidate, names: KnownNames): string {
  if (kind === 'activity') return `${number ?? ''} ${NdcActivity.parse(content).title}`
  if (kind === 'ndc-action') return NdcTarget.parse(content).objective
  return FinancingContent.parse(content).investorName ?? names.organisation(investor ?? '')?.name ?? ''
}

function pathOf({ kind, id, period }: Candidate): string {
  if (kind === 'activity') return `/national/ndc-actions/${id}`
  return kind === 'ndc-action' ? `/national/ndc-periods/${period ?? ''}` : `/national/financing/${id}`
}

/** As deciding judges it, as far as rows tell. */
function mayDecide(
  { genesis }: Services,
  { permissions }: Law,
  row: Candidate,
  owners: readonly string[],
  { active, role, organisation, affiliates, mandate }: Decider,
): boolean {
  const action = decisions[row.kind]
  const recorder = row.organisation === genesis.authority ? [] : [row.organisation]
  const about = {
    activity: { organisations: owners, interests: owners },
    'ndc-action': { organisations: [row.organisation], interests: [] },
    financing: { organisations: otherSide(row, owners), interests: recorder },
  }[row.kind]
  const isParty = about.interests.some((one) => one === organisation || affiliates.includes(one))
  return (
    active &&
    mandate !== row.by_mandate &&
    allows(permissions, role, organisation, { action, organisations: [...about.organisations] }) &&
    !(permissions.independent.includes(action) && isParty) &&
    (permissions.approvals[action] ?? []).length === 0
  )
}

const WAITING = `
  SELECT ${VERSIONED} FROM content_record r
   CROSS JOIN LATERAL (SELECT * FROM content_record_version WHERE record = r.id AND version = r.version OFFSET 0) v
   WHERE r.status = 'pending' AND (r.created_at, r.id) > ($4, $5)
     AND (r.kind = ANY($1) OR (r.kind = ANY($2) AND (r.investor = $3 OR EXISTS (
       SELECT FROM (SELECT row FROM ledger_row WHERE kind = 'project' AND id = r.project OFFSET 0) p
        CROSS JOIN LATERAL jsonb_array_elements(p.row -> 'owners') o
        CROSS JOIN LATERAL (SELECT row FROM ledger_row WHERE kind = 'account' AND id = o ->> 'account' OFFSET 0) a
        WHERE a.row ->> 'organisation' = $3))))
   ORDER BY r.created_at, r.id LIMIT $6`
