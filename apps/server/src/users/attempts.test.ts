import { randomUUID } from 'node:crypto'
import { LedgerBusy, type Submission } from '@tallystick/ledger'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { expectStatus, type Person, type TestRegistry, testRegistry } from '../registry.fixture.ts'

const ROUNDS = Number(process.env.TALLYSTICK_ROUNDS ?? 6)

let registry: TestRegistry
let government: string
let officer: Person
let developer: { id: string; admin: Person }

beforeAll(async () => {
  registry = await testRegistry()
  government = registry.founded.genesis.authority
  officer = await registry.join(registry.root, government, 'Admin')
  developer = await registry.newOrganisation(officer, 'Sunfield Power')
})
afterEach(() => vi.restoreAllMocks())
afterAll(() => registry.close())

const newEmail = () => `${randomUUID()}@example.org`
const wish = (email: string, role = 'ViewOnly', organisation = developer.id) => ({
  ...{ email, name: 'Somebody', organisation, role },
})
const add = (by: Person, body: object, key: string = randomUUID()) => by.post('/national/users', body, { key })

/** Lets a test stand between a command and the ledger. */
function between(change: (submission: Submission, go: () => Promise<unknown>, nth: number) => Promise<unknown>) {
  const { ledger } = registry.services
  const real = ledger.execute.bind(ledger)
  let count = 0
  return vi.spyOn(ledger, 'execute').mockImplementation((submission) => {
    count += 1
    return change(submission, () => real(submission), count) as ReturnType<typeof real>
  })
}

/** What is kept of an e-mail address. */
async function kept(email: string) {
  const { rows } = await registry.services.pool.query(
    `SELECT u.name, r.row ->> 'role' AS role FROM content_user u JOIN content_mandate m ON m.user_id = u.id
       LEFT JOIN ledger_row r ON r.kind = 'mandate' AND r.id = m.mandate WHERE u.email = $1`,
    [email],
  )
  return rows
}

describe('the same command, sent again while it is under way', () => {
  it('makes one user, and every copy is answered as the first', async () => {
    for (let round = 0; round < ROUNDS; round += 1) {
      const email = newEmail()
      const key = randomUUID()
      const copies = await Promise.all(Array.from({ length: 12 }, () => add(officer, wish(email), key)))
      expect(copies.map(({ status }) => status)).toEqual(Array(12).fill(201))
      const later = expectStatus(await add(officer, wish(email), key), 201)
      for (const { body } of copies) expect(body).toEqual(later.body)
      expect(await kept(email)).toEqual([{ name: 'Somebody', role: 'developer/ViewOnly' }])
      expect(registry.links.get(email)).toHaveLength(1)
    }
  })

  it('leaves the user where the copy that wrote his row is answered last', async () => {
    const [email, key] = [newEmail(), randomUUID()]
    const { promise: overtaken, resolve } = Promise.withResolvers<void>()
    between(async (_submission, go, nth) => {
      if (nth === 1) await overtaken
      return go()
    })
    const first = add(officer, wish(email), key)
    await vi.waitFor(async () => expect(await kept(email)).toHaveLength(1))
    expectStatus(await add(officer, wish(email), key), 201)
    resolve()
    expectStatus(await first, 201)
    expect(await kept(email)).toEqual([{ name: 'Somebody', role: 'developer/ViewOnly' }])
  })

  it('leaves the user where another request under the key was written first', async () => {
    const [email, key] = [newEmail(), randomUUID()]
    const { promise: overtaken, resolve } = Promise.withResolvers<void>()
    between(async (_submission, go, nth) => {
      if (nth === 1) await overtaken
      return go()
    })
    const first = add(officer, wish(email), key)
    await vi.waitFor(async () => expect(await kept(email)).toHaveLength(1))
    const renamed = await add(officer, { ...wish(email), name: 'Somebody Else' }, key)
    expect(renamed).toMatchObject({ status: 409, body: { code: 'email-taken' } })
    expectStatus(await add(officer, wish(email, 'Admin'), key), 201)
    resolve()
    expect((await first).body.code).toBe('key-reused')
    expect(await kept(email)).toEqual([{ name: 'Somebody', role: 'developer/Admin' }])
  })

  it('takes nothing back under a copy that may still be carried out, and all after the last', async () => {
    for (const last of ['carried out', 'refused']) {
      const [email, key] = [newEmail(), randomUUID()]
      const { promise: refusedOne, resolve } = Promise.withResolvers<void>()
      const { promise: sentTwice, resolve: second } = Promise.withResolvers<void>()
      const refusal = { refused: 'organisation-suspended', detail: { organisation: developer.id } }
      between(async (_submission, go, nth) => {
        if (nth === 2) second()
        await (nth === 1 ? sentTwice : refusedOne)
        return nth === 1 || last === 'refused' ? refusal : go()
      })
      const first = add(officer, wish(email), key)
      await vi.waitFor(async () => expect(await kept(email)).toHaveLength(1))
      const copy = add(officer, wish(email), key)
      expect((await first).body.code).toBe('organisation-suspended')
      expect(await kept(email)).toHaveLength(1)
      resolve()
      expect((await copy).status).toBe(last === 'refused' ? 409 : 201)
      expect(await kept(email)).toHaveLength(last === 'refused' ? 0 : 1)
      vi.restoreAllMocks()
    }
  })

  it('is not taken over by another while it is sent again', async () => {
    const [email, key] = [newEmail(), randomUUID()]
    const { promise: tried, resolve } = Promise.withResolvers<void>()
    between(async (_submission, go, nth) => {
      if (nth === 1) throw new LedgerBusy('the ledger could not be entered in time')
      if (nth === 2) await tried
      return go()
    })
    expect((await add(officer, wish(email), key)).status).toBe(503)
    registry.pass(120_000)
    const again = add(officer, wish(email), key)
    await vi.waitFor(() => expect(registry.services.ledger.execute).toHaveBeenCalledTimes(2))
    expect((await add(officer, wish(email))).body.code).toBe('email-taken')
    resolve()
    expectStatus(await again, 201)
  })

  it('is answered as the first even where it would be refused now', async () => {
    const { id } = await registry.newOrganisation(officer, 'Green Port')
    const address = newEmail()
    const before = await registry.join(officer, id, 'Admin', address)
    const [email, key] = [newEmail(), randomUUID()]
    const first = expectStatus(await add(before, wish(email, 'ViewOnly', id), key), 201)
    const path = `/national/organisations/${id}/suspend`
    expectStatus(await officer.post(path, { reason: 'investigation' }), 200)
    const admin = await registry.signIn(address)
    expect((await add(admin, wish(newEmail(), 'ViewOnly', id))).body.code).toBe('organisation-suspended')
    expect((await add(admin, wish(email, 'ViewOnly', id), key)).body).toEqual(first.body)
  })
})

describe('whoever may not add users', () => {
  it('does not stand in the way of whoever may', async () => {
    for (let round = 0; round < ROUNDS; round += 1) {
      const body = wish(newEmail(), 'Admin', government)
      const others = Array.from({ length: 8 }, () => add(developer.admin, body))
      const [added, ...refused] = await Promise.all([add(registry.root, body), ...others])
      expect(refused.map(({ body: { code } }) => code)).toEqual(Array(8).fill('not-permitted'))
      expectStatus(added, 201)
    }
  })

  it('claims no address, not even for a moment', async () => {
    const email = newEmail()
    const claimed: unknown[] = []
    between(async (_submission, go) => {
      claimed.push(...(await kept(email)))
      return go()
    })
    expect((await add(developer.admin, wish(email, 'Admin', government))).body.code).toBe('not-permitted')
    expect(claimed).toEqual([])
  })

  it('does not hear whether an address is a user’s', async () => {
    const email = newEmail()
    expectStatus(await add(officer, wish(email)), 201)
    const { body } = await add(developer.admin, wish(email, 'Admin', government))
    expect(body.code).toBe('not-permitted')
  })
})
