import type { Move, Needs, Preset } from '../preset.ts'
import { type Refusal, refuse } from '../refusal.ts'
import { firstOf } from '../rule.ts'

const DAY_MS = 86_400_000

/** The states of a thing and the moves between them, as a preset has them. */
export interface Machine {
  moves: readonly Move[]
}

/** Where a thing stands: what its moves may ask of it. */
export interface Standing {
  state: string
  /** The entry by which it came into its state, and when. */
  entered: { index: number; at: string }
  /** The version in force of each kind of document, with the index of its entry. */
  documents: Readonly<Record<string, { version: number; index: number }>>
  findings: { open: number }
  /** Who is assigned to which task. */
  certifiers?: Readonly<Record<string, string>>
}

/** What a move still waits for; nothing of it where it may be taken. */
export interface Missing {
  /** Kinds of documents: there is none, or none of this round. */
  documents: string[]
  /** Findings that are open. */
  findings: number
  /** The task that nobody is assigned to. */
  certifier: string | null
  /** The instant from which on it may be taken. */
  from: string | null
}

/** What the move still waits for, at an instant. */
export function missingFor({ needs = {} }: { needs?: Needs | undefined }, standing: Standing, at: string): Missing {
  const { entered, documents, findings, certifiers = {} } = standing
  const isThere = (kind: string) => {
    const document = Object.hasOwn(documents, kind) ? documents[kind] : undefined
    return document !== undefined && (needs.fresh !== true || document.index > entered.index)
  }
  const from = new Date(Date.parse(entered.at) + (needs.days ?? 0) * DAY_MS).toISOString()
  const { certifier } = needs
  return {
    documents: (needs.documents ?? []).filter((kind) => !isThere(kind)),
    findings: needs.findingsClosed === true ? findings.open : 0,
    certifier: certifier !== undefined && !Object.hasOwn(certifiers, certifier) ? certifier : null,
    from: from > at ? from : null,
  }
}

/** The moves that leave a state. */
export function movesFrom({ moves }: Machine, state: string): Move[] {
  return moves.filter(({ from }) => from.includes(state))
}

/** May the thing take this move at this instant, for this reason? */
export function admitMove(
  machine: Machine,
  standing: Standing,
  asked: { move: string; reason?: string | undefined },
  { at, preset }: { at: string; preset: Preset },
): Refusal | undefined {
  const move = machine.moves.find(({ name }) => name === asked.move)
  if (!move) return refuse('move-unknown', { allowed: machine.moves.map(({ name }) => name).join(', ') })
  if (!move.from.includes(standing.state)) {
    return refuse('project-state', { state: standing.state, allowed: move.from.join(', ') })
  }
  const { decision } = preset.purposes
  return firstOf(
    move.reason === true && asked.reason === undefined && refuse('reason-missing', { allowed: decision.join(', ') }),
    asked.reason !== undefined &&
      !decision.includes(asked.reason) &&
      refuse('code-unknown', { field: 'reason', allowed: decision.join(', ') }),
    admitNeeds(missingFor(move, standing, at)),
  )
}

function admitNeeds({ documents, findings, certifier, from }: Missing): Refusal | undefined {
  return firstOf(
    documents.length > 0 && refuse('document-missing', { kinds: documents.join(', ') }),
    findings > 0 && refuse('findings-open', { open: String(findings) }),
    certifier !== null && refuse('certifier-missing', { task: certifier }),
    from !== null && refuse('too-early', { from }),
  )
}
