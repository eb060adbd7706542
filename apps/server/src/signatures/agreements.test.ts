import { execFileSync } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { isReceipt, randomId } from '@tallystick/ledger'
import { canonicalJson, sha256Hex } from '@tallystick/rules'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { beginFeed, feedEntries } from '../platform/mail/feed.ts'
import { isOnlySigned } from '../platform/paper-signing/revisions.ts'
import { verifyPdf } from '../platform/paper-signing/verify.ts'
import { done, expectStatus, type Person } from '../registry.fixture.ts'
import { type World, world } from '../world.fixture.ts'
import { type Signer, signer } from './signing.fixture.ts'

const EXAMPLE = new URL('../../../../packages/templates/src/examples/selu.transfer.json', import.meta.url)
const KIND = 'transfer-agreement'

let all: World
let folder: string
let trader: Person
let place: { project: string; document: string; agreement: string; version: number; sha256: string }
let selling: Signer
let buying: Signer

/** A holder who owns no part of the project has an agreement with a part owner of it. */
beforeAll(async () => {
  all = await world('Selu Grid Solar Plant')
  folder = mkdtempSync(join(tmpdir(), 'agreements-'))
  const { registry, officer, sunfield, harbour, project } = all
  const { services } = registry
  const batch = (await all.issue('2024', '1000')).id
  const { id } = await done(officer.post('/national/organisations', { kind: 'holder', name: 'Trade Winds' }))
  trader = await registry.join(officer, String(id), 'Admin', 'trader@example.org')
  const buyer = await registry.join(officer, harbour.id, 'Admin', 'harbour@example.org')
  const { accounts } = await done(officer.post('/national/accounts', { organisation: id }))
  const seller = (accounts as { id: string; kind: string }[]).find((one) => one.kind === 'holding')?.id ?? ''
  const units = { batch, from: sunfield.holding, to: seller, quantity: '100' }
  await done(sunfield.admin.post('/national/transfers', units))
  await beginFeed(services.pool)
  const bytes = Buffer.from(canonicalJson(JSON.parse(readFileSync(EXAMPLE, 'utf8'))))
  const sha256 = sha256Hex(bytes)
  await services.pool.query(
    'INSERT INTO content_document (project, sha256, template, bytes, created_at) VALUES ($1, $2, $3, $4, now())',
    [project.id, sha256, 'TRANSFER@1', bytes],
  )
  const { rows } = await services.pool.query(
    'SELECT mandate FROM content_mandate m JOIN content_user u ON u.id = m.user_id WHERE u.email = $1',
    ['trader@example.org'],
  )
  const agreement = randomId()
  const request = { project: project.id, period: null, document: KIND, sha256, name: null }
  const submitted = await services.ledger.execute({
    ...{ type: 'DocumentSubmitted', by: rows[0].mandate, approvals: [], requestHash: sha256 },
    key: { sender: 'test', id: randomUUID() },
    request: { ...request, agreement: { id: agreement, seller, buyer: harbour.holding } },
  })
  expect(isReceipt(submitted), JSON.stringify(submitted)).toBe(true)
  place = { project: project.id, document: KIND, agreement, version: 1, sha256 }
  selling = await signer(registry, trader, 'trader@example.org', 'Tara Winds')
  buying = await signer(registry, buyer, 'harbour@example.org', 'Hal Harbour')
}, 120_000)
afterAll(async () => {
  rmSync(folder, { recursive: true, force: true })
  await all?.registry.close()
})

const at = (what = '') =>
  `/national/projects/${place.project}/documents/${KIND}/signatures${what}?agreement=${place.agreement}`

async function told(): Promise<string[]> {
  const { services } = all.registry
  const log = { info: () => undefined, warn: (text: string) => expect(text).toBe('') }
  while ((await feedEntries({ services, language: 'en', log })) > 0);
  const { rows } = await services.pool.query(
    `UPDATE content_mail SET reason = 'seen' WHERE reason IS DISTINCT FROM 'seen'
     RETURNING template || ' ' || split_part(email, '@', 1) AS told`,
  )
  return rows.map((row) => row.told).toSorted()
}

it('an agreement is signed by its two sides on its own paper, and both are told', async () => {
  // The buyer has another Admin, whose address nobody knows here.
  const ofBuyer = (mails: string[]) => mails.filter((one) => !/-/.test(one.split(' ')[1] ?? ''))
  expect(ofBuyer(await told())).toEqual(['signature-waits harbour'])
  expect(await buying.sign({ ...place, slot: 'seller' }).catch((error) => String(error))).toContain('signer-wrong')
  expect(await selling.sign({ ...place, slot: 'seller' })).toMatchObject({ status: 201 })
  expect(ofBuyer(await told())).toEqual([])
  expect(await buying.sign({ ...place, slot: 'buyer' })).toMatchObject({ status: 201 })
  expect(ofBuyer(await told())).toEqual(['document-signed trader'])

  const answer = await all.registry.app.inject({
    url: at('/paper'),
    headers: { authorization: `Bearer ${trader.token}` },
  })
  expect(answer.statusCode).toBe(200)
  const pdf = answer.rawPayload
  expect(verifyPdf(pdf).signatures.map(({ name }) => name)).toEqual(['Tara Winds', 'Hal Harbour'])
  expect(await isOnlySigned(pdf)).toBe(true)
  const file = join(folder, 'agreement.pdf')
  writeFileSync(file, pdf)
  expect(execFileSync('pdfsig', ['-nocert', file], { encoding: 'utf8' }).match(/Signature is Valid/g)).toHaveLength(2)
  const text = execFileSync('pdftotext', ['-layout', file, '-'], { encoding: 'utf8' })
  for (const one of ['Tara Winds', 'Trade Winds', 'Hal Harbour', 'Harbour Trading']) expect(text).toContain(one)
  expect(expectStatus(await all.registry.nobody.get(at()), 200).body).toMatchObject({
    ...{ agreement: place.agreement, complete: true, inForce: true },
    places: [
      { slot: 'seller', signed: { level: 'AES' } },
      { slot: 'buyer', signed: { level: 'AES' } },
    ],
  })
})

it('it is theirs and the government’s to read, not that of who owns the project', async () => {
  for (const what of ['/paper', '/sheet']) {
    expect((await all.officer.get(at(what))).status).toBe(200)
    expect((await all.sunfield.admin.get(at(what))).status).toBe(403)
    expect((await all.harbour.admin.get(at(what))).status).toBe(200)
  }
  const { project, agreement } = place
  const elsewhere = `/national/projects/${project}/documents/${KIND}/signatures?agreement=${agreement.replace(/^./, 'f')}`
  expect((await all.registry.nobody.get(elsewhere)).status).toBe(404)
  expect((await all.registry.nobody.get(elsewhere.split('?')[0] ?? '')).status).toBe(404)
})
