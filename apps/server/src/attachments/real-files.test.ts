import { createHash, randomUUID } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { type AddressInfo, connect } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { DOCX_PARTS, docxWith, jpgOf, PDF, pdfWith, XLSX_PARTS } from '../platform/files/judge/samples.fixture.ts'
import { zipOf } from '../platform/files/judge/zip.fixture.ts'
import { BUCKET, KEYS, testS3 } from '../platform/files/s3.fixture.ts'
import { s3Files } from '../platform/files/s3.ts'
import type { FileStore } from '../platform/files/store.ts'
import { expectStatus } from '../registry.fixture.ts'
import { type World, world } from '../world.fixture.ts'
import { sender } from './attach.fixture.ts'

/** Made by pandoc 2.17, python-docx 0.8.11, openpyxl 3.0.9, and LibreOffice 7.4, which has saved two of them anew. */
const OFFICE = new URL('../../../../tests/samples/office/', import.meta.url)
const real = readdirSync(OFFICE).map((name) => [name, readFileSync(new URL(name, OFFICE))] as const)
/** Those in which a link leads to a page. */
const LINKED = ['libreoffice.docx', 'pandoc.docx', 'libreoffice.xlsx', 'openpyxl.xlsx']
const GIB_2 = 2_147_483_648

let all: World
let s3: Awaited<ReturnType<typeof testS3>>
let attach: ReturnType<typeof sender>

beforeAll(async () => {
  all = await world()
  attach = sender(all.registry)
  s3 = await testS3()
})
afterAll(async () => {
  await all?.registry.close()
  await s3?.close()
})

const sha256Of = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex')

/** A real file, and something behind or before it: the table of an archive is looked for from its end. */
const docx = real.find(([name]) => name === 'libreoffice.docx')?.[1] ?? Buffer.alloc(0)
const xlsx = real.find(([name]) => name === 'libreoffice.xlsx')?.[1] ?? Buffer.alloc(0)
const page = Buffer.from('<html><script>alert(document.cookie)</script></html>')
const SVG = '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'

/** What each is, how it is named, and why it is refused. */
const hostile: [string, string, Buffer, string[]][] = [
  ['a page before a real document', 'a.docx', Buffer.concat([page, docx]), ['kind', 'two-in-one', 'behind', 'unusual']],
  ['a page behind a real document', 'a.docx', Buffer.concat([docx, page]), ['behind', 'broken', 'unusual', 'kind']],
  [
    'a real spreadsheet behind a real document',
    'a.docx',
    Buffer.concat([docx, xlsx]),
    ['kind', 'behind', 'unusual', 'two-in-one', 'ending'],
  ],
  ['an archive behind a PDF', 'a.pdf', Buffer.concat([PDF, docx]), ['two-in-one']],
  ['a page behind a photograph', 'a.jpg', jpgOf(9, 9, { behind: page.toString() }), ['two-in-one']],
  ['a document that is a spreadsheet too', 'a.docx', zipOf([...DOCX_PARTS, ...XLSX_PARTS.slice(2)]), ['two-in-one']],
  ['a bomb of an archive', 'a.docx', docxWith({ name: 'word/a.xml', content: Buffer.alloc(60_000_000) }), ['bomb']],
  [
    'a script in a drawing within a document',
    'a.docx',
    docxWith({ name: 'word/media/a.svg', content: SVG }),
    ['active'],
  ],
  ['a drawing with a script', 'a.svg', Buffer.from(SVG), ['kind']],
  ['a drawing named a picture', 'a.png', Buffer.from(SVG), ['kind']],
  ['a page named a table', 'a.csv', page, ['kind']],
  ['a script in a PDF', 'a.pdf', pdfWith('<< /S /JavaScript /JS (x) >>'), ['active']],
  ['macros in a document', 'a.docx', docxWith({ name: 'word/vbaProject.bin', content: 'x' }), ['macros']],
  ['a real document under the ending of a spreadsheet', 'a.xlsx', docx, ['ending']],
  ['a real spreadsheet under the ending of a program', 'a.xlsx.exe', xlsx, ['ending']],
  ['a real document cut in the middle', 'a.docx', docx.subarray(0, docx.length / 2), ['broken', 'kind', 'unusual']],
]

const stores: [string, () => FileStore][] = [
  ['LOCAL', () => all.registry.services.files.store],
  ['S3', () => s3Files({ bucket: BUCKET, endpoint: s3.url, region: 'us-east-1', keys: KEYS, pathStyle: true })],
]

describe.each(stores)('in %s', (place, open) => {
  let project = ''
  beforeAll(async () => {
    const { registry, sunfield } = all
    registry.services.files.store = open()
    const owners = [{ account: sunfield.holding, share: '100' }]
    const body = { title: `Files in ${place}`, sectoralScope: '1', methodology: 'AMS-I.D', owners }
    project = String(expectStatus(await sunfield.admin.post('/national/projects', body), 201).body.id)
  })

  it('files of real programs are taken, and given out as they came', async () => {
    const { registry, sunfield } = all
    expect(real.length).toBe(5)
    for (const [name, bytes] of real) {
      const made = await attach(sunfield.admin, project, bytes, { name, public: 'true' })
      expect([name, made.status, made.body.facts]).toEqual([name, 201, undefined])
      expect(made.body).toMatchObject({ kind: name.split('.')[1], sha256: sha256Of(bytes) })
      expect(made.body.notes).toEqual(LINKED.includes(name) ? ['links'] : [])
      const url = `/national/projects/${project}/files/${made.body.sha256}`
      const answer = await registry.app.inject({ url })
      expect(answer.rawPayload.equals(bytes)).toBe(true)
      expect(answer.headers).toMatchObject({
        'content-disposition': expect.stringMatching(/^attachment; /),
        'x-content-type-options': 'nosniff',
        'content-security-policy': "default-src 'none'; sandbox",
      })
    }
  })

  it.each(hostile)('%s is refused, and not kept for it', async (_what, name, bytes, faults) => {
    const { registry, sunfield } = all
    const isKept = () => registry.services.files.store.has(sha256Of(bytes))
    const before = await isKept()
    const answer = await attach(sunfield.admin, project, bytes, { name })
    expect(answer).toMatchObject({ status: 422, body: { code: 'file-refused' } })
    expect(faults).toContain((answer.body.facts as { fault: string }).fault)
    expect(await isKept()).toBe(before)
  })

  it('a path in a name leads nowhere', async () => {
    const { sunfield } = all
    const names = ['../../../../etc/cron.d/evil.csv', '..\\..\\windows\\evil.csv', '/etc/passwd/evil.csv', 'C:evil.csv']
    for (const name of names) {
      const made = await attach(sunfield.admin, project, Buffer.from(`place,${randomUUID()}\n`), { name })
      expect([name, made.status]).toEqual([name, 201])
      expect(made.body.name).toMatch(/^[^/\\:]*evil\.csv$/)
    }
  })

  it('two gigabytes are broken off, whether they are announced or not', async () => {
    const { registry, sunfield } = all
    if (!registry.app.server.listening) await registry.app.listen({ port: 0, host: '127.0.0.1' })
    const { port } = registry.app.server.address() as AddressInfo
    for (const announced of [`content-length: ${GIB_2}`, 'transfer-encoding: chunked']) {
      const { status, sent } = await poured(port, sunfield.admin.token, announced)
      expect([announced, status]).toEqual([announced, 413])
      expect(sent).toBeLessThan(64 * 1_048_576)
    }
    expect(readdirSync(registry.services.files.incoming)).toEqual([])
  })

  /** Sends on and on, until there is an answer. */
  function poured(port: number, token: string, announced: string): Promise<{ status: number; sent: number }> {
    return new Promise((resolve, reject) => {
      const socket = connect(port, '127.0.0.1')
      const lines = [
        `POST /national/projects/${project}/attachments?name=large.csv HTTP/1.1`,
        ...['host: localhost', `authorization: Bearer ${token}`, `idempotency-key: ${randomUUID()}`, announced, '', ''],
      ]
      const piece = Buffer.alloc(65_536, 'a,b\n')
      const chunk = announced.startsWith('t')
        ? Buffer.concat([Buffer.from('10000\r\n'), piece, Buffer.from('\r\n')])
        : piece
      let sent = 0
      const more = () => {
        while (!socket.destroyed && sent < GIB_2) {
          sent += piece.length
          if (!socket.write(chunk)) return void socket.once('drain', more)
        }
      }
      socket.on('data', (answer) => {
        resolve({ status: Number(/^HTTP\/1\.1 (\d+)/.exec(String(answer))?.[1]), sent })
        socket.destroy()
      })
      socket.on('error', reject)
      socket.on('connect', () => {
        socket.write(lines.join('\r\n'))
        more()
      })
    })
  }
})
