import { z } from 'zod'
import { Code, Hash } from '../ids.ts'
import type { Move, Needs, Preset } from '../preset.ts'
import { type Refusal, refuse } from '../refusal.ts'
import { firstOf } from '../rule.ts'
import type { Slot } from '../slot.ts'
import { factsOf, isSettled, type Unsettled } from './settled.ts'

const DAY_MS = 86_400_000

/** The states of a thing and the moves between them, as a preset has them. */
export interface Machine {
  moves: readonly Move[]
}

/** Kinds of documents, with their places for signatures. */
export type Papers = readonly { kind: string; signatures?: readonly Slot[] | undefined }[]

/** Where a thing stands: what its moves may ask of it. */
export interface Standing {
  state: string
  /** The entry by which it came into its state, and when. */
  entered: { index: number; at: string }
  /** The version in force of each kind of document, with the index of its entry and the slots that are signed. */
  documents: Readonly<Record<string, { version: number; index: number; signatures?: Record<string, unknown> }>>
  findings: { open: number }
  /** Who is assigned to which task. */
  certifiers?: Readonly<Record<string, string>>
  /** Of a project. */
  crediting?: Crediting | null
  unsettled?: Unsettled
  /** Of a monitoring period: the entry by which its outcomes were certified, as long as that stands. */
  certified?: { index: number } | null
}

/** The crediting periods of a project, the first one first, of how many more its kind allows, and how many it has earned. */
export interface Crediting {
  periods: readonly { from: string; to: string }[]
  renewals: number
  renewed: number
}

/** What a move still waits for; nothing of it where it may be taken. */
export interface Missing {
  /** Kinds of documents: there is none, or none of this round. */
  documents: string[]
  /** Slots of documents that nobody has signed in the version in force. */
  signatures: { document: string; slots: string[] }[]
  /** Findings that are open. */
  findings: number
  /** The task that nobody is assigned to. */
  certifier: string | null
  /** The instant from which on it may be taken. */
  from: string | null
  /** The instant from which on it is too late, where that has come. */
  until: string | null
  /** Outcomes that a certifier says in this round. */
  outcomes: boolean
  /** There is no crediting period, or none that the last renewal was for; or its kind is not renewed any more. */
  crediting: 'none' | 'used-up' | null
  /** What is to be settled first; null where the move does not ask for it. */
  unsettled: Unsettled | null
}

/** May the move be taken? */
export function isReady({ documents, signatures, findings, outcomes, ...rest }: Missing): boolean {
  const others = [rest.certifier, rest.from, rest.until, rest.crediting, rest.unsettled]
  const areThere = documents.length === 0 && signatures.length === 0
  return areThere && findings === 0 && !outcomes && others.every((one) => one === null)
}

/** The instant from which on a move may be taken, and the one from which on not any more; null where there is none. */
export function windowOf(
  { needs = {} }: { needs?: Needs | undefined },
  { entered, crediting }: Pick<Standing, 'entered' | 'crediting'>,
): { from: string | null; until: string | null } {
  const after = (days: number | undefined) =>
    days === undefined ? null : new Date(Date.parse(entered.at) + days * DAY_MS).toISOString()
  const from = [after(needs.days), beforeEnd(crediting, needs.creditingEnds)].filter((one) => one !== null)
  return { from: from.sort().at(-1) ?? null, until: after(needs.within) }
}

/** The instant from which on the last crediting period has at most so many days left; null where none is asked for. */
function beforeEnd(crediting: Crediting | null | undefined, days: number | undefined): string | null {
  const last = crediting?.periods.at(-1)
  if (!last || days === undefined) return null
  return new Date(Date.parse(last.to) + (1 - days) * DAY_MS).toISOString()
}

/** Why the crediting is not as the move asks. */
function creditingMissing({ needs = {}, renews }: Asking, crediting: Crediting | null | undefined) {
  const isRenewed = needs.renewable === true || renews === true
  if (!isRenewed && needs.creditingEnds === undefined) return null
  if (!crediting) return 'none'
  if (!isRenewed) return null
  return crediting.renewed >= crediting.renewals
    ? 'used-up'
    : crediting.renewed >= crediting.periods.length
      ? 'none'
      : null
}

type Asking = Pick<Move, 'needs' | 'renews'>

/** The slots that nobody has signed, of the documents that a move needs signed and that are there. */
function signaturesMissing(
  { signed = [] }: Needs,
  { documents }: Pick<Standing, 'documents'>,
  papers: Papers,
): Missing['signatures'] {
  return signed.flatMap((document) => {
    const version = Object.hasOwn(documents, document) ? documents[document] : undefined
    const slots = papers.find(({ kind }) => kind === document)?.signatures ?? []
    const open = slots.filter(({ slot }) => !Object.hasOwn(version?.signatures ?? {}, slot))
    return version && open.length > 0 ? [{ document, slots: open.map(({ slot }) => slot) }] : []
  })
}

/** The kinds of documents that a move needs: to be there, or to be signed. */
export function kindsNeeded({ documents = [], signed = [] }: Needs = {}): string[] {
  return [...new Set([...documents, ...signed])]
}

/** What somebody does about a project: a move, or a document. */
export type Deed = { move: string } | { document: string }

/**
 * Who acts as the certifier that is assigned: for a move that needs one for a task, and for a document that such a move needs, those of
 * these tasks; for everything else whoever is assigned to any.
 */
export function certifiersFor({ moves }: Machine, certifiers: Readonly<Record<string, string>>, deed: Deed): string[] {
  const about = moves.filter(({ name, needs }) =>
    'move' in deed ? name === deed.move : kindsNeeded(needs).includes(deed.document),
  )
  const tasks = about.flatMap(({ needs }) => needs?.certifier ?? [])
  if (tasks.length === 0) return Object.values(certifiers)
  return tasks.flatMap((task) => (Object.hasOwn(certifiers, task) ? (certifiers[task] ?? []) : []))
}

/** What the move still waits for, at an instant; `papers` are the documents of the preset. */
export function missingFor(move: Asking, standing: Standing, at: string, papers: Papers): Missing {
  const { needs = {} } = move
  const { entered, documents, findings, certifiers = {}, certified, unsettled } = standing
  const isThere = (kind: string) => {
    const document = Object.hasOwn(documents, kind) ? documents[kind] : undefined
    return document !== undefined && (needs.fresh !== true || document.index > entered.index)
  }
  const { from, until } = windowOf(move, standing)
  const { certifier } = needs
  return {
    documents: kindsNeeded(needs).filter((kind) => !isThere(kind)),
    signatures: signaturesMissing(needs, standing, papers),
    findings: needs.findingsClosed === true ? findings.open : 0,
    certifier: certifier !== undefined && !Object.hasOwn(certifiers, certifier) ? certifier : null,
    from: from !== null && from > at ? from : null,
    until: until !== null && until <= at ? until : null,
    outcomes: needs.certified === true && !(certified && certified.index > entered.index),
    crediting: creditingMissing(move, standing.crediting),
    unsettled: needs.settled === true && unsettled && !isSettled(unsettled) ? unsettled : null,
  }
}

/** The moves that leave a state. */
export function movesFrom({ moves }: Machine, state: string): Move[] {
  return moves.filter(({ from }) => from.includes(state))
}

/** The documents that a move is taken on, or outcomes are certified on. An approval is of these, and of no version that comes after it was asked for. */
export const Grounds = z
  .array(z.strictObject({ document: Code, sha256: Hash }))
  .min(1)
  .max(20)
export type Grounds = z.infer<typeof Grounds>

/** The versions in force of the documents that a move needs; undefined where it needs none, or one is missing. */
export function groundsOf(
  machine: Machine | undefined,
  { documents }: { documents: Readonly<Record<string, { sha256: string }>> },
  { move }: { move: string },
): Grounds | undefined {
  const { needs = {} } = machine?.moves.find(({ name }) => name === move) ?? {}
  return versionsOf(kindsNeeded(needs), documents)
}

/** The versions in force of these kinds of documents; undefined where there are no kinds, or one is missing. */
export function versionsOf(
  kinds: readonly string[],
  documents: Readonly<Record<string, { sha256: string }>>,
): Grounds | undefined {
  const grounds = kinds.flatMap((document) => {
    const version = Object.hasOwn(documents, document) ? documents[document] : undefined
    return version ? [{ document, sha256: version.sha256 }] : []
  })
  return kinds.length > 0 && grounds.length === kinds.length ? grounds : undefined
}

/** Are the documents that a decision names those on which it would be taken now? */
export function admitGrounds(said: Grounds | undefined, inForce: Grounds | undefined): Refusal | undefined {
  const isSame =
    said?.length === inForce?.length &&
    (said ?? []).every(({ document, sha256 }, at) => {
      const other = inForce?.[at]
      return document === other?.document && sha256 === other.sha256
    })
  return isSame ? undefined : refuse('terms-changed', { field: 'documents' })
}

/** May the thing take this move at this instant, for this reason? `astray` says that it is in another state. */
export function admitMove(
  machine: Machine,
  standing: Standing,
  asked: { move: string; reason?: string | undefined },
  { at, preset }: { at: string; preset: Preset },
  astray: (state: string, allowed: string) => Refusal,
): Refusal | undefined {
  const move = machine.moves.find(({ name }) => name === asked.move)
  if (!move) return refuse('move-unknown', { allowed: machine.moves.map(({ name }) => name).join(', ') })
  if (!move.from.includes(standing.state)) return astray(standing.state, move.from.join(', '))
  const { decision } = preset.purposes
  return firstOf(
    move.reason === true && asked.reason === undefined && refuse('reason-missing', { allowed: decision.join(', ') }),
    asked.reason !== undefined &&
      !decision.includes(asked.reason) &&
      refuse('code-unknown', { field: 'reason', allowed: decision.join(', ') }),
    admitNeeds(missingFor(move, standing, at, preset.documents), standing.crediting?.renewals),
  )
}

function slotsNamed(signatures: Missing['signatures']): string {
  return signatures.map(({ document, slots }) => `${document}: ${slots.join(', ')}`).join('; ')
}

function admitNeeds(missing: Missing, renewals = 0): Refusal | undefined {
  const { documents, signatures, findings, certifier, from, until, outcomes, crediting, unsettled } = missing
  return firstOf(
    until !== null && refuse('too-late', { until }),
    documents.length > 0 && refuse('document-missing', { kinds: documents.join(', ') }),
    signatures.length > 0 && refuse('signatures-missing', { slots: slotsNamed(signatures) }),
    findings > 0 && refuse('findings-open', { open: String(findings) }),
    certifier !== null && refuse('certifier-missing', { task: certifier }),
    outcomes && refuse('outcomes-missing'),
    crediting === 'none' && refuse('crediting-missing'),
    crediting === 'used-up' && refuse('crediting-used-up', { renewals: String(renewals) }),
    unsettled !== null && refuse('not-settled', factsOf(unsettled)),
    from !== null && refuse('too-early', { from }),
  )
}
