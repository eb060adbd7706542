import { execFileSync } from 'node:child_process'
import { hash, randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Article6, article6 } from '../article6.fixture.ts'
import { isVouchedFor, verifyPdf } from '../platform/paper-signing/verify.ts'
import { done, type Person } from '../registry.fixture.ts'
import { challengeOf } from './advanced.ts'
import { Authenticator } from './authenticator.fixture.ts'
import { ENROLMENT_MS } from './keys.ts'
import { called } from './signing.fixture.ts'
import { PERMIT_MS } from './simple.ts'

const ORIGIN = 'http://localhost:3030'

let all: Article6
let path: string
let folder: string
let ada: Authenticator
let ben: Authenticator

beforeAll(async () => {
  all = await article6()
  path = `/national/projects/${all.project}`
  folder = mkdtempSync(join(tmpdir(), 'advanced-'))
  ada = await enrol(all.owner.admin, all.owner.email, 'Ada Núñez')
  ben = await enrol(all.certifier.admin, all.certifier.email, 'Ben Okoye')
}, 120_000)
afterAll(async () => {
  rmSync(folder, { recursive: true, force: true })
  await all?.registry.close()
})

function codeOf(email: string): string {
  const told = all.registry.messages.findLast((one) => one.startsWith(`Code to sign with for ${email}: `))
  return told?.slice(-8) ?? ''
}

async function begin(who: Person, email: string) {
  await done(who.post('/national/signing/codes', { sha256: null }, { key: null }))
  return who.post('/national/signing/keys/begin', { code: codeOf(email) }, { key: null })
}

type Creation = { challenge: string; rp: { id: string } }
type Request = { challenge: string; rpId: string }

async function enrol(who: Person, email: string, name: string): Promise<Authenticator> {
  const authenticator = new Authenticator(ORIGIN)
  await called(all.registry, email, name)
  const { options } = await done(begin(who, email))
  const answer = authenticator.register(options as Creation)
  await done(who.post('/national/signing/keys', { name, answer }, { key: null }))
  return authenticator
}

async function target(document: string, slot: string) {
  const { version, sha256 } = await done(all.registry.nobody.get(`${path}/documents/${document}/signatures`), 200)
  return { project: all.project, document, version, sha256, slot }
}

const challenge = (who: Person, about: object) => who.post('/national/signing/challenges', about, { key: null })
const sign = (who: Person, body: object, key?: string) =>
  who.post('/national/signatures/advanced', body, key === undefined ? {} : { key })

async function signed(who: Person, authenticator: Authenticator, about: object) {
  const { challenge: id, options } = await done(challenge(who, about))
  return sign(who, { challenge: id, answer: authenticator.answer(options as Request) })
}

/** Bytes that an address answers with. */
async function bytesOf(who: Person, url: string): Promise<Buffer> {
  const headers = who.token ? { authorization: `Bearer ${who.token}` } : {}
  const answer = await all.registry.app.inject({ url, headers })
  expect([url, answer.statusCode]).toEqual([url, 200])
  return answer.rawPayload
}

const sheet = (who: Person, document: string) => bytesOf(who, `${path}/documents/${document}/signatures/sheet`)

function file(name: string, bytes: Uint8Array): string {
  writeFileSync(join(folder, name), bytes)
  return join(folder, name)
}

describe('two people sign with their keys', () => {
  it('both signatures are in one PDF, which strangers’ tools find valid; the ledger has the fact', async () => {
    const plain = await sheet(all.owner.admin, 'engagement-agreement')
    expect(verifyPdf(plain).signatures).toEqual([])

    const first = await signed(all.owner.admin, ada, await target('engagement-agreement', 'owner'))
    expect(first).toMatchObject({ status: 201, body: { level: 'AES', slot: 'owner' } })
    const once = await sheet(all.owner.admin, 'engagement-agreement')
    const second = await signed(all.certifier.admin, ben, await target('engagement-agreement', 'certifier'))
    expect(second).toMatchObject({ status: 201, body: { level: 'AES', slot: 'certifier' } })
    const twice = await sheet(all.officer, 'engagement-agreement')

    expect(twice.subarray(0, once.length).equals(once)).toBe(true)
    const { signatures, isWhole } = verifyPdf(twice)
    expect([isWhole, ...signatures.map(({ name }) => name)]).toEqual([true, 'Ada Núñez', 'Ben Okoye'])
    const told = execFileSync('pdfsig', ['-nocert', file('twice.pdf', twice)], { encoding: 'utf8' })
    expect(told.match(/Signature is Valid/g)).toHaveLength(2)
    const text = execFileSync('pdftotext', [file('text.pdf', twice), '-'], { encoding: 'utf8' })
    expect(text.replace(/\s/g, '')).toContain(String((await target('engagement-agreement', 'owner')).sha256))

    const { services } = all.registry
    const { rows } = await services.pool.query('SELECT record, pdf FROM content_signature WHERE evidence = $1', [
      second.body.evidence,
    ])
    expect(hash('sha256', rows[0].record)).toBe(second.body.evidence)
    const record = JSON.parse(rows[0].record)
    expect(record).toMatchObject({ name: 'Ben Okoye', proof: { kind: 'authenticator', pdf: hash('sha256', twice) } })
    const { user, nonce, clientDataJSON } = record.proof
    const about = { ...(await target('engagement-agreement', 'certifier')), period: null } as never
    const asked = challengeOf(user, about, record.statement, nonce).toString('base64url')
    expect(JSON.parse(Buffer.from(clientDataJSON, 'base64url').toString()).challenge).toBe(asked)
  })

  it('their certificates are vouched for by the authority that everybody may fetch', async () => {
    const pem = await bytesOf(all.registry.nobody, '/public/signing/authority.pem')
    const { items } = await done(all.owner.admin.get('/national/signing/keys'), 200)
    const [key] = items as { id: string; name: string }[]
    expect(key?.name).toBe('Ada Núñez')
    const chain = await bytesOf(all.owner.admin, `/national/signing/keys/${key?.id}/chain`)
    expect(chain.toString()).toContain(pem.toString().trim())
    const [authority, own] = [file('ca.pem', pem), file('chain.pem', chain)]
    expect(
      execFileSync('openssl', ['verify', '-no_check_time', '-CAfile', authority, own], { encoding: 'utf8' }),
    ).toContain('OK')
    const { signatures } = verifyPdf(await sheet(all.officer, 'engagement-agreement'))
    const der = Buffer.from(pem.toString().replace(/-----[^-]+-----|\s/g, ''), 'base64')
    for (const { certificate } of signatures) {
      expect(isVouchedFor(certificate ?? new Uint8Array(), der, all.registry.services.clock())).toBe(true)
    }
    expect((await all.certifier.admin.get(`/national/signing/keys/${key?.id}/chain`)).status).toBe(404)
  })

  it('whoever has no part in the project does not see the sheet, which names people', async () => {
    const url = `${path}/documents/engagement-agreement/signatures/sheet`
    expect((await all.rival.admin.get(url)).status).toBe(403)
    expect((await all.registry.nobody.get(url)).status).toBe(401)
  })
})

describe('attacks', () => {
  it('no key without an authenticator that answers the very challenge, with the person’s consent', async () => {
    const { rival } = all
    const wrong = async (authenticator: Authenticator, change: object = {}) => {
      const { options } = await done(begin(rival.admin, rival.email))
      const answer = authenticator.register({ ...(options as Creation), ...change })
      return (await rival.admin.post('/national/signing/keys', { answer }, { key: null })).body.code
    }
    const idle = new Authenticator(ORIGIN)
    idle.isVerified = false
    expect(await wrong(idle)).toBe('authenticator-refused')
    expect(await wrong(new Authenticator('http://evil.example'))).toBe('authenticator-refused')
    expect(await wrong(new Authenticator(ORIGIN), { challenge: randomBytes(32).toString('base64url') })).toBe(
      'authenticator-refused',
    )
    expect(await wrong(new Authenticator(ORIGIN), { rp: { id: 'evil.example' } })).toBe('authenticator-refused')
    all.registry.pass(ENROLMENT_MS * 2)
    const { options } = await done(begin(rival.admin, rival.email))
    all.registry.pass(ENROLMENT_MS)
    const answer = new Authenticator(ORIGIN).register(options as Creation)
    expect((await rival.admin.post('/national/signing/keys', { answer }, { key: null })).status).toBe(403)
    expect((await rival.admin.post('/national/signing/keys/begin', { code: '1' }, { key: null })).status).toBe(403)
  })

  it('an answer is good for one place on one hash, once, by the person’s own authenticator', async () => {
    const { owner, certifier } = all
    const about = await target('project-design', 'owner')
    const { challenge: id, options } = await done(challenge(owner.admin, about))
    const refused = async (who: Person, body: object) => (await sign(who, body)).body.code
    const asked = options as Request
    expect(await refused(owner.admin, { challenge: id, answer: ben.answer(asked) })).toBe('authenticator-refused')
    const other = { ...asked, challenge: hash('sha256', 'another document', 'buffer').toString('base64url') }
    expect(await refused(owner.admin, { challenge: id, answer: ada.answer(other) })).toBe('authenticator-refused')
    expect(await refused(certifier.admin, { challenge: id, answer: ben.answer(asked) })).toBe('signing-permit-unknown')
    ada.isVerified = false
    expect(await refused(owner.admin, { challenge: id, answer: ada.answer(asked) })).toBe('authenticator-refused')
    ada.isVerified = true
    const answer = ada.answer(asked)
    const answers = await Promise.all(Array.from({ length: 5 }, () => sign(owner.admin, { challenge: id, answer })))
    expect(answers.map(({ status }) => status).filter((status) => status === 201)).toHaveLength(1)
    expect((await sign(owner.admin, { challenge: id, answer })).status).not.toBe(201)
  })

  it('a copy of an authenticator is found out by its count', async () => {
    await done(all.submit(all.owner.admin, path, 'project-design'))
    const about = await target('project-design', 'owner')
    const { challenge: id, options } = await done(challenge(all.owner.admin, about))
    ada.count -= 2
    const { body } = await sign(all.owner.admin, { challenge: id, answer: ada.answer(options as Request) })
    expect(body.code).toBe('authenticator-refused')
    ada.count += 5
  })

  it('is too late after five minutes, and on a version that was replaced', async () => {
    const about = await target('project-design', 'owner')
    const late = await done(challenge(all.owner.admin, about))
    all.registry.pass(PERMIT_MS)
    const answer = ada.answer(late.options as Request)
    expect((await sign(all.owner.admin, { challenge: late.challenge, answer })).body.code).toBe(
      'signing-permit-unknown',
    )
    const { challenge: id, options } = await done(challenge(all.owner.admin, about))
    await done(all.submit(all.owner.admin, path, 'project-design'))
    const stale = await sign(all.owner.admin, { challenge: id, answer: ada.answer(options as Request) })
    expect(stale.body.code).toBe('terms-changed')
    const { rows } = await all.registry.services.pool.query(
      `SELECT count(*)::int AS kept FROM content_signature WHERE convert_from(record, 'UTF8') LIKE '%"slot":"owner"%'
          AND convert_from(record, 'UTF8') LIKE $1`,
      [`%${about.sha256}%`],
    )
    expect(rows[0].kept).toBe(0)
  })

  it('is answered the same when it is sent again', async () => {
    const about = await target('project-design', 'owner')
    const { challenge: id, options } = await done(challenge(all.owner.admin, about))
    const body = { challenge: id, answer: ada.answer(options as Request) }
    const key = randomBytes(16).toString('hex')
    const [first, again] = [await sign(all.owner.admin, body, key), await sign(all.owner.admin, body, key)]
    expect([first.status, again.status, again.body]).toEqual([201, 201, first.body])
  })
})

describe('a key', () => {
  it('is not kept in the open, and not without its owner’s authenticator', async () => {
    const { rows } = await all.registry.services.pool.query('SELECT * FROM content_signing_key')
    expect(rows).toHaveLength(2)
    // No PKCS #8 of a P-256 key begins otherwise.
    for (const { private_key: sealed } of rows) expect(sealed.toString('hex')).not.toContain('301306072a8648ce3d0201')
  })

  it('that ended signs nothing and is on no list, unless it was misused; what it signed stays valid', async () => {
    const { items } = await done(all.certifier.admin.get('/national/signing/keys'), 200)
    const [key] = items as { id: string; serial: string }[]
    expect((await all.owner.admin.delete(`/national/signing/keys/${key?.id}`)).status).toBe(404)
    const about = await target('validation-report', 'lead')
    const { challenge: id, options } = await done(challenge(all.certifier.admin, about))
    expect((await all.officer.delete(`/national/signing/keys/${key?.id}`)).status).toBe(204)
    const { body } = await sign(all.certifier.admin, { challenge: id, answer: ben.answer(options as Request) })
    expect(body.code).toBe('signing-key-missing')
    expect((await challenge(all.certifier.admin, about)).body.code).toBe('signing-key-missing')
    const listed = async () => {
      const crl = await bytesOf(all.registry.nobody, '/public/signing/revoked.crl')
      const words = ['crl', '-inform', 'DER', '-in', file('revoked.crl', crl), '-noout', '-text']
      return execFileSync('openssl', words, { encoding: 'utf8' }).toLowerCase()
    }
    expect(await listed()).toContain('no revoked certificates')
    const misused = (who: Person) => who.delete(`/national/signing/keys/${key?.id}?misused=true`)
    expect((await misused(all.certifier.admin)).body.code).toBe('forbidden')
    expect(await listed()).not.toContain(key?.serial)
    expect((await misused(all.officer)).status).toBe(204)
    expect((await misused(all.officer)).status).toBe(404)
    expect(await listed()).toContain(key?.serial)
    expect(await listed()).toContain('key compromise')
    const { items: now } = await done(all.certifier.admin.get('/national/signing/keys'), 200)
    expect(now).toMatchObject([{ id: key?.id, revoked: expect.any(String), misused: expect.any(String) }])
    expect(verifyPdf(await sheet(all.officer, 'engagement-agreement')).isWhole).toBe(true)
    const { rows } = await all.registry.services.pool.query(
      'SELECT private_key FROM content_signing_key WHERE id = $1',
      [key?.id],
    )
    expect(rows[0].private_key).toBeNull()
  })

  it('gives way to the next one of the same person', async () => {
    ben = await enrol(all.certifier.admin, all.certifier.email, 'Benjamin Okoye')
    const again = await enrol(all.owner.admin, all.owner.email, 'Ada Núñez')
    const { items } = await done(all.owner.admin.get('/national/signing/keys'), 200)
    expect((items as { revoked: string | null }[]).map(({ revoked }) => revoked === null)).toEqual([true, false])
    // A key that only gave way is on no list: readers go on to believe what it signed.
    const crl = await bytesOf(all.registry.nobody, '/public/signing/revoked.crl')
    const words = ['crl', '-inform', 'DER', '-in', file('revoked.crl', crl), '-noout', '-text']
    const text = execFileSync('openssl', words, { encoding: 'utf8' }).toLowerCase()
    expect(text.match(/serial number/g)).toHaveLength(1)
    ada = again
    const result = await signed(all.certifier.admin, ben, await target('validation-report', 'lead'))
    expect(result.status).toBe(201)
  })
})
