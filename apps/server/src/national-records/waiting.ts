import { FinancingContent, NdcActivity, NdcTarget } from '@tallystick/contract'
import { allows, type Law } from '@tallystick/rules'
import { namesIn } from '../platform/names.ts'
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
  role: string
  organisation: string
  affiliates: readonly string[]
  mandate: string
}

/** A record on which somebody may decide. */
export interface WaitingRecord {
  id: string
  kind: Decided
  /** Its number, its objective, or empty. */
  name: string
  path: string
  project: string | null
  organisation: string
  since: string
  isFor: (decider: Decider) => boolean
}

interface Candidate extends Versioned {
  kind: Decided
}

/** Records that wait for a decision which this person may take, the oldest first, after a place. */
export async function waitingRecords(
  services: Services,
  law: Law,
  decider: Decider,
  [at, id]: readonly [at: string, id: string],
  limit: number,
): Promise<{ found: WaitingRecord[]; last: readonly [string, string] | undefined }> {
  const scopeOf = (kind: Decided) => law.permissions.actions[decisions[kind]]?.[decider.role]
  const all = kinds.filter((kind) => scopeOf(kind) === 'any')
  const own = kinds.filter((kind) => scopeOf(kind) === 'own')
  if (all.length + own.length === 0) return { found: [], last: undefined }
  const { rows } = await services.pool.query<Candidate>({
    name: 'records-waiting',
    text: WAITING,
    values: [all, own, decider.organisation, at === '' ? '-infinity' : at, id, limit],
  })
  const names = await namesIn(
    services,
    rows.map(({ project }) => project),
  )
  const last = rows.length < limit ? undefined : rows.at(-1)
  const found = rows.map((row): WaitingRecord => {
    const owners = row.project === null ? [] : ownersIn(names, row.project)
    return {
      id: row.id,
      kind: row.kind,
      name: nameOf(row),
      path: pathOf(row),
      project: row.project,
      organisation: row.organisation,
      since: row.at.toISOString(),
      isFor: (one) => mayDecide(services, law, row, owners, one),
    }
  })
  return {
    found: found.filter(({ isFor }) => isFor(decider)),
    last: last && [last.at.toISOString(), last.id],
  }
}

function nameOf({ kind, number, content }: Candidate): string {
  if (kind === 'activity') return `${number ?? ''} ${NdcActivity.parse(content).title}`
  return kind === 'ndc-action'
    ? NdcTarget.parse(content).objective
    : (FinancingContent.parse(content).investorName ?? '')
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
  { role, organisation, affiliates, mandate }: Decider,
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
    mandate !== row.by_mandate &&
    allows(permissions, role, organisation, { action, organisations: [...about.organisations] }) &&
    !(permissions.independent.includes(action) && isParty) &&
    (permissions.approvals[action] ?? []).length === 0
  )
}

const WAITING = `
  SELECT ${VERSIONED} FROM content_record r
    JOIN content_record_version v ON v.record = r.id AND v.version = r.version
   WHERE r.status = 'pending' AND (v.at, r.id) > ($4, $5)
     AND (r.kind = ANY($1) OR (r.kind = ANY($2) AND (r.investor = $3 OR EXISTS (
       SELECT FROM ledger_row p CROSS JOIN LATERAL jsonb_array_elements(p.row -> 'owners') o
         JOIN ledger_row a ON a.kind = 'account' AND a.id = o ->> 'account'
        WHERE p.kind = 'project' AND p.id = r.project AND a.row ->> 'organisation' = $3))))
   ORDER BY v.at, r.id LIMIT $6`
