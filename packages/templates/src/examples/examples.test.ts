import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { compute } from '../compute.ts'
import { prefill } from '../document.ts'
import { isFilled } from '../place.ts'
import { sentence } from '../problem.ts'
import type { Document, Json, Template } from '../template.ts'
import { validate } from '../validate.ts'
import { DATA, documentsOf, PROJECTS, sourcesOf } from './read.fixture.ts'

const templateOf = (name: string): Template => {
  const template = DATA.get(name)
  if (!template) throw new Error(`there is no data file ${name}.json; there are ${[...DATA.keys()].join(', ')}`)
  return template
}

const said = (template: Template, document: Document, judging: Parameters<typeof validate>[2]) =>
  validate(template, document, judging).map((problem) => `${problem.path}: ${sentence(problem, 'en')}`)

const SHOWN_IN_FULL = [
  'inf',
  'validation',
  'verification',
  'issuance',
  'transfer',
  'engagement',
  'authorisation-request',
]

describe.each(PROJECTS)('the documents of %s', (project) => {
  const documents = documentsOf(project)

  test('are of every kind', () => {
    expect([...documents.keys()].sort(), `each data file needs a document ${project}.<its name>.json here`).toEqual(
      [...DATA.keys()].sort(),
    )
  })

  test.each(SHOWN_IN_FULL)('%s says what the registry and the other documents say', (name) => {
    const template = templateOf(name)
    const begun = prefill(template, sourcesOf(project, template.id)).values
    const sourced = template.sections.flatMap(({ key, fields }) =>
      fields
        .filter(({ from, auto }) => from || (auto && !('compute' in auto)))
        .map((field) => [key, field.key] as const),
    )
    const values = documents.get(name)?.values
    for (const [section, field] of sourced)
      expect(lacking(begun[section]?.[field] ?? null, values?.[section]?.[field], `${section}.${field}`)).toEqual([])
  })

  test.each([...documents])('%s may be final, for itself and beside what the registry knows', (name, document) => {
    const template = templateOf(name)
    expect(said(template, document, { final: true })).toEqual([])
    expect(said(template, document, { final: true, sources: sourcesOf(project, template.id) })).toEqual([])
  })

  test.each([...documents])('%s holds what is computed', (name, document) => {
    const template = templateOf(name)
    expect(compute(template, document, sourcesOf(project, template.id))).toEqual(document)
  })

  test('name files that are there', () => {
    for (const { name, sha256 } of [...documents.values()].flatMap(filesOf)) {
      const bytes = readFileSync(join(import.meta.dirname, 'files', name))
      expect(createHash('sha256').update(bytes).digest('hex'), name).toBe(sha256)
    }
  })
})

/** Paths of what the first says and the second does not; rows are compared in their order. */
function lacking(first: Json, second: Json | undefined, path: string): string[] {
  if (first === null) return []
  if (typeof first !== 'object') return first === second ? [] : [path]
  const members = (typeof second === 'object' && second !== null ? second : {}) as Record<string, Json>
  return Object.entries(first).flatMap(([key, json]) => lacking(json, members[key], `${path}.${key}`))
}

/** Every file that a document names, wherever it stands. */
function filesOf(document: Document): { name: string; sha256: string }[] {
  const found: { name: string; sha256: string }[] = []
  const look = (json: Json) => {
    if (typeof json !== 'object' || json === null) return
    if (!Array.isArray(json) && typeof json.sha256 === 'string')
      found.push({ name: String(json.name), sha256: json.sha256 })
    for (const one of Object.values(json)) look(one)
  }
  look(document.values as Json)
  return found
}

/** Of what is asked only in cases that these projects are not. */
const OTHER_CASES: Record<string, string[]> = {
  validation: ['means.noVisitReason', 'opinion.qualification'],
  verification: ['means.noVisitReason', 'opinion.qualification', 'emissions.increase'],
  issuance: ['declarations.originRegistry', 'declarations.originProof'],
  engagement: ['standards.otherStandards'],
  'authorisation-request': ['request.authorisation', 'request.reason', 'outcomes.nonGhgMetric'],
}

test.each(SHOWN_IN_FULL)('every field of %s is filled in by one of the projects', (name) => {
  const all = PROJECTS.map((project) => documentsOf(project).get(name)?.values)
  const empty = templateOf(name).sections.flatMap((section) =>
    section.fields
      .filter(
        (field) => field.key !== 'attachments' && !all.some((values) => isFilled(values?.[section.key]?.[field.key])),
      )
      .map((field) => `${section.key}.${field.key}`),
  )
  expect(empty.sort()).toEqual((OTHER_CASES[name] ?? []).sort())
})
