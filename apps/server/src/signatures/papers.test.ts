import { execFileSync } from 'node:child_process'
import { hash } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { isOnlySigned } from '../platform/paper-signing/revisions.ts'
import { verifyPdf } from '../platform/paper-signing/verify.ts'
import { done, type Person } from '../registry.fixture.ts'
import { type Papers, papersToSign, type Signer, signer, signSimply } from './signing.fixture.ts'
import { TURN_MS } from './turn.ts'

let all: Papers
let folder: string
let ada: Signer
let ben: Signer
let chi: Signer

beforeAll(async () => {
  all = await papersToSign()
  folder = process.env.PAPERS_KEPT ?? mkdtempSync(join(tmpdir(), 'papers-'))
  const { registry, owner, officers, emails } = all
  ada = await signer(registry, owner, emails.owner, 'Ada Núñez')
  ben = await signer(registry, officers[0], emails.officers[0], 'Ben Okoye')
  chi = await signer(registry, officers[1], emails.officers[1], 'Chi 千惠')
}, 120_000)
afterAll(async () => {
  if (folder !== process.env.PAPERS_KEPT) rmSync(folder, { recursive: true, force: true })
  await all?.registry.close()
})

const at = () => `${all.path}/documents/project-design/signatures`
const paper = (who: Person, query = '') => all.bytes(who, `${at()}/paper${query}`)

function file(name: string, bytes: Uint8Array): string {
  writeFileSync(join(folder, name), bytes)
  return join(folder, name)
}

function textOf(bytes: Uint8Array): string {
  return execFileSync('pdftotext', ['-layout', file('text.pdf', bytes), '-'], { encoding: 'utf8' })
}

function pdfsig(bytes: Uint8Array): string {
  return execFileSync('pdfsig', ['-nocert', file('signed.pdf', bytes)], { encoding: 'utf8' })
}

const names = (bytes: Uint8Array) => verifyPdf(bytes).signatures.map(({ name }) => name)

describe('the paper of a document', () => {
  it('is signed by three, each in his place; the first fixes it in his language, and its data are in it', async () => {
    const place = await all.submitted()
    const plain = await paper(all.owner, '?language=fr')
    expect(verifyPdf(plain).signatures).toEqual([])
    const early = await ben.who.post('/national/signing/challenges', { ...place, slot: 'first-officer' }, { key: null })
    expect(early.body.code).toBe('signature-order')
    expect(await ada.sign({ ...place, slot: 'owner', language: 'fr' })).toMatchObject({ status: 201 })
    const once = await paper(all.owner)
    expect(await ben.sign({ ...place, slot: 'first-officer', language: 'en' })).toMatchObject({ status: 201 })
    expect(await chi.sign({ ...place, slot: 'second-officer' })).toMatchObject({ status: 201 })
    const thrice = await paper(all.officers[0], '?language=es')

    expect(thrice.subarray(0, once.length).equals(once)).toBe(true)
    expect(names(thrice)).toEqual(['Ada Núñez', 'Ben Okoye', 'Chi 千惠'])
    expect(await isOnlySigned(thrice)).toBe(true)
    const told = pdfsig(thrice)
    expect(told.match(/Signature is Valid/g)).toHaveLength(3)
    expect(told.match(/Not total document signed/g)).toHaveLength(2)
    const text = textOf(thrice)
    expect(text).toContain('Pour le promoteur du projet')
    expect(text).toContain('Signé avec une clé personnelle (AES)')
    for (const name of ['Ada Núñez', 'Ben Okoye', 'Sunfield Power']) expect(text).toContain(name)

    const data = join(folder, 'data.json')
    execFileSync('pdfdetach', ['-save', '1', '-o', data, file('data.pdf', thrice)])
    expect(hash('sha256', readFileSync(data))).toBe(place.sha256)
    expect(thrice.toString('latin1')).toContain('<pdfaid:part>3</pdfaid:part>')
  })

  it('shows simple signatures that were there before; those of later stand on the sheet', async () => {
    const place = await all.submitted()
    const simple = { ...place, slot: 'owner', name: 'Ada Núñez' }
    expect(await signSimply(all.registry, all.owner, all.emails.owner, simple)).toMatchObject({ status: 201 })
    expect(await ben.sign({ ...place, slot: 'first-officer' })).toMatchObject({ status: 201 })
    const signed = await paper(all.owner)
    expect(names(signed)).toEqual(['Ben Okoye'])
    expect(textOf(signed)).toMatch(/Simple signature \(SES\)/)
    const sheet = textOf(await all.bytes(all.owner, `${at()}/sheet`))
    expect(sheet).toContain('Simple signature (SES)')
    expect(sheet).toMatch(/Signed with a key of one’s own\s/)
    expect(sheet).toContain('Ben Okoye')
  })

  it('is read by whoever reads the whole document, and by nobody else', async () => {
    const stranger = await all.registry.newOrganisation(all.officers[0], 'Stranger Ltd')
    expect((await stranger.admin.get(`${at()}/paper`)).status).toBe(403)
    expect((await all.registry.nobody.get(`${at()}/paper`)).status).toBe(401)
    expect((await all.owner.get(`${at()}/paper?version=99`)).status).toBe(404)
    expect((await all.owner.get(`${at()}/paper?version=0`)).status).toBe(400)
  })

  it('of a version that was replaced is void, and still there; nothing of it goes to the next', async () => {
    const place = await all.submitted()
    expect(await ada.sign({ ...place, slot: 'owner' })).toMatchObject({ status: 201 })
    const signed = await paper(all.owner)
    const late = await ben.ready({ ...place, slot: 'first-officer' })
    const next = await all.submitted()

    expect((await ben.who.post('/national/signatures/advanced', late)).body.code).toBe('terms-changed')
    const old = `?version=${place.version}`
    expect(await paper(all.owner, old)).toEqual(signed)
    const shown = await done(all.registry.nobody.get(`${at()}${old}`), 200)
    expect(shown).toMatchObject({ inForce: false, sha256: place.sha256, complete: false })
    expect(JSON.stringify(shown)).toContain('"level":"AES"')
    expect(await done(all.registry.nobody.get(at()), 200)).toMatchObject({ inForce: true, sha256: next.sha256 })
    const fresh = await paper(all.owner)
    expect(verifyPdf(fresh).signatures).toEqual([])
    expect(textOf(fresh)).not.toContain('Ada Núñez')
    const answer = await all.registry.app.inject({
      url: `${at()}/paper${old}`,
      headers: { authorization: `Bearer ${all.owner.token}` },
    })
    expect(answer.headers['content-disposition']).toContain('-void.pdf')
    // One that nobody had signed with a key is printed as any version is.
    const unsigned = await all.submitted()
    await all.submitted()
    expect((await all.owner.get(`${at()}/paper?version=${unsigned.version}`)).status).toBe(404)
  })
})

describe('attacks', () => {
  it('what was changed in the store is neither given out nor signed further', async () => {
    const place = await all.submitted()
    const { body } = await ada.sign({ ...place, slot: 'owner' })
    const { pool } = all.registry.services
    const { rows } = await pool.query('SELECT pdf, record FROM content_signature WHERE evidence = $1', [body.evidence])
    const [{ pdf, record }] = rows
    const other = Buffer.from(pdf)
    other[2_000] = (other[2_000] ?? 0) ^ 1
    const readers = async (change: Buffer, told: Buffer) => {
      await pool.query('UPDATE content_signature SET pdf = $2, record = $3 WHERE evidence = $1', [
        ...[body.evidence, change, told],
      ])
      const read = await all.owner.get(`${at()}/paper`)
      const further = await ben.sign({ ...place, slot: 'first-officer' })
      return [read.status, further.status]
    }
    expect(await readers(other, record)).toEqual([500, 500])
    // Nor with a record that tells of the changed bytes.
    const told = JSON.parse(record.toString())
    told.proof.pdf = hash('sha256', other)
    expect(await readers(other, Buffer.from(JSON.stringify(told)))).toEqual([500, 500])
    expect(await readers(pdf, record)).toEqual([200, 201])
    expect(names(await paper(all.owner))).toEqual(['Ada Núñez', 'Ben Okoye'])
  })

  it('a signature of another document is none here, whoever puts it there', async () => {
    const first = await all.submitted()
    await ada.sign({ ...first, slot: 'owner' })
    const moved = await paper(all.owner)
    const second = await all.submitted()
    const { body } = await ada.sign({ ...second, slot: 'owner' })
    const { pool } = all.registry.services
    const { rows } = await pool.query('SELECT pdf FROM content_signature WHERE evidence = $1', [body.evidence])
    await pool.query('UPDATE content_signature SET pdf = $2 WHERE evidence = $1', [body.evidence, moved])
    expect((await all.owner.get(`${at()}/paper`)).status).toBe(500)
    await pool.query('UPDATE content_signature SET pdf = $2 WHERE evidence = $1', [body.evidence, rows[0].pdf])
    expect((await paper(all.owner)).equals(rows[0].pdf)).toBe(true)
  })
})

describe('turns', () => {
  it('of two at the same moment none is lost', async () => {
    for (let round = 0; round < 3; round += 1) {
      const place = await all.submitted()
      expect(await ada.sign({ ...place, slot: 'owner' })).toMatchObject({ status: 201 })
      const answers = await Promise.all([
        ben.sign({ ...place, slot: 'first-officer' }),
        chi.sign({ ...place, slot: 'second-officer' }),
      ])
      expect(answers.map(({ status }) => status)).toEqual([201, 201])
      const signed = await paper(all.owner)
      expect(names(signed).toSorted()).toEqual(['Ada Núñez', 'Ben Okoye', 'Chi 千惠'])
      expect(await isOnlySigned(signed)).toBe(true)
    }
  })

  it('whoever was killed had his turn for a while only', async () => {
    const place = await all.submitted()
    const { pool, clock } = all.registry.services
    await ada.sign({ ...place, slot: 'owner' })
    await pool.query(
      `INSERT INTO content_signing_turn (about, holder, ends_at)
       SELECT encode(sha256(convert_to($1, 'UTF8')), 'hex'), 'gone', $2`,
      [
        JSON.stringify([place.project, null, null, place.document, place.version]),
        new Date(clock().getTime() + TURN_MS),
      ],
    )
    const body = await ben.ready({ ...place, slot: 'first-officer' })
    setTimeout(() => all.registry.pass(TURN_MS), 500)
    expect(await ben.who.post('/national/signatures/advanced', body)).toMatchObject({ status: 201 })
  })
})
