import type { PeriodDetails } from '@tallystick/contract'
import { entryNaming } from '../platform/entries.ts'
import { lawInForce } from '../platform/law.ts'
import { lifeOf } from '../platform/life.ts'
import { namesIn } from '../platform/names.ts'
import { findingsLeft, periodOf } from '../platform/periods.ts'
import type { Services } from '../platform/services.ts'

/** A monitoring period with all that is counted about it, or undefined where there is none. */
export async function periodDetails(services: Services, id: string): Promise<PeriodDetails | undefined> {
  const row = await services.ledger.row('period', id)
  if (!row) return undefined
  const [{ preset }, project, opened] = await Promise.all([
    lawInForce(services.ledger),
    services.ledger.row('project', row.project),
    entryNaming(services, 'MonitoringPeriodOpened', row.project, ['period', id]),
  ])
  if (!project || !opened) return undefined
  const names = await namesIn(services, opened.entry, row.certified)
  const { certifiers } = project
  return {
    ...periodOf(names, opened, row),
    ...lifeOf({ ...row, certifiers }, preset.period ?? { moves: [] }, services.clock().toISOString()),
    findings: findingsLeft(row, project),
    certifiedBy: row.certified && names.organisationRef(row.certified.by),
  }
}
