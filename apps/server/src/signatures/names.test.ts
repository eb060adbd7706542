import { X509Certificate } from 'node:crypto'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { verifyPdf } from '../platform/paper-signing/verify.ts'
import { done, expectStatus, type Person } from '../registry.fixture.ts'
import { Authenticator } from './authenticator.fixture.ts'
import { called, codeOf, type Papers, papersToSign } from './signing.fixture.ts'

const STRANGER = 'Amara Diop, Ministry of Environment'

let all: Papers

beforeAll(async () => {
  all = await papersToSign()
  await called(all.registry, all.emails.owner, 'Sara Núñez')
}, 120_000)
afterAll(() => all?.registry.close())

const own = { key: null }
const idOf = async (who: Person) =>
  String(((await done(who.get('/national/sessions/current'), 200)) as unknown as { user: { id: string } }).user.id)

async function asked(who: Person, email: string) {
  await done(who.post('/national/signing/codes', { sha256: null }, own))
  const { options } = await done(who.post('/national/signing/keys/begin', { code: codeOf(all.registry, email) }, own))
  const authenticator = new Authenticator('http://localhost:3030')
  const answer = authenticator.register(options as { challenge: string; rp: { id: string } })
  const make = (name?: string) => who.post('/national/signing/keys', { answer, ...(name && { name }) }, own)
  return { make, authenticator }
}

/** A key in this name, and how its holder signs with it. */
async function keyOf(who: Person, email: string, name?: string) {
  const { make, authenticator } = await asked(who, email)
  const key = await done(make(name))
  const pem = await all.bytes(who, `/national/signing/keys/${key.id}/chain`)
  const sign = async (place: object) => {
    const begun = await who.post('/national/signing/challenges', place, own)
    if (begun.status !== 201) return begun
    const answer = authenticator.answer(begun.body.options as { challenge: string; rpId: string })
    return who.post('/national/signatures/advanced', { challenge: begun.body.challenge, answer })
  }
  return { key, subject: new X509Certificate(pem).subject, sign }
}

it('a certificate has the name of the person and of the organisation that the registry keeps, whatever is typed', async () => {
  const { owner, emails } = all
  const { make } = await asked(owner, emails.owner)
  for (const name of [STRANGER, 'Sara', 'Sara Nuñez Diop', 'Sara N\u0578ñez']) {
    const refused = expectStatus(await make(name), 400).body
    expect(refused.errors).toEqual([
      { field: 'name', message: 'must be your name as the registry keeps it', allowed: 'Sara Núñez' },
    ])
  }
  // Nothing was used up by that, and what differs as people type does no harm.
  expect((await done(make('SARA  nun\u0303ez'))).name).toBe('Sara Núñez')
  const { subject } = await keyOf(owner, emails.owner)
  const id = await idOf(owner)
  expect(subject.split('\n')).toEqual(['CN=Sara Núñez', 'O=Sunfield Power', `serialNumber=${id}`])
})

it('nobody gives himself another name; who may give the role does, and that ends the key', async () => {
  const { owner, emails, officers, registry } = all
  const { key, sign } = await keyOf(owner, emails.owner)
  const id = await idOf(owner)
  const profile = (name: string) => owner.put('/national/users/current', { name }, own)
  const rename = (who: Person, name: string) => who.put(`/national/users/${id}/name`, { name }, own)
  const mine = {
    field: 'name',
    message: 'nobody changes his own name: ask another administrator',
    allowed: 'Sara Núñez',
  }
  expect(expectStatus(await profile(STRANGER), 400).body.errors).toEqual([mine])
  expect(expectStatus(await rename(owner, STRANGER), 400).body.errors).toEqual([mine])
  expectStatus(await profile('Sara Núñez'), 200)
  const { admin: rival } = await registry.newOrganisation(officers[0], 'Rival Wind')
  expect((await rename(rival, STRANGER)).status).toBe(404)
  const viewer = await registry.join(owner, owner.organisation, 'ViewOnly')
  expect((await rename(viewer, STRANGER)).status).toBe(403)
  // The same name is no change.
  expectStatus(await rename(officers[0], 'Sara Núñez'), 200)
  expect((await sign({ ...(await all.submitted()), slot: 'owner' })).status).toBe(201)

  expect(expectStatus(await rename(officers[0], 'Sara Berg'), 200).body).toMatchObject({ id, name: 'Sara Berg' })
  const place = { ...(await all.submitted()), slot: 'owner' }
  expect((await sign(place)).body.code).toBe('signing-key-missing')
  const { items } = (await done(owner.get('/national/signing/keys'), 200)) as unknown as {
    items: { id: string; revoked: string | null }[]
  }
  expect(items.every(({ revoked }) => revoked !== null)).toBe(true)
  expect(items[0]?.id).toBe(key.id)
  const anew = await keyOf(owner, emails.owner, 'sara berg')
  expect(anew.subject).toContain('CN=Sara Berg\n')
  await done(anew.sign(place))
  const { signatures } = verifyPdf(await all.bytes(owner, `${all.path}/documents/project-design/signatures/paper`))
  const [der = new Uint8Array()] = signatures.map(({ certificate }) => certificate)
  expect(new X509Certificate(der).subject).toContain('CN=Sara Berg')
})

it('a key that is made while its holder gets another name is none, or ends', async () => {
  const { owner, emails, officers } = all
  const id = await idOf(owner)
  for (let turn = 0; turn < 6; turn += 1) {
    const { make } = await asked(owner, emails.owner)
    const name = `Sara ${turn % 2 === 0 ? 'Costa' : 'Berg'}`
    await Promise.all([make(), officers[0].put(`/national/users/${id}/name`, { name }, own)])
    const { rows } = await all.registry.services.pool.query(
      'SELECT name FROM content_signing_key WHERE user_id = $1 AND revoked_at IS NULL',
      [id],
    )
    expect(rows.every((row) => row.name === name)).toBe(true)
    all.registry.pass(11 * 60_000)
  }
})

it('a key that an earlier release made out in a typed name signs nothing, and whoever is removed has none', async () => {
  const { owner, officers, emails, registry } = all
  const [, chi] = officers
  const { pool } = registry.services
  const { key, sign } = await keyOf(owner, emails.owner)
  await pool.query('UPDATE content_signing_key SET name = $2 WHERE id = $1', [key.id, STRANGER])
  expect((await sign({ ...(await all.submitted()), slot: 'owner' })).body.code).toBe('signing-key-missing')
  const removed = await keyOf(chi, emails.officers[1])
  const id = await idOf(chi)
  expectStatus(await registry.root.delete(`/national/users/${id}`), 200)
  const { rows } = await pool.query('SELECT revoked_at IS NOT NULL AS gone FROM content_signing_key WHERE id = $1', [
    removed.key.id,
  ])
  expect(rows).toEqual([{ gone: true }])
})

it('a simple signature is in the name that the registry keeps; another one is refused, and uses up no permit', async () => {
  const { owner, emails, registry } = all
  await called(registry, emails.owner, 'Ａda Núñez')
  const place = { ...(await all.submitted()), slot: 'owner' }
  await done(owner.post('/national/signing/codes', { sha256: place.sha256 }, own))
  const code = codeOf(registry, emails.owner)
  const { permit } = await done(owner.post('/national/signing/permits', { ...place, code }, own))
  const sign = (name?: string) => owner.post('/national/signatures', { permit, agreed: true, ...(name && { name }) })
  expect(expectStatus(await sign(STRANGER), 400).body.errors).toMatchObject([{ field: 'name', allowed: 'Ａda Núñez' }])
  const { evidence } = await done(sign('ADA nunez'))
  const { rows } = await registry.services.pool.query('SELECT record FROM content_signature WHERE evidence = $1', [
    evidence,
  ])
  expect(JSON.parse(rows[0].record).name).toBe('Ａda Núñez')
})
