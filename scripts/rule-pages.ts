// `npm run docs:rules` writes a page for each entry type to docs/rules, and docs/rules.md over them, from the code alone: the rules, the permission
// table, the forms of bodies, the texts of refusals, and the examples by which the rules are tested.
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { problemOf } from '../packages/contract/src/problem.ts'
import verifierTexts from '../packages/ledger/src/verify/en.json' with { type: 'json' }
import { cases } from '../packages/rules/src/cases/all.cases.ts'
import { country } from '../packages/rules/src/cases/country.fixture.ts'
import { type RuleName, rowTexts, summaries } from '../packages/rules/src/declarations.ts'
import { commonRefusals, isRefusal, type RefusalCode } from '../packages/rules/src/refusal.ts'
import type { AnyRule } from '../packages/rules/src/rule.ts'
import { rules } from '../packages/rules/src/rules.ts'
import { writePermissions } from './permission-page.ts'
import { type FormRow, formOf } from './rule-forms.ts'

const MADE = '<!-- Made from the code by `npm run docs:rules`; a test holds it to the code. -->'

/** Every page by its file name. */
export function rulePages(): Map<string, string> {
  const pages = new Map(rules.map((rule) => [`${rule.type}.md`, pageOf(rule)]))
  return pages.set('README.md', indexPage()).set(OVERVIEW, overviewPage())
}

const folder = fileURLToPath(new URL('../docs/rules/', import.meta.url))

/** The page over all, beside the folder. */
const OVERVIEW = '../rules.md'

/** What stands in docs/rules now, and in docs/rules.md. */
export function writtenPages(): Map<string, string> {
  const names = [...readdirSync(folder), ...(existsSync(`${folder}${OVERVIEW}`) ? [OVERVIEW] : [])]
  return new Map(names.map((name) => [name, readFileSync(`${folder}${name}`, 'utf8')]))
}

function writePages(): void {
  mkdirSync(folder, { recursive: true })
  const pages = rulePages()
  for (const name of writtenPages().keys()) if (!pages.has(name)) rmSync(`${folder}${name}`)
  for (const [name, text] of pages) writeFileSync(`${folder}${name}`, text)
  console.log(`${pages.size} pages in docs/rules`)
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const line = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`
  return [line(head), line(head.map(() => '---')), ...rows.map(line)]
}

const code = (text: string) => `\`${text}\``

function indexPage(): string {
  const rows = rules.map(({ type, actions }) => [
    `[${type}](${type}.md)`,
    summaries[type],
    actions.map(code).join(', '),
  ])
  const lines = [
    MADE,
    '',
    '# The rules',
    '',
    'Every change of the ledger is an entry of one of these types. Each has a page: who may write it, what it carries, what',
    'it refuses, what it writes, and what it takes from a mandate’s word. Who may is as the permission table `simple` says,',
    'which a country may replace; a role is `<kind of organisation>/<role>`.',
    '',
    ...table(['Entry type', 'What it does', 'Action in the permission table'], rows),
    '',
    '## What every entry may be refused for',
    '',
    ...refusalTable(commonRefusals),
    '',
    'A command names the mandate under which it is written. Approvals name further mandates, all different, and bind the',
    'exact proposal. Where the policy of an account asks for a second mandate, another mandate of its holder approves, too.',
    '',
    '## What entries write',
    '',
    'State rows are made by entries alone, and are rebuilt from the log.',
    '',
    ...table(
      ['Row', 'What it says'],
      Object.entries(rowTexts).map(([kind, text]) => [code(kind), text]),
    ),
  ]
  return `${lines.join('\n')}\n`
}

/** What is taken from a mandate's word, line by line as `tallystick verify` prints it of a log that has every entry type. */
export function attestedLines(): string[] {
  const { attested: title, attestedBy } = verifierTexts.report
  const lines = rules.flatMap(({ type, attested }) =>
    attested.length === 0
      ? []
      : [attestedBy.replace('{type}', type).replace('{statements}', () => attested.join(', '))],
  )
  return [title, ...lines]
}

function overviewPage(): string {
  const lines = [
    MADE,
    '',
    '# Rules: what is replayed, and what is attested',
    '',
    'Every change of the ledger is an entry, and every entry is judged by the rules of its type, before it is written and',
    `again by whoever runs \`tallystick verify\`. There are ${rules.length} types of entries; [an index with what each does](rules/README.md)`,
    'leads to a page for each: who may write it, what it carries, what it refuses, what it writes.',
    '',
    rules.map(({ type }) => `[${type}](rules/${type}.md)`).join(' · '),
    '',
    '## What `verify` replays',
    '',
    'For every entry, from the log alone:',
    '',
    ...verifierTexts.replayed.map((text) => `- ${text}`),
    '',
    '## What is attested',
    '',
    'A log shows that somebody with the right to say so has said something, and never that it is true. What is so taken from a',
    'mandate’s word stands here, line by line as `verify` prints it; of a log it prints the lines of the types that are in it.',
    'Who has said it, when, and who approved it, is replayed.',
    '',
    '```',
    ...attestedLines(),
    '```',
    '',
    'Of every other type nothing is attested: all of it is replayed from the log.',
    '',
    '## What the permission table says besides',
    '',
    'These actions of the table `simple` write no entry; the registry asks the table for them all the same.',
    '',
    ...table(['Action', 'Roles'], actionsWithoutEntry()),
  ]
  return `${lines.join('\n')}\n`
}

/** Actions of the permission table under which nothing is written into the ledger, and whose they are. */
function actionsWithoutEntry(): string[][] {
  const { permissions } = country().law()
  const declared = rules.flatMap(({ actions }) => actions)
  const isDeclared = (action: string) => declared.some((one) => fits(action, one))
  return Object.entries(permissions.actions)
    .filter(([action]) => !isDeclared(action))
    .map(([action, roles]) => [code(action), rolesOf(roles)])
}

function pageOf(rule: AnyRule): string {
  const { type, v, refuses, attested } = rule
  const lines = [
    MADE,
    '',
    `# ${type}`,
    '',
    summaries[type],
    '',
    `Version ${v}. [All entry types](README.md)`,
    '',
    '## Who may',
    '',
    ...whoMay(rule),
    '',
    '## What it carries',
    '',
    ...forms(rule),
    '',
    ...dates(rule),
    '## What it refuses',
    '',
    ...refusalTable(refuses, type),
    '',
    'Besides these, [what every entry may be refused for](README.md#what-every-entry-may-be-refused-for).',
    '',
    '## What it writes',
    '',
    ...writing(rule),
    '',
    '## What is attested',
    '',
    ...(attested.length > 0
      ? ['Stated by a mandate, not provable from the log:', '', ...attested.map((text) => `- ${text}`)]
      : ['Nothing: all of it is replayed from the log.']),
    '',
    '## Examples',
    '',
    ...examples(type),
  ]
  return `${lines.join('\n').trimEnd()}\n`
}

const scopes = {
  any: 'any organisation',
  own: 'its own organisation',
  assigned: 'what its organisation is assigned to',
}

function fits(action: string, pattern: string): boolean {
  return pattern.endsWith('*') ? action.startsWith(pattern.slice(0, -1)) : action === pattern
}

function rolesOf(roles: Readonly<Record<string, keyof typeof scopes>>): string {
  return Object.entries(roles)
    .map(([role, scope]) => `${code(role)} for ${scopes[scope]}`)
    .join('; ')
}

function whoMay({ type, actions, second }: AnyRule): string[] {
  if (type === 'Genesis') return ['Nobody, later: it is the first entry of a ledger, by the system that it names.']
  const { permissions } = country().law()
  const named = Object.entries(permissions.actions).filter(([action]) => actions.some((one) => fits(action, one)))
  const rows = named.map(([action, roles]) => {
    const asked = permissions.approvals[action] ?? []
    return [
      code(action),
      rolesOf(roles),
      asked.length === 0
        ? 'none'
        : asked.map(({ count, by }) => `${count} of ${by.map(code).join(', ')}`).join('; and '),
    ]
  })
  const asked = second
    ? ['', 'A second mandate of the holder approves where the policy of the account asks for it.']
    : []
  const independent = named.flatMap(([action]) => (permissions.independent.includes(action) ? [code(action)] : []))
  const interests =
    independent.length > 0
      ? ['', `Nobody acts or approves for an owner, or for an affiliate of one: ${independent.join(', ')}.`]
      : []
  return [...table(['Action', 'Roles', 'Further mandates that approve'], rows), ...asked, ...interests]
}

function forms({ schema, requestSchema }: AnyRule): string[] {
  const request = formOf(requestSchema)
  const body = formOf(schema)
  const asked = new Map(request.rows.map((row) => [row.field, row.form]))
  const added = body.rows.filter((row) => asked.get(row.field) !== row.form)
  return [
    'A command asks for:',
    '',
    ...formTable(request.rows),
    ...(request.conditions.length > 0 ? ['', ...request.conditions.map((text) => `- ${text}`)] : []),
    '',
    ...(added.length === 0
      ? ['The entry carries just that.']
      : ['In the entry stand besides, or instead:', '', ...formTable(added)]),
  ]
}

/** A rule that compares a day or a year with the time of its entry says how. */
function dates({ refuses }: AnyRule): string[] {
  const isDated = refuses.some((refusal) => refusal === 'date-wrong' || refusal === 'vintage-wrong')
  if (!isDated) return []
  const decision = '[why](../decisions/0036-legal-dates-are-compared-in-utc.md)'
  return [
    `A day or a year is to come until it has begun in UTC, where it is compared with the entry's time (${decision}).`,
    '',
  ]
}

function formTable(rows: readonly FormRow[]): string[] {
  return table(
    ['Field', 'Form'],
    rows.map(({ field, form }) => [code(field), form]),
  )
}

function refusalTable(codes: readonly RefusalCode[], type?: RuleName): string[] {
  const shown = (refused: RefusalCode) => {
    const titles = cases.filter((one) => one.type === type && one.refused === refused).map(({ title }) => title)
    return [...new Set(titles)].join('; ')
  }
  const rows = codes.map((refused) => {
    const { title, status } = problemOf(refused)
    return [code(refused), title, verifierTexts.rules[refused], String(status), ...(type ? [shown(refused)] : [])]
  })
  return table(
    ['Code', 'What a person is told', 'Of an entry in the log', 'HTTP', ...(type ? ['For example'] : [])],
    rows,
  )
}

interface Example {
  title: string
  lines: readonly string[]
  moves: readonly string[]
  streams: readonly string[]
}

function examplesOf(type: RuleName): Example[] {
  return cases
    .filter((one) => one.type === type && one.refused === undefined)
    .map((one) => {
      const outcome = one.act(country())
      if (isRefusal(outcome)) throw new Error(`${type}: ${one.title} was refused as ${outcome.refused}`)
      return { title: one.title, lines: one.written ?? [], moves: outcome.moves, streams: outcome.streams }
    })
}

function writing({ type, writes }: AnyRule): string[] {
  const shown = examplesOf(type)
  const distinct = (of: (example: Example) => readonly string[]) => [...new Set(shown.flatMap(of))].sort().join(', ')
  const streams = distinct((example) => example.streams)
  const moves = distinct((example) => example.moves)
  return [
    ...table(
      ['Row', 'What it says'],
      writes.map((kind) => [code(kind), rowTexts[kind]]),
    ),
    '',
    moves === '' ? 'No units move between accounts.' : `Units move between accounts of these kinds: ${moves}.`,
    streams === '' ? 'It stands in no stream.' : `It stands in the streams of: ${streams}.`,
  ]
}

function examples(type: RuleName): string[] {
  return examplesOf(type).flatMap(({ title, lines }) => [
    `${title.charAt(0).toUpperCase()}${title.slice(1)}:`,
    '',
    ...lines.map((line) => `    ${line}`),
    '',
  ])
}

if (import.meta.main) {
  writePages()
  writePermissions()
}
