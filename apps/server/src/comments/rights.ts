import type { Rows } from '@tallystick/rules'
import { requirePermitted } from '../platform/permitted.ts'
import { problem } from '../platform/problem.ts'
import type { Actor, Services } from '../platform/services.ts'

/** The side of a project answers comments by the same right by which it describes the project. */
const ANSWER = 'documents.submit.description'
/** Whoever submits the bundle of comments decides on them. */
const DECIDE = 'documents.submit.public-comments'

/** Throws a problem for whoever may not decide about comments on a project, or has an interest in it. */
export function requireDecider(services: Services, actor: Actor, project: string): Promise<void> {
  return requirePermitted(services, actor, { action: DECIDE, project })
}

/** Throws a problem for whoever does not act for the owners of a project. */
export async function requireOwner(
  services: Services,
  actor: Actor,
  project: string,
  { owners }: Rows['project'],
): Promise<void> {
  await requirePermitted(services, actor, { action: ANSWER, project })
  const accounts = await services.ledger.rows(
    'account',
    owners.map(({ account }) => account),
  )
  const isOwner = [...accounts.values()].some(({ organisation }) => organisation === actor.organisation)
  if (!isOwner) throw problem('not-permitted', { action: ANSWER, role: actor.role })
}
