import { once } from 'node:events'
import { connect } from 'node:net'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest'
import { expectStatus, type Person, type TestRegistry, testRegistry } from '../registry.fixture.ts'

let registry: TestRegistry
let officer: Person

beforeAll(async () => {
  registry = await testRegistry()
  officer = await registry.join(registry.root, registry.founded.genesis.authority, 'Admin')
})
afterAll(() => registry.close())

const good = { kind: 'developer', name: 'Sunfield' }

/** Sends bytes as they are, with a session and a key. */
async function send(payload: string | Buffer, headers: Record<string, string> = {}) {
  const answer = await registry.app.inject({
    method: 'POST',
    url: '/national/organisations',
    headers: {
      authorization: `Bearer ${officer.token}`,
      'idempotency-key': `hostile-${Math.random()}`,
      'content-type': 'application/json',
      ...headers,
    },
    payload,
  })
  return { status: answer.statusCode, body: answer.json(), headers: answer.headers }
}

/** What a change would leave: entries and texts. */
async function traces() {
  const { rows } = await registry.services.pool.query(
    `SELECT (SELECT size FROM ledger_head) AS size, (SELECT count(*) FROM content_opening) AS openings,
            (SELECT count(*) FROM content_organisation) AS organisations, (SELECT count(*) FROM content_user) AS users`,
  )
  return rows[0]
}

describe('a body that is not as it must be', () => {
  const deep = (levels: number) => `${'['.repeat(levels)}${']'.repeat(levels)}`
  const bodies: [string, string | Buffer, number, string?][] = [
    ['cut JSON', '{"kind": "dev', 400],
    ['no JSON', 'kind=developer', 400],
    ['an empty body', '', 400],
    ['null', 'null', 400],
    ['a list', '[]', 400],
    ['a number', '1', 400],
    ['a string', '"x"', 400],
    ['bytes that are not UTF-8', Buffer.from([0x22, 0xff, 0xfe, 0x22]), 400],
    ['an unknown field', JSON.stringify({ ...good, colour: 'green' }), 400, 'colour'],
    ['a missing field', JSON.stringify({ kind: 'developer' }), 400, 'name'],
    ['a number for a text', JSON.stringify({ ...good, name: 7 }), 400, 'name'],
    ['null for a text', JSON.stringify({ ...good, name: null }), 400, 'name'],
    ['an object for a text', JSON.stringify({ ...good, name: { a: 1 } }), 400, 'name'],
    ['an empty name', JSON.stringify({ ...good, name: '' }), 400, 'name'],
    ['a name of spaces', JSON.stringify({ ...good, name: '   ' }), 400, 'name'],
    ['a name of two lines', JSON.stringify({ ...good, name: 'a\nb' }), 400, 'name'],
    ['a name that is too long', JSON.stringify({ ...good, name: 'x'.repeat(201) }), 400, 'name'],
    ['NUL', JSON.stringify({ ...good, name: 'a\0b' }), 400, 'name'],
    ['NUL in a nested text', JSON.stringify({ ...good, contact: { phone: '\0' } }), 400, 'contact.phone'],
    ['a lone surrogate', '{"kind":"developer","name":"\\ud800"}', 400, 'name'],
    ['a lone surrogate in a field name', '{"kind":"developer","name":"x","\\udfff":1}', 400],
    ['__proto__', '{"kind":"developer","name":"x","__proto__":{"admin":true}}', 400],
    ['constructor', '{"kind":"developer","name":"x","constructor":{"prototype":{}}}', 400],
    ['100,000 levels', deep(100_000), 400],
    ['17 levels', `{"kind":"developer","name":"x","contact":${'{"a":'.repeat(17)}1${'}'.repeat(17)}}`, 400],
    ['more than 1 MiB', JSON.stringify({ ...good, name: 'x'.repeat(1_048_576) }), 413],
    ['a wrong e-mail address', JSON.stringify({ ...good, contact: { email: 'nobody' } }), 400, 'contact.email'],
    [
      'a script for a website',
      JSON.stringify({ ...good, contact: { website: 'javascript:alert(1)' } }),
      400,
      'contact.website',
    ],
    ['a kind that is no word', JSON.stringify({ ...good, kind: 'DROP TABLE' }), 400, 'kind'],
  ]

  it.each(bodies)('%s', async (_name, payload, status, field) => {
    const before = await traces()
    const answer = await send(payload)
    expect(answer.status, JSON.stringify(answer.body)).toBe(status)
    expect(answer.headers['content-type']).toBe('application/problem+json')
    expect(answer.body).toMatchObject({ type: `urn:tallystick:problem:${answer.body.code}`, status })
    if (field !== undefined) expect(answer.body.errors.map((error: { field: string }) => error.field)).toContain(field)
    expect(await traces()).toEqual(before)
  })

  it.each([
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'application/xml',
    'nonsense',
  ])('of the type %s', async (type) => {
    const answer = await send(JSON.stringify(good), { 'content-type': type })
    expect(answer).toMatchObject({ status: 415, body: { code: 'unsupported-media-type' } })
  })

  it('any JSON at all is refused or accepted, never a failure of ours', async () => {
    const json = fc.oneof(
      fc.jsonValue(),
      fc.record({ kind: fc.string({ unit: 'binary' }), name: fc.string({ unit: 'binary' }) }),
      fc.record({ kind: fc.constant('developer'), name: fc.string({ unit: 'grapheme' }), contact: fc.jsonValue() }),
    )
    await fc.assert(
      fc.asyncProperty(json, async (value) => {
        const { status } = await send(JSON.stringify(value))
        expect([201, 400, 422]).toContain(status)
      }),
      { numRuns: 200 },
    )
  })
})

describe('an Idempotency-Key', () => {
  it.each([
    ['none', null, 'key-missing'],
    ['a short one', '1234567', 'key-invalid'],
    ['a long one', 'x'.repeat(201), 'key-invalid'],
    ['one with a space', 'hello world', 'key-invalid'],
    ['one beyond ASCII', 'schlüssel-schlüssel', 'key-invalid'],
  ])('%s is refused', async (_name, key, code) => {
    expect(await officer.post('/national/organisations', good, { key })).toMatchObject({ status: 400, body: { code } })
  })
})

describe('an odd address', () => {
  it.each([
    ['/nowhere', 404],
    ['/national/organisations/', 400],
    ['/national/organisations/x', 400],
    ['/national/organisations/%', 400],
    ['/national/organisations/%E0%A4%A', 400],
    ['/national/organisations/%00', 400],
    ['/national/organisations/..%2f..%2fetc%2fpasswd', 400],
    [`/national/organisations/${'F'.repeat(32)}`, 400],
    [`/national/organisations/${'f'.repeat(32)}`, 404],
    [`/national/organisations/${'f'.repeat(500)}`, 400],
    ['/national/organisations?limit=0', 400],
    ['/national/organisations?limit=201', 400],
    ['/national/organisations?limit=-1', 400],
    ['/national/organisations?limit=1e2', 400],
    ['/national/organisations?limit=0x10', 400],
    ['/national/organisations?limit=', 400],
    ['/national/organisations?limit=1&limit=2', 400],
    ['/national/organisations?limit[]=1', 400],
    ['/national/organisations?unknown=1', 400],
    ['/national/organisations?kind=%00', 400],
    ['/national/organisations?kind=%zz', 400],
    ['/national/organisations?__proto__=1', 400],
    ['/national/organisations?cursor=x', 400],
    ['/national/organisations?cursor=%00', 400],
    [`/national/organisations?cursor=${'x'.repeat(501)}`, 400],
    ['/national/users?cursor=WyJub3QgYSBkYXRlIiwiYSJd', 400],
    ['/national/accounts?organisation=me', 400],
    [`/national/accounts/${'0'.repeat(32)}/ledger?cursor=WzFd`, 404],
    ['/national/ledgers/country?cursor=Wy0xXQ', 400],
    ['/national/ledgers/country?cursor=WzFlNDAwXQ', 400],
  ])('%s is %i', async (path, status) => {
    const answer = await officer.get(path)
    expect(answer.status, JSON.stringify(answer.body)).toBe(status)
    expect(answer.headers['content-type']).toBe('application/problem+json')
    if (status === 400) expect(answer.body.errors).not.toEqual([])
  })

  it('any cursor at all is refused or accepted, never a failure of ours', async () => {
    const lists = ['organisations', 'users', 'accounts', 'ledgers/country']
    const key = fc.array(fc.oneof(fc.string({ unit: 'binary' }), fc.integer(), fc.double(), fc.constant(null)), {
      maxLength: 3,
    })
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...lists), key, async (list, value) => {
        const cursor = Buffer.from(JSON.stringify(value)).toString('base64url')
        expect([200, 400]).toContain((await officer.get(`/national/${list}?cursor=${cursor}`)).status)
      }),
      {
        numRuns: 200,
        examples: [
          ['organisations', ['\u0000']],
          ['organisations', ['\ud800']],
          ['users', ['0000-01-01T00:00:00Z', '']],
          ['users', ['2026-01-01T00:00:00Z', '\u0000']],
          ['users', ['9999-12-31T23:59:59.999999999Z', '']],
        ],
      },
    )
  })

  it('a method that an address does not take is named, with those that it takes', async () => {
    const answer = await registry.app.inject({ method: 'PATCH', url: '/national/organisations', payload: '<xml/>' })
    expect(answer.statusCode).toBe(405)
    expect(answer.headers.allow).toBe('GET, HEAD, POST')
    expect(answer.json().detail).toBe('This address does not take PATCH; it takes GET, HEAD, POST.')
    expect((await registry.app.inject({ method: 'OPTIONS', url: '/national/health' })).statusCode).toBe(405)
    expect((await registry.app.inject({ method: 'HEAD', url: '/national/health' })).statusCode).toBe(200)
  })
})

describe('every answer', () => {
  it('carries a strict policy, and the id under which the log knows the request', async () => {
    const page = await registry.app.inject({ url: '/national' })
    const policy = String(page.headers['content-security-policy'])
    expect(policy).toContain("default-src 'none'")
    expect(policy).not.toMatch(/unsafe|script-src|\*/)
    expect(page.headers['x-content-type-options']).toBe('nosniff')
    const problem = await registry.app.inject({ url: '/nowhere' })
    expect(problem.json().instance).toBe(`urn:uuid:${problem.headers['x-request-id']}`)
    expect(problem.headers['cache-control']).toBe('no-store')
  })

  it.each([
    ['stops', { message: 'terminating connection', code: '57P01' }],
    ['has lost the process of the statement', { message: 'Connection terminated unexpectedly' }],
    ['is not reached', { message: 'connect ECONNREFUSED', code: 'ECONNREFUSED' }],
    ['cancels what takes too long', { message: 'canceling statement due to statement timeout', code: '57014' }],
  ])('of a database that %s asks to come again', async (_, { message, ...more }) => {
    const { pool } = registry.services
    const query = pool.query
    pool.query = () => Promise.reject(Object.assign(new Error(message), more))
    const answer = await registry.nobody.get('/national/organisations')
    pool.query = query
    expect(answer).toMatchObject({ status: 503, body: { code: 'ledger-busy' } })
    expect(answer.headers['retry-after']).toBe('1')
    expectStatus(await registry.nobody.get('/national/organisations'), 200)
  })

  it('of a failure of ours tells nothing of its inside', async () => {
    const { pool } = registry.services
    const query = pool.query
    pool.query = () => Promise.reject(new Error('relation "secret" does not exist'))
    const answer = await registry.nobody.get('/national/organisations')
    pool.query = query
    expect(answer).toMatchObject({ status: 500, body: { code: 'internal' } })
    expect(JSON.stringify(answer.body)).not.toContain('secret')
  })
})

describe('over a real connection', () => {
  let port = 0

  beforeAll(async () => {
    await registry.app.listen({ port: 0, host: '127.0.0.1' })
    const address = registry.app.server.address()
    port = typeof address === 'object' && address ? address.port : 0
  })

  function raw(text: string): Promise<string> {
    return new Promise((resolve) => {
      const socket = connect(port, '127.0.0.1', () => socket.end(text))
      let answer = ''
      socket.on('data', (data) => {
        answer += String(data)
      })
      socket.on('close', () => resolve(answer))
      socket.on('error', () => resolve(answer))
    })
  }

  it.each([
    ['before anything else', '/national/sessions', /^HTTP\/1\.1 408 .*did not arrive in time/s],
    ['and is answered already', '/national/organisations', /^HTTP\/1\.1 401 (?!.*408)/s],
  ])('a request whose body does not come is ended after its time: %s', async (_name, path, told) => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    onTestFinished(() => void vi.useRealTimers())
    const begun = once(registry.app.server, 'request')
    const head = `POST ${path} HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{`
    const socket = connect(port, '127.0.0.1', () => socket.write(head))
    let answer = ''
    socket.on('data', (data) => {
      answer += String(data)
    })
    const closed = once(socket, 'close')
    await begun
    if (path !== '/national/sessions') while (!answer) await new Promise((resolve) => setImmediate(resolve))
    while (vi.getTimerCount() === 0) await new Promise((resolve) => setImmediate(resolve))
    vi.advanceTimersByTime(30_001)
    await closed
    expect(answer).toMatch(told)
  })

  it.each([
    ['no HTTP', 'hello\r\n\r\n'],
    ['a bad request line', 'GET\r\n\r\n'],
    ['two lengths', 'POST /national/sessions HTTP/1.1\r\nhost: x\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nx'],
    [
      'length and chunks',
      'POST /national/sessions HTTP/1.1\r\nhost: x\r\ncontent-length: 3\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n',
    ],
    ['a bad length', 'POST /national/sessions HTTP/1.1\r\nhost: x\r\ncontent-length: -5\r\n\r\n'],
    ['no host', 'GET /national/health HTTP/1.1\r\n\r\n'],
    ['an odd method', 'BREW /national/health HTTP/1.1\r\nhost: x\r\n\r\n'],
    ['NUL in a header', 'GET /national/health HTTP/1.1\r\nhost: x\r\nx-a: \0\r\n\r\n'],
    ['headers of 20 kB', `GET /national/health HTTP/1.1\r\nhost: x\r\nx-a: ${'a'.repeat(20_000)}\r\n\r\n`],
  ])('%s gets a 4xx', async (_name, text) => {
    expect(await raw(text)).toMatch(/^HTTP\/1\.1 4\d\d /)
  })
})

describe('an address where nothing is', () => {
  const ask = (accept: string, url = '/national/nothing') => registry.app.inject({ url, headers: { accept } })

  it('is a page for a browser', async () => {
    for (const url of ['/nothing', '/national/nothing?<script>']) {
      const answer = await ask('text/html,application/xhtml+xml,*/*;q=0.8', encodeURI(url))
      expect([answer.statusCode, answer.headers['content-type']]).toEqual([404, 'text/html; charset=utf-8'])
      expect(answer.body).toContain('There is no such page')
      expect(answer.body).not.toContain('<script')
    }
  })

  it('is a problem for a program', async () => {
    for (const accept of ['application/json', '*/*']) {
      const answer = await ask(accept)
      expect([answer.statusCode, answer.headers['content-type']]).toEqual([404, 'application/problem+json'])
    }
  })
})

it('the OpenAPI document names what is answered to a strange body, also where none is asked for', async () => {
  const text = { 'content-type': 'text/plain' }
  const { status } = await officer.post(`/national/users/${'0'.repeat(32)}/sign-in-links`, 'x', { headers: text })
  expect(status).toBe(415)
  const stranger = await registry.newOrganisation(officer, 'Stranger')
  expect((await stranger.admin.get(`/national/proposals/${'0'.repeat(32)}`)).status).toBe(404)
})

describe('a request that has no body', () => {
  const ask = async (body?: unknown) => {
    const { user } = (await officer.get('/national/sessions/current')).body as { user: { id: string } }
    return registry.root.post(`/national/users/${user.id}/sign-in-links`, body)
  }

  it('may have an empty object, as many clients send, and nothing else', async () => {
    expectStatus(await ask(), 201)
    expectStatus(await ask({}), 201)
    for (const body of [{ a: 1 }, [], 1, 'x']) expect((await ask(JSON.stringify(body))).status).toBe(400)
  })

  it('is the same request with an empty object and without', async () => {
    const { user } = (await officer.get('/national/sessions/current')).body as { user: { id: string } }
    const path = `/national/users/${user.id}/sign-in-links`
    const first = await registry.root.post(path, undefined, { key: 'empty-or-not' })
    const again = await registry.root.post(path, {}, { key: 'empty-or-not' })
    expect([again.status, again.body]).toEqual([201, first.body])
  })
})
