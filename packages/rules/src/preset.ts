import { z } from 'zod'
import { ActionWord, Code, DocumentName, OrganisationKind } from './ids.ts'
import { Percentage, sumsToAtMost100 } from './shares.ts'
import { isOfSide, Slot } from './slot.ts'

/** The kind of document that the bundle of what the public has commented is. */
export const PUBLIC_COMMENTS = 'public-comments'

/** The task in which certifiers take turns. */
export const VERIFICATION = 'verification'

const Year = z.string().regex(/^20\d\d$/, 'must be a year from 2000 to 2099, in quotes')

/** A template of documents and its version. Whether there is one of that name is asked where a preset is adopted. */
const TemplateCode = z
  .string()
  .regex(/^[A-Z][A-Z0-9-]{1,29}@[1-9]\d{0,3}$/, 'must be a template and its version such as PDD@1')

/** What must be there before a move is taken. */
const Needs = z.strictObject({
  /** Kinds of documents; with `fresh` in a version that was submitted since the project came into its state. */
  documents: z.array(ActionWord).min(1).max(20).optional(),
  fresh: z.literal(true).optional(),
  /** Kinds of documents whose versions in force are signed in every slot. */
  signed: z.array(ActionWord).min(1).max(20).optional(),
  /** No clarification and no corrective action request is open. */
  findingsClosed: z.literal(true).optional(),
  /** The task that a certifier must be assigned to. */
  certifier: ActionWord.optional(),
  /** Days that the project must have been in its state, of 24 hours each, such as those of public comment. */
  days: z.number().int().min(1).max(3650).optional(),
  /** Days in the state within which it must be taken, such as those of an appeal; after them it is too late. */
  within: z.number().int().min(1).max(3650).optional(),
  /** Of a monitoring period: its outcomes were certified since it came into its state. */
  certified: z.literal(true).optional(),
  /** Of a project: most days that its last crediting period has left; 0 where that must be over. */
  creditingEnds: z.number().int().min(0).max(3650).optional(),
  /** Of a project: its crediting can be renewed once more. */
  renewable: z.literal(true).optional(),
  /** Of a project: its holders have no unit of it, and no monitoring period, reversal or debt to the buffer is open. */
  settled: z.literal(true).optional(),
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
  /** Of a project: it renews the crediting, so that one more crediting period may be set. */
  renews: z.literal(true).optional(),
  /** Of a project: the letter or certificate that tells of it. */
  paper: z.enum(['no-objection', 'objection', 'registration']).optional(),
})
export type Move = z.infer<typeof Move>

/** What the states of projects and those of monitoring periods have in common. */
const machine = {
  initial: Code,
  states: z.array(Code).min(1).max(100),
  moves: z.array(Move).max(200),
  /** States in which a thing may rest for ever; from every other one of these can be reached. */
  ends: z.array(Code).min(1),
}

/** Monitoring periods of projects; the action of a move is `periods.move.<name>`. */
const Periods = z.strictObject({
  ...machine,
  /** States in which a period's findings are raised, and in which its outcomes are certified. */
  findings: z.array(Code),
  certifies: z.array(Code).min(1),
  /** Kinds of documents on which they are certified: a new version ends a certification. */
  reports: z.array(ActionWord).min(1).max(20),
  /** States in which units may be issued of what was certified. */
  mayIssue: z.array(Code).min(1),
  /** Ends of periods that count for nothing: their days may be monitored anew. */
  void: z.array(Code),
})

const noPeriods: Omit<z.infer<typeof Periods>, 'findings' | 'reports'> = {
  initial: '',
  states: [],
  moves: [],
  ends: [],
  void: [],
  certifies: [],
  mayIssue: [],
}

/** How long a project is credited, and how often that is renewed. */
const Crediting = z.strictObject({
  /** States of a project in which a crediting period is set. */
  states: z.array(Code).min(1),
  kinds: z
    .array(
      z.strictObject({
        kind: ActionWord,
        years: z.number().int().min(1).max(100),
        renewals: z.number().int().min(0).max(20),
      }),
    )
    .min(1)
    .max(20),
})

/** What is called by a code of the preset, or of the permission table beside it. */
const WordKey = z
  .string()
  .regex(
    /^(state|move|document|task|crediting|reason|purpose|affiliation|kind|role)\.[A-Za-z0-9._/-]{1,80}$/,
    'must be a list and a code such as state.registered',
  )

/** Public words, which stand within sentences: no places to fill, nothing invisible. */
const Word = z
  .string()
  .max(100)
  .regex(
    /^[^\s\p{C}{}]+( [^\s\p{C}{}]+)*$/u,
    'must be words with one space between them, without braces and invisible characters',
  )

const MOST_LANGUAGES = 20

/** What a country calls its codes, by language. */
const Words = z
  .record(
    z.string().regex(/^[a-z]{2,3}(-[A-Za-z0-9]{2,8}){0,2}$/, 'must be the tag of a language such as fr'),
    z.record(WordKey, Word),
  )
  .refine((words) => Object.keys(words).length <= MOST_LANGUAGES, 'words are in at most 20 languages')

/** A country's states, unit types and coded reasons as data, adopted by an entry. */
export const Preset = z
  .strictObject({
    kind: z.literal('preset'),
    name: DocumentName,
    version: z.number().int().min(1),
    project: z.strictObject({
      ...machine,
      mayAuthorise: z.array(Code),
      mayIssue: z.array(Code),
    }),
    /** Where there is none, issuances name no monitoring period of the ledger, only its days. */
    period: Periods.optional(),
    crediting: Crediting.optional(),
    /**
     * Kinds of documents, of a project, of its monitoring periods, or of transfers of its units between two holders; and the
     * states in which a version may be submitted: of the monitoring period, or of the project.
     */
    documents: z
      .array(
        z.strictObject({
          kind: ActionWord,
          of: z.enum(['period', 'transfer']).optional(),
          states: z.array(Code).min(1),
          /** Its documents are data in the form of this template, such as `PDD@1`; else they are files that people keep. */
          template: TemplateCode.optional(),
          /** Places for signatures. Every one is on the SHA-256 of the version: a new version has none. */
          signatures: z
            .array(Slot)
            .min(1)
            .max(20)
            .refine((slots) => areDistinct(slots.map(({ slot }) => slot)), 'slots have names of their own')
            .optional(),
        }),
      )
      .max(50),
    /** States in which anybody may comment on a project, and for how many days from when it comes into one of them. */
    comments: z.strictObject({ states: z.array(Code).min(1), days: z.number().int().min(1).max(3650) }).optional(),
    /** Findings are raised while a project is in one of these states; where there are none, never. */
    findings: z.strictObject({ states: z.array(Code) }),
    /** Kinds of organisations that certify, what they are assigned to, and how many periods in a row one verifies. */
    certifiers: z.strictObject({
      kinds: z.array(OrganisationKind).max(20),
      tasks: z.array(ActionWord).max(20),
      consecutive: z.number().int().min(1).max(100),
    }),
    /** States in which certifiers certify a project, and whether one must have before anything is issued. */
    certification: z.strictObject({ states: z.array(Code), neededToIssue: z.boolean() }),
    /** Decisions that the permission table may not leave to one person. */
    twoPersons: z.array(z.string()).max(200),
    scopes: z.array(z.string().regex(/^([1-9]|1[0-5])$/, 'must be the number of a sectoral scope, "1" to "15"')),
    unitTypes: z.record(
      z.string().regex(/^[A-Z0-9]{3,4}$/, 'must be 3 or 4 capitals or digits'),
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
    /** What states, moves, documents, roles and reasons are called; what has no words is shown by its code. */
    words: Words.optional(),
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
  .refine((preset) => {
    const { project, findings, certification, crediting, comments } = preset
    const optional = [...(crediting?.states ?? []), ...(comments?.states ?? [])]
    const ofRest = [...findings.states, ...certification.states, ...optional]
    const ofDocuments = [...statesOfDocuments(preset, undefined), ...statesOfDocuments(preset, 'transfer')]
    return areOfMachine(project, [...project.mayAuthorise, ...project.mayIssue, ...ofRest, ...ofDocuments])
  }, 'a project is only ever in a state of the list')
  .refine((preset) => {
    const { period } = preset
    const named = statesOfDocuments(preset, 'period')
    if (!period) return named.length === 0
    return areOfMachine(period, [...named, ...period.findings, ...period.certifies, ...period.mayIssue])
  }, 'a monitoring period is only ever in a state of the list')
  .refine(({ period }) => {
    const { initial, ends, moves, void: voided, certifies, mayIssue } = period ?? noPeriods
    const left = [initial, ...certifies, ...mayIssue, ...moves.flatMap(({ from }) => from)]
    return voided.every((state) => ends.includes(state) && !left.includes(state))
  }, 'a monitoring period that is void stays so')
  .refine(
    ({ project, period, crediting, documents }) =>
      [
        ...[project, period ?? noPeriods].flatMap(({ states, moves }) => [states, moves.map(({ name }) => name)]),
        documents.map(({ kind }) => kind),
        period?.reports ?? [],
        (crediting?.kinds ?? []).map(({ kind }) => kind),
      ].every(areDistinct),
    'states, moves, kinds of documents, of reports and of crediting periods have names of their own',
  )
  .refine(
    ({ project, period, certifiers: { tasks } }) =>
      [...project.moves, ...(period?.moves ?? [])].every(
        ({ needs }) => needs?.certifier === undefined || tasks.includes(needs.certifier),
      ) &&
      (period === undefined || tasks.includes(VERIFICATION)),
    'moves need certifiers for tasks of the list, and monitoring periods one for their verification',
  )
  .refine(
    ({ project, period }) =>
      [...project.moves, ...(period?.moves ?? [])].every(
        ({ needs }) => (needs?.within ?? Infinity) > (needs?.days ?? 0),
      ),
    'a move that waits for days is taken within more days than these',
  )
  .refine(
    ({ project, period, crediting }) =>
      project.moves.every(
        ({ needs = {}, renews }) =>
          needs.certified === undefined &&
          (crediting !== undefined ||
            [needs.creditingEnds, needs.renewable, renews].every((asked) => asked === undefined)),
      ) &&
      (period?.moves ?? []).every(({ needs = {}, renews, paper }) =>
        [needs.creditingEnds, needs.renewable, needs.settled, renews, paper].every((asked) => asked === undefined),
      ),
    'outcomes are certified of monitoring periods; crediting periods and papers are of projects, and these are settled',
  )
  .refine(
    ({ certification: { states, neededToIssue } }) => !neededToIssue || states.length > 0,
    'a certification that is needed can be given in some state',
  )
  .refine(
    ({ certifiers, organisationKinds }) => certifiers.kinds.every((kind) => organisationKinds.includes(kind)),
    'certifiers are organisations of kinds of the list',
  )
  .refine(
    (preset) =>
      areThere(preset.project.moves, kindsOfDocuments(preset, undefined)) &&
      areThere(preset.period?.moves ?? [], kindsOfDocuments(preset, 'period')),
    'moves need documents of the kinds of the list',
  )
  .refine(({ project, period, documents }) => {
    const signed = (of: DocumentOf) =>
      documents.filter((one) => one.of === of && one.signatures).map(({ kind }) => kind)
    const areSigned = (moves: readonly Move[], kinds: readonly string[]) =>
      moves.every(({ needs }) => (needs?.signed ?? []).every((kind) => kinds.includes(kind)))
    return areSigned(project.moves, signed(undefined)) && areSigned(period?.moves ?? [], signed('period'))
  }, 'moves need signatures of documents that have places for them')
  .refine(
    ({ documents }) =>
      documents.every(({ of, signatures = [] }) =>
        signatures.every((slot) => (of === 'transfer' ? slot.capacity !== 'owner' : !isOfSide(slot))),
      ),
    'sellers and buyers sign agreements on transfers, and owners everything else',
  )
  .refine(
    (preset) => (preset.period?.reports ?? []).every((kind) => kindsOfDocuments(preset, 'period').includes(kind)),
    'outcomes are certified on documents of monitoring periods',
  )
  .refine(
    (preset) => preset.comments === undefined || kindsOfDocuments(preset, undefined).includes(PUBLIC_COMMENTS),
    'what is commented is kept in a document of the kind public-comments',
  )
  .refine(
    ({ levies, unitTypes }) => Object.keys(levies.unitTypes).every((type) => type in unitTypes),
    'levies are of unit types of the list',
  )
  .refine(
    ({ levies }) => Object.values(levies.unitTypes).every((all) => sumsToAtMost100(Object.values(all))),
    'levies take at most 100 % of what is issued',
  )
  .refine(
    ({ ndcPeriods }) =>
      ndcPeriods.every(([first, last], at) => first <= last && (ndcPeriods[at - 1]?.[1] ?? '') < first),
    'NDC periods end after they begin, the earliest stands first, and none overlaps the next',
  )
  .refine(
    ({ buffer, purposes }) => purposes.change.includes(buffer.assessment),
    'an assessment is a reason of the list',
  )
export type Preset = z.infer<typeof Preset>

/** What a document is of; `undefined`: of the project itself. */
type DocumentOf = 'period' | 'transfer' | undefined

type Documents = { documents: readonly { kind: string; of?: DocumentOf; states: string[] }[] }

/** The states of what a document is of, in which it may be submitted. */
function statesOfDocuments({ documents }: Documents, of: DocumentOf): string[] {
  return documents.filter((one) => one.of === of).flatMap(({ states }) => states)
}

function kindsOfDocuments({ documents }: Documents, of: DocumentOf): string[] {
  return documents.filter((one) => one.of === of).map(({ kind }) => kind)
}

function areOfMachine(
  { initial, states, moves, ends }: { initial: string; states: string[]; moves: Move[]; ends: string[] },
  more: readonly string[],
): boolean {
  const ofMoves = moves.flatMap(({ from, to }) => [...from, to])
  return [initial, ...ends, ...ofMoves, ...more].every((state) => states.includes(state))
}

function areThere(moves: readonly Move[], kinds: readonly string[]): boolean {
  return moves.every(({ needs }) => (needs?.documents ?? []).every((kind) => kinds.includes(kind)))
}

function areDistinct(names: readonly string[]): boolean {
  return new Set(names).size === names.length
}
