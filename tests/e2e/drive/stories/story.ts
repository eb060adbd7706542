import { readFileSync } from 'node:fs'
import type { Json } from '@tallystick/templates'

/** Values of a document by section and field. */
export type Values = Record<string, Record<string, Json>>

/** A day of the play as `YYYY-MM-DD`, so many days after today; before it where they are negative. */
export type Day = (after: number) => string

/** What is told otherwise than in the example. */
interface Told {
  /** Texts, names and numbers. */
  words: readonly (readonly [string, string])[]
  /** Years by which all dates are moved. */
  years: number
}

/** What a project has to say: an example that ships with the templates, told of this project and these years. */
export interface Story extends Told {
  example: 'selu' | 'marrow' | 'tamba'
  /** What is otherwise in documents of one template: told so, and values at places over everything else. */
  of: Readonly<Record<string, Partial<Told> & { values?: (day: Day) => Record<string, Json> }>>
  /** Files that are not those of the example, by their names. */
  files: Readonly<Record<string, string>>
}

/** Names of example files by template. */
const FILES: Readonly<Record<string, string>> = {
  INF: 'inf',
  PDD: 'pdd',
  ENGAGEMENT: 'engagement',
  VALIDATION: 'validation',
  'AUTHORISATION-REQUEST': 'authorisation-request',
  MR: 'monitoring',
  VERIFICATION: 'verification',
  ISSUANCE: 'issuance',
  TRANSFER: 'transfer',
}

/** Examples that are as those of the play are: of an agreement on a validation, of a sale to an airline. */
const BEST: Readonly<Record<string, Story['example']>> = { ENGAGEMENT: 'tamba', TRANSFER: 'selu' }

export const examplePath = (name: string) =>
  new URL(`../../../../packages/templates/src/examples/${name}`, import.meta.url)

/** What a project writes into a document of a template. What the registry fills in is in it, too, and is not sent. */
export function contentOf(story: Story, template: string, day: Day): { values: Values; over: Record<string, Json> } {
  const example = BEST[template] ?? story.example
  const { values }: { values: Values } = JSON.parse(
    readFileSync(examplePath(`${example}.${FILES[template]}.json`), 'utf8'),
  )
  const own = story.of[template]
  return {
    values: retold(story, template)(values) as Values,
    over: { ...ofToday(template, day), ...own?.values?.(day) },
  }
}

/** Tells texts of the example as texts of the project. */
export function retold(story: Story, template: string): (json: Json) => Json {
  const { words = [], years = story.years } = story.of[template] ?? {}
  const others = new Map([...EVERYWHERE, ...story.words, ...words])
  const longestFirst = [...others.keys()].toSorted((a, b) => b.length - a.length)
  const known = new RegExp(longestFirst.map(whole).join('|'), 'g')
  const text = (said: string) =>
    said.replace(known, (word) => others.get(word) ?? word).replace(YEAR, (year) => String(Number(year) + years))
  const tell = (json: Json): Json => {
    if (typeof json === 'string') return HASH.test(json) ? json : text(json)
    if (Array.isArray(json)) return json.map(tell)
    if (typeof json !== 'object' || json === null) return json
    return Object.fromEntries(Object.entries(json).map(([key, one]) => [key, tell(one)]))
  }
  return tell
}

/** What is called otherwise in every project. */
const EVERYWHERE: readonly (readonly [string, string])[] = [
  ['Northern Audit Ltd', 'Northern Audit'],
  ['one forward action request is left to the first verification', 'one forward action request was answered'],
  // Of the examples: here the registry counts versions.
  ...['2.0', '2.2', '3.1'].flatMap((version): [string, string][] => [
    [`as described in version ${version} of its design`, 'as described in its design'],
    [`design document, version ${version}`, 'design document'],
  ]),
]

/** The word itself; a number is no part of a longer one. */
function whole(word: string): string {
  const escaped = word.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')
  const before = /^\d/.test(word) ? '(?<!\\d|\\d[.,])' : ''
  const after = /\d$/.test(word) ? '(?!\\d|[.,]\\d)' : ''
  return before + escaped + after
}

/** A year by itself; not the edition of a standard, such as ISO 14064-3:2019. */
const YEAR = /(?<![:\d]|\d[.,])20[1-3]\d(?!\d|[.,]\d)/g
const HASH = /^[0-9a-f]{64}$/

/** Dates of whoever writes a document now, by its template. */
function ofToday(template: string, day: Day): Record<string, Json> {
  const always: Record<string, Json> = { 'head.completed': day(0) }
  const visited = {
    ...always,
    'head.pddVersion': '1',
    'means.siteVisit': { start: day(-6), end: day(-5) },
    'means.siteActivities.0.date': day(-6),
    'means.siteActivities.1.date': day(-5),
    'means.interviews.0.date': day(-6),
    'means.interviews.1.date': day(-5),
  }
  if (template === 'VALIDATION') {
    const published = 'The design was published for comments; what came in was answered and taken into account.'
    return { ...visited, 'compliance.requirements.globalConsultation.conclusion': published }
  }
  if (template === 'VERIFICATION') return { ...visited, 'certification.date': day(0), 'head.reportVersion': '1' }
  if (template === 'MR') return { ...always, 'head.version': '1' }
  // What the authority remarks is not the owner's to write.
  if (template === 'ISSUANCE') return { ...always, 'decision.remarks': null }
  if (template === 'TRANSFER')
    return { ...always, 'conditions.conditions.0.due': day(14), 'instruction.lockUntil': day(90) }
  if (template !== 'ENGAGEMENT') return always
  const [visit, report] = [day(60), day(120)]
  return {
    ...always,
    'scope.serviceDates': { start: day(1), end: day(150) },
    'team.milestones.0.due': visit,
    'team.milestones.1.due': report,
    'fees.schedule.0.due': visit,
    'fees.schedule.1.due': report,
  }
}

/** What a later version says otherwise than the one before. */
export function changedLater(template: string, version: number, known: Values, day: Day): Record<string, Json> {
  const note = `Version ${version}: what was asked for is answered.`
  const extended = (section: string, field: string) => ({
    [`${section}.${field}`]: `${String(known[section]?.[field] ?? '')}\n\n${note}`,
  })
  if (template === 'PDD') {
    const change = { date: day(0), change: note }
    const before = known.App?.changes
    return { ...extended('B61', 'choices'), 'App.changes': [...(Array.isArray(before) ? before : []), change] }
  }
  if (template === 'MR') return { 'head.version': String(version), ...extended('H', 'issues') }
  if (template === 'INF') return { 'project.statusDescription': note }
  return {}
}
