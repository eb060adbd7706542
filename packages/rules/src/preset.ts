import { z } from 'zod'
import { Code, DocumentName } from './ids.ts'
import { Percentage } from './shares.ts'

const Year = z.string().regex(/^20\d\d$/)

const OrganisationKind = z.string().regex(/^(?!system$)[a-z]{1,20}$/)

/** A word that stands in the name of an action. */
const ActionWord = z.string().regex(/^[A-Za-z][A-Za-z-]{0,39}$/, 'must be a word of letters and hyphens')

/** What must be there before a move is taken. */
const Needs = z.strictObject({
  /** Kinds of documents; with `fresh` in a version that was submitted since the project came into its state. */
  documents: z.array(ActionWord).min(1).max(20).optional(),
  fresh: z.literal(true).optional(),
  /** No clarification and no corrective action request is open. */
  findingsClosed: z.literal(true).optional(),
  /** The task that a certifier must be assigned to. */
  certifier: ActionWord.optional(),
  /** Days that the project must have been in its state, of 24 hours each, such as those of public comment. */
  days: z.number().int().min(1).max(3650).optional(),
})
export type Needs = z.infer<typeof Needs>

/** A decision that brings a project from one state to another: the action `projects.move.<name>` of the table. */
const Move = z.strictObject({
  name: ActionWord,
  from: z.array(Code).min(1),
  to: Code,
  needs: Needs.optional(),
  /** It is taken for a reason of `purposes.decision` only. */
  reason: z.literal(true).optional(),
})
export type Move = z.infer<typeof Move>

/** A country's states, unit types and coded reasons as data, adopted by an entry. */
export const Preset = z
  .strictObject({
    kind: z.literal('preset'),
    name: DocumentName,
    version: z.number().int().min(1),
    project: z.strictObject({
      initial: Code,
      states: z.array(Code).min(1).max(100),
      moves: z.array(Move).max(200),
      /** States in which a project may rest for ever; from every other one of these can be reached. */
      ends: z.array(Code).min(1),
      mayAuthorise: z.array(Code),
      mayIssue: z.array(Code),
    }),
    /** Kinds of documents of a project, and the states in which a version may be submitted. */
    documents: z.array(z.strictObject({ kind: ActionWord, states: z.array(Code).min(1) })).max(50),
    /** Findings are raised while a project is in one of these states; where there are none, never. */
    findings: z.strictObject({ states: z.array(Code) }),
    /** Kinds of organisations that certify, what they are assigned to, and how many periods in a row one verifies. */
    certifiers: z.strictObject({
      kinds: z.array(OrganisationKind).max(20),
      tasks: z.array(ActionWord).max(20),
      consecutive: z.number().int().min(1).max(100),
    }),
    /** Decisions that the permission table may not leave to one person. */
    twoPersons: z.array(z.string()).max(200),
    scopes: z.array(z.string().regex(/^([1-9]|1[0-5])$/)),
    unitTypes: z.record(
      z.string().regex(/^[A-Z0-9]{3,4}$/),
      z.strictObject({ measure: z.enum(['tCO2e', 'Wh', 'unit']), abroad: z.boolean() }),
    ),
    /** Most hours that a movement may wait for others. */
    pending: z.strictObject({ hours: z.number().int().min(1).max(8760) }),
    /** Hours until a trusted receiver may receive. */
    trust: z.strictObject({ hours: z.number().int().min(0).max(8760) }),
    /** What is taken from an issuance, by unit type: percentages of what is left after the buffer, or of the whole. */
    levies: z.strictObject({
      base: z.enum(['after-buffer', 'gross']),
      rounding: z.enum(['up', 'down']),
      unitTypes: z.record(
        z.string(),
        z.strictObject({ shareOfProceeds: Percentage, omge: Percentage, host: Percentage }),
      ),
    }),
    buffer: z.strictObject({
      /** Most that is released to a project at once, as a percentage of its own units there, and after how many years. */
      releasePercent: Percentage,
      releaseYears: z.number().int().min(1).max(50),
      /** The reason for which issuance terms are set where the reversal risk was assessed. */
      assessment: Code,
      /** Least of the buffer's units to those that rely on it, as a percentage; below, it is shown that it is too small. */
      coverFloor: Percentage.optional(),
      /** Is what a project owes to the buffer taken from its next issuances? */
      debitIssuances: z.boolean(),
    }),
    /** First and last year of each NDC implementation period. */
    ndcPeriods: z.array(z.tuple([Year, Year])).max(50),
    /** `system` is no organisation. */
    organisationKinds: z.array(OrganisationKind).max(20),
    purposes: z.strictObject({
      authorisation: z.array(Code),
      retirement: z.array(Code),
      cancellation: z.array(Code),
      hold: z.array(Code),
      suspension: z.array(Code),
      pledge: z.array(Code),
      correction: z.array(Code),
      reversal: z.array(Code),
      change: z.array(Code),
      decision: z.array(Code),
      /** How organisations are affiliated; why an affiliation, an accreditation or an assignment ends. */
      affiliation: z.array(Code),
      release: z.array(Code),
    }),
  })
  .refine(({ project: { initial, states, moves, ends, mayAuthorise, mayIssue }, documents, findings }) => {
    const ofMoves = moves.flatMap(({ from, to }) => [...from, to])
    const ofRest = [...findings.states, ...documents.flatMap((one) => one.states)]
    const named = [initial, ...ends, ...mayAuthorise, ...mayIssue, ...ofMoves, ...ofRest]
    return named.every((state) => states.includes(state))
  }, 'a project is only ever in a state of the list')
  .refine(
    ({ project: { states, moves }, documents }) =>
      [states, moves.map(({ name }) => name), documents.map(({ kind }) => kind)].every(areDistinct),
    'states, moves and kinds of documents have names of their own',
  )
  .refine(
    ({ project: { moves }, certifiers: { tasks } }) =>
      moves.every(({ needs }) => needs?.certifier === undefined || tasks.includes(needs.certifier)),
    'moves need certifiers for tasks of the list',
  )
  .refine(
    ({ certifiers, organisationKinds }) => certifiers.kinds.every((kind) => organisationKinds.includes(kind)),
    'certifiers are organisations of kinds of the list',
  )
  .refine(
    ({ project: { moves }, documents }) =>
      moves.every(({ needs }) => (needs?.documents ?? []).every((kind) => documents.some((one) => one.kind === kind))),
    'moves need documents of the kinds of the list',
  )
  .refine(
    ({ levies, unitTypes }) => Object.keys(levies.unitTypes).every((type) => type in unitTypes),
    'levies are of unit types of the list',
  )
  .refine(
    ({ buffer, purposes }) => purposes.change.includes(buffer.assessment),
    'an assessment is a reason of the list',
  )
export type Preset = z.infer<typeof Preset>

function areDistinct(names: readonly string[]): boolean {
  return new Set(names).size === names.length
}
