import type { Description, DescriptionVersion } from '@tallystick/contract'
import { entryAt, isOf, type LogRow, placeOf } from '../platform/entries.ts'
import { type KnownNames, namesIn } from '../platform/names.ts'
import type { Services } from '../platform/services.ts'
import { submittedOf } from '../platform/submitted.ts'
import { descriptionText } from './store.ts'

/** The kind of document that a description is. */
export const DESCRIPTION = 'description'

type Submitted = LogRow<'DocumentSubmitted'>

export function versionShown(names: KnownNames, row: Submitted): DescriptionVersion {
  const { project, sha256, allotted } = row.entry.body
  const by = names.organisationRef(names.mandate(row.entry.by)?.organisation ?? '')
  return { project, version: allotted.version, sha256, by, entry: placeOf(row) }
}

/** A version as it was submitted, with its text as far as that is kept. */
export async function descriptionShown(services: Services, row: Submitted): Promise<Description> {
  const [names, description] = await Promise.all([
    namesIn(services, row.entry.by),
    descriptionText(services, row.entry.body.sha256),
  ])
  return { ...versionShown(names, row), description }
}

/** The description of a project in force; undefined where it has none. */
export async function descriptionInForce(services: Services, project: string): Promise<Description | undefined> {
  const row = await services.ledger.row('project', project)
  const documents = row?.documents ?? {}
  const current = Object.hasOwn(documents, DESCRIPTION) ? documents[DESCRIPTION] : undefined
  if (!current) return undefined
  const found = await entryAt(services, current.index)
  return found && isOf(found, 'DocumentSubmitted') ? descriptionShown(services, found) : undefined
}

/** The entry of one version of the description of a project. */
export async function versionRow(services: Services, project: string, version: number): Promise<Submitted | undefined> {
  for await (const row of submittedOf(services, project, DESCRIPTION)) {
    const found = row.entry.body.allotted.version
    if (found === version) return row
    if (found < version) return undefined
  }
  return undefined
}
