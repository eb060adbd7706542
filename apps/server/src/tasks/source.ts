import type { Language, OrganisationRef, ProjectRef, TaskKind } from '@tallystick/contract'
import type { Law, Rows } from '@tallystick/rules'
import type pg from 'pg'
import type { Item } from '../platform/mail/texts.ts'
import { namesIn } from '../platform/names.ts'
import type { Person } from '../platform/next-steps.ts'
import type { Actor, Services } from '../platform/services.ts'

/** Somebody who might do a task: a mandate, on whose word it is there, and what its organisation is. */
export interface Doer extends Person {
  user: string
  name: string
  mandate: string
  hand: string
  limit: string | null
}

/** For whom tasks are looked for, by which law and when. */
export interface Look {
  services: Services
  actor: Actor
  doer: Doer
  law: Law
  at: string
  /** Of sentences. */
  language: Language
}

/** Where a task stands among those of its kind. */
export type Place = readonly [string, string]

export interface Found {
  place: Place
  id: string
  /** What it is, in words of the mails. */
  title: Omit<Item, 'link'>
  steps: string[]
  path: string
  organisation: OrganisationRef | null
  project: ProjectRef | null
  since: string | null
  due: string | null
  /** Could somebody else do it? Undefined where nobody else is asked. */
  isFor?: (doer: Doer) => boolean
}

/** Tasks of one kind. */
export interface Source {
  kind: TaskKind
  /** So many tasks after a place at most, in order; fewer only where there are no more. */
  find(look: Look, after: Place, limit: number): Promise<Found[]>
}

/** Before every place. */
export const BEGINNING: Place = ['', '']

/** So many candidates are read at once at least: those who are left out are few. */
const LEAST_READ = 50

/**
 * Tasks out of candidates that are read page by page: those that the database could not rule out are looked at one by one.
 */
export async function sift<Candidate>(
  read: (after: Place, limit: number) => Promise<readonly Candidate[]>,
  placeOf: (candidate: Candidate) => Place,
  taskOf: (candidates: readonly Candidate[]) => Promise<readonly Found[]>,
  after: Place,
  limit: number,
): Promise<Found[]> {
  const found: Found[] = []
  let from = after
  const most = Math.max(limit, LEAST_READ)
  for (;;) {
    const candidates = await read(from, most)
    if (candidates.length > 0) found.push(...(await taskOf(candidates)))
    const last = candidates.at(-1)
    if (found.length >= limit || candidates.length < most || last === undefined) return found.slice(0, limit)
    from = placeOf(last)
  }
}

const MOST_COLLEAGUES = 200

/** The people of an organisation as those who might do a task. */
export async function doersOf(pool: pg.Pool, organisation: string): Promise<Doer[]> {
  const { rows } = await pool.query<Omit<Doer, keyof Person> & { role: string; org: Rows['organisation'] }>({
    name: 'task-doers',
    text: `SELECT u.id AS user, u.name, r.id AS mandate, r.row ->> 'hand' AS hand, r.row ->> 'role' AS role,
                  r.row ->> 'limit' AS "limit", o.row AS org
             FROM ledger_row r
             JOIN content_mandate m ON m.mandate = r.id
             JOIN content_user u ON u.id = m.user_id AND u.ended_at IS NULL
             JOIN ledger_row o ON o.kind = 'organisation' AND o.id = $1
            WHERE r.kind = 'mandate' AND r.row ? 'organisation' AND r.row ->> 'organisation' = $1
              AND (r.row ->> 'active')::boolean
            ORDER BY u.created_at, u.id LIMIT ${MOST_COLLEAGUES}`,
    values: [organisation],
  })
  return rows.map(({ org, ...row }) => {
    const { active, affiliates, accreditations } = org
    return { ...row, organisation, active, affiliates, accreditations }
  })
}

/** How far somebody's role reaches where an action is taken: anybody's, the own, what is assigned, or nothing. */
export function scopeOf({ permissions }: Law, role: string, action: string): 'any' | 'own' | 'assigned' | undefined {
  return permissions.actions[action]?.[role]
}

/** An organisation as it is shown, where nothing else of it is looked at. */
export async function organisationOf(services: Services, id: string): Promise<OrganisationRef> {
  return (await namesIn(services, id)).organisationRef(id)
}
