import { createHash, createHmac } from 'node:crypto'
import { canonicalJson } from '@tallystick/rules'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { outboxNotify } from '../platform/notify.ts'
import { done, expectStatus, type Person } from '../registry.fixture.ts'
import { type Commented, commented, DAY_MS, randomAddress } from './commented.fixture.ts'
import { LIMITS, sendIn } from './sending.ts'

let all: Commented
let comments = ''

beforeAll(async () => {
  all = await commented()
  comments = `/public/projects/${all.project}/comments`
})
afterAll(() => all.registry.close())

const read = async (path: string, who: Person = all.registry.nobody) => expectStatus(await who.get(path), 200).body
const confirm = (token: string | undefined) => all.registry.nobody.post('/public/comments/confirm', { token })
const send = (body: object, url = comments, ip = randomAddress()) =>
  all.registry.app.inject({ method: 'POST', url, payload: body, remoteAddress: ip })
const valid = { name: 'Ana Doe', email: 'ana@example.net', text: 'What of the birds?' }
const one = (id: string, what: string) => `/national/projects/${all.project}/comments/${id}/${what}`

it('a comment counts once its address is confirmed, and then nothing of the sender is kept but what he shows', async () => {
  const { registry } = all
  const link = await all.comment({ ...valid, text: 'First.\nSecond line.', language: 'sw' })
  expect(await read(comments)).toEqual({ items: [], next: null })
  const confirmed = await done(confirm(link), 200)
  expect(confirmed).toMatchObject({ project: all.project, number: 1 })
  await all.confirmed({ ...valid, email: 'bo@example.net', name: 'Bo', publicName: true })
  const { items } = await read(comments)
  expect(items).toMatchObject([
    { number: 1, name: null, text: 'First.\nSecond line.', language: 'sw', hidden: null, answer: null },
    { number: 2, name: 'Bo', text: 'What of the birds?', language: 'en' },
  ])
  expect(JSON.stringify(items)).not.toMatch(/example\.net|Ana/)
  const { rows } = await registry.services.pool.query('SELECT * FROM content_comment WHERE number IS NOT NULL')
  expect(JSON.stringify(rows)).not.toMatch(/example\.net|Ana/)
  for (const { key, commitment, language, name, text } of items as Record<string, string>[]) {
    const hmac = createHmac('sha256', Buffer.from(key ?? '', 'hex')).update(canonicalJson({ language, name, text }))
    expect(hmac.digest('hex')).toBe(commitment)
  }
})

it('links work once, for a day, and are not to be guessed', async () => {
  const { registry } = all
  const link = await all.comment()
  await done(confirm(link), 200)
  expect(await confirm(link)).toMatchObject({ status: 404, body: { code: 'link-unknown' } })
  expect(await confirm('A'.repeat(43))).toMatchObject({ status: 404 })
  const { rows } = await registry.services.pool.query<{ token_hash: string }>(
    'SELECT md5(id) AS token_hash FROM content_comment LIMIT 1',
  )
  expect(await confirm(rows[0]?.token_hash)).toMatchObject({ status: 404 })
  const late = await all.comment()
  registry.pass(DAY_MS)
  expect(await confirm(late)).toMatchObject({ status: 404 })
  await all.confirmed()
  const waiting = await registry.services.pool.query('SELECT 1 FROM content_comment WHERE number IS NULL')
  expect(waiting.rowCount).toBe(0)
})

it('a project is commented on only while it is open, and what is sent must be a comment', async () => {
  expect((await send(valid, `/public/projects/${all.draft}/comments`)).json()).toMatchObject({
    code: 'comments-closed',
  })
  expect((await send(valid, `/public/projects/${'0'.repeat(32)}/comments`)).statusCode).toBe(404)
  expect((await send({ ...valid, text: ' \n' })).statusCode).toBe(400)
  expect((await send({ ...valid, text: 'x'.repeat(10_001) })).statusCode).toBe(400)
  expect((await send({ ...valid, email: 'ana' })).statusCode).toBe(400)
  expect((await send({ ...valid, language: '<b>' })).statusCode).toBe(400)
  expect((await send({ ...valid, number: 1 })).statusCode).toBe(400)
  expect(await read(`/public/projects/${all.draft}/comments/check`)).toEqual({ open: false, rounds: [] })
})

it('the link is queued with the comment, in its language, and stands nowhere else', async () => {
  const { services } = all.registry
  const asMailed = { ...services, notify: outboxNotify(services.pool, 'es') }
  const wanted = { ...valid, email: 'mailed@example.net', publicName: false }
  for (const language of ['fr', 'lo'])
    await sendIn(asMailed, all.project, { ...wanted, language }, { ip: randomAddress() })
  const { rows } = await services.pool.query<{
    language: string
    name: string
    params: object
    secrets: { link: string }
  }>(`SELECT language, name, params, secrets FROM content_mail WHERE template = 'comment-confirm' ORDER BY created_at`)
  expect(rows).toMatchObject([
    { language: 'fr', name: '', params: { project: { title: 'Salt Lake' } } },
    { language: 'es', name: '', params: { project: { title: 'Salt Lake' } } },
  ])
  expect(JSON.stringify(rows.map(({ params }) => params))).not.toMatch(/token|birds|Ana/)
  await done(confirm(rows[0]?.secrets.link), 200)
  const failing = { ...asMailed.notify, confirmComment: () => Promise.reject(new Error('no outbox')) }
  const before = (await services.pool.query('SELECT id FROM content_comment')).rowCount
  await expect(
    sendIn({ ...services, notify: failing }, all.project, { ...wanted, language: 'fr' }, { ip: randomAddress() }),
  ).rejects.toThrow('no outbox')
  expect((await services.pool.query('SELECT id FROM content_comment')).rowCount).toBe(before)
})

it('who floods is stopped: by network, and by address without being told', async () => {
  const network = randomAddress()
  for (let at = 0; at < LIMITS.network.most; at += 1) await all.comment({}, network)
  const answer = await send(valid, comments, network)
  expect(answer.json()).toMatchObject({ status: 429, code: 'too-many-requests' })
  const email = 'victim@example.net'
  const links = []
  for (let at = 0; at < LIMITS.address.most + 3; at += 1)
    links.push(await all.comment({ email: at % 2 ? email : email.toUpperCase() }))
  expect(links.filter((link) => link !== undefined).length).toBe(LIMITS.address.most)
})

it('texts do nothing on the page, where a form without a script sends them', async () => {
  const { app, messages } = all.registry
  const text = '<img src=x onerror=alert(1)> "quoted"\r\nSecond line </textarea>'
  const form = new URLSearchParams({ name: '<b>Mallory</b>', publicName: 'yes', email: 'm@example.net', text })
  const post = (body: string, headers: object = {}) =>
    app.inject({
      method: 'POST',
      url: `/projects/${all.project}/comments`,
      headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
      payload: body,
      remoteAddress: randomAddress(),
    })
  const page = () => app.inject({ url: `/projects/${all.project}` })
  expect((await page()).body).toContain(`<form class="form" method="post" action="/projects/${all.project}/comments">`)
  expect((await post(form.toString(), { origin: 'https://evil.example' })).statusCode).toBe(403)
  const sent = await post(form.toString(), { 'accept-language': 'fr' })
  expect([sent.statusCode, sent.headers['content-language']]).toEqual([201, 'fr'])
  const link = new URL(/http\S+/.exec(messages.at(-1) ?? '')?.[0] ?? '')
  const opened = await app.inject({ url: `${link.pathname}${link.search}` })
  expect(opened.body).toContain('<form')
  const before = (await read(comments)).items as object[]
  const confirming = {
    method: 'POST',
    url: '/comments/confirm',
    payload: `token=${link.searchParams.get('token')}`,
  } as const
  const headers = { 'content-type': 'application/x-www-form-urlencoded' }
  expect((await app.inject({ ...confirming, headers })).statusCode).toBe(200)
  expect((await app.inject({ ...confirming, headers })).statusCode).toBe(404)
  const items = (await read(comments)).items as { text: string; name: string; language: string }[]
  expect(items.length).toBe(before.length + 1)
  expect(items.at(-1)).toMatchObject({ text: text.replace('\r\n', '\n'), name: '<b>Mallory</b>', language: 'fr' })
  const { body } = await page()
  expect(body).not.toMatch(/<img src=x|<b>|<\/textarea>[^<]*<\/blockquote>/)
  expect(body).toContain('&#60;img src=x')
  for (const wrong of ['', 'name=A', `${form}&text=`]) {
    const answer = await post(wrong)
    expect([answer.statusCode, answer.body.includes('role="alert"')]).toEqual([400, true])
  }
  expect((await post('text=%00&name=a&email=a@example.org')).statusCode).toBe(400)
  expect((await post('x'.repeat(140_000))).statusCode).toBe(413)
})

it('the government hides a comment for a reason, and everybody sees that it is hidden', async () => {
  const officer = await all.officer()
  const { id, number } = await all.confirmed({ publicName: true, text: 'An insult.' })
  expect(await (await all.owner()).put(one(id, 'hidden'), { reason: 'abusive' })).toMatchObject({ status: 403 })
  expect(await all.registry.nobody.put(one(id, 'hidden'), { reason: 'abusive' })).toMatchObject({ status: 401 })
  expect(await officer.put(one(id, 'hidden'), { reason: 'unwelcome' })).toMatchObject({ status: 400 })
  const hidden = await done(officer.put(one(id, 'hidden'), { reason: 'abusive' }), 200)
  expect(hidden).toMatchObject({ number, name: null, text: null, key: null, hidden: { reason: 'abusive' } })
  const shown = (await read(comments)).items as { id: string }[]
  expect(shown.find((comment) => comment.id === id)).toEqual(hidden)
  const page = async () => (await all.registry.app.inject({ url: `/projects/${all.project}` })).body
  expect(await page()).toContain('it insults or threatens')
  expect(await page()).not.toContain('An insult.')
  expect(await done(officer.put(one(id, 'hidden'), { reason: null }), 200)).toMatchObject({ text: 'An insult.' })
  expect(await officer.put(one('0'.repeat(32), 'hidden'), { reason: null })).toMatchObject({ status: 404 })
  const elsewhere = `/national/projects/${all.draft}/comments/${id}/hidden`
  expect(await officer.put(elsewhere, { reason: 'abusive' })).toMatchObject({ status: 404 })
})

it('whoever has an interest in the project hides nothing', async () => {
  const officer = await all.officer()
  const { root, services } = all.registry
  const { id } = await all.confirmed({ text: 'Uncomfortable.' })
  const affiliation = { organisation: all.ownerId, kind: 'ownership' }
  await done(officer.post(`/national/organisations/${root.organisation}/affiliations`, affiliation))
  expect(services.genesis.authority).toBe(root.organisation)
  expect(await officer.put(one(id, 'hidden'), { reason: 'off-topic' })).toMatchObject({
    status: 403,
    body: { code: 'conflict-of-interest' },
  })
  const end = { organisation: all.ownerId, reason: 'request' }
  await done(officer.post(`/national/organisations/${root.organisation}/affiliations/end`, end))
})

it('the side of the project answers, once', async () => {
  const { id } = await all.confirmed()
  const owner = await all.owner()
  const answer = (who: Person, text: string) => who.put(one(id, 'answer'), { text })
  expect(await answer(await all.officer(), 'For them.')).toMatchObject({ status: 403 })
  const given = await done(answer(owner, 'They fly around it.'), 200)
  expect(given).toMatchObject({ answer: { text: 'They fly around it.', by: { name: 'Sunfield' } } })
  expect(await done(answer(owner, 'They fly around it.'), 200)).toEqual(given)
  expect(await answer(owner, 'What birds?')).toMatchObject({ status: 409, body: { code: 'already-exists' } })
})

it('comments that are confirmed at once have numbers without gaps', async () => {
  const before = ((await read(`${comments}?limit=200`)).items as object[]).length
  const links: (string | undefined)[] = []
  for (let at = 0; at < 12; at += 1) links.push(await all.comment())
  const fresh = links.filter((link) => link !== undefined)
  const twice = [...fresh, ...fresh]
  const answers = await Promise.all(twice.map(confirm))
  expect(answers.filter(({ status }) => status === 200).length).toBe(fresh.length)
  const items = (await read(`${comments}?limit=200`)).items as { number: number }[]
  expect(items.map(({ number }) => number)).toEqual(Array.from({ length: before + fresh.length }, (_, at) => at + 1))
})

it('when the time is over the bundle goes into the ledger, and from then on nothing changes unseen', async () => {
  const { registry, project } = all
  const { pool } = registry.services
  const bundle = `/national/projects/${project}/comments/bundle`
  const path = `${comments}/check`
  expect(await (await all.officer()).post(bundle)).toMatchObject({ status: 409, body: { code: 'too-early' } })
  expect(await (await all.owner()).post(bundle)).toMatchObject({ status: 403 })
  expect(await read(path)).toMatchObject({ open: true, rounds: [{ verdict: 'open', sha256: null }] })
  const { until } = ((await read(path)).rounds as { until: string }[])[0] ?? { until: '' }

  registry.pass(Date.parse(until) - registry.services.clock().getTime() - 60_000)
  const link = await all.comment()
  registry.pass(60_000)
  expect(await confirm(link)).toMatchObject({ status: 409, body: { code: 'comments-closed' } })
  expect((await send(valid)).json()).toMatchObject({ code: 'comments-closed' })
  expect(await read(path)).toMatchObject({ open: false, rounds: [{ verdict: 'closed' }] })

  const officer = await all.officer()
  const made = { kind: 'public-comments', sha256: 'a'.repeat(64) }
  expect(await officer.post(`/national/projects/${project}/documents`, made)).toMatchObject({ status: 400 })
  const count = ((await read(`${comments}?limit=200`)).items as object[]).length
  const key = 'the-bundle-once'
  const submitted = await done(officer.post(bundle, undefined, { key }))
  expect(submitted).toMatchObject({ comments: count, version: 1 })
  expect(await done(officer.post(bundle, undefined, { key }))).toEqual(submitted)
  expect(await officer.post(bundle)).toMatchObject({ status: 409, body: { code: 'nothing-changes' } })
  const bytes = await registry.app.inject(`/public/comments/bundles/${submitted.sha256}`)
  expect(createHash('sha256').update(bytes.rawPayload).digest('hex')).toBe(submitted.sha256)
  expect(bytes.json().comments.length).toBe(count)
  expect(bytes.body).not.toMatch(/birds|Bo|example/)
  const whole = { verdict: 'whole', sha256: submitted.sha256, comments: count, missing: [], changed: [], added: [] }
  expect(await read(path)).toMatchObject({ rounds: [whole] })

  await hiddenAfterwards(officer)
  expect(await read(path)).toMatchObject({ rounds: [{ ...whole, hidden: 1 }] })

  const tampered = async (sql: string, wrong: object, mend: string) => {
    await pool.query(sql)
    expect(await read(path)).toMatchObject({ rounds: [{ verdict: 'broken', ...wrong }] })
    await pool.query(mend)
    expect(await read(path)).toMatchObject({ rounds: [{ verdict: 'whole' }] })
  }
  const moved = `UPDATE content_comment SET project = 'x' || project WHERE number = 2`
  await pool.query(
    `INSERT INTO content_comment_round SELECT 'x' || project, round, state, begins_at, ends_at FROM content_comment_round`,
  )
  await tampered(
    moved,
    { missing: [2] },
    `UPDATE content_comment SET project = substr(project, 2) WHERE project LIKE 'x%'`,
  )
  const softer = `UPDATE content_comment SET text = text || '!' WHERE number IN (1, 3)`
  await tampered(
    softer,
    { changed: [1, 3] },
    `UPDATE content_comment SET text = rtrim(text, '!') WHERE number IN (1, 3)`,
  )
  const copy = `INSERT INTO content_comment (id, project, round, number, public_name, language, text, commitment, key, created_at, confirmed_at)
    SELECT md5(id), project, round, 999, public_name, language, text, commitment, key, created_at, confirmed_at FROM content_comment WHERE number = 1`
  await tampered(copy, { added: [999] }, 'DELETE FROM content_comment WHERE number = 999')
  await pool.query(`UPDATE content_comment_round SET bytes = 'forged' WHERE project = $1`, [project])
  expect(await read(path)).toMatchObject({ rounds: [{ verdict: 'broken' }] })
  await pool.query('DELETE FROM content_comment WHERE project = $1', [project])
  await pool.query('DELETE FROM content_comment_round WHERE project = $1', [project])
  const { rounds } = (await read(path)) as { rounds: object[] }
  expect(rounds).toContainEqual(expect.objectContaining({ verdict: 'broken', sha256: submitted.sha256, round: null }))
})

async function hiddenAfterwards(officer: Person): Promise<void> {
  const { items } = (await read(comments)) as { items: { id: string }[] }
  await done(officer.put(one(items[0]?.id ?? '', 'hidden'), { reason: 'personal-data' }), 200)
}
