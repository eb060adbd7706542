import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { LedgerBusy } from '@tallystick/ledger'
import fc from 'fast-check'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { expectStatus, type Person, type TestRegistry, testRegistry } from '../../registry.fixture.ts'
import { readOnboardingFiles } from './read.ts'
import { MOST_BYTES, MOST_ROWS } from './table.ts'

const samples = fileURLToPath(new URL('../../../../../docs/samples/', import.meta.url))
const ORGANISATIONS = 'NAME,EMAIL,PHONE,ORGANISATION TAX ID,ORGANISATION TYPE'
const USERS = 'NAME,EMAIL,PHONE,ORGANISATION TAX ID,ORGANISATION TYPE,ROLE,Password,APIKey'

let registry: TestRegistry
let folder: string
let lines: string[]

beforeAll(async () => {
  registry = await testRegistry()
})
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'onboarding-'))
  lines = []
})
afterEach(async () => {
  vi.restoreAllMocks()
  await rm(folder, { recursive: true, force: true })
})
afterAll(() => registry.close())

const log = { info: (text: string) => lines.push(text), warn: (text: string) => lines.push(text) }
const files = () => ({ organisations: join(folder, 'organisations.csv'), users: join(folder, 'users.csv') })
const read = (of = registry) => readOnboardingFiles(of.services, files(), log)

async function given(organisations: string | Buffer | undefined, users?: string | Buffer): Promise<void> {
  if (organisations !== undefined) await writeFile(files().organisations, organisations)
  if (users !== undefined) await writeFile(files().users, users)
}

async function size(of = registry): Promise<number> {
  return (await of.services.ledger.head()).size
}

async function userOf(email: string, of = registry) {
  const { rows } = await of.services.pool.query(
    `SELECT u.name, r.row ->> 'role' AS role, r.row ->> 'organisation' AS organisation, r.row -> 'active' AS active
       FROM content_user u JOIN content_mandate m ON m.user_id = u.id
       JOIN ledger_row r ON r.kind = 'mandate' AND r.id = m.mandate
      WHERE lower(u.email) = lower($1) AND u.ended_at IS NULL`,
    [email],
  )
  return rows
}

it('adds the samples of the documentation, so that everybody can sign in, and nothing at the next start', async () => {
  const own = await testRegistry()
  try {
    const paths = { organisations: join(samples, 'organisations.csv'), users: join(samples, 'users.csv') }
    const reports = await readOnboardingFiles(own.services, paths, log)
    expect(reports.map(({ added, known, bad, notes }) => [added, known, bad, notes])).toEqual([
      [3, 0, [], []],
      [6, 0, [], []],
    ])
    const ana = await own.signIn('ana@sunfield.example')
    const session = (await ana.get('/national/sessions/current')).body
    expect(session).toMatchObject({ role: 'Admin', organisation: { kind: 'developer', name: 'Sunfield Power Ltd' } })
    const officer = await own.signIn('officer.one@authority.example')
    const { items } = (await officer.get('/national/organisations')).body as { items: { id: string; name: string }[] }
    const port = items.find(({ name }) => name === 'Green Port, Forests and Sons')
    expect((await officer.get(`/national/organisations/${port?.id}`)).body.details).toEqual({
      taxId: 'XT-1002',
      contact: { email: 'office@greenport.example', phone: '+00 222 2222' },
      profile: null,
    })
    const before = await size(own)
    const again = await readOnboardingFiles(own.services, paths, log)
    expect(again.map(({ added, known, bad }) => [added, known, bad.length])).toEqual([
      [0, 3, 0],
      [0, 6, 0],
    ])
    expect(await size(own)).toBe(before)
  } finally {
    await own.close()
  }
})

it('adds each once where five processes start at once, with one link each', async () => {
  const rows = Array.from({ length: 12 }, (_, at) => `Many ${at},,,MANY-${at},Developer`)
  const people = rows.map((_, at) => `Person ${at},many.${at}@example.org,,MANY-${at},Developer,admin,`)
  await given([ORGANISATIONS, ...rows].join('\n'), [USERS, ...people].join('\r\n'))
  const before = await size()
  const all = await Promise.all(Array.from({ length: 5 }, () => read()))
  expect(await size()).toBe(before + 24)
  for (const kind of [0, 1]) {
    expect(all.reduce((sum, reports) => sum + (reports[kind]?.added ?? 0), 0)).toBe(12)
  }
  expect((await read()).flatMap(({ bad, added }) => [bad.length, added])).toEqual([0, 0, 0, 0])
  for (let at = 0; at < 12; at += 1) {
    expect(await userOf(`many.${at}@example.org`)).toHaveLength(1)
    expect(registry.links.get(`many.${at}@example.org`)).toHaveLength(1)
  }
})

describe('what is there', () => {
  let officer: Person

  beforeAll(async () => {
    officer = await registry.join(registry.root, registry.founded.genesis.authority, 'Admin')
  })

  it('is never changed: not a role, a name, an organisation; the difference is told', async () => {
    await given(
      `${ORGANISATIONS}\nKeep,,,KEEP-1,Developer\nOther,,,KEEP-2,Developer`,
      `${USERS}\nKeeper,keeper@example.org,,KEEP-1,Developer,View,,`,
    )
    await read()
    const before = [await userOf('keeper@example.org'), await size()]
    await given(
      `${ORGANISATIONS}\nRenamed,new@example.org,,keep 1,Certifier`,
      `${USERS}\nGrabber,KEEPER@example.org,,KEEP-1,Developer,admin,,\nGrabber,root@example.org,,,Government,admin,,`,
    )
    const [organisations, users] = await read()
    expect(organisations).toMatchObject({ added: 0, known: 1, bad: [] })
    expect(users).toMatchObject({ added: 0, known: 2, bad: [] })
    expect(lines.join('\n')).toMatch(/line 2, ROLE: is developer\/ViewOnly in the registry; nothing was changed/)
    expect([await userOf('keeper@example.org'), await size()]).toEqual(before)
    expect((await userOf('root@example.org'))[0]).toMatchObject({ role: 'government/Root' })
  })

  it('does not bring back who was removed', async () => {
    await given(
      `${ORGANISATIONS}\nGone,,,GONE-1,Developer`,
      `${USERS}\nGoner,goner@example.org,,GONE-1,Developer,View,`,
    )
    await read()
    const goner = await registry.signIn('goner@example.org')
    const { user } = (await goner.get('/national/sessions/current')).body as { user: { id: string } }
    expectStatus(await officer.delete(`/national/users/${user.id}`), 200)
    const before = await size()
    expect((await read())[1]).toMatchObject({ added: 0, known: 1, bad: [] })
    expect(await size()).toBe(before)
    expect(await userOf('goner@example.org')).toEqual([])
  })

  it('is found by its tax id however it came here', async () => {
    const wish = { kind: 'developer', name: 'By hand', taxId: 'HAND 77' }
    const { id } = expectStatus(await officer.post('/national/organisations', wish), 201).body
    await given(`${ORGANISATIONS}\nBy file,,,hand-77,Developer`, `${USERS}\nHana,hana@example.org,,hand77,PD,admin,`)
    await read()
    expect(await userOf('hana@example.org')).toMatchObject([{ organisation: id, role: 'developer/Admin' }])
  })
})

describe('a row that is wrong', () => {
  it.each([
    [
      'a kind that the country lacks',
      'X,,,BAD-1,Bank',
      /TYPE: "Bank" is no kind of organisation here; allowed: Developer/,
    ],
    ['a second government', 'X,,,BAD-2,Government', /the government is there from the first entry/],
    ['no tax id', 'X,,,,Developer', /ORGANISATION TAX ID: is missing/],
    ['a tax id of marks only', 'X,,,-.-,Developer', /must have a letter or a digit/],
    ['no name', ',,,BAD-3,Developer', /NAME: is missing/],
    ['a line break in a name', '"X\r\nBcc: y",,,BAD-4,Developer', /NAME: must be 200 characters of one line/],
    ['a turned name', 'X\u202eY,,,BAD-5,Developer', /NAME: must be/],
    ['an address that is none', 'X,not an address,,BAD-6,Developer', /EMAIL: is not an e-mail address/],
    ['a phone that is none', 'X,,call me,BAD-7,Developer', /PHONE: is not a phone number/],
    ['too many values', 'X,,,BAD-8,Developer,,,', /the row has 8 values, the header 5/],
    ['an open quotation mark', '"X,,,BAD-9,Developer', /quotation mark that is not closed/],
    ['a null character', 'X\u0000,,,BAD-10,Developer', /without control characters/],
    ['a value beyond all bounds', `${'x'.repeat(70_000)},,,BAD-11,Developer`, /is too long/],
  ])('of organisations, with %s, is told by its line and stops no other', async (_what, row, told) => {
    const good = `Good ${Math.random()},,,${crypto.randomUUID()},Developer`
    await given(`${ORGANISATIONS}\n${good}\n${row}`)
    const [report] = await read()
    expect(report).toMatchObject({ added: 1, known: 0 })
    expect(lines.join('\n')).toMatch(told)
    expect(lines.join('\n')).toMatch(/line 3/)
  })

  it.each([
    ['a role that is none', 'Emperor', /ROLE: "Emperor" is no role of this kind of organisation; allowed: Admin/],
    ['the role of Root', 'Root', /ROLE: "Root" is no role/],
    ['no role', '', /ROLE: is missing; allowed: Admin/],
  ])('of people, with %s', async (_what, role, told) => {
    const email = `${crypto.randomUUID()}@example.org`
    await given(undefined, `${USERS}\nX,${email},,,Government,${role},,`)
    expect((await read())[0]).toMatchObject({ added: 0 })
    expect(lines.join('\n')).toMatch(told)
    expect(await userOf(email)).toEqual([])
  })

  it('of people names an organisation that is there, of its kind, and no API key; no secret is printed', async () => {
    await given(
      `${ORGANISATIONS}\nKinds,,,KINDS-1,Developer`,
      [
        USERS,
        'A,a.kinds@example.org,,NOWHERE-1,Developer,admin,,',
        'B,b.kinds@example.org,,KINDS-1,Certifier,admin,,',
        'C,c.kinds@example.org,,KINDS-1,Developer,admin,,c2VjcmV0LWtleQ==',
        'D,d.kinds@example.org,,KINDS-1,Developer,admin,hunter2hunter2,',
        'D,D.KINDS@example.org,,KINDS-1,Developer,View,,',
      ].join('\n'),
    )
    expect((await read())[1]).toMatchObject({ added: 1, bad: [{ line: 2 }, { line: 3 }, { line: 4 }, { line: 6 }] })
    const told = lines.join('\n')
    expect(told).toMatch(/line 2, ORGANISATION TAX ID: no organisation with this tax id is registered/)
    expect(told).toMatch(
      /line 3, ORGANISATION TYPE: "certifier" is not what the organisation is registered as; allowed: developer/,
    )
    expect(told).toMatch(/line 4, APIKey: keys are made by the registry/)
    expect(told).toMatch(/line 5, Password: /)
    expect(told).toMatch(/line 6, EMAIL: stands on line 5 already/)
    expect(told).not.toMatch(/hunter2|c2VjcmV0/)
    const { rows } = await registry.services.pool.query('SELECT to_jsonb(u) AS row FROM content_user u')
    expect(JSON.stringify(rows)).not.toMatch(/hunter2/)
  })

  it('goes to the ledger once it can: what failed is tried again at the next start', async () => {
    await given(
      `${ORGANISATIONS}\nLater,,,LATER-1,Developer`,
      `${USERS}\nL,later@example.org,,LATER-1,Developer,admin,`,
    )
    vi.spyOn(registry.services.ledger, 'execute').mockRejectedValue(new LedgerBusy('busy'))
    expect((await read()).map(({ added, bad }) => [added, bad.length])).toEqual([
      [0, 1],
      [0, 1],
    ])
    vi.restoreAllMocks()
    expect((await read()).map(({ added, bad }) => [added, bad])).toEqual([
      [1, []],
      [1, []],
    ])
    expect((await registry.signIn('later@example.org')).organisation).not.toBe('')
  })

  it('text that a spreadsheet would take for a formula stays text', async () => {
    await given(`${ORGANISATIONS}\n"=HYPERLINK(""http://evil.example"",""x"")",,,FORM-1,Developer`)
    expect((await read())[0]).toMatchObject({ added: 1, bad: [] })
  })
})

describe('a file that is none', () => {
  it.each([
    ['without a header', Buffer.from('Sunfield,,,X-1,Developer\n'), /the header must have the columns NAME,EMAIL/],
    ['empty', Buffer.from(''), /it has no header/],
    ['with semicolons', Buffer.from(ORGANISATIONS.replaceAll(',', ';')), /separated by commas/],
    ['with a column that is unknown', Buffer.from(`${ORGANISATIONS},PIN\n`), /it has "NAME,.*PIN"/],
    ['with a column twice', Buffer.from(`${ORGANISATIONS},NAME\n`), /the header must have/],
    ['in UTF-16', Buffer.from(`\ufeff${ORGANISATIONS}`, 'utf16le'), /the header must have/],
    ['of random bytes', Buffer.from([0x50, 0x4b, 3, 4, 0xff, 0xfe, 0, 1]), /the header must have/],
    ['too large', Buffer.alloc(MOST_BYTES + 1, 'x'), /larger than 16 MiB/],
    ['of too many rows', Buffer.from(`${ORGANISATIONS}\n${'a,,,,\n'.repeat(MOST_ROWS + 1)}`), /more than 50000 rows/],
  ])('%s is told, and nothing of it is read', async (_what, bytes, told) => {
    const before = await size()
    await given(bytes)
    expect((await read())[0]).toMatchObject({ added: 0, known: 0, bad: [expect.anything()] })
    expect(lines.join('\n')).toMatch(told)
    expect(await size()).toBe(before)
  })

  it('a folder, and nothing', async () => {
    expect(await read()).toEqual([])
    await mkdir(files().users)
    await read()
    expect(lines.join('\n')).toMatch(/it is not a file/)
  })

  it('with a byte order mark, spaced and in other letters, is one', async () => {
    await given(
      Buffer.from(`\ufeffName , Email,PHONE,Organisation  Tax Id,organisation type\nMarked,,,MARK-1,developer\n\n`),
    )
    expect((await read())[0]).toMatchObject({ added: 1, bad: [] })
  })

  it('with the headers of the documents, which say what is allowed, is one', async () => {
    await given(
      `${ORGANISATIONS}(Developer|Certifier|API)\r\nOrg 2,org2@example.org,,33333,Developer\r\n`,
      [
        'NAME,EMAIL,PHONE,ORGANISATION TAX ID,ORGANISATION TYPE(Government|Developer|Certifier|API),ROLE(admin|Manager|View),Password,APIKey',
        'Test User,documented.user@example.org,,Government of Antarctica,Government,admin,123',
        'Test Dev,documented.dev@example.org,,33333,Developer,admin,123,',
      ].join('\r\n'),
    )
    expect(await read()).toMatchObject([
      { added: 1, bad: [] },
      { added: 2, bad: [] },
    ])
  })

  it('whatever it holds, it ends neither the start nor in a failure', async () => {
    const cell = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 12 }),
      fc.constantFrom('Developer', '"', ',', '\n', 'admin'),
    )
    const bytes = fc.array(cell, { maxLength: 60 }).map((cells) => cells.join(','))
    await fc.assert(
      fc.asyncProperty(bytes, bytes, async (one, other) => {
        await given(`${ORGANISATIONS}\n${one}`, `${USERS}\n${other}`)
        for (const { bad, added } of await read()) {
          expect(added).toBe(0)
          expect(bad.every(({ line }) => line === undefined || line > 1)).toBe(true)
        }
      }),
      { numRuns: 60 },
    )
  })
})
