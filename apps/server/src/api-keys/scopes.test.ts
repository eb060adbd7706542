import { type Operation, scopesFor, scopesOver } from '@tallystick/contract'
import type { InjectOptions } from 'fastify'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { done, type Person, person } from '../registry.fixture.ts'
import { type World, world } from '../world.fixture.ts'

const PATH = '/national/api-keys'

let all: World
let operations: readonly Operation[]

beforeAll(async () => {
  all = await world()
  operations = all.registry.app.operations
})
afterAll(() => all.registry.close())

async function program(by: Person, scopes: readonly string[]): Promise<Person> {
  const { key } = await done(by.post(PATH, { name: 'A program', scopes }))
  return person(all.registry.app, String(key))
}

/** Asks for an operation, of things that there are not. */
async function ask(who: Person, { method, path }: Operation): Promise<[number, unknown]> {
  const url = path.replace(/\{\w+\}/g, 'f'.repeat(32))
  const headers = { authorization: `Bearer ${who.token}`, 'idempotency-key': `${method} ${path}`.replaceAll(' ', '_') }
  const answer = await all.registry.app.inject({ method, url, headers })
  const isProblem = String(answer.headers['content-type']).includes('problem')
  return [answer.statusCode, isProblem ? answer.json().code : undefined]
}

/** No program decides in the place of a second person, signs in, or makes itself another key. */
const FOR_PEOPLE = [
  ...['approveMovement', 'approveProposal', 'confirmUser', 'createApiKey', 'readSession', 'signIn', 'signOut'],
]

describe('what is for people', () => {
  it('is at least what decides, vouches and signs in', () => {
    const never = operations.filter(({ keys }) => keys === 'never').map(({ id }) => id)
    expect(never).toEqual(expect.arrayContaining(FOR_PEOPLE))
    const decides = operations.filter(({ id, access }) => access === 'signed-in' && /^(approve|confirm|vouch)/.test(id))
    expect(decides.filter(({ keys }) => keys !== 'never').map(({ id }) => id)).toEqual([])
  })

  it('is not done by a key with every scope that there is', async () => {
    const robot = await program(all.officer, [...scopesOver(operations)])
    for (const operation of operations.filter(({ keys }) => keys === 'never')) {
      expect(await ask(robot, operation), operation.id).toEqual([403, 'people-only'])
    }
  })

  it('stays with people where a program has proposed: a second person approves', async () => {
    const robot = await program(all.officer, ['Batches', 'Proposals'])
    const wish = { authorisation: all.authorisation, vintage: '2024', quantity: '5' }
    const { id } = await done(robot.post('/national/batches', wish), 202)
    const second = await program(all.second, [...scopesOver(operations)])
    const refused = await second.post(`/national/proposals/${id}/approvals`)
    expect([refused.status, refused.body.code]).toEqual([403, 'people-only'])
    expect((await all.officer.post(`/national/proposals/${id}/approvals`)).status).toBe(409)
    const carried = await done(all.second.post(`/national/proposals/${id}/approvals`))
    expect(carried.status).toBe('accepted')
  })
})

describe('a scope', () => {
  it('has one meaning: no operation is named as a tag is', () => {
    const tags = new Set(operations.map(({ tag }) => tag))
    for (const { id } of operations) expect(tags.has(id) || id === 'read', id).toBe(false)
  })

  it('must be the name itself for what changes people, and for keys', async () => {
    const named = operations.filter(({ keys }) => keys === 'named')
    const wide = [...scopesOver(operations)].filter((scope) => named.every(({ id }) => id !== scope))
    const robot = await program(all.officer, wide)
    expect(named.map(({ id }) => id)).toEqual(
      expect.arrayContaining(['addUser', 'listApiKeys', 'removeUser', 'revokeApiKey', 'sendSignInLink']),
    )
    for (const operation of named) expect(await ask(robot, operation), operation.id).toEqual([403, 'forbidden'])
    const exact = await program(
      all.officer,
      named.map(({ id }) => id),
    )
    for (const operation of named) expect(await ask(exact, operation), operation.id).not.toEqual([403, 'forbidden'])
  })

  it('opens what it covers, and nothing else: every operation, under every kind of scope', async () => {
    const robots = new Map<string, Person>()
    for (const scopes of ['read', 'Transfers', 'Accounts', 'transferCredits', 'listAccounts', 'removeUser']) {
      robots.set(scopes, await program(all.sunfield.admin, [scopes]))
    }
    for (const [scope, robot] of robots) {
      for (const operation of operations.filter(({ keys }) => keys !== 'never')) {
        const [status, code] = await ask(robot, operation)
        const isCovered =
          operation.id === scope ||
          (operation.keys === 'scope' && (operation.tag === scope || (scope === 'read' && operation.method === 'GET')))
        expect(scopesFor(operation).includes(scope)).toBe(isCovered)
        if (isCovered) expect(status, `${scope}: ${operation.id}`).not.toBe(401)
        else expect([status, code], `${scope}: ${operation.id}`).toEqual([403, 'forbidden'])
      }
    }
  })

  it('that is missing is told, with those that would do', async () => {
    const robot = await program(all.sunfield.admin, ['read'])
    const { body } = await robot.post('/national/transfers', {})
    expect(body).toMatchObject({
      code: 'forbidden',
      detail: 'No scope of this API key covers transferCredits; one of these would: Transfers, transferCredits.',
      facts: { operation: 'transferCredits', allowed: 'Transfers, transferCredits' },
    })
  })

  it('never gives more than its user has', async () => {
    const clerk = await all.registry.join(all.sunfield.admin, all.sunfield.id, 'ViewOnly')
    const robot = await program(clerk, [...scopesOver(operations)])
    const { id: batch } = await all.issue('2024', '10')
    const move = { batch, from: all.sunfield.holding, to: all.harbour.holding, quantity: '1' }
    for (const who of [clerk, robot]) {
      expect(await who.post('/national/transfers', move)).toMatchObject({
        status: 403,
        body: { code: 'not-permitted' },
      })
      const users = await done(who.get('/national/users'), 200)
      expect(new Set((users.items as { organisation: string }[]).map(({ organisation }) => organisation))).toEqual(
        new Set([all.sunfield.id]),
      )
    }
    const seller = await program(all.sunfield.admin, ['transferCredits'])
    expect((await seller.post('/national/transfers', move)).status).toBe(201)
  })

  it('shares the commands of its user: what was sent by the one is not carried out again by the other', async () => {
    const robot = await program(all.officer, ['registerOrganisation'])
    const wish = { kind: 'developer', name: 'Once' }
    const first = await done(all.officer.post('/national/organisations', wish, { key: 'person-then-program' }))
    const again = await robot.post('/national/organisations', wish, { key: 'person-then-program' })
    expect([again.status, again.body]).toEqual([201, first])
  })
})

describe('a way round the scopes', () => {
  const users = '/national/users'
  const robots = new Map<string, Person>()
  const inject = async (scope: string, options: InjectOptions) => {
    const robot = robots.get(scope) ?? (await program(all.sunfield.admin, [scope]))
    robots.set(scope, robot)
    const headers = { authorization: `Bearer ${robot.token}`, ...options.headers }
    return all.registry.app.inject({ ...options, headers })
  }

  it.each(['HEAD', 'OPTIONS', 'PATCH', 'PUT'] as const)('is not the method %s', async (method) => {
    const { statusCode } = await inject('Transfers', { method, url: users })
    expect(statusCode).toBe(method === 'HEAD' ? 403 : 405)
    expect((await inject('read', { method, url: users })).statusCode).toBe(method === 'HEAD' ? 200 : 405)
  })

  it.each([
    ...['/national/users/', '//national/users', '/national//users', '/NATIONAL/users', '/national/Users'],
    ...[
      '/national/users?',
      '/national/users#',
      '/national/users;a=1',
      '/national/./users',
      '/national/transfers/../users',
    ],
    ...['/national/%75sers', '/national/users%2f', '/national%2fusers', '/national/users%00', '/national/users%20'],
    ...[
      '/national/transfers/..%2fusers',
      '/national/transfers%2f..%2fusers',
      '\\national\\users',
      '/national/users.json',
    ],
  ])('is not the address %s', async (url) => {
    const answer = await inject('Transfers', { method: 'GET', url })
    expect([400, 403, 404, 405], answer.body).toContain(answer.statusCode)
    expect(answer.body).not.toContain('"items"')
  })

  it.each([
    ...['x-http-method-override', 'x-http-method', 'x-method-override', 'x-original-url', 'x-rewrite-url'],
    ...['x-original-method', 'x-forwarded-uri', 'x-forwarded-prefix', 'x-forwarded-method'],
  ])('is not the header %s', async (header) => {
    const options = { method: 'POST', url: '/national/transfers' } as const
    for (const value of ['GET', 'DELETE', '/national/users', '/national/transfers']) {
      const answer = await inject('read', { ...options, headers: { [header]: value } })
      expect([answer.statusCode, answer.json().code]).toEqual([403, 'forbidden'])
      const url = `${users}?_method=POST`
      expect((await inject('Transfers', { method: 'GET', url, headers: { [header]: value } })).statusCode).toBe(403)
    }
  })

  it('is not a body: the scopes are looked at before it is read', async () => {
    const answer = await inject('read', {
      method: 'POST',
      url: '/national/transfers',
      headers: { 'content-type': 'application/json', 'idempotency-key': 'before-the-body' },
      payload: '{"scopes": ["transferCredits"], ',
    })
    expect([answer.statusCode, answer.json().code]).toEqual([403, 'forbidden'])
  })
})

describe('the description for programs', () => {
  it('says of each operation whether a key does it, and of the key how it is sent', async () => {
    const document = (await all.registry.app.inject({ url: '/national/openapi.json' })).json()
    expect(document.components.securitySchemes.apiKey).toMatchObject({ type: 'apiKey', in: 'header', name: 'api_key' })
    for (const { path, method, keys, access } of operations) {
      const { security, description = '' } = document.paths[path][method.toLowerCase()]
      const takesKeys = security.some((one: object) => 'apiKey' in one)
      expect(takesKeys, path).toBe(access === 'signed-in' && keys !== 'never')
      expect(/No API key does it/.test(description), path).toBe(keys === 'never')
      expect(/one of its scopes is the id/.test(description), path).toBe(keys === 'named')
    }
  })
})
