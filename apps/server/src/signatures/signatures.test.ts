import { hash, randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Article6, article6 } from '../article6.fixture.ts'
import { done, expectStatus, PASSWORD, type Person, testRegistry } from '../registry.fixture.ts'
import { CODE_MS, LIMITS, prove, sendCode } from './proofs.ts'
import { called } from './signing.fixture.ts'
import { PERMIT_MS } from './simple.ts'

interface Place {
  slot: string
  before: string[]
  signed: { organisation: { id: string }; level: string; evidence: string } | null
}

let all: Article6
let path: string

beforeAll(async () => {
  all = await article6()
  path = `/national/projects/${all.project}`
  await called(all.registry, all.owner.email, 'Ada Núñez')
}, 120_000)
afterAll(() => all?.registry.close())

const places = async (document: string) =>
  (await done(all.registry.nobody.get(`${path}/documents/${document}/signatures`), 200)) as unknown as {
    version: number
    sha256: string
    complete: boolean
    places: Place[]
  }

/** A place on the version in force of a kind of document. */
async function target(document: string, slot: string) {
  const { version, sha256 } = await places(document)
  return { project: all.project, document, version, sha256, slot }
}

/** The last code that was sent to somebody. */
function codeOf(email: string): string {
  const told = all.registry.messages.findLast((one) => one.startsWith(`Code to sign with for ${email}: `))
  return told?.slice(-8) ?? ''
}

const ask = (who: Person, sha256: string | null) => who.post('/national/signing/codes', { sha256 }, { key: null })
const permit = (who: Person, body: object) => who.post('/national/signing/permits', body, { key: null })

async function permitted(who: Person, email: string, about: { sha256: string }): Promise<string> {
  await done(ask(who, about.sha256))
  return String((await done(permit(who, { ...about, code: codeOf(email) }))).permit)
}

const agree = (token: string) => ({ permit: token, agreed: true })
const sign = (who: Person, body: object, key?: string) =>
  who.post('/national/signatures', body, key === undefined ? {} : { key })

describe('a simple signature', () => {
  it('is on the hash, its record has the hash that the ledger has, and nobody else reads who it was', async () => {
    const { owner } = all
    const note = await target('concept-note', 'owner')
    await done(ask(owner.admin, note.sha256))
    const given = await done(permit(owner.admin, { ...note, code: codeOf(owner.email) }))
    expect(given.statement).toContain(note.sha256)
    expect(given.statement).toContain('Sunfield')
    const signed = await done(sign(owner.admin, agree(String(given.permit))))
    expect(signed).toMatchObject({ ...note, level: 'SES', period: null })

    const { rows } = await all.registry.services.pool.query(
      'SELECT record FROM content_signature WHERE evidence = $1',
      [signed.evidence],
    )
    const record = JSON.parse(rows[0].record)
    expect(hash('sha256', rows[0].record)).toBe(signed.evidence)
    expect(record).toMatchObject({ ...note, name: 'Ada Núñez', statement: given.statement, proof: { kind: 'code' } })
    expect(record.salt).toMatch(/^[0-9a-f]{64}$/)

    const shown = await places('concept-note')
    expect(shown).toMatchObject({ complete: true, places: [{ slot: 'owner', signed: { level: 'SES' } }] })
    expect(shown.places[0]?.signed?.organisation.id).toBe(owner.id)
    expect(JSON.stringify(shown)).not.toContain('Ada')
    const entries = await done(all.registry.nobody.get(`${path}/ledger?limit=200`), 200)
    expect(JSON.stringify(entries)).toContain('signs the document')
    expect(JSON.stringify(entries)).not.toContain('Núñez')
  })

  it('is answered the same when it is sent again, and its permit is good once', async () => {
    const letter = await submitted('letter', 'registry')
    const token = await permitted(all.officer, 'officer@example.org', letter)
    const key = randomBytes(16).toString('hex')
    const first = await sign(all.officer, agree(token), key)
    const again = await sign(all.officer, agree(token), key)
    expect([first.status, again.status, again.body]).toEqual([201, 201, first.body])
    expect(again.headers['idempotency-replayed']).toBe('true')
    expect((await sign(all.officer, agree(token))).body.code).toBe('signing-permit-unknown')
    const { rows } = await all.registry.services.pool.query('SELECT count(*)::int AS kept FROM content_signature')
    expect(rows[0].kept).toBe(2)
  })

  it('of many requests with one permit one is written', async () => {
    const letter = await submitted('letter', 'registry')
    const token = await permitted(all.officer, 'officer@example.org', letter)
    const answers = await Promise.all(Array.from({ length: 8 }, () => sign(all.officer, agree(token))))
    expect(answers.map(({ status }) => status).toSorted()).toEqual([201, ...Array(7).fill(404)])
  })

  it('is void with the next version', async () => {
    const letter = await submitted('letter', 'registry')
    await done(sign(all.officer, agree(await permitted(all.officer, 'officer@example.org', letter))))
    expect((await places('letter')).complete).toBe(true)
    const next = await submitted('letter', 'registry')
    expect(await places('letter')).toMatchObject({ version: next.version, complete: false })
    const { body } = await permit(all.officer, { ...letter, code: '00000000' })
    expect(body.code).toBe('terms-changed')
  })

  it('is refused where the ledger would refuse it, before anybody is asked for a code', async () => {
    const { owner, certifier } = all
    const letter = await submitted('letter', 'registry')
    const design = await target('project-design', 'owner')
    const code = '00000000'
    const wrong = async (who: Person, body: object) => (await permit(who, body)).body.code
    expect(await wrong(owner.admin, { ...letter, code })).toBe('not-permitted')
    expect(await wrong(owner.admin, { ...design, code })).toBe('signature-level')
    expect(await wrong(certifier.admin, { ...design, code })).toBe('not-permitted')
    expect(await wrong(owner.admin, { ...design, sha256: '0'.repeat(64), code })).toBe('terms-changed')
    expect(await wrong(owner.admin, { ...design, slot: 'poet', code })).toBe('code-unknown')
    expect(await wrong(owner.admin, { ...design, code, password: 'x' })).toBe('invalid-request')
    expect((await permit(all.registry.nobody, { ...design, code })).status).toBe(401)
  })
})

/** A new version of a document of the government, with its place. */
async function submitted(document: string, slot: string) {
  await done(all.submit(all.officer, path, document))
  return target(document, slot)
}

describe('a code', () => {
  it('is good for one document, for ten minutes, and once', async () => {
    const letter = await submitted('letter', 'registry')
    const email = 'officer@example.org'
    await done(ask(all.officer, '1'.repeat(64)))
    expect((await permit(all.officer, { ...letter, code: codeOf(email) })).body.code).toBe('signing-code-wrong')
    await done(ask(all.officer, letter.sha256))
    const code = codeOf(email)
    all.registry.pass(CODE_MS)
    expect((await permit(all.officer, { ...letter, code })).body.code).toBe('signing-code-wrong')
    await done(ask(all.officer, letter.sha256))
    const fresh = codeOf(email)
    const answers = await Promise.all(Array.from({ length: 4 }, () => permit(all.officer, { ...letter, code: fresh })))
    expect(answers.map(({ status }) => status).toSorted()).toEqual([201, 403, 403, 403])
    const { permit: token } = answers.find(({ status }) => status === 201)?.body ?? {}
    all.registry.pass(PERMIT_MS)
    expect((await sign(all.officer, agree(String(token)))).body.code).toBe('signing-permit-unknown')
  })

  it('ends after a few wrong ones, and is asked for a few times', async () => {
    all.registry.pass(CODE_MS)
    const letter = await submitted('letter', 'registry')
    await done(ask(all.officer, letter.sha256))
    const right = codeOf('officer@example.org')
    const wrong = right === '12345678' ? '87654321' : '12345678'
    for (let tried = 0; tried < LIMITS.wrongCodes; tried += 1) await permit(all.officer, { ...letter, code: wrong })
    expect((await permit(all.officer, { ...letter, code: right })).body.code).toBe('signing-code-wrong')
    const asked = await Promise.all(Array.from({ length: 6 }, () => ask(all.officer, letter.sha256)))
    expect(asked.filter(({ status }) => status === 429).length).toBeGreaterThanOrEqual(1)
    all.registry.pass(CODE_MS)
  })

  it('is not kept in the open', async () => {
    await done(ask(all.second, null))
    const code = codeOf('second@example.org')
    const { rows } = await all.registry.services.pool.query('SELECT code FROM content_signing_code')
    expect(JSON.stringify(rows)).not.toContain(code)
  })
})

it('a password shows who somebody is, where the registry has them; guessing is slowed', async () => {
  const registry = await testRegistry({ onboarding: 'password' })
  const { services, founded } = registry
  const actor = { user: founded.root.user, organisation: '', mandate: '', role: '' }
  const shown = (password: string) =>
    prove(services, actor, 'x', { password }).catch((error) => error.problem.code as string)
  expect(await shown(PASSWORD)).toBe('password')
  for (let tried = 0; tried < LIMITS.passwords.free; tried += 1)
    expect(await shown('a wrong one')).toBe('signing-code-wrong')
  expect(await shown(PASSWORD)).toBe('too-many-requests')
  await sendCode(services, actor, 'x')
  const code = registry.messages.at(-1)?.slice(-8)
  expect(await prove(services, actor, 'x', { code })).toBe('code')
  await registry.close()
})

const SCAN = readFileSync(new URL('../../../../docs/images/serial.png', import.meta.url))

/** Attaches the scan to the project; answers the id of the attachment. */
async function attached({ token }: Person): Promise<string> {
  const answer = await all.registry.app.inject({
    method: 'POST',
    url: `${path}/attachments?name=scan.png&document=engagement-agreement`,
    headers: {
      ...{ authorization: `Bearer ${token}`, 'idempotency-key': randomBytes(16).toString('hex') },
      'content-type': 'application/octet-stream',
    },
    payload: SCAN,
  })
  expect(answer.statusCode, answer.body).toBe(201)
  return answer.json().id
}

describe('ink', () => {
  it('is found by an officer on a scan, for the organisation whose it is', async () => {
    const scan = hash('sha256', SCAN)
    const letter = await target('engagement-agreement', 'owner')
    const ink = { ...letter, organisation: all.owner.id, name: 'Ada Núñez', scan, note: 'Both pages were compared.' }
    expect((await all.owner.admin.post('/national/signatures/ink', ink)).body.code).toBe('not-permitted')
    const wrong = { ...ink, organisation: all.rival.id }
    expect((await all.officer.post('/national/signatures/ink', wrong)).body.code).toBe('signer-wrong')
    expect((await all.officer.post('/national/signatures/ink', ink)).body).toMatchObject({
      code: 'invalid-request',
      errors: [{ field: 'scan', message: 'must be the SHA-256 of a file that is attached to the project' }],
    })
    const file = await attached(all.owner.admin)
    const signed = await done(all.officer.post('/national/signatures/ink', ink))
    expect(signed).toMatchObject({ level: 'WET', slot: 'owner' })
    const { places: found } = await places('engagement-agreement')
    expect(found.find(({ slot }) => slot === 'owner')?.signed?.organisation.id).toBe(all.owner.id)
    const { rows } = await all.registry.services.pool.query(
      'SELECT record FROM content_signature WHERE evidence = $1',
      [signed.evidence],
    )
    expect(JSON.parse(rows[0].record)).toMatchObject({ proof: { kind: 'scan', sha256: scan }, name: 'Ada Núñez' })
    // Whoever looks later finds what the officer saw.
    expect((await all.owner.admin.delete(`/national/attachments/${file}`)).body.code).toBe('file-in-use')
  })
})

it('there are places only on documents that are there, of kinds that have them', async () => {
  const { nobody } = all.registry
  expect((await nobody.get(`${path}/documents/description/signatures`)).status).toBe(404)
  expect((await nobody.get(`${path}/documents/poem/signatures`)).status).toBe(404)
  expect((await nobody.get(`${path}/documents/letter/signatures?period=${all.project}`)).status).toBe(404)
  expectStatus(await nobody.get(`${path}/documents/concept-note/signatures`), 200)
})
