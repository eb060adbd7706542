import type { Act, PermissionTable, Rows } from '@tallystick/rules'
import type pg from 'pg'
import { mayAct, type Person } from '../next-steps.ts'
import type { NewMail } from './outbox.ts'

/** Who is to get a mail: people who act under mandates. */
export interface Audience {
  /** Everybody who acts for these organisations, but for those who only read. */
  readonly members?: readonly string[]
  /** The Admins of these organisations. */
  readonly admins?: readonly string[]
  /** Everybody in one of these roles, such as `government/Admin`. */
  readonly roles?: readonly string[]
  /** Whoever may do all of one of these, whatever the organisation. */
  readonly able?: readonly (readonly Act[])[]
  /** Whoever holds one of these mandates. */
  readonly holders?: readonly string[]
  /** These people, in whichever mandate they act by now. */
  readonly users?: readonly string[]
  /** Mandates whose holders know it already: whoever did it. */
  readonly without?: readonly string[]
  /** Mandates that did what another person must approve: whoever is there on the same word counts as the same. */
  readonly distinctFrom?: readonly string[]
}

export type Reader = Required<NewMail['to']> & { language: string | null }

interface Row extends Reader, Pick<Person, 'role' | 'organisation' | 'active'> {
  mandate: string
  hand: string
  affiliates: string[] | null
  accreditations: Rows['organisation']['accreditations'] | null
}

/** The people of an audience, each once, as mandates stand at an instant. */
export async function readersOf(
  queries: Pick<pg.Pool | pg.PoolClient, 'query'>,
  permissions: PermissionTable,
  audience: Audience,
  at: string,
): Promise<Reader[]> {
  const { members = [], admins = [], roles = [], able = [], holders = [], users = [] } = audience
  const { without = [], distinctFrom = [] } = audience
  const acts = able.flat()
  const concerned = acts.flatMap(({ organisations, assigned = [] }) => [...organisations, ...assigned])
  const { rows } = await queries.query<Row>({
    name: 'mail-readers',
    text: READERS,
    values: [
      [...new Set([...members, ...admins, ...concerned])],
      [...new Set([...roles, ...acts.flatMap(({ action }) => rolesOfAny(permissions, action))])],
      [...holders, ...without, ...distinctFrom],
      users,
    ],
  })
  const aware = new Set(rows.filter(({ mandate }) => without.includes(mandate)).map(({ user }) => user))
  const wanted = rows.filter(
    (row) =>
      users.includes(row.user) ||
      holders.includes(row.mandate) ||
      roles.includes(row.role) ||
      (members.includes(row.organisation) && !row.role.endsWith('/ViewOnly')) ||
      (admins.includes(row.organisation) && row.role.endsWith('/Admin')) ||
      able.some((all) => all.every((act) => mayAct(permissions, personOf(row), act, at))),
  )
  const hands = new Set(rows.filter(({ mandate }) => distinctFrom.includes(mandate)).map(({ hand }) => hand))
  const unaware = wanted.filter(({ user, hand }) => !aware.has(user) && !hands.has(hand))
  return [
    ...new Map(unaware.map(({ user, email, name, language }) => [user, { user, email, name, language }])).values(),
  ]
}

function personOf({ affiliates, accreditations, ...row }: Row): Person {
  return { ...row, affiliates: affiliates ?? [], accreditations: accreditations ?? {} }
}

/** Roles that may do it whomever it concerns. */
function rolesOfAny({ actions }: PermissionTable, action: string): string[] {
  return Object.entries(actions[action] ?? {}).flatMap(([role, scope]) => (scope === 'any' ? [role] : []))
}

// By the index of each, so that whoever is not concerned costs nothing.
const READERS = `
  WITH wanted AS (
    SELECT id FROM ledger_row WHERE kind = 'mandate' AND row ? 'organisation' AND row ->> 'organisation' = ANY($1)
     UNION SELECT id FROM ledger_row WHERE kind = 'mandate' AND row ->> 'role' = ANY($2)
     UNION SELECT unnest($3::text[])
     UNION SELECT mandate FROM content_mandate WHERE user_id = ANY($4))
  SELECT u.id AS user, u.email, u.name, u.language, r.id AS mandate, r.row ->> 'organisation' AS organisation,
         r.row ->> 'role' AS role, r.row ->> 'hand' AS hand, (o.row ->> 'active')::boolean AS active,
         o.row -> 'affiliates' AS affiliates, o.row -> 'accreditations' AS accreditations
    FROM wanted w
    JOIN ledger_row r ON r.kind = 'mandate' AND r.id = w.id AND (r.row ->> 'active')::boolean
    JOIN content_mandate m ON m.mandate = r.id
    JOIN content_user u ON u.id = m.user_id AND u.ended_at IS NULL
    JOIN ledger_row o ON o.kind = 'organisation' AND o.id = r.row ->> 'organisation'
   ORDER BY u.created_at, u.id`
