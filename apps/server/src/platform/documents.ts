import type { Preset } from '@tallystick/rules'
import { type Document, type Template, template, templates } from '@tallystick/templates'
import type { Services } from './services.ts'

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
export function templateOfKind({ documents }: Preset, kind: string, of: 'project' | 'period'): Template | undefined {
  const code = documents.find((one) => one.kind === kind && (one.of ?? 'project') === of)?.template
  return code === undefined ? undefined : templateOf(code)
}

/** Keeps the exact bytes of a version, before the ledger knows their hash. */
export async function keepDocument({ pool, clock }: Services, kept: KeptDocument): Promise<void> {
  await pool.query(
    `INSERT INTO content_document (project, sha256, template, bytes, created_at) VALUES ($1, $2, $3, $4, $5)
     ON CONFLICT DO NOTHING`,
    [kept.project, kept.sha256, kept.template, kept.bytes, clock()],
  )
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
