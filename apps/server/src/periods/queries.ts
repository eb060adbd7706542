import type { EntryBodies, PeriodDetails } from '@tallystick/contract'
import { invariant } from '@tallystick/rules'
import { kindsOnPaper } from '../platform/documents.ts'
import { entryAt, placeOf } from '../platform/entries.ts'
import { lawInForce } from '../platform/law.ts'
import { lifeOf } from '../platform/life.ts'
import { namesIn } from '../platform/names.ts'
import { findingsLeft, periodOf } from '../platform/periods.ts'
import type { Services } from '../platform/services.ts'

/** A monitoring period with all that is counted about it, or undefined where there is none. */
export async function periodDetails(services: Services, id: string): Promise<PeriodDetails | undefined> {
  const row = await services.ledger.row('period', id)
  if (!row) return undefined
  const { project: whose, certified } = row
  const [{ preset }, project, certification, names] = await Promise.all([
    lawInForce(services.ledger),
    services.ledger.row('project', whose),
    certified && entryAt(services, certified.index),
    namesIn(services, whose, certified?.by),
  ])
  invariant(project, 'a monitoring period is one of a project')
  const { certifiers } = project
  const onPaper = await kindsOnPaper(services, preset, 'period', row)
  const now = services.clock().toISOString()
  return {
    ...periodOf(names, id, row),
    ...lifeOf({ ...row, certifiers }, preset.period ?? { moves: [] }, preset.documents, now, onPaper),
    findings: findingsLeft(row, project),
    certified:
      certified && certification
        ? {
            by: names.organisationRef(certified.by),
            documents: certification.entry.type === 'OutcomeCertified' ? certifiedOn(certification.entry.body) : [],
            entry: placeOf(certification),
          }
        : null,
  }
}

/** The reports on which outcomes were certified, as the API calls them. */
export function certifiedOn({ documents = [] }: EntryBodies['OutcomeCertified']): { kind: string; sha256: string }[] {
  return documents.map(({ document, sha256 }) => ({ kind: document, sha256 }))
}
