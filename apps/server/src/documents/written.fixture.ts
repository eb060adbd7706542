import { readFileSync } from 'node:fs'
import { type Document, type Json, type Template, template } from '@tallystick/templates'
import { type Answer, done, type Person } from '../registry.fixture.ts'

export const EXAMPLES = new URL('../../../../packages/templates/src/examples/', import.meta.url)

/** A document of one of the example projects. */
export function example(name: string): Document {
  return JSON.parse(readFileSync(new URL(name, EXAMPLES), 'utf8')) as Document
}

export interface Change {
  path: string
  value: Json
}

/** All that people write in a document, field by field. */
export function writtenIn(document: Document): Change[] {
  return templateNamed(document.template).sections.flatMap(({ key, fields }) =>
    fields.flatMap((field): Change[] => {
      const value = document.values[key]?.[field.key]
      return field.auto || value === undefined ? [] : [{ path: `${key}.${field.key}`, value }]
    }),
  )
}

export function templateNamed(id: string): Template {
  const found = template(id)
  if (!found) throw new Error(`there is no template ${id}`)
  return found
}

export interface Begun {
  id: string
  revision: number
  document: Document
  problems: { path: string; code: string; severity: string; message: string }[]
}

export async function begin(who: Person, about: object): Promise<Begun> {
  return (await done(who.post('/national/drafts', about))) as unknown as Begun
}

/** Saves all of them, and answers the revision then. */
export async function write(who: Person, id: string, revision: number, changes: readonly Change[]): Promise<number> {
  let current = revision
  for (let at = 0; at < changes.length; at += 100) {
    const body = { revision: current, changes: changes.slice(at, at + 100) }
    current = Number((await done(who.put(`/national/drafts/${id}/values`, body), 200)).revision)
  }
  return current
}

/** Attaches a file to a project, for everybody if nothing else is said. */
export function attach(
  who: Person,
  project: string,
  name: string,
  bytes: Buffer,
  query: Record<string, string> = { public: 'true' },
): Promise<Answer> {
  const asked = new URLSearchParams({ name, ...query })
  const headers = { 'content-type': 'application/octet-stream' }
  return who.post(`/national/projects/${project}/attachments?${asked}`, bytes, { headers })
}

/** Attaches the files that an example names, but for those that the project has already. */
export async function attachNamed(who: Person, project: string, document: Document): Promise<void> {
  const names = new Set(JSON.stringify(document.values).match(/(?<="name":")[^"]+\.(?:pdf|png|csv)(?=")/g))
  const { items } = await done(who.get(`/national/projects/${project}/attachments?limit=100`), 200)
  for (const { name } of items as { name: string }[]) names.delete(name)
  await Promise.all(
    [...names].map((name) => done(attach(who, project, name, readFileSync(new URL(`files/${name}`, EXAMPLES))))),
  )
}

/** What is written in the design document of an example, once its files are attached. */
export async function designOf(who: Person, project: string): Promise<Change[]> {
  const document = example('selu.pdd.json')
  await attachNamed(who, project, document)
  return writtenIn(document)
}

/** A project design document of a project, written as an example has it. */
export async function writtenDesign(who: Person, project: string): Promise<{ id: string; revision: number }> {
  const { id, revision } = await begin(who, { project, kind: 'project-design' })
  return { id, revision: await write(who, id, revision, await designOf(who, project)) }
}
