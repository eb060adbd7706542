import { once } from 'node:events'
import { createWriteStream } from 'node:fs'

const COLUMNS = [
  'Issuance Date',
  'Sustainable Development Goals',
  'Vintage Start',
  'Vintage End',
  'ID',
  'Name',
  'Country/Area',
  'Project Type',
  'Methodology',
  'Total Vintage Quantity',
  'Quantity Issued',
  'Serial Number',
  'Additional Certifications',
  'Retirement/Cancellation Date',
  'Retirement Beneficiary',
  'Retirement Reason',
  'Retirement Details',
]

/** Projects among which the rows are spread, and blocks of consecutive serial numbers of each. */
const PROJECTS = 2_000

/** What is wrong with a row: nothing, its quantity, or that units of an earlier row are said to be of another vintage. */
type Fault = 'none' | 'quantity' | 'vintage'

/** Every other row of a bad file is good, the rest are refused: by the file itself, and by the ledger. */
const FAULTS: readonly Fault[] = ['none', 'quantity', 'none', 'vintage']

/** So far back that the earlier row is in the ledger, and a good one. */
const EARLIER = 2_003

/** One made-up row of Verra's transactions: blocks follow one another, every third is retired. */
function row(row: number, fault: Fault): string {
  const isOther = fault === 'vintage' && row >= EARLIER
  const at = isOther ? row - EARLIER : row
  const more = fault === 'quantity' ? 1 : 0
  const project = 1 + (at % PROJECTS)
  const year = 2010 + (at % 12) + (isOther ? 1 : 0)
  const quantity = 1 + ((at * 7919) % 997)
  const first = 1 + at * 1_000
  const serial = `${1 + Math.floor(at / 50)}-${first}-${first + quantity - 1}-VCS-VCU-${1 + (at % 300)}-VER-XT-14-${project}-0101${year}-3112${year}-0`
  const retired =
    at % 3 === 0 ? ['2025-03-04', `Customer ${at % 5_000}`, 'Environmental Benefit', `Year ${year}`] : ['', '', '', '']
  const values = [
    '2024-02-05',
    '',
    `${year}-01-01`,
    `${year}-12-31`,
    project,
    `Made-up project ${project}`,
    'Exampleland',
    '"Agriculture, forestry and other land use"',
    'VM0015',
    '"9,999,999"',
    quantity + more,
    serial,
    '',
    ...retired,
  ]
  return `${values.join(',')}\n`
}

/**
 * Writes a file as Verra publishes it, of made-up rows; a million of them have about 230 MB. `bad`: every second row is
 * one to be refused.
 */
export async function writeRegistryFile(path: string, rows: number, { bad = false } = {}): Promise<void> {
  const file = createWriteStream(path)
  file.write(`${COLUMNS.join(',')}\n`)
  for (let at = 0; at < rows; at += 1) {
    const fault = bad ? FAULTS[at % FAULTS.length] : 'none'
    if (!file.write(row(at, fault ?? 'none'))) await once(file, 'drain')
  }
  file.end()
  await once(file, 'finish')
}
