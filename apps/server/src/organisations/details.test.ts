import { crc32, deflateSync } from 'node:zlib'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { done, expectStatus, type Person, type TestRegistry, testRegistry } from '../registry.fixture.ts'
import { pictureOf } from './picture.ts'

let registry: TestRegistry
let officer: Person
let developer: { id: string; admin: Person }
let rival: { id: string; admin: Person }
let reader: Person

beforeAll(async () => {
  registry = await testRegistry()
  officer = await registry.join(registry.root, registry.founded.genesis.authority, 'Admin')
  developer = await registry.newOrganisation(officer, 'Sunfield Power')
  rival = await registry.newOrganisation(officer, 'Green Port')
  reader = await registry.join(developer.admin, developer.id, 'ViewOnly')
})
afterAll(() => registry.close())

const details = {
  contact: {
    email: 'office@sunfield.example',
    phone: '+264 61',
    website: 'https://sunfield.example',
    address: '1 Road',
  },
  profile: {
    country: 'NA',
    regions: ['Erongo'],
    sectoralScopes: [1, 13],
    ministry: 'Ministry of Energy',
    department: 'Renewables',
    minister: 'A. Minister',
  },
}
const change = (by: Person, body: object, id = developer.id) =>
  by.put(`/national/organisations/${id}/details`, body, { key: null })

describe('what is known of an organisation', () => {
  it('is changed by its Admin alone, but for name, kind and tax id', async () => {
    const answer = await done(change(developer.admin, details), 200)
    expect(answer).toMatchObject({ name: 'Sunfield Power', kind: 'developer', details: { taxId: null, ...details } })
    expect((await reader.get(`/national/organisations/${developer.id}`)).body.details).toEqual({
      taxId: null,
      ...details,
    })
    expect((await registry.nobody.get(`/national/organisations/${developer.id}`)).body.details).toBeNull()
    for (const by of [reader, rival.admin, officer, registry.root]) {
      expect((await change(by, details)).body.code).toBe('forbidden')
    }
    expect((await change(registry.nobody, details)).status).toBe(401)
    expect((await change(developer.admin, details, 'f'.repeat(32))).status).toBe(404)
    for (const more of [{ taxId: 'X' }, { name: 'X' }, { kind: 'government' }, { active: true }]) {
      expect((await change(developer.admin, { ...details, ...more })).status).toBe(400)
    }
    expect(await done(change(registry.root, details, registry.founded.genesis.authority), 200)).toMatchObject({
      details,
    })
  })

  it.each([
    [{ country: 'na' }],
    [{ sectoralScopes: [0] }],
    [{ sectoralScopes: [16] }],
    [{ sectoralScopes: [1, 1] }],
    [{ sectoralScopes: [] }],
    [{ regions: ['x'.repeat(101)] }],
    [{ minister: 'A\nB' }],
  ])('is refused with %j', async (profile) => {
    expect((await change(developer.admin, { contact: null, profile })).status).toBe(400)
  })

  it.each(['javascript:alert(1)', 'data:text/html,x', 'ftp://x.example'])('has no website %s', async (website) => {
    expect((await change(developer.admin, { contact: { website }, profile: null })).status).toBe(400)
  })
})

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data])
  const [length, check] = [Buffer.alloc(4), Buffer.alloc(4)]
  length.writeUInt32BE(data.length)
  check.writeUInt32BE(crc32(body))
  return Buffer.concat([length, body, check])
}

function png(width = 2, height = 2, more: Buffer[] = []): Buffer {
  const header = Buffer.alloc(13)
  header.writeUInt32BE(width)
  header.writeUInt32BE(height, 4)
  header.set([8, 0, 0, 0, 0], 8)
  const pixels = deflateSync(Buffer.alloc(Math.min(3 * height, 6000)))
  const parts = [chunk('IHDR', header), ...more, chunk('IDAT', pixels), chunk('IEND', Buffer.alloc(0))]
  return Buffer.concat([Buffer.from('89504e470d0a1a0a', 'hex'), ...parts])
}

const segment = (marker: number, data: Buffer) => Buffer.concat([Buffer.from([0xff, marker, 0, data.length + 2]), data])
const frame = (pixels: number) =>
  segment(0xc0, Buffer.from([8, pixels >> 8, pixels & 255, pixels >> 8, pixels & 255, 1, 1, 0x11, 0]))
const jpeg = (pixels = 8, more: Buffer[] = []) =>
  Buffer.concat([
    Buffer.from([0xff, 0xd8]),
    ...more,
    segment(0xdb, Buffer.alloc(65)),
    frame(pixels),
    segment(0xda, Buffer.from([1, 1, 0, 0, 63, 0])),
    Buffer.from([1, 2, 0xff, 0, 3, 0xff, 0xd0, 4]),
    Buffer.from([0xff, 0xd9]),
  ])

describe('a logo', () => {
  const set = (by: Person, content: string | null, id = developer.id) =>
    by.put(`/national/organisations/${id}/logo`, { content }, { key: null })
  const read = () => registry.app.inject({ url: `/national/organisations/${developer.id}/logo` })

  it.each([
    ['image/png', png()],
    ['image/jpeg', jpeg()],
  ])('is a %s, public, and shown as that and nothing else', async (media, bytes) => {
    expect((await read()).statusCode).toBe(404)
    expectStatus(await set(developer.admin, bytes.toString('base64')), 204)
    const answer = await read()
    expect(answer.statusCode).toBe(200)
    expect(answer.headers['content-type']).toBe(media)
    expect(answer.headers['x-content-type-options']).toBe('nosniff')
    expect(answer.headers['content-security-policy']).toContain("default-src 'none'")
    expect(answer.rawPayload.equals(bytes)).toBe(true)
    for (const by of [reader, rival.admin, officer]) {
      expect((await set(by, bytes.toString('base64'))).body.code).toBe('forbidden')
      expect((await set(by, null)).body.code).toBe('forbidden')
    }
    expectStatus(await set(developer.admin, null), 204)
  })

  it('holds nothing besides the picture', () => {
    const evil = Buffer.from('<script>alert(1)</script><?php ?>')
    for (const bytes of [
      Buffer.concat([png(2, 2, [chunk('tEXt', evil)]), evil]),
      Buffer.concat([jpeg(8, [segment(0xe1, evil), segment(0xfe, evil)]), evil]),
    ]) {
      const picture = pictureOf(bytes)
      expect(picture).toBeDefined()
      expect(picture?.bytes.includes('script')).toBe(false)
      expect(pictureOf(picture?.bytes ?? Buffer.alloc(0))).toEqual(picture)
    }
  })

  it.each([
    ['an SVG', Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>')],
    ['HTML', Buffer.from('<html><script>alert(1)</script>')],
    ['a GIF', Buffer.from('GIF89a\u0001\u0000\u0001\u0000')],
    ['the beginning of a PNG', png().subarray(0, 30)],
    ['a PNG with a broken sum', Buffer.from(png()).fill(7, 20, 22)],
    ['a PNG too large for a screen', png(60_000, 60_000)],
    ['a JPEG too large for a screen', jpeg(60_000)],
    ['a JPEG without an end', jpeg().subarray(0, -2)],
    ['HTML behind the first bytes of a JPEG', Buffer.from('\u00ff\u00d8\u00ff\u00fe<html>', 'latin1')],
    ['nothing', Buffer.alloc(0)],
  ])('is not %s', async (_what, bytes) => {
    expect(await set(developer.admin, bytes.toString('base64'))).toMatchObject({ status: 400 })
    expect((await set(developer.admin, 'not base64!')).status).toBe(400)
  })

  it('is bounded', async () => {
    const large = png(2, 2, [chunk('tEXt', Buffer.alloc(200_000))])
    expect((await set(developer.admin, large.toString('base64'))).status).toBe(400)
  })

  it('is read to its end, whatever the bytes', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(png(), jpeg()),
        fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 4 }),
        (of, flips) => {
          const bytes = Buffer.from(of)
          for (const [at, byte] of flips) bytes[at % bytes.length] = byte
          const picture = pictureOf(bytes)
          if (picture) expect(picture.bytes.length).toBeLessThanOrEqual(bytes.length)
        },
      ),
      { numRuns: 2000 },
    )
  })
})
