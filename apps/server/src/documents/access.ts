import type { Agreement } from '@tallystick/contract'
import { isGovernment } from '../platform/auth.ts'
import { refusalOutside } from '../platform/permitted.ts'
import { problem, refusalProblem } from '../platform/problem.ts'
import type { Actor, Services } from '../platform/services.ts'
import { type DraftRow, draftById } from './drafts.ts'

/** Throws a problem for whoever may not submit this kind of document of this project, also where others would approve it. */
export async function requireWriter(
  services: Services,
  actor: Actor,
  { project, kind, agreement }: Pick<DraftRow, 'project' | 'kind' | 'agreement'>,
): Promise<void> {
  const sides = agreement && {
    organisations: await holdersOf(services, [agreement.seller]),
    interests: await holdersOf(services, [agreement.seller, agreement.buyer]),
  }
  const refusal = await refusalOutside(services, actor, { action: `documents.submit.${kind}`, project, ...sides })
  // What others are to approve is made before they do.
  if (refusal && refusal.refused !== 'approval-missing') throw refusalProblem(refusal)
}

/** A draft of the own organisation. Nobody else is told that there is one. */
export async function ownDraft(services: Services, actor: Actor, id: string): Promise<DraftRow> {
  const row = await draftById(services.pool, id)
  if (!row || row.organisation !== actor.organisation) throw problem('not-found')
  return row
}

/** A draft that somebody may write in. */
export async function writableDraft(services: Services, actor: Actor, id: string): Promise<DraftRow> {
  const row = await ownDraft(services, actor, id)
  await requireWriter(services, actor, row)
  return row
}

/** Whose accounts they are. */
async function holdersOf(services: Services, ids: readonly string[]): Promise<string[]> {
  const accounts = await services.ledger.rows('account', ids)
  return [...accounts.values()].map(({ organisation }) => organisation)
}

/**
 * The government, whoever submitted it, and the owners and certifiers of the project read the whole of a document; of an
 * agreement its two sides and the government.
 */
export async function readsWhole(
  services: Services,
  actor: Actor | undefined,
  { project, by, agreement }: { project: string; by: string; agreement?: Agreement | undefined },
): Promise<boolean> {
  if (!actor) return false
  const { organisation } = actor
  if (isGovernment(actor) || organisation === by) return true
  if (agreement) return (await holdersOf(services, [agreement.seller, agreement.buyer])).includes(organisation)
  const { owners = [], certifiers = {} } = (await services.ledger.row('project', project)) ?? {}
  if (Object.values(certifiers).includes(organisation)) return true
  const holders = await holdersOf(
    services,
    owners.map(({ account }) => account),
  )
  return holders.includes(organisation)
}
