import type { Document } from '@tallystick/templates'
import { keptUnder, templateOf } from '../platform/documents.ts'
import { entryNaming } from '../platform/entries.ts'
import { namesIn } from '../platform/names.ts'
import type { PaperLanguage } from '../platform/paper/words.ts'
import type { Actor, Services } from '../platform/services.ts'
import { readsWhole } from './access.ts'
import { versionPaper } from './paper-routes.ts'
import type { Version } from './versions.ts'

interface Named {
  project: string
  sha256: string
}

/** A version that was submitted, as a paper with all that is in it, for whoever may read that; undefined where it is no data. */
export async function wholePaper(services: Services, named: Named, language: PaperLanguage) {
  const version = await wholeVersion(services, named)
  if (!version) return undefined
  const { template, kept } = version
  return { paper: await versionPaper(services, version, language), template, bytes: kept.bytes }
}

/** May somebody read all of a version? False where it is no data. */
export async function mayReadWhole(services: Services, actor: Actor, named: Named): Promise<boolean> {
  const version = await wholeVersion(services, named)
  if (!version) return false
  const { entry } = version.row
  const by = (await namesIn(services, entry.by)).mandate(entry.by)?.organisation ?? ''
  const { project, agreement } = entry.body
  return readsWhole(services, actor, { project, by, agreement })
}

async function wholeVersion(services: Services, { project, sha256 }: Named): Promise<Version | undefined> {
  const kept = (await keptUnder(services, sha256)).find((one) => one.project === project)
  const template = kept && templateOf(kept.template)
  const row = template && (await entryNaming(services, 'DocumentSubmitted', project, ['sha256', sha256]))
  if (row?.entry.body.sha256 !== sha256 || !kept || !template) return undefined
  const document = JSON.parse(Buffer.from(kept.bytes).toString('utf8')) as Document
  return { row, kept, template, document, withheld: [], whole: true }
}
