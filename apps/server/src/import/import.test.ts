import { join } from 'node:path'
import { reconcile } from '@tallystick/ledger'
import { beforeEach, describe, expect, it } from 'vitest'
import { issuanceRow, type Row, retirementRow, tableFolder, verraRow } from '../../../../tests/import/files.ts'
import { knownSerials, type MemoryOpenings, memoryTarget, type Target } from '../../../../tests/import/ledgers.ts'
import { importFile } from './import.ts'
import { loadMapping, parseMapping } from './mapping.ts'

const samples = join(import.meta.dirname, 'samples')
const written = tableFolder()

let target: Target & { openings: MemoryOpenings }
beforeEach(async () => {
  target = await memoryTarget()
})

async function importRows(mapping: string, rows: readonly Row[], { dryRun = false } = {}) {
  const file = await written(rows)
  const { file: _, ...report } = await importFile({ ...target, mapping: await loadMapping(mapping), file, dryRun })
  return report
}

const verra = (...rows: Row[]) => importRows('verra-transactions', rows)
const issuances = (...rows: Row[]) => importRows('gold-standard-issuances', rows)
const retirements = (...rows: Row[]) => importRows('gold-standard-retirements', rows)

const space = 'gold-standard:GS1-1-XT-GS8101-16-2023-40001'
const unitClass = 'mirror:gold-standard/8101/2023/VER'
const known = (range: string, fate: string, seen: string) => `${space} ${range} ${unitClass} mirror-${fate} ${seen}`

describe('the samples', () => {
  it.each([
    ['verra-transactions', 5, { issued: '52001', active: '49201', retired: '2800', cancelled: '0' }],
    ['gold-standard-issuances', 4, { issued: '7600', active: '7600', retired: '0', cancelled: '0' }],
    ['gold-standard-retirements', 4, { issued: '0', active: '0', retired: '735', cancelled: '400' }],
    ['climate-action-reserve-issuances', 2, { issued: '16800', active: '16800', retired: '0', cancelled: '0' }],
    ['climate-action-reserve-retirements', 2, { issued: '0', active: '0', retired: '2001', cancelled: '0' }],
    ['climate-action-reserve-cancellations', 1, { issued: '0', active: '0', retired: '0', cancelled: '4300' }],
    ['art-trees-issuances', 1, { issued: '100000', active: '100000', retired: '0', cancelled: '0' }],
    ['art-trees-retirements', 1, { issued: '0', active: '0', retired: '1400', cancelled: '0' }],
    ['art-trees-cancellations', 1, { issued: '0', active: '0', retired: '0', cancelled: '1000' }],
    ['verra-projects', 2, { issued: '0', active: '0', retired: '0', cancelled: '0' }],
    ['gold-standard-projects', 1, { issued: '0', active: '0', retired: '0', cancelled: '0' }],
  ])('%s goes in, once', async (name, rows, tonnes) => {
    const job = { ...target, mapping: await loadMapping(name), file: join(samples, `${name}.csv`) }
    const dry = await importFile({ ...job, dryRun: true })
    expect(await importFile({ ...job, dryRun: true, mostKept: 1 })).toEqual(dry)
    expect((await target.ledger.head()).size).toBe(1)
    const first = await importFile(job)
    expect(first).toEqual({ ...dry, rows, accepted: rows, alreadyThere: 0, refused: [], tonnes })
    const { size } = await target.ledger.head()
    const second = await importFile(job)
    expect(second).toEqual({ ...first, accepted: 0, alreadyThere: rows })
    expect(await importFile({ ...job, dryRun: true })).toEqual(second)
    expect(await importFile({ ...job, dryRun: true, mostKept: 1 })).toEqual(second)
    expect(await target.ledger.head()).toMatchObject({ size })
    expect(await target.openingsKept()).toBe(rows)
  })
})

describe('an entry', () => {
  it('says in public what the row says of the units, and commits to the rest', async () => {
    const beneficiary = { 'Retirement Beneficiary': 'Example Airways', 'Retirement Details': 'Flights\r\nof 2023' }
    await verra(verraRow(5, 9, { 'Retirement/Cancellation Date': '2024-06-30', ...beneficiary }))
    const [stored] = await target.ledger.entries(2, 1)
    expect(JSON.parse(Buffer.from(stored?.bytes ?? []).toString())).toMatchObject({
      type: 'MirrorRecorded',
      by: (await target.ledger.genesis())?.system,
      body: {
        registry: 'verra',
        space: 'verra:VCU',
        range: ['5', '9'],
        project: { code: '9101' },
        vintage: '2021',
        unitType: 'VCU',
        issued: true,
        issuedOn: '2024-02-05',
        fate: 'retired',
        fateOn: '2024-06-30',
        facts: '0'.repeat(64),
      },
    })
    expect(target.openings.kept).toEqual([
      {
        projectName: 'Blue Lagoon Mangroves',
        country: 'Exampleland',
        projectType: 'Agriculture Forestry and Other Land Use',
        methodology: 'VM0033',
        vintageQuantity: '1,250,000',
        beneficiary: 'Example Airways',
        details: 'Flights\nof 2023',
      },
    ])
  })
})

describe('a bad row', () => {
  const retired = { 'Retirement/Cancellation Date': '2024-06-30' }
  const serial = (text: string) => ({ 'Serial Number': text })

  it.each<[string, Row, string, RegExp]>([
    ['no serial', serial(''), 'Serial Number', /^value-missing: Serial Number is empty\.$/],
    ['another serial', serial('7001-1-10-VCS-VCX-9'), 'Serial Number', /^serial-unexpected: Character 17 /],
    ['a cut serial', serial('7001-1-10-VCS-VCU-990'), 'Serial Number', /^serial-missing: .* ends at character 22/],
    [
      'a serial that ends before it starts',
      serial('7001-10-1-VCS-VCU-990-VER-XT-14-9101-01012021-31122021-1'),
      'Serial Number',
      /^serial-end-before-start: .*character 9, last/,
    ],
    [
      'no day in the serial',
      serial('7001-1-10-VCS-VCU-990-VER-XT-14-9101-31022021-31122021-1'),
      'Serial Number',
      /^serial-no-such-date: .*character 38 /,
    ],
    [
      'another quantity',
      { 'Quantity Issued': '11' },
      'Quantity Issued',
      /^quantity-differs: .*11 units, .*holds 10\.$/,
    ],
    ['no quantity', { 'Quantity Issued': '' }, 'Quantity Issued', /^value-missing/],
    ['a broken quantity', { 'Quantity Issued': '1,0' }, 'Quantity Issued', /^number-wrong: .*"1,0"/],
    ['no units', { 'Quantity Issued': '0' }, 'Quantity Issued', /^quantity-none/],
    ['another project', { ID: '9102' }, 'ID', /^serial-differs: ID is "9102", the serial number says "9101"/],
    ['no project', { ID: '' }, 'ID', /^value-missing/],
    ['another vintage', { 'Vintage Start': '2021-01-02' }, 'Vintage Start', /^serial-differs: .*"2021-01-01"/],
    ['a wrong day', { 'Issuance Date': '05/02/2024' }, 'Issuance Date', /^date-wrong: .*yyyy-mm-dd: "05\/02\/2024"/],
    [
      'a day to come',
      { 'Issuance Date': '2199-01-01' },
      'Issuance Date',
      /^date-outside: .*1900 to 2099: "2199-01-01"/,
    ],
    ['no such day', { 'Issuance Date': '2023-02-29' }, 'Issuance Date', /^date-wrong/],
    ['no day', { 'Issuance Date': '' }, 'Issuance Date', /^value-missing/],
    [
      'an end before the start',
      { 'Retirement/Cancellation Date': '2024-02-04' },
      'Retirement/Cancellation Date',
      /^end-before-start: .* is 2024-02-04, before Issuance Date, which is 2024-02-05/,
    ],
  ])('with %s is refused, and the rest goes in', async (_, change, column, reason) => {
    const report = await verra(verraRow(11, 20), verraRow(1, 10, change), verraRow(21, 30, retired))
    expect(report).toMatchObject({ rows: 3, accepted: 2, alreadyThere: 0 })
    expect(report.refused).toEqual([{ row: 2, column, reason: expect.stringMatching(reason) }])
    expect(report.tonnes).toEqual({ issued: '20', active: '10', retired: '10', cancelled: '0' })
    expect(report.registry).toEqual(report.tonnes)
  })

  it.each<[string, Row, string, RegExp]>([
    ['an unknown status', { 'Credit Status': 'Pending' }, 'Credit Status', /"Pending"; .*"Retired", "Canceled"/],
    ['no status', { 'Credit Status': '' }, 'Credit Status', /^value-missing/],
    ['no vintage', { Vintage: '' }, 'Vintage', /^value-missing/],
    ['another vintage', { Vintage: '2022' }, 'Vintage', /^serial-differs: .*"2023" \(vintage\)/],
    ['no type', { 'Product Type': '' }, 'Product Type', /^value-missing/],
    ['a type that is a text', { 'Product Type': 'VER (old)' }, 'Product Type', /^unit-type-wrong/],
    [
      'a project that is a text',
      { GSID: 'GS 8101', 'Serial Number': 'XT-5-1-2-2-0-7777 - XT-5-10-2-2-0-7777', 'Product Type': 'CER' },
      'GSID',
      /^project-wrong/,
    ],
    [
      'a vintage that is none',
      { Vintage: '23', 'Serial Number': 'XT-5-1-2-2-0-7777 - XT-5-10-2-2-0-7777', 'Product Type': 'CER' },
      'Vintage',
      /^vintage-wrong/,
    ],
    [
      'a type that is not that of the serial',
      { 'Serial Number': 'XT-5-1-2-2-0-7777 - XT-5-10-2-2-0-7777' },
      'Product Type',
      /^word-unknown: Product Type is "VER"; the mapping knows: "CER"/,
    ],
    [
      'two ends that differ',
      { 'Serial Number': 'XT-5-1-2-2-0-7777 - XT-5-10-2-2-0-7778' },
      'Serial Number',
      /^serial-ends-differ/,
    ],
    [
      'a period that ends before it starts',
      { 'Monitoring Period End': '2022-12-31' },
      'Monitoring Period End',
      /^end-before-start/,
    ],
  ])('of retirements with %s is refused', async (_, change, column, reason) => {
    const report = await retirements(retirementRow(1, 10, change), retirementRow(11, 20))
    expect(report.refused).toEqual([{ row: 1, column, reason: expect.stringMatching(reason) }])
    expect(report).toMatchObject({ accepted: 1, tonnes: { retired: '10' } })
  })

  it('alone does not open the registry', async () => {
    await verra(verraRow(1, 10, { ID: '' }))
    expect((await target.ledger.head()).size).toBe(1)
    expect(await target.openingsKept()).toBe(0)
  })
})

describe('what the ledger knows already', () => {
  const retired = { 'Retirement/Cancellation Date': '2024-06-30' }

  it('is not retired twice', async () => {
    await verra(verraRow(1, 100, retired))
    const report = await verra(verraRow(91, 110, retired), verraRow(111, 120, retired))
    expect(report.refused).toEqual([
      {
        row: 1,
        column: 'Serial Number',
        reason: 'already-retired: The serial numbers 91 to 100 are already recorded as retired.',
      },
    ])
    expect(report).toMatchObject({ accepted: 1, registry: { issued: '110', active: '0', retired: '110' } })
  })

  it('is not cancelled once retired', async () => {
    await retirements(retirementRow(1, 10))
    const report = await retirements(retirementRow(10, 11, { 'Credit Status': 'Canceled' }))
    expect(report.refused[0]?.reason).toMatch(/^already-retired: The serial numbers 10 to 10 .* as retired\.$/)
  })

  it('keeps its project', async () => {
    await verra(verraRow(1, 100))
    const serial = '7001-100-101-VCS-VCU-990-VER-XT-14-9102-01012021-31122021-1'
    const report = await verra(verraRow(100, 101, { ID: '9102', 'Serial Number': serial }))
    expect(report.refused).toEqual([
      {
        row: 1,
        column: 'Serial Number',
        reason:
          'class-differs: The serial numbers 100 to 100 are already recorded in the registry verra as project 9101, ' +
          'vintage 2021, type VCU; this row says project 9102, vintage 2021, type VCU.',
      },
    ])
  })

  it('may be said again in other words, without effect', async () => {
    await verra(verraRow(1, 100), verraRow(101, 110, retired))
    const report = await verra(verraRow(1, 110), verraRow(1, 100, { Name: 'Blue Lagoon' }))
    expect(report).toMatchObject({ accepted: 2, refused: [], tonnes: { issued: '210' } })
    expect(report.registry).toEqual({ issued: '110', active: '100', retired: '10', cancelled: '0' })
  })

  it('tells the same row by its content, not by how the file writes it', async () => {
    await verra(verraRow(1, 10), verraRow(11, 20, { Name: ' Blue Lagoon Mangroves ' }))
    const { Name, ...rest } = verraRow(11, 20)
    const report = await verra({ ...rest, Name: Name ?? '' })
    expect(report).toMatchObject({ accepted: 0, alreadyThere: 1 })
  })

  it('counts a row that stands twice in a file once for the registry', async () => {
    const report = await verra(verraRow(1, 10), verraRow(1, 10))
    expect(report).toMatchObject({ accepted: 1, alreadyThere: 1, tonnes: { issued: '20' }, registry: { issued: '10' } })
  })
})

describe('issuances and retirements', () => {
  it('make the same knownSerials in either order', async () => {
    await retirements(retirementRow(41, 60))
    expect(await knownSerials(target.ledger)).toEqual([known('41-60', 'retired', 'evidenced')])
    await issuances(issuanceRow(1, 100))
    const evidencedThenIssued = await knownSerials(target.ledger)

    target = await memoryTarget()
    await issuances(issuanceRow(1, 100))
    await retirements(retirementRow(41, 60))
    expect(await knownSerials(target.ledger)).toEqual(evidencedThenIssued)
    expect(evidencedThenIssued).toEqual([
      known('1-40', 'active', 'issued'),
      known('41-60', 'retired', 'issued'),
      known('61-100', 'active', 'issued'),
    ])
  })

  it('meet where a retirement goes beyond what is known to be issued', async () => {
    await issuances(issuanceRow(1, 50))
    const report = await retirements(retirementRow(41, 60), retirementRow(61, 70, { 'Credit Status': 'Canceled' }))
    expect(report.tonnes).toEqual({ issued: '0', active: '0', retired: '20', cancelled: '10' })
    expect(report.registry).toEqual({ issued: '70', active: '40', retired: '20', cancelled: '10' })
    expect(await knownSerials(target.ledger)).toEqual([
      known('1-40', 'active', 'issued'),
      known('41-50', 'retired', 'issued'),
      known('51-60', 'retired', 'evidenced'),
      known('61-70', 'cancelled', 'evidenced'),
    ])
    expect((await reconcile(target.ledger)).differences).toEqual([])
  })
})

describe('a dry run', () => {
  it('predicts the report, row for row, and changes nothing', async () => {
    await importRows('gold-standard-retirements', [retirementRow(41, 60)])
    const before = await target.ledger.dump()
    const rows = [
      retirementRow(41, 60),
      retirementRow(60, 61),
      retirementRow(61, 80),
      retirementRow(61, 80),
      retirementRow(70, 90, { 'Credit Status': 'Canceled' }),
      retirementRow(81, 90, { 'Credit Status': 'Canceled' }),
      retirementRow(1, 2, { Quantity: '3' }),
    ]
    const dry = await importRows('gold-standard-retirements', rows, { dryRun: true })
    expect(await target.ledger.dump()).toEqual(before)
    expect(await target.openingsKept()).toBe(1)
    expect(await importRows('gold-standard-retirements', rows)).toEqual(dry)
    expect(dry).toMatchObject({ accepted: 2, alreadyThere: 2, registry: { retired: '40', cancelled: '10' } })
    expect(dry.refused.map(({ row, reason }) => [row, reason.split(':')[0]])).toEqual([
      [2, 'already-retired'],
      [5, 'already-retired'],
      [7, 'quantity-differs'],
    ])
  })
})

describe('a file that does not fit', () => {
  it('is refused whole, naming the columns that are missing and those that are there', async () => {
    const { ID, Name, ...others } = verraRow(1, 10)
    await expect(verra(others)).rejects.toThrow(
      /^columns-missing: .* the columns "ID", "Name"\. It has: "Issuance Date", /,
    )
    expect((await target.ledger.head()).size).toBe(1)
  })

  it('is refused where a column stands twice', async () => {
    const file = await written([verraRow(1, 10)], 'twice.csv')
    const { readFile, writeFile } = await import('node:fs/promises')
    await writeFile(file, (await readFile(file, 'utf8')).replaceAll('\r\n', ',x\r\n').replace(',x', ',ID'))
    const job = { ...target, mapping: await loadMapping('verra-transactions'), file }
    await expect(importFile(job)).rejects.toThrow(/^columns-twice: .*"ID"/)
  })

  it('is taken with columns in another order and with further ones', async () => {
    const moved = Object.fromEntries(Object.entries(verraRow(1, 10)).toReversed())
    expect(await verra({ 'Unnamed: 0': '1', ...moved })).toMatchObject({ accepted: 1 })
    expect(await verra(verraRow(1, 10))).toMatchObject({ alreadyThere: 1 })
  })
})

describe('a registry that the program does not know', () => {
  const row = (first: number, last: number, change: Row = {}): Row => ({
    Units: String(last - first + 1),
    'Serial Numbers': `AB-XT-P12-2024-${first} to ${last}`,
    Project: 'AB-P12',
    'Year of Vintage': '2024',
    'Retired On': '02/28/2025',
    ...change,
  })
  const mapping = (name: string, fate: string) => ({
    name,
    registry: 'alphabet',
    kind: 'retirement',
    serial: {
      column: 'Serial Numbers',
      patterns: [
        {
          text: 'AB-{country}-{project}-{vintage}-{first} to {last}',
          space: '{project}/{vintage}',
          agrees: { project: { column: 'Project', without: 'AB-' }, vintage: { column: 'Year of Vintage' } },
        },
      ],
    },
    quantity: { column: 'Units', number: '1234' },
    project: { column: 'Project' },
    vintage: { column: 'Year of Vintage', date: 'yyyy' },
    unitType: { value: 'ABC' },
    fate: { rule: 'always', fate, on: { column: 'Retired On', date: 'mm/dd/yyyy' } },
  })
  const imported = async (fate: string, rows: readonly Row[]) => {
    const parsed = parseMapping(JSON.stringify(mapping(`alphabet-${fate}`, fate)), 'alphabet.json')
    return importFile({ ...target, mapping: parsed, file: await written(rows) })
  }

  it('needs a file, not code', async () => {
    expect(await imported('retired', [row(1, 10), row(11, 11)])).toMatchObject({ accepted: 2, refused: [] })
    const { refused, registry } = await imported('cancelled', [
      row(12, 20),
      row(21, 30, { Project: 'AB-P13' }),
      row(31, 40, { Project: 'P12' }),
      row(41, 50, { 'Retired On': '28/02/2025' }),
      row(51, 60, { 'Serial Numbers': 'AB-XT-P12-2024-51' }),
    ])
    expect(refused.map(({ row, column, reason }) => [row, column, reason.split(':')[0]])).toEqual([
      [2, 'Project', 'serial-differs'],
      [3, 'Project', 'begins-otherwise'],
      [4, 'Retired On', 'date-wrong'],
      [5, 'Serial Numbers', 'serial-missing'],
    ])
    expect(registry).toEqual({ issued: '20', active: '0', retired: '11', cancelled: '9' })
    expect(await knownSerials(target.ledger)).toEqual([
      'alphabet:P12/2024 1-11 mirror:alphabet/AB-P12/2024/ABC mirror-retired evidenced',
      'alphabet:P12/2024 12-20 mirror:alphabet/AB-P12/2024/ABC mirror-cancelled evidenced',
    ])
  })
})
