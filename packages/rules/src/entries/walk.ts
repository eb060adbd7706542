import type { Move, Preset } from '../preset.ts'
import type { LedgerRow } from '../state.ts'
import { kindsNeeded } from './machine.ts'

/** How many projects, and how many monitoring periods, stand in each state; and which kinds of organisations have accounts. */
export type Standings = Pick<LedgerRow, 'states' | 'periods'> & Partial<Pick<LedgerRow, 'holders'>>

/**
 * The ways on which a thing comes from one standing to another. A standing of a project is its state; of a monitoring
 * period it is the state, with a mark where units were issued of it.
 */
export interface Walk {
  of: 'project' | 'period'
  /** Where a thing begins, or stands today. */
  entries: string[]
  states: readonly string[]
  /** `move: null`: it happens, and nobody may rely on it. */
  ways: { from: string; to: string; move: Move | null }[]
  ends: string[]
}

const ISSUED = ' issued'

/** The standing in a state of a period of which units were issued; no code has a space. */
function issued(state: string): string {
  return `${state}${ISSUED}`
}

/** The state of a standing. */
export function stateOf(standing: string): string {
  return standing.replace(ISSUED, '')
}

/** Were units issued of what stands so? */
export function hasIssued(standing: string): boolean {
  return standing.endsWith(ISSUED)
}

/** What the preset has of projects, and of monitoring periods where it has them; moves that nobody may take are none. */
export function walksOf({ project, period }: Preset, { states, periods }: Standings, open: ReadonlySet<Move>): Walk[] {
  const occupied = Object.entries(periods).flatMap(([state, { all, issued: some }]) => [
    ...(all > some ? [state] : []),
    ...(some > 0 ? [issued(state)] : []),
  ])
  const ofProjects: Walk = {
    ...{ of: 'project', entries: [project.initial, ...Object.keys(states)] },
    ...{ states: project.states, ways: waysOf(project.moves, open), ends: project.ends },
  }
  if (!period) return [ofProjects, { of: 'period', entries: occupied, states: [], ways: [], ends: [] }]
  const ways = waysOf(period.moves, open)
  const ofIssued = ways.filter(({ to }) => !period.void.includes(to))
  return [
    ofProjects,
    {
      ...{ of: 'period', entries: [period.initial, ...occupied], states: period.states },
      ways: [
        ...ways,
        ...ofIssued.map(({ from, to, move }) => ({ from: issued(from), to: issued(to), move })),
        ...period.mayIssue.map((state) => ({ from: state, to: issued(state), move: null })),
      ],
      ends: [...period.ends, ...period.ends.filter((state) => !period.void.includes(state)).map(issued)],
    },
  ]
}

function waysOf(moves: readonly Move[], open: ReadonlySet<Move>): Walk['ways'] {
  return moves
    .filter((move) => open.has(move))
    .flatMap((move) => move.from.map((from) => ({ from, to: move.to, move })))
}

/** Stands beside kinds of documents where a move on every way asks for a crediting period. */
export const CREDITED = 'crediting period'

/**
 * The documents that everything has which comes to stand so, whatever way it took: what moves on all ways to it need.
 * Standings that no way reaches are not there.
 */
export function certainDocuments({ ways, entries }: Walk): Map<string, ReadonlySet<string>> {
  const certain = new Map<string, ReadonlySet<string>>(entries.map((standing) => [standing, new Set()]))
  const todo = [...certain.keys()]
  for (let standing = todo.pop(); standing !== undefined; standing = todo.pop()) {
    for (const { to, move } of ways.filter(({ from }) => from === standing)) {
      const brought = new Set([...(certain.get(standing) ?? []), ...broughtBy(move)])
      const before = certain.get(to)
      const after = before ? new Set([...before].filter((kind) => brought.has(kind))) : brought
      if (before && before.size === after.size) continue
      certain.set(to, after)
      todo.push(to)
    }
  }
  return certain
}

function broughtBy(move: Move | null): string[] {
  const documents = kindsNeeded(move?.needs)
  return move?.needs?.creditingEnds === undefined ? documents : [...documents, CREDITED]
}

/** The standings from which an end can be reached on ways that can be relied on. */
export function endingFrom(ends: readonly string[], ways: readonly { from: string; to: string }[]): Set<string> {
  const ending = new Set(ends)
  for (let before = 0; before < ending.size; ) {
    before = ending.size
    for (const { from, to } of ways) if (ending.has(to)) ending.add(from)
  }
  return ending
}
