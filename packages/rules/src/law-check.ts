import type { z } from 'zod'
import { documentBytes, type Law, MAX_DOCUMENT_BYTES } from './documents.ts'
import { approvalsUnheard, causesOf, faultsOfStart, withoutUnheard } from './law-causes.ts'
import { notesOn, ROOT } from './law-notes.ts'
import { PermissionTable, SYSTEM_ROLE } from './permissions.ts'
import { Preset, PUBLIC_COMMENTS, VERIFICATION } from './preset.ts'

/** What is wrong with documents that are to be the law, or what their writer may not have meant. */
export interface Remark {
  /** Which of the two it is about; `law`: what they say together. */
  of: 'preset' | 'permissions' | 'law'
  code: RemarkCode
  facts: Record<string, string>
}

export type RemarkCode =
  | 'form' // not of the published form
  | 'too-large'
  | 'state-unknown'
  | 'word-unknown' // a word that another list of the document does not have
  | 'word-twice'
  | 'role-unknown'
  | 'preset-strands'
  | 'one-person-decides'
  | 'law-closed'
  | 'certifiers-hold'
  | 'nobody-may'
  | 'move-closed' // a move that the table lets nobody take
  | 'move-missing' // an action for a move that the preset does not have
  | 'document-closed'
  | 'document-missing'
  | 'kind-missing' // a role of a kind of organisation that the preset does not have
  | 'action-unknown' // an action that nothing in this program is
  | 'action-closed' // an action of this program that the table gives to nobody
  | 'never-by-itself' // a move of the system that waits for no time
  | 'root-missing' // the system does not grant the role that a registry begins with
  | 'roles-closed' // roles that nobody can come to have, and what fails by it
  | 'approver-unable' // approvals of a movement that waits, asked of those who may not give any
  | 'moves-closed' // moves that nobody may take, and the states that are lost by it
  | 'approval-not-heard' // approvals of what cannot wait for any
  | 'not-a-certifier' // acts where it is assigned, and never is
  | 'renews-nothing' // a move renews what no kind of crediting lets be renewed
  | 'version-later' // a ledger is founded with another version than the first
  | 'name-shipped' // documents of one's own under the name of others
  | 'template-unknown' // a template that there is none of
  | 'template-subject' // a template for documents of something else
  | 'word-of-nothing' // the preset has words for a code that neither document has
  | 'root-alone' // whoever the first user appoints counts as one person

export interface LawCheck {
  /** For these they cannot be the law. */
  faults: Remark[]
  /** They can, but perhaps should not. */
  notes: Remark[]
}

/** The sentence for what is wrong with a field, where its schema has none of its own. */
export type FieldSentence = z.core.$ZodErrorMap

/** What the documents of each template are of, by its code such as `PDD@1`. */
export type TemplateSubjects = ReadonlyMap<string, string>

/**
 * Judges a preset and a permission table that a country has written, as founding a ledger with them would. Without
 * `templates` nothing is said of those that kinds of documents name.
 */
export function checkLaw(
  preset: unknown,
  permissions: unknown,
  error?: FieldSentence,
  templates?: TemplateSubjects,
): LawCheck {
  const how = error === undefined ? {} : { error }
  const ofPreset = Preset.safeParse(preset, how)
  const formOfTable = PermissionTable.safeParse(permissions, how)
  const formal = [
    ...formFaults('preset', ofPreset.error, preset, presetWords),
    ...formFaults('permissions', formOfTable.error, permissions, tableWords),
    ...sizeFaults('preset', preset),
    ...sizeFaults('permissions', permissions),
  ]
  // Where it only names what it does not have as independent, the rest is judged in the same go.
  const ofTable = formOfTable.success ? formOfTable : PermissionTable.safeParse(withoutUnknown(permissions))
  if (!ofPreset.success || !ofTable.success) return { faults: formal, notes: [] }
  const law = { preset: ofPreset.data, permissions: ofTable.data }
  const heard = withoutUnheard(law)
  const found = [
    ...templateFaults(law.preset, templates),
    ...[...rootFaults(law), ...approvalsUnheard(law), ...causesOf(heard), ...faultsOfStart(heard)],
  ]
  const faults = [...formal, ...found.filter((one, at) => found.findIndex((other) => isSame(one, other)) === at)]
  const told = faults.map(({ facts }) => facts.actions ?? facts.action ?? '').join(', ')
  const isTold = ({ code, facts }: Remark) => code.endsWith('-closed') && told.split(', ').includes(facts.action ?? '')
  return { faults, notes: notesOn(law).filter((note) => !isTold(note)) }
}

/**
 * What the templates of documents are of that are about this: an issuance is of a monitoring period, and where a country keeps
 * none, all of it is written about the project.
 */
function subjectsFor(of: 'project' | 'period' | 'transfer', { period }: Preset): readonly string[] {
  if (of === 'transfer') return ['transfer']
  const ofPeriods = ['period', 'issuance']
  if (of === 'period') return ofPeriods
  return ['project', 'agreement', ...(period ? [] : ofPeriods)]
}

/** Templates that are not there, or not for documents of this. */
function templateFaults(preset: Preset, known: TemplateSubjects | undefined): Remark[] {
  const { documents } = preset
  if (!known) return []
  return documents.flatMap(({ kind, of: said, template }): Remark[] => {
    if (template === undefined) return []
    const at = `the document ${kind}`
    const of = said ?? 'project'
    const subject = known.get(template)
    if (subject !== undefined) {
      return subjectsFor(of, preset).includes(subject)
        ? []
        : [{ of: 'preset', code: 'template-subject', facts: { at, template, subject, of } }]
    }
    const allowed = [...known.keys()].join(', ')
    return [{ of: 'preset', code: 'template-unknown', facts: { at, template, allowed } }]
  })
}

/** The same fault, found in two ways. */
function isSame(one: Remark, other: Remark): boolean {
  return one.code === other.code && JSON.stringify(one.facts) === JSON.stringify(other.facts)
}

function withoutUnknown(table: unknown): unknown {
  if (table === null || typeof table !== 'object') return table
  const { actions, independent } = table as Partial<PermissionTable>
  if (!Array.isArray(independent) || actions === null || typeof actions !== 'object') return table
  return { ...table, independent: independent.filter((action) => Object.hasOwn(actions, action)) }
}

/** A registry begins with one user, whom the system appoints, and who appoints others. */
function rootFaults({ permissions }: Law): Remark[] {
  const isGranted = permissions.actions[`mandates.${ROOT}`]?.[SYSTEM_ROLE] === 'any' && permissions.roles.includes(ROOT)
  return isGranted ? [] : [{ of: 'permissions', code: 'root-missing', facts: { role: ROOT, system: SYSTEM_ROLE } }]
}

/** Where the form is wrong; where only words do not fit, which ones. */
function formFaults<Document>(
  of: 'preset' | 'permissions',
  error: z.ZodError | undefined,
  value: unknown,
  words: (document: Document) => Remark[],
): Remark[] {
  if (!error) return []
  const { issues } = error
  const isShapely = issues.every(({ code, path }) => code === 'custom' && path.length === 0)
  const found = isShapely ? words(value as Document) : []
  if (found.length > 0) return found
  return issues.map(({ path, message }) => ({ of, code: 'form', facts: { at: placeOf(path, value), reason: message } }))
}

/** Where something stands, in words: a move and a document by their names. */
function placeOf(path: readonly PropertyKey[], value: unknown): string {
  const at = path.findIndex((step) => typeof step === 'number')
  const before = path.slice(0, at + 1)
  const part = before.reduce<unknown>((whole, step) => (whole as Record<PropertyKey, unknown> | null)?.[step], value)
  const list = path[at - 1]
  const { name, kind } = (typeof part === 'object' && part !== null ? part : {}) as Record<string, unknown>
  const what = list === 'moves' ? ['the move', name] : list === 'documents' ? ['the document', kind] : []
  if (at < 0 || typeof what[1] !== 'string') return path.join('.')
  return [what.join(' '), path.slice(at + 1).join('.')].filter((one) => one !== '').join(', ')
}

function sizeFaults(of: 'preset' | 'permissions', value: unknown): Remark[] {
  const bytes = value === null || typeof value !== 'object' ? 0 : documentBytes(value).length
  const facts = { bytes: `${bytes}`, most: `${MAX_DOCUMENT_BYTES}` }
  return bytes > MAX_DOCUMENT_BYTES ? [{ of, code: 'too-large', facts }] : []
}

type Machine = Pick<Preset['project'], 'initial' | 'states' | 'moves' | 'ends'>

/** States that a machine's own parts name and that its list does not have. */
function machineWords(where: string, machine: Machine, more: readonly (readonly [at: string, states: string[]])[]) {
  const { initial, states, moves, ends } = machine
  const named: (readonly [string, readonly string[]])[] = [
    [`${where}.initial`, [initial]],
    [`${where}.ends`, ends],
    ...moves.map(({ name, from, to }) => [`the move ${name}`, [...from, to]] as const),
    ...more,
  ]
  return [
    ...named.flatMap(([at, all]) =>
      all
        .filter((state) => !states.includes(state))
        .map(
          (state): Remark => ({ of: 'preset', code: 'state-unknown', facts: { at, state, list: `${where}.states` } }),
        ),
    ),
    ...twice(`${where}.states`, states),
    ...twice(
      `${where}.moves`,
      moves.map(({ name }) => name),
    ),
  ]
}

function twice(at: string, words: readonly string[]): Remark[] {
  const again = new Set(words.filter((word, place) => words.indexOf(word) < place))
  return [...again].map((word) => ({ of: 'preset', code: 'word-twice', facts: { at, word } }))
}

function absent(at: string, words: readonly string[], list: string, known: readonly string[]): Remark[] {
  return words
    .filter((word) => !known.includes(word))
    .map((word) => ({ of: 'preset', code: 'word-unknown', facts: { at, word, list } }))
}

/** The words of a preset that do not fit to each other. */
function presetWords(preset: Preset): Remark[] {
  const { project, period, documents, findings, certifiers, certification, crediting } = preset
  const ofKind = (of: 'period' | 'transfer' | undefined) =>
    documents
      .filter((one) => one.of === of)
      .map(({ kind, states }) => [`the document ${kind}`, states] as [string, string[]])
  const kinds = (of: 'period' | undefined) => documents.filter((one) => one.of === of).map(({ kind }) => kind)
  const more: [string, string[]][] = [
    ['project.mayAuthorise', project.mayAuthorise],
    ['project.mayIssue', project.mayIssue],
    ['findings.states', findings.states],
    ['certification.states', certification.states],
    ['crediting.states', crediting?.states ?? []],
    ['comments.states', preset.comments?.states ?? []],
    ...ofKind(undefined),
    ...ofKind('transfer'),
  ]
  const needs = (machine: Machine, of: 'period' | undefined) =>
    machine.moves.flatMap(({ name, needs: asked = {} }) => [
      ...absent(`the move ${name}`, asked.documents ?? [], 'documents', kinds(of)),
      ...absent(`the move ${name}`, asked.certifier ? [asked.certifier] : [], 'certifiers.tasks', certifiers.tasks),
    ])
  return [
    ...machineWords('project', project, more),
    ...needs(project, undefined),
    ...(period
      ? [
          ...machineWords('period', period, [
            ['period.findings', period.findings],
            ['period.certifies', period.certifies],
            ['period.mayIssue', period.mayIssue],
            ...ofKind('period'),
          ]),
          ...needs(period, 'period'),
          ...absent('period.reports', period.reports, 'documents', kinds('period')),
          ...twice('period.reports', period.reports),
        ]
      : ofKind('period').map(
          ([at]): Remark => ({ of: 'preset', code: 'word-unknown', facts: { at, word: 'period', list: 'period' } }),
        )),
    ...twice(
      'documents',
      documents.map(({ kind }) => kind),
    ),
    ...absent('period', period ? [VERIFICATION] : [], 'certifiers.tasks', certifiers.tasks),
    ...absent('comments', preset.comments ? [PUBLIC_COMMENTS] : [], 'documents', kinds(undefined)),
    ...absent('certifiers.kinds', certifiers.kinds, 'organisationKinds', preset.organisationKinds),
    ...absent('levies.unitTypes', Object.keys(preset.levies.unitTypes), 'unitTypes', Object.keys(preset.unitTypes)),
    ...absent('buffer.assessment', [preset.buffer.assessment], 'purposes.change', preset.purposes.change),
  ]
}

/** The roles of a permission table that its list does not have. */
function tableWords({ roles, appoints, actions, approvals, independent }: PermissionTable): Remark[] {
  const named: (readonly [string, readonly string[]])[] = [
    ['appoints', appoints],
    ...Object.entries(actions).map(([action, by]) => [`actions.${action}`, Object.keys(by)] as const),
    ...Object.entries(approvals).map(([action, all]) => [`approvals.${action}`, all.flatMap(({ by }) => by)] as const),
  ]
  return [
    ...named.flatMap(([at, all]) =>
      [...new Set(all)]
        .filter((role) => !roles.includes(role))
        .map((role): Remark => ({ of: 'permissions', code: 'role-unknown', facts: { at, role } })),
    ),
    ...independent
      .filter((action) => !Object.hasOwn(actions, action))
      .map((word): Remark => {
        return { of: 'permissions', code: 'word-unknown', facts: { at: 'independent', word, list: 'actions' } }
      }),
  ]
}
