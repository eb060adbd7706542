import { waitingForMe } from './credits/waiting-routes.ts'
import { waitingRecords } from './national-records/waiting.ts'
import { reachOf } from './onboarding/reach.ts'
import { registrationPage } from './onboarding/store.ts'
import { namesIn } from './platform/names.ts'
import { findingTasks } from './tasks/findings.ts'
import { accreditationTasks, keyTasks } from './tasks/papers.ts'
import { periodTasks, projectTasks } from './tasks/projects.ts'
import { proposalTasks } from './tasks/proposals.ts'
import { reversalTasks } from './tasks/reversals.ts'
import { type Doer, type Found, type Look, type Source, sift } from './tasks/source.ts'

/** Movements that somebody approves or accepts. */
const movementTasks: Source = {
  kind: 'movement',
  async find({ services, actor, law, at }, [, after], limit) {
    const waiting = await waitingForMe(services, actor, after, limit, { law, at })
    return waiting.map(({ movement, since, isFor }): Found => {
      const { id, next, kind, quantity, from, to, by, expiresAt, project } = movement
      const sides = { sender: named(from.organisation), receiver: named(to.organisation) }
      return {
        place: ['', id],
        id,
        title: {
          text: `waits.movement.${next}`,
          places: { kind: { code: kind, list: 'movement' }, quantity: { number: quantity }, ...sides },
        },
        steps: next === 'accept' ? ['accept', 'decline'] : ['approve'],
        path: `/national/movements/${id}`,
        organisation: by.organisation,
        project,
        since,
        due: expiresAt,
        isFor: ({ mandate, role, organisation, hand }: Doer) => isFor({ mandate, role, organisation, hand }),
      }
    })
  },
}

function named({ name }: { name: string | null }) {
  return { organisation: name, authority: false }
}

/** People who ask to be let in. */
const registrationTasks: Source = {
  kind: 'registration',
  async find({ services, actor }: Look, [at, id], limit) {
    const reach = await reachOf(services, actor)
    if (reach.newKinds.length + reach.joinKinds.length === 0 && reach.own === null) return []
    const after = at === '' ? undefined : ([at, id] as const)
    const rows = await registrationPage(services, reach, ['open', 'deciding'], after, limit)
    const names = await namesIn(
      services,
      rows.map(({ organisation }) => organisation),
    )
    return rows.map((row): Found => {
      const since = row.created_at.toISOString()
      return {
        place: [since, row.id],
        id: row.id,
        title: row.is_new
          ? { text: 'waits.registration.new', places: { name: row.name, organisation: row.organisation_name ?? '' } }
          : { text: 'waits.registration.join', places: { name: row.name } },
        steps: ['approve', 'reject'],
        path: `/national/registrations/${row.id}`,
        organisation: row.is_new ? null : names.organisationRef(row.organisation),
        project: null,
        since,
        due: null,
      }
    })
  },
}

/** National records that somebody decides on. */
const recordTasks: Source = {
  kind: 'record',
  find: ({ services, law, doer }, after, limit) =>
    sift(
      (from, most) => waitingRecords(services, law, doer, from, most),
      ({ enteredAt, id }) => [enteredAt, id],
      async (records) =>
        records
          .filter(({ isFor }) => isFor(doer))
          .map(({ id, kind, name, path, project, organisation, enteredAt, since, isFor }): Found => {
            const title = { text: `waits.record.${kind}`, places: { name } }
            const steps = ['approve', 'reject']
            return { place: [enteredAt, id], id, title, steps, path, organisation, project, since, due: null, isFor }
          }),
      after,
      limit,
    ),
}

/** Everything that waits for people, kind by kind. */
export const taskSources: readonly Source[] = [
  movementTasks,
  proposalTasks,
  registrationTasks,
  findingTasks,
  reversalTasks,
  periodTasks,
  projectTasks,
  accreditationTasks,
  keyTasks,
  recordTasks,
]
