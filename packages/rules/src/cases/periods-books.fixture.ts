import { microOf } from '../ids.ts'
import { invariant } from '../invariant.ts'
import type { Rows, State } from '../state.ts'
import { rowsOf } from './rows.fixture.ts'

/** What is counted of monitoring periods is what there is; none is issued of beyond what was certified, none overlap. */
export function periodsAreRight(state: State): void {
  const periods = rowsOf(state, 'period')
  const findings = rowsOf(state, 'finding')
  const standing = new Map<string, { all: number; issued: number }>()
  for (const [id, row] of periods) {
    const sum = standing.get(row.state) ?? { all: 0, issued: 0 }
    const issued = Object.values(row.outcomes).some((one) => microOf(one.issued) > 0n)
    standing.set(row.state, { all: sum.all + 1, issued: sum.issued + (issued ? 1 : 0) })
    const isCertified = row.certified !== null
    invariant(isCertified || Object.keys(row.outcomes).length === 0, `outcomes of ${id} are certified`)
    invariant(!isCertified || row.turn !== null, `whoever certified ${id} took a turn`)
    for (const outcome of Object.values(row.outcomes)) {
      invariant(microOf(outcome.issued) <= microOf(outcome.certified), `no more is issued of ${id} than was certified`)
    }
    const open = findings.filter(([, one]) => one.period === id && one.state !== 'closed')
    const forward = open.filter(([, { kind }]) => kind === 'FAR').length
    const { findings: counted } = row
    invariant(counted.open === open.length - forward && counted.forward === forward, `findings of ${id} are counted`)
    const told = state.get('project', row.project)?.forward[row.number] ?? 0
    invariant(told === forward, `the project of ${id} counts its forward action requests`)
  }
  const { periods: ofLedger } = state.ledger()
  invariant(Object.keys(ofLedger).length === standing.size, 'states without periods are left out')
  for (const [name, { all, issued }] of standing) {
    invariant(ofLedger[name]?.all === all && ofLedger[name]?.issued === issued, `periods that are ${name} are counted`)
  }
  for (const [id, project] of rowsOf(state, 'project')) chainIsRight(state, id, project, periods)
}

/** From the last one back: each knows its neighbours, and begins after the one before has ended. */
function chainIsRight(
  state: State,
  id: string,
  { periods: { opened, last, states } }: Rows['project'],
  all: [string, Rows['period']][],
) {
  const ofProject = all.filter(([, { project }]) => project === id)
  invariant(opened === ofProject.length, `periods of ${id} are counted`)
  const counted = [...Map.groupBy(ofProject, ([, { state: name }]) => name)].map(([name, some]) => [name, some.length])
  const told = Object.entries(states).map(([name, count]) => [name, count])
  invariant(told.sort().join(' ') === counted.sort().join(' '), `periods of ${id} are counted by state`)
  let after: string | null = null
  for (let at: string | null = last, steps = 0; at !== null; steps += 1) {
    const row: Rows['period'] | undefined = state.get('period', at)
    const next: Rows['period'] | undefined = after === null ? undefined : state.get('period', after)
    invariant(row?.project === id && row.next === after && steps < opened, `period ${at} stands in the chain of ${id}`)
    invariant(!next || row.to < next.from, `period ${at} ends before the next one begins`)
    after = at
    at = row.previous
  }
}
