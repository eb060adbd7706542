import type { CreditingPeriod, Outcome, Period } from '@tallystick/contract'
import { decimalOf, microOf, type Rows } from '@tallystick/rules'
import { type KnownNames, namesIn } from './names.ts'
import type { Services } from './services.ts'

/** Which of the newest are wanted: so many, and only those before this number. */
interface Newest {
  limit: number
  before?: number | undefined
}

/** Crediting periods of a project, newest first. */
export function creditingPeriodsOf(
  project: string,
  { crediting }: Pick<Rows['project'], 'crediting'>,
  { limit, before = Number.MAX_SAFE_INTEGER }: Newest,
): CreditingPeriod[] {
  const { kind = '', periods = [] } = crediting ?? {}
  return periods
    .map(({ from, to }, at) => ({ project, number: at + 1, kind, from, to }))
    .filter(({ number }) => number < before)
    .reverse()
    .slice(0, limit)
}

/** By the index of what is of one project. */
export const PERIODS_OF_PROJECT = `
  SELECT id, row FROM ledger_row
   WHERE kind = 'period' AND row ? 'project' AND row ->> 'project' = $1 AND (row ->> 'number')::int < $2
   ORDER BY (row ->> 'number')::int DESC LIMIT $3`

/** Monitoring periods of a project as they are now, newest first. */
export async function periodsOf(
  services: Services,
  project: string,
  { limit, before = MOST_PERIODS }: Newest,
): Promise<Period[]> {
  const { rows } = await services.pool.query<{ id: string; row: Rows['period'] }>({
    name: 'periods-of-project',
    text: PERIODS_OF_PROJECT,
    values: [project, Math.min(before, MOST_PERIODS), limit],
  })
  const names = await namesIn(services, project)
  return rows.map(({ id, row }) => periodOf(names, id, row))
}

/** The index leads to those of the project, which are few. */
const NEXT_PERIOD = `
  SELECT id FROM ledger_row
   WHERE kind = 'period' AND row ? 'project' AND row ->> 'project' = $1 AND row ->> 'from' > $2
     AND (row ->> 'previous' IS NOT NULL OR row ->> 'next' IS NOT NULL OR id = $3)
   ORDER BY row ->> 'from' LIMIT 1`

/**
 * The first monitoring period of a project that begins after a day, of those that are not void; null where there is none: one
 * that begins on that day is then the last.
 */
export async function nextPeriod(services: Services, project: string, day: string): Promise<string | null> {
  const last = (await services.ledger.row('project', project))?.periods.last ?? null
  if (last === null) return null
  const values = [project, day, last]
  const { rows } = await services.pool.query<{ id: string }>({ name: 'next-period', text: NEXT_PERIOD, values })
  return rows[0]?.id ?? null
}

/** Above the number of any. */
const MOST_PERIODS = 2 ** 31 - 1

/** A monitoring period as everybody may see it. */
export function periodOf(
  names: KnownNames,
  id: string,
  row: Pick<Rows['period'], 'project' | 'number' | 'from' | 'to' | 'state' | 'outcomes'>,
): Period {
  const { project, number, from, to, state, outcomes } = row
  return {
    id,
    project: names.projectRef(project),
    number,
    from,
    to,
    state,
    outcomes: Object.entries(outcomes)
      .map(([vintage, one]) => outcomeOf(vintage, one))
      .sort((a, b) => (a.vintage < b.vintage ? -1 : 1)),
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
    .reduce((sum, [, count]) => sum + count, project.findings.open + project.findings.forward)
  return { open: findings.open, forward: findings.forward, earlier }
}
