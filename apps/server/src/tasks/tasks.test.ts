import { createHash } from 'node:crypto'
import type { Task } from '@tallystick/contract'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { done, expectStatus, type Person } from '../registry.fixture.ts'
import { type World, world } from '../world.fixture.ts'

let all: World

beforeAll(async () => {
  all = await world()
})
afterAll(() => all?.registry.close())

async function tasks(who: Person, query = ''): Promise<Task[]> {
  return expectStatus(await who.get(`/national/tasks${query}`), 200).body.items as Task[]
}

const said = (list: readonly Task[]) => list.map(({ kind, steps }) => [kind, ...steps])
const hashOf = (text: string) => createHash('sha256').update(text).digest('hex')

it('begins with nothing, and asks who it is', async () => {
  const { officer, sunfield, registry } = all
  expect(await tasks(officer)).toEqual([])
  expect(await tasks(sunfield.admin)).toEqual([])
  expect((await registry.nobody.get('/national/tasks')).status).toBe(401)
})

it('a new project waits for those who decide on it, with who else can, and for nobody else', async () => {
  const { officer, second, sunfield, harbour, registry } = all
  const owners = [{ account: harbour.holding, share: '100' }]
  const body = { title: 'Wind park', sectoralScope: '1', methodology: 'AMS-I.D', owners }
  const project = await done(harbour.admin.post('/national/projects', body))
  const [task, ...rest] = await tasks(officer)
  expect(rest).toEqual([])
  expect(task).toMatchObject({
    kind: 'project',
    id: project.id,
    path: `/national/projects/${project.id}`,
    organisation: { id: harbour.id, name: 'Harbour Trading' },
    project: { title: 'Wind park' },
    steps: ['register', 'reject'],
    due: null,
  })
  expect(task?.title).toBe('“Wind park” (project no. 2) is submitted. You can: register and reject')
  expect(task?.since).toMatch(/Z$/)
  expect(task?.others).toHaveLength(1)
  // The owner could withdraw it, but keeps nobody waiting.
  for (const person of [harbour.admin, sunfield.admin, registry.root]) expect(await tasks(person)).toEqual([])
  const { body: french } = await officer.get('/national/tasks')
  expect(french.next).toBeNull()
  const page = expectStatus(await officer.get('/national/tasks?kind=project&limit=1'), 200).body
  expect((page.items as Task[]).map(({ id }) => id)).toEqual([project.id])

  const viewer = await registry.join(registry.root, registry.root.organisation, 'ViewOnly')
  expect(await tasks(viewer)).toEqual([])
  await done(second.post(`/national/projects/${project.id}/moves`, { move: 'register' }))
  expect(await tasks(officer)).toEqual([])
})

it('a proposal waits for whoever may approve it and did not propose it; refused, it waits for nobody', async () => {
  const { officer, second, sunfield, authorisation } = all
  const asked = { authorisation, vintage: '2024', quantity: '1000' }
  const { id } = await done(officer.post('/national/batches', asked), 202)
  expect(await tasks(officer)).toEqual([])
  expect(await tasks(sunfield.admin)).toEqual([])
  const [task] = await tasks(second)
  expect(task).toMatchObject({
    kind: 'proposal',
    id,
    steps: ['approve', 'refuse'],
    project: { title: all.project.title },
  })
  expect(task?.title).toContain('1,000')
  expect(Date.parse(task?.due ?? '')).toBeGreaterThan(Date.now())
  expectStatus(await officer.post(`/national/proposals/${id}/refusal`, { reason: 'Mine.' }), 409)
  expectStatus(await sunfield.admin.post(`/national/proposals/${id}/refusal`, { reason: 'No.' }), 403)
  const refused = await done(second.post(`/national/proposals/${id}/refusal`, { reason: 'The report is missing.' }))
  expect(refused).toMatchObject({ status: 'refused', reason: 'The report is missing.', entry: null })
  expect(await tasks(second)).toEqual([])
  expectStatus(await second.post(`/national/proposals/${id}/approvals`), 409)
  expectStatus(await officer.post(`/national/proposals/${id}/withdrawal`), 409)
})

it('an owner of what is decided on gets no task of it', async () => {
  const { officer, second, registry, authorisation, sunfield } = all
  const { id } = await done(officer.post('/national/batches', { authorisation, vintage: '2023', quantity: '10' }), 202)
  expect(said(await tasks(second))).toEqual([['proposal', 'approve', 'refuse']])
  const path = `/national/organisations/${registry.root.organisation}/affiliations`
  await done(officer.post(path, { organisation: sunfield.id, kind: 'ownership' }))
  expect(await tasks(second)).toEqual([])
  await done(officer.post(`${path}/end`, { organisation: sunfield.id, reason: 'ended' }))
  expect(said(await tasks(second))).toEqual([['proposal', 'approve', 'refuse']])
  await done(officer.post(`/national/proposals/${id}/withdrawal`))
})

it('a finding waits for who answers it, then for who assesses it', async () => {
  const { officer, sunfield, harbour, project } = all
  const path = `/national/projects/${project.id}/findings`
  const { id } = await done(officer.post(path, { kind: 'CAR', section: null, text: 'Why?' }))
  for (const owner of [sunfield, harbour]) {
    const [task] = await tasks(owner.admin)
    expect(task).toMatchObject({ kind: 'finding', id, steps: ['answer'], path: `${path}/${id}` })
    expect(task?.title).toContain('CAR 1')
    expect(Date.parse(task?.since ?? '')).toBeLessThanOrEqual(Date.now())
  }
  expect(await tasks(officer)).toEqual([])
  await done(harbour.admin.post(`${path}/${id}/answers`, { text: 'So.' }))
  expect(await tasks(sunfield.admin)).toEqual([])
  expect(said(await tasks(officer))).toEqual([['finding', 'assess']])
  await done(officer.post(`${path}/${id}/assessments`, { outcome: 'closed', text: 'Good.' }))
  expect(await tasks(officer)).toEqual([])
})

it('a movement waits for a colleague, then for the receiver', async () => {
  const { registry, sunfield, harbour, issue } = all
  const batch = await issue('2025', '1000')
  const colleague = await registry.join(all.second, sunfield.id, 'Admin')
  const policy = { secondAbove: '10', acceptance: false, trustedOnly: false }
  await done(sunfield.admin.post(`/national/accounts/${sunfield.holding}/policy`, policy))
  const units = { batch: batch.id, from: sunfield.holding, to: harbour.holding, quantity: '100' }
  const proposed = { kind: 'transfer', ...units, acceptance: true }
  const { id } = await done(sunfield.admin.post('/national/movements', proposed))
  expect(await tasks(sunfield.admin)).toEqual([])
  const [task] = await tasks(colleague)
  expect(task).toMatchObject({ kind: 'movement', id, steps: ['approve'], due: expect.any(String), others: [] })
  expect(Date.parse(task?.since ?? '')).toBeLessThanOrEqual(Date.now())
  await done(colleague.post(`/national/movements/${id}/approvals`))
  const [next] = await tasks(harbour.admin)
  expect(next).toMatchObject({ kind: 'movement', id, steps: ['accept', 'decline'] })
  expect(next?.title).toBe('Accept or decline: 100 credits from Sunfield Power for Harbour Trading')
  await done(harbour.admin.post(`/national/movements/${id}/approvals`))
  expect(await tasks(harbour.admin)).toEqual([])
})

it('somebody who asks to be let in waits for those who decide', async () => {
  const { registry, officer, sunfield } = all
  const ask = async (body: object) => {
    const email = `ask-${Math.random()}@example.org`
    await done(registry.nobody.post('/national/registrations', { email, name: 'Ana Lima', ...body }, { key: null }))
    const token = registry.confirmations.get(email)?.at(-1)
    await done(registry.nobody.post('/national/registrations/confirmations', { token }, { key: null }))
  }
  await ask({ join: sunfield.id })
  await ask({ organisation: { kind: 'developer', name: 'New Ltd' } })
  const own = await tasks(sunfield.admin)
  expect(own.map(({ kind, title }) => [kind, title])).toEqual([['registration', 'Decide whether Ana Lima joins']])
  expect((await tasks(officer, '?kind=registration')).map(({ title }) => title)).toContain(
    'Decide on New Ltd, for which Ana Lima asks',
  )
})

it('a key that ends soon waits for its user', async () => {
  const { harbour, sunfield } = all
  await done(harbour.admin.post('/national/api-keys', { name: 'Meter', scopes: ['read'], days: 10 }))
  await done(harbour.admin.post('/national/api-keys', { name: 'Later', scopes: ['read'], days: 100 }))
  const keys = await tasks(harbour.admin, '?kind=api-key')
  expect(keys.map(({ title }) => title)).toEqual([expect.stringContaining('in place of Meter')])
  expect(await tasks(sunfield.admin, '?kind=api-key')).toEqual([])
})

it('goes on from page to page over all kinds, without gaps or doubles', async () => {
  const { officer, harbour } = all
  const owners = [{ account: harbour.holding, share: '100' }]
  for (let at = 0; at < 5; at += 1) {
    const body = { title: `Plant ${at}`, sectoralScope: '1', methodology: 'AMS-I.D', owners }
    await done(harbour.admin.post('/national/projects', body))
  }
  const whole = await tasks(officer)
  expect(whole.length).toBeGreaterThanOrEqual(6)
  const found: Task[] = []
  for (let cursor = ''; ; ) {
    const { items, next } = expectStatus(await officer.get(`/national/tasks?limit=2${cursor}`), 200).body
    found.push(...(items as Task[]))
    if (next === null) break
    cursor = `&cursor=${next}`
  }
  expect(found).toEqual(whole)
  expect((await officer.get('/national/tasks?cursor=x')).status).toBe(400)
})

it('refuses whatever cursor it did not give out, and never breaks on one', async () => {
  const part = fc.oneof(
    fc.string({ maxLength: 60 }),
    fc.constantFrom('', '2026-01-01', '0000-01-01', '2026-01-01T00:00:00.000Z', '9999-99-99', '\u0000', 'infinity'),
  )
  const cursors = fc.oneof(
    fc
      .tuple(fc.integer({ min: -1, max: 12 }), part, part)
      .map((key) => Buffer.from(JSON.stringify(key)).toString('base64url')),
    fc.string({ maxLength: 100 }),
  )
  await fc.assert(
    fc.asyncProperty(cursors, async (cursor) => {
      const { status } = await all.officer.get(`/national/tasks?cursor=${encodeURIComponent(cursor)}`)
      expect([200, 400]).toContain(status)
    }),
    { numRuns: 150 },
  )
})

it('is told in the language of the person, unless the request asks for another', async () => {
  const { officer } = all
  await officer.put('/national/users/current', { language: 'es' })
  const [own] = await tasks(officer, '?kind=project')
  expect(own?.title).toContain('Puede: registrar y rechazar')
  const { body, headers } = await officer.get('/national/tasks?kind=project')
  expect(headers['content-language']).toBe('es')
  expect((body.items as Task[]).length).toBeGreaterThan(0)
})

it(`answers among 1,000 projects in milliseconds, of which hundreds wait`, async () => {
  const { officer, harbour, registry } = all
  const { pool } = registry.services
  await pool.query(
    `INSERT INTO ledger_row (kind, id, row)
     SELECT 'project', md5('p' || n), jsonb_set(jsonb_set(p.row, '{number}', to_jsonb(n + 1000)), '{state}',
              (CASE n % 3 WHEN 0 THEN '"submitted"' WHEN 1 THEN '"registered"' ELSE '"rejected"' END)::jsonb)
       FROM (SELECT row FROM ledger_row WHERE kind = 'project' ORDER BY row ->> 'number' DESC LIMIT 1) p, generate_series(1, 1000) n`,
  )
  await pool.query(`UPDATE ledger_head SET turn = 'changed'`)
  await pool.query('ANALYZE ledger_row')
  const took = async (ask: () => Promise<unknown>) => {
    const all: number[] = []
    const before = process.cpuUsage()
    for (let at = 0; at < 60; at += 1) {
      const began = performance.now()
      await ask()
      all.push(performance.now() - began)
    }
    all.sort((a, b) => a - b)
    const { user, system } = process.cpuUsage(before)
    return { median: all[30] ?? 0, p95: all[57] ?? 0, cpu: (user + system) / 60_000 }
  }
  const least = await took(() => officer.get('/national/sessions/current'))
  for (const person of [officer, harbour.admin]) {
    const { median, p95, cpu } = await took(() => tasks(person))
    const who = person === officer ? 'an officer' : 'an owner'
    console.log(
      `tasks of ${who} among 1,000 projects: median ${median.toFixed(1)} ms, p95 ${p95.toFixed(1)} ms, ${cpu.toFixed(1)} ms of CPU here; the least request: ${least.median.toFixed(1)} and ${least.p95.toFixed(1)} ms`,
    )
    // Whatever else the machine does meanwhile.
    expect(median).toBeLessThan(40 * least.median)
  }
  expect((await tasks(officer, '?limit=200')).length).toBe(200)
})

it('a document of a kind that nobody waits for changes no tasks', async () => {
  const { sunfield, project, officer } = all
  const before = await tasks(officer, '?limit=5')
  await done(
    sunfield.admin.post(`/national/projects/${project.id}/documents`, {
      kind: 'monitoring-report',
      sha256: hashOf('m'),
    }),
  )
  expect(await tasks(officer, '?limit=5')).toEqual(before)
})
