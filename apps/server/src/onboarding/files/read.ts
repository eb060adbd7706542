import { Speech } from '@tallystick/contract'
import { invariant } from '@tallystick/rules'
import { lawInForce } from '../../platform/law.ts'
import type { Log } from '../../platform/log.ts'
import type { Services } from '../../platform/services.ts'
import { addOrganisation, addUser, type Outcome } from './add.ts'
import texts from './en.json' with { type: 'json' }
import {
  ORGANISATION_COLUMNS,
  type OrganisationRow,
  organisationRow,
  USER_COLUMNS,
  type UserRow,
  userRow,
} from './rows.ts'
import { type Column, type Fault, type Row, readTable } from './table.ts'

export interface OnboardingFiles {
  organisations: string
  users: string
}

/** What became of the rows of one file. */
export interface FileReport {
  file: string
  added: number
  known: number
  bad: Fault[]
  notes: Fault[]
}

/** Rows that are worked on at once. */
const AT_ONCE = 8
const MOST_TOLD = 100

/**
 * Adds what these files name and the registry lacks, as the Root user, whose operator laid them there: organisations first,
 * then people. Nothing that is there is changed, and nothing that was taken away comes back. A row that is wrong is told,
 * and stops no other. Several processes may do so at once.
 */
export async function readOnboardingFiles(services: Services, files: OnboardingFiles, log: Log): Promise<FileReport[]> {
  const by = await rootMandate(services)
  const law = await lawInForce(services.ledger)
  const organisations = await readFile<OrganisationRow>(files.organisations, {
    columns: ORGANISATION_COLUMNS,
    read: (row) => organisationRow(row, law),
    keyOf: ({ key }) => key,
    add: (row) => addOrganisation(services, by, row),
    keyColumn: 'ORGANISATION TAX ID',
  })
  const users = await readFile<UserRow>(files.users, {
    columns: USER_COLUMNS,
    read: (row) => userRow(row, law, services.onboarding),
    keyOf: ({ email }) => email.toLowerCase(),
    add: (row) => addUser(services, by, law, row),
    keyColumn: 'EMAIL',
  })
  const reports = [organisations, users].filter((report) => report !== undefined)
  for (const report of reports) tell(report, log)
  return reports
}

async function rootMandate({ pool }: Services): Promise<string> {
  const { rows } = await pool.query<{ mandate: string }>(
    'SELECT m.mandate FROM content_root r JOIN content_mandate m ON m.user_id = r.user_id',
  )
  invariant(rows[0], 'a registry that is founded has its Root user')
  return rows[0].mandate
}

interface Kind<Wanted> {
  columns: readonly Column[]
  read(row: Row): Wanted | { faults: Fault[] }
  keyOf(wanted: Wanted): string
  keyColumn: string
  add(wanted: Wanted): Promise<Outcome>
}

async function readFile<Wanted extends { line: number }>(
  file: string,
  kind: Kind<Wanted>,
): Promise<FileReport | undefined> {
  const table = await readTable(file, kind.columns)
  if (!table) return undefined
  const report: FileReport = { file, added: 0, known: 0, bad: [...table.faults], notes: [] }
  const wanted = wantedOf(table.rows, kind, report)
  const next = wanted.values()
  const work = async () => {
    for (const row of next) count(report, await kind.add(row))
  }
  await Promise.all(Array.from({ length: AT_ONCE }, work))
  report.bad.sort((a, b) => (a.line ?? 0) - (b.line ?? 0))
  report.notes.sort((a, b) => (a.line ?? 0) - (b.line ?? 0))
  return report
}

/** The rows that can be read, each thing once. */
function wantedOf<Wanted extends { line: number }>(
  rows: readonly Row[],
  kind: Kind<Wanted>,
  report: FileReport,
): Wanted[] {
  const seen = new Map<string, Wanted>()
  for (const row of rows) {
    const read = kind.read(row)
    if (typeof read === 'object' && 'faults' in read) {
      report.bad.push(...read.faults)
      continue
    }
    const first = seen.get(kind.keyOf(read))
    if (!first) seen.set(kind.keyOf(read), read)
    else
      report.bad.push({ line: row.line, column: kind.keyColumn, text: 'twice', places: { line: String(first.line) } })
  }
  return [...seen.values()]
}

function count(report: FileReport, outcome: Outcome): void {
  if (outcome.done === 'bad') {
    report.bad.push(outcome.fault)
    return
  }
  report[outcome.done] += 1
  if (outcome.note) report.notes.push(outcome.note)
}

const locale = { lang: 'en', dir: 'ltr', texts } as const
const speech = new Speech(locale, locale, 'UTC')

function tell({ file, added, known, bad, notes }: FileReport, log: Log): void {
  for (const fault of [...bad, ...notes].slice(0, MOST_TOLD)) log.warn(sentenceOf(file, fault))
  const more = bad.length + notes.length - MOST_TOLD
  if (more > 0) log.warn(speech.say('more', { file, count: String(more) }))
  const lines = new Set(bad.map(({ line }) => line)).size
  const places = { file, added: String(added), known: String(known), bad: String(lines) }
  if (added > 0 || bad.length > 0) log.info(speech.say('summary', places))
}

/** What is wrong, in one sentence. */
export function sentenceOf(file: string, { line, column = '', text, places = {}, allowed }: Fault): string {
  const message = speech.say(text, places)
  if (line === undefined) return speech.say('file', { file, message })
  const all = { file, line: String(line), column, message, allowed: allowed ?? '' }
  return speech.say(allowed ? 'row.allowed' : 'row', all)
}
