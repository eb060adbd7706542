import { type Act, allows, type PermissionTable } from '@tallystick/rules'
import type pg from 'pg'
import type { NewMail } from './outbox.ts'

/** Who is to get a mail: people who act under mandates. */
export interface Audience {
  /** Everybody who acts for these organisations, but for those who only read. */
  readonly members?: readonly string[]
  /** Everybody in one of these roles, such as `government/Admin`. */
  readonly roles?: readonly string[]
  /** Those of these organisations to whom the table allows an action. */
  readonly allowed?: Act
  /** Whoever holds one of these mandates. */
  readonly holders?: readonly string[]
  /** These people, in whichever mandate they act by now. */
  readonly users?: readonly string[]
  /** Mandates whose holders know it already: whoever did it. */
  readonly without?: readonly string[]
}

export type Reader = Required<NewMail['to']> & { language: string | null }

interface Row extends Reader {
  mandate: string
  organisation: string
  role: string
}

/** The people of an audience, each once, as mandates stand now. */
export async function readersOf(
  queries: Pick<pg.Pool | pg.PoolClient, 'query'>,
  permissions: PermissionTable,
  audience: Audience,
): Promise<Reader[]> {
  const { members = [], roles = [], allowed, holders = [], users = [], without = [] } = audience
  const { rows } = await queries.query<Row>({
    name: 'mail-readers',
    text: READERS,
    values: [[...members, ...(allowed?.organisations ?? [])], roles, [...holders, ...without], users],
  })
  const aware = new Set(rows.filter(({ mandate }) => without.includes(mandate)).map(({ user }) => user))
  const wanted = rows.filter(
    ({ user, mandate, organisation, role }) =>
      users.includes(user) ||
      holders.includes(mandate) ||
      roles.includes(role) ||
      (members.includes(organisation) && !role.endsWith('/ViewOnly')) ||
      (allowed?.organisations.includes(organisation) === true && allows(permissions, role, organisation, allowed)),
  )
  const unaware = wanted.filter(({ user }) => !aware.has(user))
  return [
    ...new Map(unaware.map(({ user, email, name, language }) => [user, { user, email, name, language }])).values(),
  ]
}

const READERS = `
  SELECT u.id AS user, u.email, u.name, u.language, r.id AS mandate, r.row ->> 'organisation' AS organisation,
         r.row ->> 'role' AS role
    FROM ledger_row r
    JOIN content_mandate m ON m.mandate = r.id
    JOIN content_user u ON u.id = m.user_id AND u.ended_at IS NULL
   WHERE r.kind = 'mandate' AND (r.row ->> 'active')::boolean
     AND (r.row ->> 'organisation' = ANY($1) OR r.row ->> 'role' = ANY($2) OR r.id = ANY($3) OR u.id = ANY($4))
   ORDER BY u.created_at, u.id`
