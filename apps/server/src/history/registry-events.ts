import type { RegistryEvent } from '@tallystick/contract'
import type { Services } from '../platform/services.ts'

/** Something that was done and is no entry of the log. */
export interface RegistryRow {
  type: RegistryEvent
  at: Date
  id: string
  user: string | null
  mandate: string | null
  organisation: string | null
  /** Id of what it is about. */
  about: string | null
  /** That in words. */
  said: string
  network: string | null
  times: number
}

/** Some people, with every mandate that they act or acted under. */
export interface People {
  users: readonly string[]
  mandates: readonly string[]
}

/** What is asked for. Values go to the database as parameters; what stands in a statement is ours. */
export interface RegistryAsked {
  types: readonly RegistryEvent[]
  /** Whose doings; several such lists are joined by and. */
  people: readonly People[]
  organisation?: string | undefined
  from?: string | undefined
  to?: string | undefined
  before?: readonly [at: string, id: string] | undefined
}

/** Where rows of some kinds are kept: each column as an expression over the table. */
interface Source {
  types: readonly RegistryEvent[]
  type: string
  from: string
  at: string
  id: string
  user: string
  mandate: string
  organisation: string
  about: string
  said: string
  network?: string
  times?: string
  where?: string
}

const organisationOf = (mandate: string) =>
  `(SELECT row ->> 'organisation' FROM ledger_row WHERE kind = 'mandate' AND id = ${mandate})`

/** Where a table does not say who it was, or under which mandate. */
const NOBODY = 'NULL::text'

const SOURCES: readonly Source[] = [
  {
    ...{ types: ['sign-in', 'sign-in-refused'], type: 'x.outcome', from: 'content_sign_in x', at: 'x.at', id: 'x.id' },
    ...{ user: 'x.user_id', mandate: 'x.mandate', organisation: 'x.organisation', about: NOBODY, said: `''` },
    ...{ network: 'x.network', times: 'x.times' },
  },
  {
    ...{ types: ['api-key-made'], type: `'api-key-made'`, from: 'content_api_key x', at: 'x.created_at', id: 'x.id' },
    ...{ user: 'x.user_id', mandate: 'x.mandate', organisation: 'x.organisation', about: 'x.id', said: 'x.name' },
  },
  {
    ...{ types: ['api-key-revoked'], type: `'api-key-revoked'`, from: 'content_api_key x', at: 'x.revoked_at' },
    ...{ id: 'x.id', user: NOBODY, mandate: 'x.revoked_by', organisation: organisationOf('x.revoked_by') },
    ...{ about: 'x.id', said: 'x.name', where: 'x.revoked_at IS NOT NULL' },
  },
  {
    ...{ types: ['registration-asked'], type: `'registration-asked'`, from: 'content_registration x' },
    ...{
      at: 'x.created_at',
      id: 'x.id',
      user: NOBODY,
      mandate: NOBODY,
      organisation: 'x.organisation',
      about: 'x.id',
    },
    ...{ said: `coalesce(x.organisation_name, '')`, where: `x.status <> 'unconfirmed'` },
  },
  {
    ...{
      types: ['registration-approved', 'registration-rejected'],
      from: 'content_registration x',
      at: 'x.decided_at',
    },
    ...{ type: `CASE x.status WHEN 'rejected' THEN 'registration-rejected' ELSE 'registration-approved' END` },
    ...{
      id: 'x.id',
      user: NOBODY,
      mandate: 'x.decided_by',
      organisation: organisationOf('x.decided_by'),
      about: 'x.id',
    },
    ...{ said: `coalesce(x.organisation_name, '')`, where: 'x.decided_at IS NOT NULL' },
  },
  {
    ...{
      types: ['proposal-made'],
      type: `'proposal-made'`,
      from: 'content_proposal x',
      at: 'x.created_at',
      id: 'x.id',
    },
    ...{ user: 'x.created_by', mandate: 'x.by_mandate', organisation: 'x.by_organisation', about: 'x.id' },
    said: 'x.action',
  },
  {
    ...{ types: ['proposal-approved'], type: `'proposal-approved'`, at: 'x.created_at', id: `x.proposal || x.user_id` },
    from: 'content_approval x JOIN content_proposal p ON p.id = x.proposal',
    ...{ user: 'x.user_id', mandate: 'x.mandate', organisation: organisationOf('x.mandate'), about: 'x.proposal' },
    said: 'p.action',
  },
  {
    ...{ types: ['role-changed'], type: `'role-changed'`, at: 'x.created_at', id: 'x.mandate' },
    from: 'content_role_change x LEFT JOIN content_user u ON u.id = x.user_id',
    ...{
      user: NOBODY,
      mandate: 'x.by_mandate',
      organisation: organisationOf('x.by_mandate'),
      about: 'x.user_id',
    },
    ...{ said: `coalesce(u.name, '')`, where: `x.state IN ('moved', 'done')` },
  },
  {
    types: ['record-entered', 'record-approved', 'record-rejected', 'record-withdrawn', 'record-finalised'],
    type: 'x.event',
    from: 'content_record_version x JOIN content_record r ON r.id = x.record',
    ...{ at: 'x.at', id: `(x.record || '/' || x.version::text)`, user: NOBODY, mandate: 'x.by_mandate' },
    ...{ organisation: 'x.organisation', about: 'x.record' },
    said: `coalesce(r.number, x.content ->> 'objective', concat_ws(' ', r.kind, lower(r.years)))`,
  },
]

/** Doings of the registry, newest first. Each table is read from its newest end. */
export async function registryRows({ pool }: Services, asked: RegistryAsked, limit: number): Promise<RegistryRow[]> {
  const sources = SOURCES.filter(({ types }) => types.some((type) => asked.types.includes(type)))
  if (sources.length === 0) return []
  const values: unknown[] = [asked.types, limit]
  const place = (value: unknown) => `$${values.push(value)}`
  const filters = filtersOf(asked, place)
  const selects = sources.map((source) => `(${selectOf(source, filters)})`)
  const { rows } = await pool.query<RegistryRow>(
    `SELECT * FROM (${selects.join(' UNION ALL ')}) all_of ORDER BY at DESC, id DESC LIMIT $2`,
    values,
  )
  return rows
}

type Filter = (source: Source) => string

function filtersOf(asked: RegistryAsked, place: (value: unknown) => string): Filter[] {
  const { people, organisation, from, to, before } = asked
  const filters: Filter[] = []
  for (const { users, mandates } of people) {
    // A parameter that no source uses has no type.
    const [whom, as] = [once(() => place(users)), once(() => place(mandates))]
    filters.push(({ user, mandate }) =>
      user === NOBODY ? `${mandate} = ANY(${as()}::text[])` : `${user} = ANY(${whom()}::text[])`,
    )
  }
  if (organisation !== undefined) {
    const one = place(organisation)
    filters.push((source) => `${source.organisation} = ${one}`)
  }
  if (from !== undefined) {
    const least = place(from)
    filters.push(({ at }) => `${at} >= ${least}::timestamptz`)
  }
  if (to !== undefined) {
    const end = place(to)
    filters.push(({ at }) => `${at} < ${end}::timestamptz`)
  }
  if (before !== undefined) {
    const [instant, id] = before.map(place)
    filters.push((source) => `(${source.at}, ${source.id}) < (${instant}::timestamptz, ${id})`)
  }
  return filters
}

function once(make: () => string): () => string {
  let made: string | undefined
  return () => {
    made ??= make()
    return made
  }
}

function selectOf(source: Source, filters: readonly Filter[]): string {
  const { type, at, id, user, mandate, organisation, about, said } = source
  const conditions = [
    ...(source.where ? [source.where] : []),
    `${type} = ANY($1::text[])`,
    ...filters.map((one) => one(source)),
  ]
  return `SELECT ${type} AS type, ${at} AS at, ${id} AS id, ${user}::text AS user, ${mandate}::text AS mandate,
            ${organisation}::text AS organisation, ${about}::text AS about, ${said} AS said,
            ${source.network ?? 'NULL'}::text AS network, ${source.times ?? '1'}::integer AS times
       FROM ${source.from} WHERE ${conditions.join(' AND ')} ORDER BY ${at} DESC, ${id} DESC LIMIT $2`
}

/** People whose name or address has all these words: of more than `most`, none. */
export async function usersSaid({ pool }: Services, words: string, most: number): Promise<string[] | 'too-many'> {
  const { rows } = await pool.query<{ id: string }>({
    name: 'users-said',
    text: `SELECT id FROM content_user
            WHERE to_tsvector('simple', translate(lower(name || ' ' || email), '@._-''', '     ')) @@ $1::tsquery
            LIMIT $2`,
    values: [words, most + 1],
  })
  return rows.length > most ? 'too-many' : rows.map(({ id }) => id)
}
