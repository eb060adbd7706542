import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Sources } from '../compute.ts'
import { readTemplate } from '../read.ts'
import type { Document, Json, Template } from '../template.ts'

const json = (path: string) => JSON.parse(readFileSync(join(import.meta.dirname, path), 'utf8'))
const named = (folder: string) =>
  readdirSync(join(import.meta.dirname, folder)).filter((name) => name.endsWith('.json'))

/** The projects of which there is a document of every kind. */
export const PROJECTS = ['selu', 'marrow', 'tamba'] as const
export type Project = (typeof PROJECTS)[number]

/** The templates that come with the registry, by the name of their data file. */
export const DATA: ReadonlyMap<string, Template> = new Map(
  named('../data')
    .filter((name) => !['common.json', 'facts.json', 'lists.json'].includes(name))
    .map((name) => [name.replace('.json', ''), readTemplate(json(`../data/${name}`))]),
)

/** Documents of a project, by the name of their template's data file. */
export const documentsOf = (project: Project): Map<string, Document> =>
  new Map(
    named('.')
      .filter((name) => name.startsWith(`${project}.`) && name !== `${project}.facts.json`)
      .map((name) => [name.slice(project.length + 1).replace('.json', ''), json(name)]),
  )

interface Known {
  common: Record<string, Json>
  /** What is otherwise for one template: each certifier is that of its own task. */
  of: Record<string, Record<string, Json>>
}

/** What the registry knows when a document of a template is written, and the project's other documents. */
export function sourcesOf(project: Project, template: string): Sources {
  const { common, of }: Known = json(`${project}.facts.json`)
  const documents = [...documentsOf(project).values()].map((one) => [one.template, one] as const)
  return { facts: { ...common, ...of[template] }, documents: Object.fromEntries(documents) }
}

/** The document with values at paths put in place of others; null takes one away. */
export function changed(document: Document, change: Record<string, Json>): Document {
  const copy = structuredClone(document)
  for (const [path, json] of Object.entries(change)) {
    const keys = path.split('.')
    const last = keys.pop() ?? ''
    const holder = keys.reduce<Json>((at, key) => (at as Record<string, Json>)[key] ?? null, copy.values as Json)
    const members = holder as Record<string, Json>
    if (members[last] === undefined) throw new Error(`${path} is not in the example`)
    if (json === null) delete members[last]
    else members[last] = json
  }
  return copy
}
