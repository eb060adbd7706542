import type { Doer, Speech } from '@tallystick/contract'
import { isGovernment } from '../platform/auth.ts'
import type { KnownNames } from '../platform/names.ts'
import type { Actor, Services } from '../platform/services.ts'

/** A person as far as a time line tells of one. */
type Person = NonNullable<Doer['person']>

/** Who is behind which mandate, also behind one that the person acted under before a change of role. */
const PEOPLE = `
  SELECT k.mandate, u.id, u.name
    FROM (SELECT mandate, user_id FROM content_mandate WHERE mandate = ANY($1)
          UNION ALL
          SELECT old_mandate, user_id FROM content_role_change
           WHERE old_mandate = ANY($1) AND state IN ('moved', 'done')) k
    JOIN content_user u ON u.id = k.user_id`

/**
 * How whoever acted is shown to a reader: the government sees the person, others those of their own organisation, the
 * public nobody.
 */
export async function doersFor(
  services: Services,
  reader: Actor | undefined,
  mandates: readonly string[],
  { names, speech }: { names: KnownNames; speech: Speech },
): Promise<(mandate: string) => Doer> {
  const isVisible = (mandate: string) =>
    isGovernment(reader) || (reader !== undefined && names.mandate(mandate)?.organisation === reader.organisation)
  const people = await peopleOf(services, [...new Set(mandates)].filter(isVisible))
  return (mandate) => {
    const known = names.mandate(mandate)
    return {
      mandate,
      role: known?.role ?? '',
      roleWords: speech.role(known?.role ?? ''),
      organisation: names.organisationRef(known?.organisation ?? ''),
      person: people.get(mandate) ?? null,
    }
  }
}

async function peopleOf({ pool }: Services, mandates: readonly string[]): Promise<Map<string, Person>> {
  if (mandates.length === 0) return new Map()
  const { rows } = await pool.query<Person & { mandate: string }>({
    name: 'people-behind',
    text: PEOPLE,
    values: [mandates],
  })
  return new Map(rows.map(({ mandate, id, name }) => [mandate, { id, name }]))
}

/** People by their id or by a mandate, with every mandate that they act or acted under. What is nobody's here stays. */
export async function mandatesOf(
  { pool }: Services,
  actors: readonly string[],
): Promise<{ users: string[]; mandates: string[] }> {
  if (actors.length === 0) return { users: [], mandates: [] }
  const { rows } = await pool.query<{ user: string; mandate: string | null }>({
    name: 'mandates-of-actors',
    text: `WITH person AS (
             SELECT id FROM content_user WHERE id = ANY($1)
             UNION SELECT user_id FROM content_mandate WHERE mandate = ANY($1)
             UNION SELECT user_id FROM content_role_change WHERE old_mandate = ANY($1) AND state IN ('moved', 'done'))
           SELECT person.id AS user, m.mandate
             FROM person LEFT JOIN LATERAL (
               SELECT mandate FROM content_mandate WHERE user_id = person.id
               UNION SELECT old_mandate FROM content_role_change
                      WHERE user_id = person.id AND state IN ('moved', 'done')) m ON true`,
    values: [actors],
  })
  const mandates = rows.flatMap(({ mandate }) => mandate ?? [])
  return {
    users: [...new Set(rows.map(({ user }) => user))],
    mandates: [...new Set([...mandates, ...actors])],
  }
}
