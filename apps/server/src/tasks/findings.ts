import type { Law, Rows } from '@tallystick/rules'
import { openMatters } from './open-matters.ts'

/** Findings to answer, and answers to assess. */
export const findingTasks = openMatters({
  kind: 'finding',
  steps: {
    open: { step: 'answer', action: 'findings.answer' },
    answered: { step: 'assess', action: 'findings.assess' },
  },
  everybodys: `
    SELECT t.id, t.row FROM unnest($1::text[]) s(state) CROSS JOIN LATERAL (
      SELECT t.id, t.row FROM ledger_row t
       WHERE t.kind = 'finding' AND t.row ->> 'state' <> 'closed' AND t.row ->> 'state' = s.state
         AND t.id > $4 ORDER BY t.id LIMIT (SELECT $5::bigint)) t`,
  entries: ['FindingRaised', 'FindingAnswered', 'FindingAssessed'],
  async tell({ services, law }, findings) {
    const periods = await services.ledger.rows(
      'period',
      findings.flatMap(({ row }) => row.period ?? []),
    )
    return ({ id, row, project }) => {
      const { kind, number, period } = row
      if (isOver(law, kind, project, period === null ? undefined : periods.get(period))) return undefined
      const told = { path: pathOf(id, row), places: { finding: `${kind} ${number}` } }
      // Of a monitoring period, who verifies is assigned, and nobody else.
      return period === null ? told : { ...told, assigned: verifierOf(project) }
    }
  },
})

/** What has come to its end waits for no answer; a forward action request about a period is for the next one. */
function isOver(
  { preset }: Law,
  kind: Rows['finding']['kind'],
  project: Rows['project'],
  period: Rows['period'] | undefined,
): boolean {
  if (preset.project.ends.includes(project.state)) return true
  return period !== undefined && kind !== 'FAR' && preset.period?.ends.includes(period.state) === true
}

function verifierOf({ certifiers }: Rows['project']): string[] {
  const { verification } = certifiers
  return verification === undefined ? [] : [verification]
}

function pathOf(id: string, { project, period }: Rows['finding']): string {
  return period === null ? `/national/projects/${project}/findings/${id}` : `/national/periods/${period}/findings/${id}`
}
