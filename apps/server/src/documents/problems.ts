import { type DocumentProblem, type FieldError, type Language, problemOf } from '@tallystick/contract'
import { type Problem, sentence } from '@tallystick/templates'
import { ProblemError } from '../platform/problem.ts'

/** Most problems that one refusal names. */
const MOST_NAMED = 100

/** Problems of a document, in words. */
export function told(problems: readonly Problem[], language: Language): DocumentProblem[] {
  return problems.map((one) => {
    const { path, code, severity, check } = one
    return { path, code: check ?? code, severity, message: sentence(one, language) }
  })
}

function fieldsOf(problems: readonly Problem[], language: Language): FieldError[] {
  return problems.slice(0, MOST_NAMED).map((one) => ({ field: one.path, message: sentence(one, language) }))
}

/** Values that cannot be kept in a draft: they are not of the form of their fields. */
export function unsavable(problems: readonly Problem[]): ProblemError {
  const document = problemOf('invalid-request', {}, fieldsOf(problems, 'en'))
  return new ProblemError(document, {}, undefined, (language) => fieldsOf(problems, language))
}

/** Errors that keep a document from being submitted. */
export function unfinished(problems: readonly Problem[]): ProblemError {
  const facts = { count: String(problems.length) }
  const document = problemOf('document-unfinished', facts, fieldsOf(problems, 'en'))
  return new ProblemError(document, {}, undefined, (language) => fieldsOf(problems, language))
}
