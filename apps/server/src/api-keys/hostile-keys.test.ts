import crypto from 'node:crypto'
import { syncBuiltinESMExports } from 'node:module'
import { connect } from 'node:net'
import { Writable } from 'node:stream'
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest'
import { createApp } from '../app.ts'
import { apiKeyOf } from '../platform/api-key.ts'
import { newToken, tokenHash } from '../platform/auth.ts'
import { quietSerializers } from '../platform/http.ts'
import { done, type Person, person, type TestRegistry, testRegistry } from '../registry.fixture.ts'

const PATH = '/national/api-keys'
const USERS = '/national/users'

let registry: TestRegistry
let officer: Person
let admin: Person
let key: string
let id: string
/** The part that nobody may ever see again. */
let secret: string

beforeAll(async () => {
  registry = await testRegistry()
  officer = await registry.join(registry.root, registry.founded.genesis.authority, 'Admin')
  admin = (await registry.newOrganisation(officer, 'Sunfield Power')).admin
  ;({ key, id, secret } = await make())
})
afterAll(() => registry.close())

async function make(wish: object = {}) {
  const made = await done(admin.post(PATH, { name: 'A program', scopes: ['read', 'listApiKeys'], ...wish }))
  const [text, own] = [String(made.key), String(made.id)]
  return { key: text, id: own, secret: text.slice(own.length + 5, -8) }
}

const get = (headers: Record<string, string | string[]>, url = USERS, remoteAddress = '127.0.0.1') =>
  registry.app.inject({ url, headers, remoteAddress })

describe('what is not the key', () => {
  it('is answered alike, whatever is wrong with it', async () => {
    const gone = await make()
    await done(admin.delete(`${PATH}/${gone.id}`), 200)
    const over = await make()
    await registry.services.pool.query(
      `UPDATE content_api_key SET created_at = created_at - interval '100 days', expires_at = $2 WHERE id = $1`,
      [over.id, registry.services.clock()],
    )
    const elsewhere = await make({ addresses: ['203.0.113.0/24'] })
    const unknown = apiKeyOf('f'.repeat(32), newToken())
    const guessed = apiKeyOf(id, newToken())
    const broken = `${key.slice(0, -1)}${key.endsWith('0') ? '1' : '0'}`
    const wrong = [gone.key, over.key, elsewhere.key, unknown, guessed, broken, key.slice(0, -1), `${key}0`, 'x', '']
    const answers = await Promise.all(
      [...wrong, key.toUpperCase(), `${key},${key}`, key.slice(4), id, 'tsk_'].map((api_key) => get({ api_key })),
    )
    for (const { statusCode, headers, body } of answers) {
      expect(statusCode).toBe(401)
      expect(headers['www-authenticate']).toBe('Bearer realm="tallystick"')
      expect({ ...JSON.parse(body), instance: '' }).toEqual({ ...answers[0]?.json(), instance: '' })
    }
    expect((await get({ api_key: key })).statusCode).toBe(200)
  })

  it('is not taken for nobody where anybody may ask', async () => {
    expect((await get({ api_key: apiKeyOf(id, newToken()) }, '/national/accounts')).statusCode).toBe(401)
    expect((await get({ authorization: `Bearer ${key}0` }, '/national/accounts')).statusCode).toBe(401)
    expect((await get({}, '/national/accounts')).statusCode).toBe(200)
  })

  it('is compared in constant time, also where there is no such key', async () => {
    const compared = vi.spyOn(crypto, 'timingSafeEqual')
    // Whoever has imported it by its name gets the one that counts, and afterwards the real one.
    syncBuiltinESMExports()
    onTestFinished(() => {
      compared.mockRestore()
      syncBuiltinESMExports()
    })
    for (const one of [apiKeyOf(id, newToken()), apiKeyOf('0'.repeat(32), newToken()), key]) {
      compared.mockClear()
      await get({ api_key: one })
      expect(compared).toHaveBeenCalledTimes(1)
      for (const side of compared.mock.calls[0] ?? []) expect(side.byteLength).toBe(64)
    }
  })

  it.each([
    ['another scheme', () => ({ authorization: `Basic ${key}` })],
    ['no scheme', () => ({ authorization: key })],
    ['two tokens', () => ({ authorization: `Bearer ${key} ${key}` })],
    ['a key beside a bearer token', () => ({ authorization: `Bearer ${admin.token}`, api_key: key })],
    ['the key twice', () => ({ authorization: `Bearer ${key}`, api_key: key })],
    ['a session in the header of keys', () => ({ api_key: admin.token })],
    ['a key of two lines', () => ({ api_key: [key, key] })],
    ['a cookie', () => ({ cookie: `tallystick_session=${key}` })],
    ['a cookie of another name', () => ({ cookie: `api_key=${key}` })],
    ['another header', () => ({ 'x-api-key': key, 'api-key': key, apikey: key, token: key })],
  ])('such as %s', async (_what, headers) => {
    expect((await get(headers())).statusCode).toBe(401)
  })

  it('is a session whose token begins as a key does', async () => {
    const token = `tsk_${newToken().slice(4)}`
    await registry.services.pool.query(
      `INSERT INTO content_session (token_hash, user_id, mandate, created_at, seen_at, expires_at)
       SELECT $1, user_id, mandate, created_at, seen_at, expires_at FROM content_session WHERE token_hash = $2`,
      [tokenHash(token), tokenHash(admin.token)],
    )
    expect((await get({ authorization: `Bearer ${token}` }, '/national/sessions/current')).statusCode).toBe(200)
    expect((await get({ api_key: token })).statusCode).toBe(401)
  })

  it('does not fall back to a cookie that is good', async () => {
    const cookie = `tallystick_session=${admin.token}`
    expect((await get({ cookie })).statusCode).toBe(200)
    expect((await get({ cookie, api_key: apiKeyOf(id, newToken()) })).statusCode).toBe(401)
  })

  it.each(['api_key', 'key', 'token', 'access_token', 'authorization'])('is the part %s of a query', async (name) => {
    for (const url of [`${USERS}?${name}=${key}`, `${PATH}?${name}=${key}`, `/national/accounts?${name}=${key}`]) {
      const answer = await get({}, url)
      expect([400, 401]).toContain(answer.statusCode)
      expect(answer.body).not.toContain(secret)
    }
  })

  it('is a part of an address or of a body, nor is it told back from there', async () => {
    const [bearer, url] = [{ authorization: `Bearer ${admin.token}` }, `${PATH}/${key}`]
    const headers = { ...bearer, 'idempotency-key': 'a-key-in-an-address' }
    const answers = [
      await registry.app.inject({ method: 'DELETE', url, headers }),
      await registry.app.inject({ method: 'DELETE', url: `${PATH}/${id}?${key}`, headers }),
      await registry.app.inject({
        method: 'POST',
        url: PATH,
        headers,
        payload: { name: key.repeat(2), scopes: [key] },
      }),
      await registry.app.inject({ method: 'POST', url: PATH, headers, payload: { [key]: 1 } }),
      await get(bearer, `${USERS}?cursor=${key}`),
    ]
    for (const { statusCode, body } of answers) {
      expect(statusCode).toBe(400)
      expect(body).not.toContain(secret)
    }
    expect((await get({ api_key: key })).statusCode).toBe(200)
  })
})

describe('a key that is bound to addresses', () => {
  const from = async (addresses: string[], remote: string, headers = {}) => {
    const made = await make({ addresses })
    return (await get({ api_key: made.key, ...headers }, USERS, remote)).statusCode
  }

  it('works from there', async () => {
    expect(await from(['203.0.113.0/24', '2001:db8::/32'], '203.0.113.77')).toBe(200)
    expect(await from(['203.0.113.0/24', '2001:db8::/32'], '::ffff:203.0.113.77')).toBe(200)
    expect(await from(['203.0.113.0/24', '2001:db8::/32'], '2001:db8::77')).toBe(200)
    expect(await from(['203.0.113.0/24', '2001:db8::/32'], '203.0.114.77')).toBe(401)
    expect(await from(['203.0.113.0/24', '2001:db8::/32'], '::1')).toBe(401)
  })

  it.each(['x-forwarded-for', 'forwarded', 'x-real-ip', 'client-ip', 'cf-connecting-ip', 'true-client-ip'])(
    'does not believe the header %s',
    async (header) => {
      for (const value of ['203.0.113.7', 'for=203.0.113.7', '203.0.113.7, 198.51.100.1']) {
        expect(await from(['203.0.113.7'], '198.51.100.1', { [header]: value })).toBe(401)
      }
    },
  )

  it('believes a proxy that the operator trusts, and what stands before it no more than that', async () => {
    const made = await make({ addresses: ['203.0.113.7'] })
    const app = await createApp(registry.services, { trustProxy: '10.0.0.1' })
    const through = async (remoteAddress: string, forwarded: string) => {
      const headers = { api_key: made.key, 'x-forwarded-for': forwarded }
      return (await app.inject({ url: USERS, headers, remoteAddress })).statusCode
    }
    expect(await through('10.0.0.1', '203.0.113.7')).toBe(200)
    expect(await through('10.0.0.2', '203.0.113.7')).toBe(401)
    expect(await through('10.0.0.1', '203.0.113.7, 198.51.100.9')).toBe(401)
    await app.close()
  })
})

describe('a page of another site', () => {
  it('has no key to send, and a program needs no page of ours', async () => {
    const made = await make({ scopes: ['read', 'revokeApiKey'] })
    const foreign = {
      origin: 'https://evil.example',
      'sec-fetch-site': 'cross-site',
      'idempotency-key': 'from-another-site',
    }
    const url = `${PATH}/${made.id}`
    const cookie = `tallystick_session=${made.key}`
    const byCookie = await registry.app.inject({ method: 'DELETE', url, headers: { ...foreign, cookie } })
    expect(byCookie.statusCode).toBe(401)
    const asked = await registry.app.inject({
      method: 'OPTIONS',
      url,
      headers: { ...foreign, 'access-control-request-method': 'DELETE', 'access-control-request-headers': 'api_key' },
    })
    expect(asked.statusCode).toBe(405)
    expect(asked.headers).not.toHaveProperty('access-control-allow-origin')
    const byKey = await registry.app.inject({ method: 'DELETE', url, headers: { ...foreign, api_key: made.key } })
    expect(byKey.statusCode).toBe(200)
    expect(byKey.headers).not.toHaveProperty('set-cookie')
  })
})

describe('over a real connection', () => {
  const answerTo = async (port: number, lines: string[]) => {
    const socket = connect(port, '127.0.0.1')
    socket.write([`GET ${USERS} HTTP/1.1`, 'Host: localhost', 'Connection: close', ...lines, '', ''].join('\r\n'))
    let text = ''
    for await (const chunk of socket) text += String(chunk)
    return Number(/^HTTP\/1\.1 (\d+)/.exec(text)?.[1])
  }

  it('no header is smuggled in, and none counts twice', async () => {
    const app = await createApp(registry.services)
    await app.listen({ port: 0, host: '127.0.0.1' })
    const { port } = app.server.address() as { port: number }
    const other = apiKeyOf(id, newToken())
    expect(await answerTo(port, [`api_key: ${key}`])).toBe(200)
    expect(await answerTo(port, [`API_KEY: ${key}`])).toBe(200)
    expect(await answerTo(port, [`authorization: bearer ${key}`])).toBe(200)
    expect(await answerTo(port, [`api_key: ${other}`, `api_key: ${key}`])).toBe(401)
    expect(await answerTo(port, [`api_key: ${key}`, `api_key: ${other}`])).toBe(401)
    expect(await answerTo(port, ['authorization: Bearer x', `authorization: Bearer ${key}`])).toBe(401)
    expect(await answerTo(port, [`x: y\napi_key: ${key}`])).not.toBe(200)
    expect(await answerTo(port, [`x: y\rapi_key: ${key}`])).not.toBe(200)
    expect(await answerTo(port, [`api_key : ${key}`])).not.toBe(200)
    expect(await answerTo(port, [`x: y`, ` api_key: ${key}`])).not.toBe(200)
    expect(await answerTo(port, [`api_key: ${key}\0`])).not.toBe(200)
    expect(await answerTo(port, [`api_key: ${other}`, `trailer: api_key`])).toBe(401)
    await app.close()
  })
})

describe('what is told of a key', () => {
  it('is in the log of the server its id where something fails, and never more', async () => {
    let log = ''
    const stream = new Writable({
      write(chunk, _encoding, written) {
        log += String(chunk)
        written()
      },
    })
    const { services } = registry
    const app = await createApp(services, { logger: { level: 'trace', serializers: quietSerializers, stream } })
    const human = person(app, admin.token)
    const made = await done(human.post(PATH, { name: 'Quiet name', scopes: ['read'], addresses: ['127.0.0.1'] }))
    const own = String(made.key)
    const robot = person(app, own)
    await robot.get(USERS)
    await robot.post('/national/transfers', {})
    await app.inject({ url: `/national/${own}`, headers: { api_key: own } })
    await app.inject({ url: `${PATH}/${own}/x`, headers: { api_key: `${own}x` } })
    await app.inject({ url: `${USERS}?api_key=${own}`, headers: { api_key: own } })
    const { pool } = services
    const query = pool.query.bind(pool) as (asked: unknown) => Promise<unknown>
    const broken = vi.spyOn(pool, 'query').mockImplementation(((asked: { name?: string }) => {
      return asked.name === 'key-actors' ? query(asked) : Promise.reject(new Error(`broken by ${own}`))
    }) as never)
    expect((await robot.get(USERS)).status).toBe(500)
    broken.mockRestore()
    await app.close()

    expect(log).toContain(`"apiKey":"${made.id}"`)
    expect(log).toContain('broken by tsk_')
    for (const hidden of [own, own.slice(-30), own.slice(37, 60), 'Quiet name', '127.0.0.1', admin.token]) {
      expect(log).not.toContain(hidden)
    }
  })

  it('is in no list and in no answer but the first', async () => {
    const reader = person(registry.app, key)
    const texts = [await reader.get(PATH), await officer.get(PATH), await admin.get(PATH), await officer.get(USERS)]
    for (const { body } of texts) expect(JSON.stringify(body)).not.toMatch(/tsk_|[0-9a-f]{64}/)
    expect(JSON.stringify(texts)).not.toContain(secret)
  })
})

it('a request with a key asks the database as often as one with a session', async () => {
  const { pool } = registry.services
  const query = vi.spyOn(pool, 'query')
  const count = async (who: Person) => {
    await who.get(USERS)
    query.mockClear()
    await who.get(USERS)
    return query.mock.calls.length
  }
  expect(await count(person(registry.app, key))).toBe(await count(admin))
  query.mockClear()
  await Promise.all(Array.from({ length: 20 }, () => get({ api_key: key }, '/national/health')))
  const reads = query.mock.calls.filter(([asked]) => (asked as unknown as { name?: string }).name === 'key-actors')
  expect(reads.length).toBeLessThanOrEqual(3)
  query.mockRestore()
})
