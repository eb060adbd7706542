import { createApiKey, listApiKeys, type Operation, revokeApiKey, scopesOver } from '@tallystick/contract'
import { randomId } from '@tallystick/ledger'
import { allows } from '@tallystick/rules'
import type { FastifyInstance } from 'fastify'
import type pg from 'pg'
import { apiKeyOf } from '../platform/api-key.ts'
import { isGovernment, newToken, tokenHash } from '../platform/auth.ts'
import { executeOnce, REPLAYED } from '../platform/idempotency.ts'
import { lawInForce } from '../platform/law.ts'
import { networkIn, shownNetwork } from '../platform/networks.ts'
import { handle } from '../platform/operations.ts'
import { recipientOf } from '../platform/people.ts'
import { fieldProblem, problem } from '../platform/problem.ts'
import type { Actor, Services } from '../platform/services.ts'
import { type KeyRow, keepKey, keyById, keyPage, revokeKey, shownKey, type Visible } from './queries.ts'

const DAY_MS = 86_400_000

/** Keys with which programs act for a user. */
export function register(app: FastifyInstance, services: Services): void {
  handle(app, services, createApiKey, async (call) => {
    const { name, days } = call.body
    let key: string | null = null
    const made = await executeOnce(services, call, async (client) => {
      const scopes = knownScopes(call.body.scopes, app.operations)
      const addresses = knownNetworks(call.body.addresses)
      const [id, createdAt] = [randomId(), services.clock()]
      const expiresAt = new Date(createdAt.getTime() + days * DAY_MS)
      const text = apiKeyOf(id, newToken())
      const wanted = { id, hash: tokenHash(text), name, scopes, addresses, createdAt, expiresAt }
      const row = await keepKey(client, call.actor, wanted)
      await tell(services, client, 'made', row)
      key = text
      return shownKey(row, createdAt)
    })
    return { ...made, key: call.reply.getHeader(REPLAYED) === undefined ? key : null }
  })

  handle(app, services, listApiKeys, ({ query, actor }) => keyPage(services, visibleTo(actor), query))

  handle(app, services, revokeApiKey, async (call) => {
    const row = await keyById(services.pool, call.params.id)
    if (!row || !isVisible(row, visibleTo(call.actor))) throw problem('not-found')
    await mayRevoke(services, call.actor, row)
    return executeOnce(services, call, async (client) => {
      const now = services.clock()
      const revoked = await revokeKey(client, row.id, call.actor.mandate, now)
      await tell(services, client, 'revoked', revoked)
      return shownKey(revoked, now)
    })
  })
}

/** Tells whose key it is, once each, whoever did it. The key itself is in no mail. */
async function tell(services: Services, client: pg.PoolClient, what: 'made' | 'revoked', row: KeyRow): Promise<void> {
  const person = await recipientOf(client, row.user)
  const { id, name, expiresAt } = row
  const key = { id, name, expiresAt, url: `${services.publicUrl}/national` }
  if (person) await services.notify.apiKey(person, what, key, { queries: client })
}

/** Whose keys somebody sees. */
function visibleTo(actor: Actor): Visible {
  if (isGovernment(actor)) return {}
  return actor.role.endsWith('/Admin') ? { organisation: actor.organisation } : { user: actor.user }
}

function isVisible(row: KeyRow, { user, organisation }: Visible): boolean {
  return (user === undefined || row.user === user) && (organisation === undefined || row.organisation === organisation)
}

/** Whoever may take the mandate of a user away may also take away what programs do under it. */
async function mayRevoke(services: Services, actor: Actor, { user, role, organisation }: KeyRow): Promise<void> {
  if (user === actor.user) return
  const { permissions } = await lawInForce(services.ledger)
  const act = { action: `mandates.${role}`, organisations: [organisation] }
  if (!allows(permissions, actor.role, actor.organisation, act)) throw problem('forbidden')
}

/** Each scope once. Throws a problem for the first one that there is not. */
function knownScopes(scopes: readonly string[], operations: readonly Operation[]): string[] {
  const known = scopesOver(operations)
  for (const [at, scope] of scopes.entries()) {
    if (known.has(scope)) continue
    const isForPeople = operations.some(({ id }) => id === scope)
    const message = isForPeople ? 'is for people who are signed in: no API key does it' : 'is no scope of an API key'
    throw fieldProblem(`scopes.${at}`, message, [...known].join(', '))
  }
  return [...new Set(scopes)]
}

function knownNetworks(addresses: readonly string[]): string[] {
  const networks = addresses.map((text, at) => {
    const network = networkIn(text)
    if ('wrong' in network) throw fieldProblem(`addresses.${at}`, network.wrong, network.allowed)
    return shownNetwork(network)
  })
  return [...new Set(networks)]
}
