import type { OpenMove, ProjectDetails } from '@tallystick/contract'
import { isReady, missingFor, movesFrom, type Papers, type Unsettled, windowOf } from '@tallystick/rules'

type Machine = Parameters<typeof movesFrom>[0]

/** A project or a monitoring period, as far as its life goes. */
type Living = Parameters<typeof missingFor>[1] & {
  documents: Readonly<Record<string, { version: number; index: number; sha256: string }>>
  findings: { open: number; forward: number }
}

/** Where a thing stands, and what may follow on it; `onPaper`: of which kinds of documents there is a hash alone, though they are data. */
export function lifeOf(
  row: Living,
  machine: Machine,
  papers: Papers,
  at: string,
  onPaper: ReadonlySet<string>,
): Pick<ProjectDetails, 'since' | 'moves' | 'documents' | 'findings'> {
  return {
    since: row.entered,
    moves: movesFrom(machine, row.state).map((move): OpenMove => {
      const missing = missingFor(move, row, at, papers)
      const ready = isReady(missing)
      const { until } = windowOf(move, row)
      const open = { ...missing, unsettled: missing.unsettled && told(missing.unsettled) }
      return { move: move.name, to: move.to, reason: move.reason === true, ready, until, missing: open }
    }),
    documents: Object.entries(row.documents)
      .map(([kind, { version, index, sha256 }]) => ({ kind, version, sha256, index, onPaper: onPaper.has(kind) }))
      .sort((a, b) => (a.kind < b.kind ? -1 : 1)),
    findings: { open: row.findings.open, forward: row.findings.forward },
  }
}

function told({ units, debts, ...counted }: Unsettled) {
  const owed = Object.entries(debts).sort(([a], [b]) => (a < b ? -1 : 1))
  return { units: `${units}`, ...counted, debts: owed.map(([unitType, quantity]) => ({ unitType, quantity })) }
}
