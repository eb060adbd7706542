import type { Document, Problem, Template } from '@tallystick/templates'
import { type Attached, attachedFiles, readableFiles } from '../platform/attachments.ts'
import { leavesIn, memberOf } from '../platform/document-leaves.ts'
import type { Actor, Services } from '../platform/services.ts'
import ar from './locales/files.ar.json' with { type: 'json' }
import en from './locales/files.en.json' with { type: 'json' }
import es from './locales/files.es.json' with { type: 'json' }
import fr from './locales/files.fr.json' with { type: 'json' }

const texts: Record<'en' | 'fr' | 'es' | 'ar', typeof en> = { en, fr, es, ar }

/** A file that a document names, and where. */
export interface NamedFile {
  path: string
  name: string
  sha256: string
  size: string | undefined
  /** Is the place for everybody, and the file said to be? */
  public: boolean
}

/** Every file that a document names in its fields, and in the columns of its tables. */
export function filesNamed(template: Template, document: Document): NamedFile[] {
  const leaves = leavesIn(template, document).filter(({ type }) => type === 'files')
  return leaves.flatMap((leaf) => {
    const files = Array.isArray(leaf.json) ? leaf.json : []
    return files.flatMap((file, at): NamedFile[] => {
      const [name, sha256, size] = ['name', 'sha256', 'size'].map((key) => memberOf(file, key))
      if (typeof name !== 'string' || typeof sha256 !== 'string') return []
      const isPublic = leaf.public && memberOf(file, 'public') !== false
      const path = `${leaf.path}.${at}`
      return [{ path, name, sha256, size: typeof size === 'string' ? size : undefined, public: isPublic }]
    })
  })
}

/**
 * What is wrong with the files that a document names: each is attached to the project, under this name and of this size, and
 * may be read by whoever names it. Of another's file that he may not read he is told nothing.
 */
export async function fileProblems(
  services: Services,
  actor: Actor,
  project: string,
  named: readonly NamedFile[],
): Promise<Problem[]> {
  const hashes = [...new Set(named.map(({ sha256 }) => sha256))]
  const known = new Map<string, Attached[]>()
  for (const file of await readableFiles(services, actor, await attachedFiles(services, project, hashes))) {
    known.set(file.sha256, [...(known.get(file.sha256) ?? []), file])
  }
  return named.flatMap((file) => judged(file, known.get(file.sha256) ?? []))
}

function judged(file: NamedFile, known: readonly Attached[]): Problem[] {
  const [first] = known
  if (!first) return [told('file-unknown', 'error', file)]
  const size = first.size
  if (!known.some(({ name }) => name === file.name)) {
    return [told('file-named-otherwise', 'error', file, { kept: known.map(({ name }) => name).join(', ') })]
  }
  if (file.size !== undefined && file.size !== size) return [told('file-size', 'error', file, { size })]
  const isPublic = known.some((one) => one.public)
  if (file.public && !isPublic) return [told('file-opens', 'warning', file)]
  return !file.public && isPublic ? [told('file-is-open', 'warning', file)] : []
}

function told(
  check: keyof typeof en,
  severity: Problem['severity'],
  { path, name }: NamedFile,
  params: Record<string, string> = {},
): Problem {
  const message = { en: texts.en[check], fr: texts.fr[check], es: texts.es[check], ar: texts.ar[check] }
  return { path, code: 'check', check, severity, params: { name, ...params }, message }
}
