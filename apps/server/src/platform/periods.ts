import type { CreditingPeriod, Outcome, Page, Period } from '@tallystick/contract'
import { decimalOf, invariant, microOf, type Rows } from '@tallystick/rules'
import { pageFrom } from './cursor.ts'
import { type LogRow, newestEntries, placeOf } from './entries.ts'
import { type KnownNames, namesIn } from './names.ts'
import type { Services } from './services.ts'

/** Which of the newest are wanted. */
interface Newest {
  limit: number
  /** Only those before this place of the project's stream. */
  before?: number | undefined
}

/** Crediting periods of a project, newest first. */
export async function creditingPeriodsOf(
  services: Services,
  project: string,
  { limit, before }: Newest,
): Promise<Page<CreditingPeriod>> {
  const rows = await newestEntries(services, 'CreditingPeriodSet', { stream: project, before }, limit + 1)
  return pageFrom(rows, limit, creditingPeriodOf, ({ place }) => [place])
}

export function creditingPeriodOf(row: LogRow<'CreditingPeriodSet'>): CreditingPeriod {
  const { project, kind, from, to, allotted } = row.entry.body
  return { project, number: allotted.number, kind, from, to, entry: placeOf(row) }
}

/** Monitoring periods of a project as they are now, newest first. */
export async function periodsOf(services: Services, project: string, { limit, before }: Newest): Promise<Page<Period>> {
  const rows = await newestEntries(services, 'MonitoringPeriodOpened', { stream: project, before }, limit + 1)
  const ids = rows.map(({ entry }) => entry.body.period)
  const [names, periods] = await Promise.all([namesIn(services, project), services.ledger.rows('period', ids)])
  return pageFrom(
    rows,
    limit,
    (opened) => {
      const row = periods.get(opened.entry.body.period)
      invariant(row, 'a monitoring period that was opened has its row')
      return periodOf(names, opened, row)
    },
    ({ place }) => [place],
  )
}

/** A monitoring period as everybody may see it. */
export function periodOf(
  names: KnownNames,
  opened: LogRow<'MonitoringPeriodOpened'>,
  { state, outcomes }: Pick<Rows['period'], 'state' | 'outcomes'>,
): Period {
  const { period: id, project, from, to, allotted } = opened.entry.body
  return {
    id,
    project: names.projectRef(project),
    number: allotted.number,
    from,
    to,
    state,
    outcomes: Object.entries(outcomes)
      .map(([vintage, one]) => outcomeOf(vintage, one))
      .sort((a, b) => (a.vintage < b.vintage ? -1 : 1)),
    entry: placeOf(opened),
  }
}

function outcomeOf(vintage: string, { certified, issued }: { certified: string; issued: string }): Outcome {
  return { vintage, certified, issued, left: decimalOf(microOf(certified) - microOf(issued)) }
}

/** Findings that are open, and those that earlier rounds have left to a monitoring period. */
export function findingsLeft(
  { number, findings }: Rows['period'],
  project: Pick<Rows['project'], 'findings' | 'forward'>,
): { open: number; forward: number; earlier: number } {
  const earlier = Object.entries(project.forward)
    .filter(([of]) => Number(of) < number)
    .reduce((sum, [, count]) => sum + count, project.findings.forward)
  return { open: findings.open, forward: findings.forward, earlier }
}
