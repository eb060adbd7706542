import type { Preset } from '@tallystick/rules'
import { type Document, type Template, template, templates } from '@tallystick/templates'
import { entryNaming } from './entries.ts'
import type { Services } from './services.ts'
import { inTransaction } from './transaction.ts'

/** A version of a document whose bytes are kept here. Whether it was submitted the ledger says. */
export interface KeptDocument {
  project: string
  sha256: string
  /** Such as `PDD@1`. */
  template: string
  bytes: Uint8Array
}

/** The code by which presets name a template. */
export function templateCode({ id, version }: Pick<Template, 'id' | 'version'>): string {
  return `${id}@${version}`
}

/** The template of a code, if there is one here. */
export function templateOf(code: string): Template | undefined {
  const [id = '', version] = code.split('@')
  return template(id, Number(version))
}

/** What the documents of each template are of, by the codes of all that there are. */
export function templateSubjects(): ReadonlyMap<string, string> {
  return new Map(templates().map((one) => [templateCode(one), one.of]))
}

/** The template that a kind of document has in the preset; undefined where its documents are files that people keep. */
export function templateOfKind(
  { documents }: Preset,
  kind: string,
  of: 'project' | 'period' | 'transfer',
): Template | undefined {
  const code = documents.find((one) => one.kind === kind && (one.of ?? 'project') === of)?.template
  return code === undefined ? undefined : templateOf(code)
}

/** A draft as it was sent to be submitted, and the files that it names. */
export interface Sent {
  draft: string
  revision: number
  files: readonly { sha256: string; public: boolean }[]
}

/**
 * Keeps the exact bytes of a version with the files that it names, before the ledger knows their hash. Answers false, and
 * keeps nothing, where one of the files is not attached to the project any more: from here on none of them is taken away.
 */
export async function keepDocument(services: Services, kept: KeptDocument, sent: Sent): Promise<boolean> {
  const { project, sha256, template, bytes } = kept
  const files = [...new Set(sent.files.map((file) => file.sha256))]
  const open = new Set(sent.files.filter((file) => file.public).map((file) => file.sha256))
  const before = await entryNaming(services, 'DocumentSubmitted', project, ['sha256', sha256])
  return inTransaction(services.pool, async (client) => {
    const attached = await client.query<{ sha256: string }>(
      'SELECT sha256 FROM content_attachment WHERE project = $1 AND sha256 = ANY($2) ORDER BY id FOR KEY SHARE',
      [project, files],
    )
    if (new Set(attached.rows.map((row) => row.sha256)).size < files.length) return false
    // Brought anew: whoever forgets what nobody submitted leaves it for another day.
    await client.query(
      `INSERT INTO content_document (project, sha256, template, bytes, created_at) VALUES ($1, $2, $3, $4, $5)
       ON CONFLICT (sha256, project) DO UPDATE SET created_at = excluded.created_at`,
      [project, sha256, template, bytes, services.clock()],
    )
    await client.query(
      `INSERT INTO content_document_file (project, document, sha256, public)
       SELECT $1, $2, file, file = ANY($4) FROM unnest($3::text[]) AS file ON CONFLICT DO NOTHING`,
      [project, sha256, files, [...open]],
    )
    await client.query(
      'UPDATE content_draft SET sent_revision = $2, sent_sha256 = $3, sent_after = $4 WHERE id = $1 AND revision = $2',
      [sent.draft, sent.revision, sha256, before?.index ?? -1],
    )
    return true
  })
}

/** What is kept under a hash: of one project, mostly. */
export async function keptUnder({ pool }: Services, sha256: string): Promise<KeptDocument[]> {
  const { rows } = await pool.query<KeptDocument>(
    'SELECT project, sha256, template, bytes FROM content_document WHERE sha256 = $1 ORDER BY project',
    [sha256],
  )
  return rows
}

/** The documents of a project that are kept, by their hashes. */
export async function keptDocuments(
  { pool }: Services,
  project: string,
  hashes: readonly string[],
): Promise<Map<string, Document>> {
  if (hashes.length === 0) return new Map()
  const { rows } = await pool.query<{ sha256: string; bytes: Buffer }>(
    'SELECT sha256, bytes FROM content_document WHERE sha256 = ANY($2) AND project = $1',
    [project, hashes],
  )
  return new Map(rows.map(({ sha256, bytes }) => [sha256, JSON.parse(bytes.toString('utf8')) as Document]))
}

/** The templates of those documents of a project that are kept here as data, by their hashes. */
export async function keptTemplates(
  { pool }: Services,
  project: string,
  hashes: readonly string[],
): Promise<Map<string, string>> {
  if (hashes.length === 0) return new Map()
  const { rows } = await pool.query<{ sha256: string; template: string }>(
    'SELECT sha256, template FROM content_document WHERE sha256 = ANY($2) AND project = $1',
    [project, hashes],
  )
  return new Map(rows.map(({ sha256, template }) => [sha256, template]))
}

/** Those kinds that are data in this country, although of the version in force there is a hash alone, or another document's. */
export async function kindsOnPaper(
  services: Services,
  preset: Preset,
  of: 'project' | 'period',
  { project, documents }: { project: string; documents: Readonly<Record<string, { sha256: string }>> },
): Promise<ReadonlySet<string>> {
  const wanted = Object.entries(documents).flatMap(([kind, { sha256 }]) => {
    const template = templateOfKind(preset, kind, of)
    return template ? [{ kind, sha256, id: template.id }] : []
  })
  const hashes = wanted.map(({ sha256 }) => sha256)
  const codes = await keptTemplates(services, project, hashes)
  const isData = ({ sha256, id }: { sha256: string; id: string }) => templateOf(codes.get(sha256) ?? '')?.id === id
  return new Set(wanted.flatMap((one) => (isData(one) ? [] : [one.kind])))
}
