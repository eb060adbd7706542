import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import type { Json } from '@tallystick/templates'
import type { FieldForm } from './fill.ts'
import type { Person, Told } from './stage.ts'
import { examplePath, retold } from './stories/story.ts'
import type { Play } from './walk.ts'

interface Attaching {
  project: string
  kind: string
  /** Values by the paths of their fields; the hashes of what was attached are put into them. */
  values: Record<string, Json>
  fields: ReadonlyMap<string, FieldForm>
  /** What the draft has: files there are attached already. */
  known: Told
}

/** Attaches every file that a document names to the project, and names it there by its hash. */
export async function attachFiles(play: Play, who: Person, attaching: Attaching): Promise<void> {
  const { values, fields, known } = attaching
  for (const [path, { type }] of fields) {
    const [section = '', key = ''] = path.split('.')
    const named: Told = values[path]
    if (type !== 'files' || named === undefined || known[section]?.[key] !== undefined) continue
    const files: Json[] = []
    for (const file of named) files.push(await attach(play, who, attaching, file))
    values[path] = files
  }
}

async function attach(play: Play, who: Person, { project, kind }: Attaching, file: Told): Promise<Json> {
  const { name, title = name } = file
  const bytes = bytesOf(play, file)
  const { sha256, size } = await attachBytes(play, who, { project, kind, name, title, bytes })
  return { ...file, sha256, size: String(size) }
}

/** Sends a file; one that is attached already is found by its hash. */
export async function attachBytes(
  { stage }: Play,
  who: Person,
  { project, kind, name, title, bytes }: { project: string; kind: string; name: string; title: string; bytes: Buffer },
): Promise<{ sha256: string; size: number }> {
  const query = new URLSearchParams({ name, title, document: kind, public: 'true' })
  const path = `/national/projects/${project}/attachments?${query}`
  return stage.upload(who, `attaches ${name} to ${kind}`, path, bytes)
}

/** The files of the examples by their hashes. */
const examples = new Map<string, Buffer>()
for (const name of readdirSync(examplePath('files'))) {
  const bytes = readFileSync(examplePath(`files/${name}`))
  examples.set(createHash('sha256').update(bytes).digest('hex'), bytes)
}

/** What is in a file: figures of this project, a picture, or a paper with its title. */
function bytesOf({ story, title: project }: Play, { name, title, sha256 }: Told): Buffer {
  const own = story.files[name]
  if (own !== undefined) return Buffer.from(own)
  const example = examples.get(sha256)
  if (!example) throw new Error(`there is no file ${name}`)
  if (name.endsWith('.png')) return example
  if (name.endsWith('.csv')) return Buffer.from(String(retold(story, 'MR')(example.toString('utf8'))))
  return pdfOf(title, [project, name])
}

/** A PDF of one page with a title and lines under it. */
export function pdfOf(title: string, lines: readonly string[]): Buffer {
  const text = (said: string) => said.replace(/[^\x20-\x7e]/g, ' ').replace(/[\\()]/g, '\\$&')
  const shown = lines.map((line) => `0 -22 Td (${text(line)}) Tj`).join(' ')
  const content = `BT /F1 16 Tf 60 770 Td (${text(title)}) Tj /F1 11 Tf ${shown} ET`
  const page = '/Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >>'
  const objects = [
    '<< /Type /Catalog /Pages 2 0 R >>',
    '<< /Type /Pages /Kids [3 0 R] /Count 1 >>',
    `<< /Type /Page ${page} >>`,
    `<< /Length ${content.length} >>\nstream\n${content}\nendstream`,
    '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>',
  ]
  let pdf = '%PDF-1.4\n'
  const starts = objects.map((body, at) => {
    const start = pdf.length
    pdf += `${at + 1} 0 obj\n${body}\nendobj\n`
    return start
  })
  const rows = starts.map((start) => `${String(start).padStart(10, '0')} 00000 n \n`)
  const table = `xref\n0 ${objects.length + 1}\n0000000000 65535 f \n${rows.join('')}`
  return Buffer.from(
    `${pdf}${table}trailer << /Size ${objects.length + 1} /Root 1 0 R >>\nstartxref\n${pdf.length}\n%%EOF\n`,
  )
}
