import type { PermissionTable, Rows } from '@tallystick/rules'
import { isGovernment } from './auth.ts'
import { lawInForce } from './law.ts'
import type { Actor, Services } from './services.ts'
import { settleVersions } from './submissions.ts'

/** May everybody read what is attached as `a`: by itself, or since a version that was submitted names it at an open place? */
export const READ_BY_ALL = `(a.public OR ${shownBy('a')})`

/** Does a version that was submitted name it at a place that is for everybody? */
export function shownBy(attachment: string): string {
  return `EXISTS (SELECT FROM content_document_file n JOIN content_document d ON d.project = n.project AND d.sha256 = n.document
    WHERE n.project = ${attachment}.project AND n.sha256 = ${attachment}.sha256 AND n.public AND d.submitted)`
}

/** A file that is attached to a project, as far as it is asked who may read it. */
export interface Attached {
  project: string
  sha256: string
  name: string
  size: string
  /** May everybody read it? */
  public: boolean
  organisation: string
}

/** As what the files of these hashes are attached to a project. */
export async function attachedFiles(
  services: Services,
  project: string,
  hashes: readonly string[],
): Promise<Attached[]> {
  if (hashes.length === 0) return []
  await settleVersions(services, project)
  const { rows } = await services.pool.query<Attached>(
    `SELECT a.project, a.sha256, a.name, f.size, ${READ_BY_ALL} AS public, a.organisation
       FROM content_attachment a JOIN content_file f ON f.sha256 = a.sha256
      WHERE a.project = $1 AND a.sha256 = ANY($2) ORDER BY a.created_at, a.id`,
    [project, hashes],
  )
  return rows
}

/** Those of a project's files that somebody may read. */
export async function readableFiles(
  services: Services,
  actor: Actor | undefined,
  files: readonly Attached[],
): Promise<Attached[]> {
  const isOwn = (file: Attached) => file.public || actor?.organisation === file.organisation
  const other = files.find((file) => !isOwn(file))
  // Whoever may read one that is neither open nor his own may read them all.
  return !other || (await mayRead(services, actor, other)) ? [...files] : files.filter(isOwn)
}

/** May somebody read this file? */
export async function mayRead(
  services: Services,
  actor: Actor | undefined,
  file: Pick<Attached, 'project' | 'public' | 'organisation'>,
): Promise<boolean> {
  if (file.public || actor?.organisation === file.organisation) return true
  const project = await services.ledger.row('project', file.project)
  return project !== undefined && mayReadAll(services, actor, project)
}

/** May somebody read all files of a project: for the government, an owner, a certifier, or who decides on projects? */
export async function mayReadAll(
  services: Services,
  actor: Actor | undefined,
  { owners, certifiers }: Rows['project'],
): Promise<boolean> {
  if (!actor) return false
  if (isGovernment(actor) || Object.values(certifiers).includes(actor.organisation)) return true
  const { permissions } = await lawInForce(services.ledger)
  if (decidesOnProjects(permissions, actor.role)) return true
  const accounts = await services.ledger.rows(
    'account',
    owners.map(({ account }) => account),
  )
  return [...accounts.values()].some(({ organisation }) => organisation === actor.organisation)
}

/** A role, such as that of a second ministry, that takes moves of any project. */
function decidesOnProjects({ actions }: PermissionTable, role: string): boolean {
  return Object.entries(actions).some(([action, roles]) => action.startsWith('projects.move.') && roles[role] === 'any')
}
