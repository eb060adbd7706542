import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { expectStatus, PASSWORD, person, ROOT_EMAIL, type TestRegistry } from '../registry.fixture.ts'
import { newEmail, OTHER, type PasswordWorld, passwordWorld } from './passwords.fixture.ts'
import { LIMITS, PASSWORD_LINK_MS } from './passwords.ts'

let world: PasswordWorld
let registry: TestRegistry

beforeAll(async () => {
  world = await passwordWorld()
  registry = world.registry
})
afterEach(() => vi.restoreAllMocks())
afterAll(() => registry?.close())

const wrong = { status: 401, body: { code: 'password-wrong' } }

describe('a link to choose a password', () => {
  it('is answered alike whether the address is a user’s or not, and goes to users only', async () => {
    const email = await world.settled()
    const spy = vi.spyOn(registry.services.notify, 'passwordLink')
    const answers = await Promise.all([email, newEmail()].map((one) => world.askForLink(one, '192.0.2.50')))
    expect(answers.map(({ status }) => status)).toEqual([201, 201])
    expect(answers.map(({ body }) => Object.keys(body).toSorted())).toEqual(Array(2).fill(['email', 'expiresAt']))
    expect(spy.mock.calls.map(([to]) => to.email)).toEqual([email])
  })

  it('works once: of twenty who come with it one gets in, and each later one hears that it was used', async () => {
    const email = await world.settled()
    const link = await world.linkFor(email)
    const answers = await Promise.all(Array.from({ length: 20 }, (_, at) => world.choose(link, `${OTHER} ${at}`)))
    expect(answers.map(({ status }) => status).toSorted()).toEqual([201, ...Array(19).fill(404)])
    expect(await world.choose(link, OTHER)).toMatchObject({ status: 404, body: { code: 'link-unknown' } })
    const won = answers.findIndex(({ status }) => status === 201)
    expect((await world.signIn(email, `${OTHER} ${won}`)).status).toBe(201)
    expect(await world.signIn(email, PASSWORD)).toMatchObject(wrong)
  })

  it('ends every session and every other link of its user, and nobody else’s', async () => {
    const [email, neighbour] = [await world.settled(), await world.settled()]
    const [before, other] = [await registry.signIn(email), await registry.signIn(neighbour)]
    const [first, second, foreign] = [
      await world.linkFor(email),
      await world.linkFor(email),
      await world.linkFor(neighbour),
    ]
    expect((await world.choose(first, OTHER)).status).toBe(201)
    expect((await before.get('/national/sessions/current')).status).toBe(401)
    expect((await world.choose(second, 'five calm cormorants')).status).toBe(404)
    expect((await other.get('/national/sessions/current')).status).toBe(200)
    expect((await world.choose(foreign, OTHER)).status).toBe(201)
  })

  it('is over after an hour, and is not used up by a password that will not do', async () => {
    const email = await world.settled()
    const late = await world.linkFor(email)
    registry.pass(PASSWORD_LINK_MS)
    expect((await world.choose(late, OTHER)).status).toBe(404)
    const link = await world.linkFor(email)
    const { status, body } = await world.choose(link, 'password1234')
    expect([status, body.errors[0].field]).toEqual([400, 'password'])
    expect((await world.choose(link, OTHER)).status).toBe(201)
  })

  it('is no sign-in link, nor the other way round; a forged one costs no hash', async () => {
    const email = await world.settled()
    const link = await world.linkFor(email)
    expect(await registry.nobody.post('/national/sessions', { token: link }, { key: null })).toMatchObject({
      status: 403,
      body: { code: 'links-off' },
    })
    const { hasher } = registry.services
    const before = hasher.work
    for (const token of ['x', 'A'.repeat(43), `http://localhost:3030/password/choose?token=${'B'.repeat(43)}`]) {
      expect((await world.choose(token, OTHER)).status).toBe(404)
    }
    expect(hasher.work).toBe(before)
    expect((await world.choose(link, OTHER)).status).toBe(201)
  })

  it('goes to an address five times an hour; whoever gets no more has one that works', async () => {
    const email = await world.settled()
    for (let round = 0; round < 9; round += 1)
      expect((await world.askForLink(email, `192.0.2.${round}`)).status).toBe(201)
    const links = registry.links.get(email) ?? []
    expect(links).toHaveLength(LIMITS.linksOfAddress.most)
    registry.pass(PASSWORD_LINK_MS / 2)
    expect((await world.choose(links.at(-1) ?? '', OTHER)).status).toBe(201)
  })

  it('is asked for twenty times an hour from one network', async () => {
    const statuses = []
    for (let round = 0; round < 22; round += 1)
      statuses.push((await world.askForLink(newEmail(), '203.0.113.120')).status)
    expect(statuses).toEqual([...Array(20).fill(201), 429, 429])
  })

  it('is sent by whoever may add users, too, and is good for a day', async () => {
    const { email, id } = await world.added()
    const { body } = expectStatus(await registry.root.post(`/national/users/${id}/sign-in-links`), 201)
    expect(JSON.stringify(body)).not.toContain('token')
    registry.pass(PASSWORD_LINK_MS * 23)
    registry.root = await registry.signIn(ROOT_EMAIL)
    expect((await world.choose(registry.links.get(email)?.at(-1) ?? '', OTHER)).status).toBe(201)
  })

  it('does not let in who was removed', async () => {
    const { email, id } = await world.added()
    const link = await world.linkFor(email)
    const { token } = (await world.signIn(email, registry.temporary.get(email) ?? '')).body
    expectStatus(await registry.root.delete(`/national/users/${id}`), 200)
    expect((await world.choose(link, OTHER)).status).toBe(404)
    expect((await person(registry.app, token).get('/national/sessions/current')).status).toBe(401)
    expect(await world.signIn(email, registry.temporary.get(email) ?? '')).toMatchObject(wrong)
    const { rowCount } = await registry.services.pool.query('SELECT 1 FROM content_password WHERE user_id = $1', [id])
    expect(rowCount).toBe(0)
  })
})
