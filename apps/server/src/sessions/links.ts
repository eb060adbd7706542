import type { FastifyRequest } from 'fastify'
import { problem } from '../platform/problem.ts'
import type { Services } from '../platform/services.ts'
import { linkTokenOf } from '../platform/sign-in-links.ts'
import { noteSignIn } from '../platform/sign-ins.ts'
import { type Opened, openSession } from './queries.ts'

/** A session for a one-time link or its token; undefined for one that was used, has expired or was never given out. */
export async function signInByLink(
  services: Services,
  link: string,
  { ip: address }: Pick<FastifyRequest, 'ip'>,
): Promise<Opened | undefined> {
  if (services.onboarding !== 'link') throw problem('links-off')
  const opened = await openSession(services, linkTokenOf(link))
  await noteSignIn(services, { user: opened?.user, address, outcome: opened ? 'sign-in' : 'sign-in-refused' })
  return opened
}
