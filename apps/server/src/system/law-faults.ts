import {
  type FieldError,
  inputSentencesIn,
  inputTextIn,
  isProblemCode,
  type Language,
  lawSentence,
  type ProblemCode,
  problemOf,
} from '@tallystick/contract'
import { checkLaw, type DocumentKind, type Law, type Remark } from '@tallystick/rules'
import { templateSubjects } from '../platform/documents.ts'
import { ProblemError } from '../platform/problem.ts'

/** Most faults that one answer names. */
const MOST_NAMED = 20

/**
 * Refuses a document that is to be adopted beside the other one in force, by the judgement of `preset check` and of
 * founding. What the documents in force are faulty of already keeps nobody from mending something else.
 */
export function refuseFaults(law: Law, document: DocumentKind, content: unknown): void {
  const next = { ...law, [document]: content }
  const known = templateSubjects()
  const faultsIn = (language: Language) =>
    checkLaw(next.preset, next.permissions, inputSentencesIn(language), known).faults
  const all = faultsIn('en')
  if (all.length === 0) return
  const before = new Set(checkLaw(law.preset, law.permissions, undefined, known).faults.map(identity))
  const faults = all.filter((fault) => !before.has(identity(fault)))
  const [first] = faults
  if (!first) return
  // Where the form is wrong its sentences are told anew; whatever else is wrong was found at some cost, and is told again.
  const isFormal = faults.some(({ code }) => code === 'form')
  const told = (language: Language) =>
    (isFormal && language !== 'en' ? faultsIn(language) : faults)
      .slice(0, MOST_NAMED)
      .map((fault) => fieldOf(fault, language))
  throw new ProblemError(problemOf(codeOf(first), factsOf(first), told('en')), {}, undefined, told)
}

function identity({ of, code, facts }: Remark): string {
  return JSON.stringify([of, code, facts])
}

/** What the ledger calls a fault that is told by its cause here. */
const CAUSES: Readonly<Partial<Record<Remark['code'], ProblemCode>>> = {
  'roles-closed': 'nobody-may',
  'approver-unable': 'nobody-may',
  'moves-closed': 'preset-strands',
}

/** Of the form, or of words that do not fit to each other: the document is none. */
const FORMAL: ReadonlySet<Remark['code']> = new Set([
  'form',
  'too-large',
  'state-unknown',
  'word-unknown',
  'word-twice',
] satisfies Remark['code'][])

function codeOf({ of, code }: Remark): ProblemCode {
  if (FORMAL.has(code) || (of === 'permissions' && code === 'role-unknown')) return 'document-unknown'
  return CAUSES[code] ?? (isProblemCode(code) ? code : 'law-unsound')
}

/** Facts for the sentence of the code; of several actions the first. */
function factsOf({ facts }: Remark): Record<string, string> {
  const [action] = facts.actions?.split(', ') ?? []
  return action === undefined ? facts : { ...facts, action }
}

/** Where it stands, where that is a field; and the sentence that the check has for it. */
function fieldOf(fault: Remark, language: Language): FieldError {
  const { at = '' } = fault.facts
  const reason = inputTextIn(language, fault.facts.reason ?? '')
  const isField = fault.code === 'form' && /^[\w.-]+$/.test(at)
  return isField
    ? { field: `content.${at}`, message: reason }
    : { field: 'content', message: lawSentence({ ...fault, facts: { ...fault.facts, reason } }, language) }
}
