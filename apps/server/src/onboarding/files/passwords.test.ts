import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest'
import { PASSWORD, type TestRegistry, testRegistry } from '../../registry.fixture.ts'
import { readOnboardingFiles } from './read.ts'

const USERS = 'NAME,EMAIL,PHONE,ORGANISATION TAX ID,ORGANISATION TYPE,ROLE,Password'

let registry: TestRegistry
let byLink: TestRegistry
let folder = ''
let lines: string[] = []

beforeAll(async () => {
  registry = await testRegistry({ onboarding: 'password' })
  byLink = await testRegistry()
  folder = await mkdtemp(join(tmpdir(), 'passwords-csv-'))
})
afterEach(() => vi.restoreAllMocks())
afterAll(async () => {
  await registry?.close()
  await byLink?.close()
  await rm(folder, { recursive: true, force: true })
})

async function read(rows: string[], of = registry) {
  const files = { organisations: join(folder, 'organisations.csv'), users: join(folder, 'users.csv') }
  await writeFile(files.users, [USERS, ...rows].join('\n'))
  lines = []
  const say = (text: string) => lines.push(text)
  const [report] = await readOnboardingFiles(of.services, files, { info: say, warn: say })
  return report
}

const row = (name: string, password: string, role = 'admin') =>
  `${name},${name}@example.org,,,Government,${role},${password}`

async function hashOf(email: string): Promise<string> {
  const { rows } = await registry.services.pool.query(
    'SELECT p.hash FROM content_password p JOIN content_user u ON u.id = p.user_id WHERE u.email = $1',
    [email],
  )
  return rows[0]?.hash
}

it('the password of a row is the first one; without it one is made up', async () => {
  const before = registry.services.hasher.work
  expect(await read([row('ana', 'nine quiet newts'), row('ben', '')])).toMatchObject({ added: 2, bad: [], notes: [] })
  // What nobody could guess needs no slow hash: a large file is read quickly.
  expect(registry.services.hasher.work - before).toBe(1)
  expect(registry.temporary.get('ana@example.org')).toBe('nine quiet newts')
  for (const name of ['ana', 'ben']) {
    const me = await registry.signIn(`${name}@example.org`)
    expect((await me.get('/national/users')).status).toBe(200)
  }
})

it('never changes a password or a role at a later start, whatever stands there then', async () => {
  await read([row('cora', 'nine quiet newts')])
  await registry.signIn('cora@example.org')
  const before = await hashOf('cora@example.org')
  expect(await read([row('cora', 'another first one', 'View')])).toMatchObject({ added: 0, known: 1 })
  expect(await hashOf('cora@example.org')).toBe(before)
  expect(registry.temporary.has('cora@example.org')).toBe(false)
  expect((await registry.signIn('cora@example.org')).organisation).toBe(registry.root.organisation)
  expect(lines.join()).not.toMatch(/newts|another first/)
})

it.each([
  ['short', 'must have 12 to 200 characters'],
  ['password1234', 'is too easy to guess'],
  ['dora2026dora', 'is too easy to guess'],
])('a password like %s is told by line and column, and not said', async (password, fault) => {
  expect(await read([row('dora', password)])).toMatchObject({ added: 0 })
  expect(lines[0]).toMatch(/line 2, Password: /)
  expect(lines[0]).toContain(fault)
  expect(lines.join()).not.toContain(password)
})

it('whoever was added by a start that ended before the message gets it with the next one, once', async () => {
  for (const [of, tells, email] of [
    [registry, 'temporaryPassword', 'evan@example.org'],
    [byLink, 'signInLink', 'evan@example.org'],
  ] as const) {
    vi.spyOn(of.services.notify, tells).mockRejectedValue(new Error('the process ended here'))
    expect(await read([row('evan', '')], of)).toMatchObject({ added: 0, bad: [{ text: 'busy' }] })
    expect((await read([row('evan', '')], of))?.bad).toHaveLength(1)
    vi.restoreAllMocks()
    const told = vi.spyOn(of.services.notify, tells)
    for (let start = 0; start < 3; start += 1) {
      expect(await read([row('evan', '')], of)).toMatchObject({ added: 0, known: 1, bad: [] })
    }
    expect(told).toHaveBeenCalledTimes(1)
    expect((await of.signIn(email)).organisation).toBe(of.root.organisation)
  }
})

it('whoever was added otherwise is told nothing by the file', async () => {
  const { root } = registry
  const wish = { email: 'fay@example.org', name: 'Fay', organisation: root.organisation, role: 'Admin' }
  await root.post('/national/users', wish)
  await registry.signIn(wish.email)
  await registry.services.pool.query('UPDATE content_user SET invited_at = NULL WHERE email = $1', [wish.email])
  expect(await read([row('fay', 'nine quiet newts')])).toMatchObject({ known: 1 })
  const entered = { email: wish.email, password: PASSWORD }
  expect((await registry.nobody.post('/national/sessions/password', entered, { key: null })).status).toBe(201)
})
