import { Readable } from 'node:stream'
import {
  listOrganisations,
  MOST_LOGO_BYTES,
  type Organisation,
  reactivateOrganisation,
  readLogo,
  readOrganisation,
  registerOrganisation,
  setLogo,
  suspendOrganisation,
  updateOrganisation,
} from '@tallystick/contract'
import { randomId } from '@tallystick/ledger'
import type { FastifyInstance } from 'fastify'
import { isGovernment } from '../platform/auth.ts'
import { derivedId } from '../platform/derived-id.ts'
import { execute, type Sender, writtenOf } from '../platform/idempotency.ts'
import { refusalOf, wasCarriedOut } from '../platform/judged.ts'
import { handle } from '../platform/operations.ts'
import { dropDetails, keepDetails } from '../platform/organisations.ts'
import { fieldProblem, problem, refusalProblem } from '../platform/problem.ts'
import type { Actor, Services } from '../platform/services.ts'
import { type Picture, pictureOf } from './picture.ts'
import {
  changeDetails,
  keepLogo,
  logoOfOrganisation,
  organisation,
  organisationDetails,
  organisationPage,
} from './queries.ts'
import { followSuspensions } from './suspension.ts'

export function register(app: FastifyInstance, services: Services): void {
  handle(app, services, registerOrganisation, async (call) => {
    const { kind, name, ...details } = call.body
    const id = await derivedId(services, call.sender, `organisation ${call.idempotencyKey}`)
    await refuseBeforehand(services, call, kind)
    const isKept = await keepDetails(services, id, details)
    if (!isKept && !(await wasCarriedOut(services, call))) {
      throw problem('tax-id-taken', {}, [{ field: 'taxId', message: 'belongs to an organisation' }])
    }
    const commitment = await services.openings.commit(name)
    const receipt = await execute(services, call, {
      type: 'OrganisationRegistered',
      request: { organisation: id, kind, name: commitment },
      commitments: [commitment],
      takeBack: () => dropDetails(services, id),
    })
    return { id: String(receipt.entry.body.organisation), kind, name, active: true, entry: writtenOf(receipt) }
  })

  handle(app, services, suspendOrganisation, (call) => setStatus(services, call, 'OrganisationSuspended', false))
  handle(app, services, reactivateOrganisation, (call) => setStatus(services, call, 'OrganisationReactivated', true))

  handle(app, services, listOrganisations, ({ query }) => organisationPage(services, query))

  handle(app, services, updateOrganisation, async ({ params: { id }, body, actor }) => {
    const found = await organisation(services, id)
    if (!found) throw problem('not-found')
    refuseOthers(services, actor, found)
    await changeDetails(services, id, body)
    return { ...found, details: await organisationDetails(services, id) }
  })

  handle(app, services, setLogo, async ({ params: { id }, body: { content }, actor }) => {
    const found = await organisation(services, id)
    if (!found) throw problem('not-found')
    refuseOthers(services, actor, found)
    await keepLogo(services, id, content === null ? undefined : logoOf(content))
    return undefined
  })

  handle(app, services, readLogo, async ({ params: { id }, reply }) => {
    const logo = await logoOfOrganisation(services, id)
    if (!logo) throw problem('not-found')
    reply
      .type(logo.media)
      .header('content-disposition', 'inline; filename="logo"')
      .header('content-length', logo.bytes.length)
    return Readable.from([logo.bytes])
  })

  handle(app, services, readOrganisation, async ({ params, actor }) => {
    const found = await organisation(services, params.id)
    if (!found) throw problem('not-found')
    const mayReadAll = isGovernment(actor) || actor?.organisation === params.id
    return { ...found, details: mayReadAll ? await organisationDetails(services, params.id) : null }
  })
}

/** Whoever may not register an organisation does not hear whether a tax id is known. */
async function refuseBeforehand(services: Services, call: Sender, kind: string): Promise<void> {
  if (await wasCarriedOut(services, call)) return
  const request = { organisation: randomId(), kind, name: '0'.repeat(64) }
  const refused = await refusalOf(services, { type: 'OrganisationRegistered', by: call.actor.mandate, request })
  if (refused) throw refusalProblem(refused)
}

/** What is known of an organisation is its Admins' to change, unless it is suspended; of the government Root's, too. */
function refuseOthers(services: Services, { organisation, role }: Actor, { id, active }: Organisation): void {
  const isRoot = role === 'government/Root' && id === services.genesis.authority
  if (organisation !== id || !(isRoot || role.endsWith('/Admin'))) throw problem('forbidden')
  if (!active) throw problem('organisation-suspended', { organisation: id })
}

function logoOf(content: string): Picture {
  const bytes = Buffer.from(content, 'base64')
  const picture = bytes.length <= MOST_LOGO_BYTES ? pictureOf(bytes) : undefined
  if (picture) return picture
  throw fieldProblem(
    'content',
    'is no PNG or JPEG that fits',
    'PNG or JPEG, at most 200 kB, at most 2000 by 2000 pixels',
  )
}

async function setStatus(
  services: Services,
  call: Sender & { params: { id: string }; body: { reason: string } },
  type: 'OrganisationSuspended' | 'OrganisationReactivated',
  active: boolean,
) {
  const { id } = call.params
  const { reason } = call.body
  const receipt = await execute(services, call, { type, request: { organisation: id, reason } })
  await followSuspensions(services)
  return { id, active, reason, entry: writtenOf(receipt) }
}
