import { createHash } from 'node:crypto'
import type { TimelineEvent } from '@tallystick/contract'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { done, expectStatus, type Person } from '../registry.fixture.ts'
import { type World, world } from '../world.fixture.ts'

let all: World
let path = ''
let batch = ''
let title = ''

const hashOf = (text: string) => createHash('sha256').update(text).digest('hex')

beforeAll(async () => {
  all = await world()
  const { officer, sunfield, harbour, project, second } = all
  path = `/national/projects/${project.id}`
  title = project.title ?? ''
  await done(sunfield.admin.post(`${path}/documents`, { kind: 'project-design', sha256: hashOf('1'), name: 'PDD.pdf' }))
  const finding = await done(officer.post(`${path}/findings`, { kind: 'CAR', section: 'B.4', text: 'No baseline.' }))
  await done(harbour.admin.post(`${path}/findings/${finding.id}/answers`, { text: 'Here it is.' }))
  await done(officer.post(`${path}/findings/${finding.id}/assessments`, { outcome: 'closed', text: 'Read it.' }))
  batch = (await all.issue('2024', '1000')).id
  const units = { batch, from: sunfield.holding }
  const moved = await done(
    sunfield.admin.post('/national/transfers', { ...units, to: harbour.holding, quantity: '10' }),
  )
  const end = { ...units, quantity: '5', purpose: 'voluntary', beneficiary: { name: 'Ferries Ltd' } }
  await done(sunfield.admin.post('/national/retirements', end))
  await done(officer.post('/national/holds', { batch, range: { first: '500', last: '510' }, reason: 'court-order' }))
  const whole = await done(officer.post('/national/holds', { batch, reason: 'investigation' }))
  await done(officer.post(`/national/holds/${whole.id}/lift`))
  const report = { project: project.id, occurredOn: '2026-01-01', cause: 'fire' }
  await done(officer.post('/national/reversals', report))
  await done(officer.post(`${path}/moves`, { move: 'suspend', reason: 'integrity', text: 'As the inspection showed.' }))
  const { index } = (moved as { entry: { index: number } }).entry
  const back = await officer.post('/national/corrections', { index, reason: 'wrong-receiver' })
  expectStatus(back, 202)
  const { id, sha256 } = back.body
  expectStatus(await second.post(`/national/proposals/${id}/approvals`, { sha256 }), 201)
})
afterAll(() => all.registry.close())

async function page(query: string, who: Person = all.registry.nobody) {
  const { body } = expectStatus(await who.get(`${path}/timeline${query}`), 200)
  return body as unknown as { items: TimelineEvent[]; next: string | null }
}

const whole = async (who?: Person) => (await page('?limit=200', who)).items
const ofType = async (type: string, who?: Person) => {
  const found = (await whole(who)).find((event) => event.type === type)
  if (!found) throw new Error(`there is no ${type}`)
  return found
}

describe('a time line', () => {
  it('is the stream of the project, without gaps, in both orders', async () => {
    const newest = await whole()
    const oldest = (await page('?limit=200&order=oldest')).items
    expect(newest).toEqual(oldest.toReversed())
    expect(oldest.map(({ revision }) => revision)).toEqual(oldest.map((_, at) => at + 1))
    expect(oldest.map(({ type }) => type)).toEqual([
      ...['ProjectRegistered', 'ProjectMoved', 'QuantityAuthorised', 'DocumentSubmitted', 'FindingRaised'],
      ...['FindingAnswered', 'FindingAssessed', 'BatchIssued', 'CreditsTransferred', 'CreditsRetired', 'HoldPlaced'],
      ...['HoldPlaced', 'HoldLifted', 'ReversalReported', 'ProjectMoved', 'EntryCorrected'],
    ])
    expect(oldest.filter(({ theme }) => theme === 'other')).toEqual([])
  })

  it.each(['newest', 'oldest'])('is cut into pages of any size, %s first', async (order) => {
    const expected = (await page(`?limit=200&order=${order}`)).items
    for (const limit of [1, 2, 3, 5, expected.length - 1, expected.length, expected.length + 1]) {
      const found: TimelineEvent[] = []
      for (let cursor = ''; ; ) {
        const { items, next } = await page(`?order=${order}&limit=${limit}${cursor}`)
        found.push(...items)
        if (next === null) break
        cursor = `&cursor=${next}`
      }
      expect(found).toEqual(expected)
    }
  })

  it('says why, with what was written', async () => {
    const decision = (await whole()).find(({ move }) => move === 'suspend')
    expect(decision).toMatchObject({
      theme: 'life',
      reason: { code: 'integrity', words: 'integrity' },
      text: { state: 'open', value: 'As the inspection showed.' },
    })
    expect(await ofType('DocumentSubmitted')).toMatchObject({
      document: { kind: 'project-design', version: 1, sha256: hashOf('1'), name: 'PDD.pdf' },
    })
    expect(await ofType('FindingRaised')).toMatchObject({
      finding: { kind: 'CAR', number: 1 },
      text: { state: 'signed-in', value: null },
    })
    expect(await ofType('FindingAnswered', all.sunfield.admin)).toMatchObject({
      finding: { kind: 'CAR', number: 1 },
      text: { state: 'open', value: 'Here it is.' },
    })
  })

  it('tells the public no person, the government every one, others their own', async () => {
    const { registry, officer, sunfield } = all
    const people = (events: TimelineEvent[]) => events.flatMap(({ by, approvals }) => [by, ...approvals])
    const publicly = JSON.stringify(await whole())
    expect(people(await whole()).filter(({ person }) => person !== null)).toEqual([])
    expect(publicly).not.toMatch(/A Admin|@example\.org/)
    expect(people(await whole(officer)).every(({ person }) => person?.name === 'A Admin')).toBe(true)
    const own = people(await whole(sunfield.admin))
    expect(own.filter(({ organisation, person }) => (organisation.id === sunfield.id) !== (person !== null))).toEqual(
      [],
    )
    expect(own.some(({ person }) => person !== null)).toBe(true)
    const stranger = await registry.newOrganisation(officer, 'Stranger Ltd')
    expect(people(await whole(stranger.admin)).filter(({ person }) => person !== null)).toEqual([])
  })

  it('goes on telling the person after a change of role', async () => {
    const { registry, root, officer, project } = { ...all, root: all.registry.root }
    const third = await registry.join(root, root.organisation, 'Admin', 'third@example.org')
    await done(third.post('/national/holds', { batch, range: { first: '900', last: '901' }, reason: 'court-order' }))
    const [placed] = (await page('?limit=1', officer)).items
    const session = expectStatus(await third.get('/national/sessions/current'), 200).body as { user: { id: string } }
    expectStatus(await root.post(`/national/users/${session.user.id}/role`, { role: 'ViewOnly' }), 201)
    const [after] = (await page('?limit=1', officer)).items
    expect(after?.by.person).toEqual({ id: session.user.id, name: 'A Admin' })
    expect(after).toEqual(placed)
    expect(project.id).toBe(all.project.id)
  })

  it('names approvals, what was taken back, and where the proof is', async () => {
    const transfer = await ofType('CreditsTransferred')
    expect(transfer.takenBack).toMatchObject({ index: (await ofType('EntryCorrected')).index })
    expect((await ofType('BatchIssued')).approvals).toMatchObject([{ role: 'government/Admin' }])
    expect(transfer.provable).toBe(false)
    await all.registry.publish()
    const provable = await ofType('CreditsTransferred')
    expect(provable.provable).toBe(true)
    expect((await all.registry.app.inject(provable.receipt)).statusCode).toBe(200)
  })

  it('is told in the language that is asked for', async () => {
    const answer = await all.registry.app.inject({
      url: `${path}/timeline?limit=200`,
      headers: { 'accept-language': 'fr' },
    })
    expect(answer.headers['content-language']).toBe('fr')
    const { items } = answer.json() as { items: TimelineEvent[] }
    const english = await whole()
    expect(items.filter(({ sentence }, at) => sentence === english[at]?.sentence)).toEqual([])
  })

  it('has no text that was erased', async () => {
    const { services } = all.registry
    const stored = await services.ledger.stream(all.project.id, 0, 100)
    const moved = stored.map(({ bytes }) => JSON.parse(new TextDecoder().decode(bytes))).filter(({ body }) => body.text)
    await services.openings.forget(moved.map(({ body }) => body.text))
    const decision = (await whole()).find(({ move }) => move === 'suspend')
    expect(decision?.text).toEqual({ state: 'erased', value: null })
    expect(JSON.stringify(await whole(all.officer))).not.toContain('inspection')
  })

  it('refuses what is no project, no order and no cursor of it', async () => {
    const { nobody } = all.registry
    expect(await nobody.get(`/national/projects/${'0'.repeat(32)}/timeline`)).toMatchObject({ status: 404 })
    expect(await nobody.get(`${path}/timeline?order=random`)).toMatchObject({ status: 400 })
    for (const cursor of ['x', 'WzEsMl0', 'WyJhIl0', 'Wy0xXQ']) {
      expect(await nobody.get(`${path}/timeline?cursor=${cursor}`)).toMatchObject({ body: { code: 'cursor-invalid' } })
    }
  })
})

describe('the page of the project', () => {
  const text = (body: string) => body.replace(/<[^>]*>/g, '').replace(/\s+/g, ' ')
  const get = async (address: string, language = 'en') => {
    const answer = await all.registry.app.inject({ url: address, headers: { 'accept-language': language } })
    expect([address, answer.statusCode]).toEqual([address, 200])
    return answer.body
  }

  it('shows what happened last, and leads to the whole time line', async () => {
    const body = await get(`/projects/${all.project.id}`)
    expect(body).toContain(`href="/projects/${all.project.id}/timeline"`)
    expect(body.match(/<ol class="chain timeline">/g)).toHaveLength(1)
    expect(text(body)).not.toContain('A Admin')
  })

  it.each(['en', 'fr', 'es'])('its time line leads from page to page by plain links, in %s', async (language) => {
    const { officer, project } = all
    if (language === 'en') {
      for (let at = 0; at < 30; at += 1) {
        const range = { first: `${600 + at}`, last: `${600 + at}` }
        await done(officer.post('/national/holds', { batch, range, reason: 'court-order' }))
      }
    }
    const seen: string[] = []
    let address = `/projects/${project.id}/timeline`
    for (let pages = 0; ; pages += 1) {
      const body = await get(address, language)
      expect(body).toContain(`<html lang="${language}"`)
      expect(body.match(/<h1>/g)).toHaveLength(1)
      expect(body).toContain(`<bdi>${title}</bdi>`)
      expect(body).not.toMatch(/<script|\son\w+=|\sstyle=/)
      seen.push(...[...body.matchAll(/<li class="[\w-]+">.*?href="\/entries\/(\d+)"/gs)].map(([, index = '']) => index))
      const next = /rel="next" href="([^"]+)"/.exec(body)?.[1]
      if (next === undefined) {
        expect(pages).toBeGreaterThan(0)
        break
      }
      address = next.replaceAll('&#38;', '&').replaceAll('&amp;', '&')
    }
    const { items } = await page('?limit=200')
    expect(seen).toEqual(items.map(({ index }) => `${index}`))
  })

  it('says that an address is none, and never fails', async () => {
    const { app } = all.registry
    const status = async (address: string) => (await app.inject(address)).statusCode
    expect(await status(`/projects/${'0'.repeat(32)}/timeline`)).toBe(404)
    expect(await status('/projects/x/timeline')).toBe(404)
    expect(await status(`/projects/${all.project.id}/timeline?cursor=x`)).toBe(400)
    expect(await status(`/projects/${all.project.id}/timeline?order=x&order=y&cursor=a&cursor=b`)).toBe(200)
  })
})
