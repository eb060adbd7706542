import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll } from 'vitest'

export type Row = Readonly<Record<string, string>>

/** Gives a test file a folder of its own; answers how to write a table into it. */
export function tableFolder(): (rows: readonly Row[], name?: string) => Promise<string> {
  let folder = ''
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'import-'))
  })
  afterAll(() => rm(folder, { recursive: true }))
  return async (rows, name = 'rows.csv') => {
    const file = join(folder, name)
    await writeFile(file, csvOf(rows))
    return file
  }
}

/** CSV of rows that have the same columns. */
export function csvOf(rows: readonly Row[]): string {
  const lines = [Object.keys(rows[0] ?? {}), ...rows.map((row) => Object.values(row))]
  return lines.map((values) => `${values.map(quoted).join(',')}\r\n`).join('')
}

function quoted(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

/** A row as Verra publishes it, of serial numbers `first` to `last`. */
export function verraRow(first: number, last: number, change: Row = {}): Row {
  return {
    'Issuance Date': '2024-02-05',
    'Sustainable Development Goals': '',
    'Vintage Start': '2021-01-01',
    'Vintage End': '2021-12-31',
    ID: '9101',
    Name: 'Blue Lagoon Mangroves',
    'Country/Area': 'Exampleland',
    'Project Type': 'Agriculture Forestry and Other Land Use',
    Methodology: 'VM0033',
    'Total Vintage Quantity': '1,250,000',
    'Quantity Issued': (last - first + 1).toLocaleString('en'),
    'Serial Number': `7001-${first}-${last}-VCS-VCU-990-VER-XT-14-9101-01012021-31122021-1`,
    'Additional Certifications': '',
    'Retirement/Cancellation Date': '',
    'Retirement Beneficiary': '',
    'Retirement Reason': '',
    'Retirement Details': '',
    ...change,
  }
}

const goldStandard = (first: number, last: number) => ({
  Vintage: '2023',
  Quantity: String(last - first + 1),
  GSID: '8101',
  'Project Name': 'Village Cook Stoves A',
  'Project Developer': 'Sample Stoves Ltd.',
  Country: 'Exampleland',
  'Project Type': 'Energy Efficiency - Domestic',
  Methodology: '',
  'Programme of Activities': 'VPA',
  'POA GSID': '8100.0',
  'Product Type': 'VER',
  'Monitoring Period Start': '2023-01-01',
  'Monitoring Period End': '2023-12-31',
  'Serial Number': `GS1-1-XT-GS8101-16-2023-40001-${first}-${last}`,
  Label: '',
  'Article Six Authorization': 'Not Applicable',
})

/** A row of Gold Standard's issuances, of serial numbers `first` to `last`. */
export function issuanceRow(first: number, last: number, change: Row = {}): Row {
  const own = { 'Credit Status': 'Issued', 'Issuance Date': '2024-04-13T12:35:58.842275' }
  return { ...goldStandard(first, last), ...own, ...change }
}

/** A row of Gold Standard's retirements, of serial numbers `first` to `last`. */
export function retirementRow(first: number, last: number, change: Row = {}): Row {
  const own = { 'Credit Status': 'Retired', 'Issuance Date': '2024-04-13', 'Retirement Date': '2024-06-01' }
  const texts = { Note: '', 'Aeroplane Operator Name': '', 'Use Case': '', 'Using Entity': '' }
  return { ...goldStandard(first, last), ...own, ...texts, ...change }
}
