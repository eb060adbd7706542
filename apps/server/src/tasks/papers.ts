import { type Found, organisationOf, type Place, type Source } from './source.ts'

const DAY_MS = 86_400_000
/** So long before it ends somebody is asked to make a new one. */
const SOON_DAYS = 30

/** Accreditations of the own organisation that end soon: its Admins ask for new ones in time. */
export const accreditationTasks: Source = {
  kind: 'accreditation',
  async find({ services, doer, at }, [end, id], limit) {
    if (!doer.active || !doer.role.endsWith('/Admin')) return []
    const today = at.slice(0, 10)
    const soon = laterDay(at, SOON_DAYS)
    const ending = Object.entries(doer.accreditations).filter(([, { to }]) => today <= to && to <= soon)
    if (ending.length === 0) return []
    const organisation = await organisationOf(services, doer.organisation)
    return ending
      .map(([accreditation, { scopes, to }]): Found => {
        return {
          place: [to, accreditation],
          id: accreditation,
          title: { text: 'waits.accreditation', places: { scopes: scopes.join(', '), day: { day: to } } },
          steps: ['renew'],
          path: `/national/organisations/${doer.organisation}`,
          organisation,
          project: null,
          since: `${laterDay(`${to}T00:00:00.000Z`, -SOON_DAYS)}T00:00:00.000Z`,
          due: `${to}T23:59:59.999Z`,
          isFor: ({ role }) => role.endsWith('/Admin'),
        }
      })
      .filter(({ place }) => isAfter(place, [end, id]))
      .sort((a, b) => (isAfter(a.place, b.place) ? 1 : -1))
      .slice(0, limit)
  },
}

/** Own API keys that end soon: programs stop then. */
export const keyTasks: Source = {
  kind: 'api-key',
  async find({ services, actor, at }, [end, id], limit) {
    const { rows } = await services.pool.query<{ id: string; name: string; expiresAt: Date }>({
      name: 'task-keys',
      text: `SELECT id, name, expires_at AS "expiresAt" FROM content_api_key
              WHERE user_id = $1 AND mandate = $2 AND revoked_at IS NULL
                AND expires_at > $3 AND expires_at <= $3 + ${KEY_DAYS} * interval '1 day' AND (expires_at, id) > ($4, $5)
              ORDER BY expires_at, id LIMIT $6`,
      values: [actor.user, actor.mandate, new Date(at), end === '' ? '-infinity' : end, id, limit],
    })
    if (rows.length === 0) return []
    const organisation = await organisationOf(services, actor.organisation)
    return rows.map(({ id: key, name, expiresAt }): Found => {
      const due = expiresAt.toISOString()
      return {
        place: [due, key],
        id: key,
        title: { text: 'waits.api-key', places: { key: name, expiresAt: { instant: due } } },
        steps: ['renew'],
        path: '/national/api-keys',
        organisation,
        project: null,
        since: new Date(expiresAt.getTime() - KEY_DAYS * DAY_MS).toISOString(),
        due,
      }
    })
  },
}

const KEY_DAYS = 14

function laterDay(at: string, days: number): string {
  return new Date(Date.parse(at) + days * DAY_MS).toISOString().slice(0, 10)
}

function isAfter([a, b]: Place, [c, d]: Place): boolean {
  return a > c || (a === c && b > d)
}
