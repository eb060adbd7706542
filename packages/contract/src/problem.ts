import type { RefusalCode } from '@tallystick/rules'
import { z } from 'zod'
import type { Language } from './languages.ts'
import en from './locales/en.json' with { type: 'json' }
import es from './locales/es.json' with { type: 'json' }
import fr from './locales/fr.json' with { type: 'json' }

/** What HTTP itself refuses, before any rule of the registry is asked. */
export type HttpCode =
  | 'invalid-request'
  | 'cursor-invalid'
  | 'key-missing'
  | 'key-invalid'
  | 'key-reused'
  | 'not-signed-in'
  | 'sign-in-failed'
  | 'password-wrong'
  | 'password-expired'
  | 'password-change-due'
  | 'passwords-off'
  | 'links-off'
  | 'cross-site'
  | 'forbidden'
  | 'people-only'
  | 'too-many-api-keys'
  | 'own-account'
  | 'own-role'
  | 'last-admin'
  | 'role-changing'
  | 'email-taken'
  | 'tax-id-taken'
  | 'link-unknown'
  | 'not-calculated'
  | 'law-unsound'
  | 'external-id-taken'
  | 'comments-closed'
  | 'file-refused'
  | 'file-in-use'
  | 'files-unavailable'
  | 'papers-busy'
  | 'signing-code-wrong'
  | 'signing-permit-unknown'
  | 'signing-key-missing'
  | 'authenticator-refused'
  | 'signing-off'
  | 'registration-decided'
  | 'too-many-requests'
  | 'not-found'
  | 'method-not-allowed'
  | 'unsupported-media-type'
  | 'not-yet-provable'
  | 'serial-unknown'
  | 'serial-unclear'
  | 'proposal-decided'
  | 'account-missing'
  | 'movement-waits'
  | 'revision-stale'
  | 'document-unfinished'
  | 'result-negative'
  | 'already-final'
  | 'status-wrong'
  | 'years-overlap'
  | 'period-incomplete'
  | 'ledger-busy'
  | 'internal'

export type ProblemCode = RefusalCode | HttpCode

/** The one list of codes, each with its HTTP status. */
export const problemStatus = {
  'invalid-request': 400,
  'cursor-invalid': 400,
  'key-missing': 400,
  'key-invalid': 400,
  'key-reused': 422,
  'not-signed-in': 401,
  'sign-in-failed': 401,
  'password-wrong': 401,
  'password-expired': 401,
  'password-change-due': 403,
  'passwords-off': 403,
  'links-off': 403,
  'cross-site': 403,
  forbidden: 403,
  'people-only': 403,
  'too-many-api-keys': 409,
  'own-account': 403,
  'own-role': 403,
  'last-admin': 409,
  'role-changing': 409,
  'email-taken': 409,
  'tax-id-taken': 409,
  'link-unknown': 404,
  'not-calculated': 422,
  'law-unsound': 422,
  'external-id-taken': 409,
  'comments-closed': 409,
  'file-refused': 422,
  'file-in-use': 409,
  'files-unavailable': 503,
  'papers-busy': 503,
  'signing-code-wrong': 403,
  'signing-permit-unknown': 404,
  'signing-key-missing': 409,
  'authenticator-refused': 403,
  'signing-off': 409,
  'registration-decided': 409,
  'too-many-requests': 429,
  'not-found': 404,
  'method-not-allowed': 405,
  'unsupported-media-type': 415,
  'not-yet-provable': 409,
  'serial-unknown': 404,
  'serial-unclear': 400,
  'proposal-decided': 409,
  'account-missing': 409,
  'movement-waits': 409,
  'revision-stale': 409,
  'document-unfinished': 422,
  'result-negative': 409,
  'already-final': 409,
  'status-wrong': 409,
  'years-overlap': 409,
  'period-incomplete': 409,
  'ledger-busy': 503,
  internal: 500,
  malformed: 400,
  'too-large': 413,
  'unknown-type': 422,
  'time-goes-back': 409,
  'key-used': 409,
  'stream-broken': 409,
  'not-first': 409,
  'mandate-unknown': 403,
  'mandate-revoked': 403,
  'mandate-exists': 409,
  'mandate-limit': 403,
  'not-permitted': 403,
  'conflict-of-interest': 403,
  'accreditation-missing': 403,
  'approval-missing': 403,
  'approval-not-distinct': 409,
  'approval-mismatch': 409,
  'already-exists': 409,
  'organisation-unknown': 404,
  'organisation-kind': 409,
  'accreditation-unknown': 404,
  'rotation-due': 409,
  'too-many': 409,
  'account-unknown': 404,
  'account-not-active': 409,
  'account-kind': 409,
  'account-foreign': 409,
  'account-already-so': 409,
  'role-unknown': 422,
  'document-unknown': 422,
  'version-not-next': 409,
  'project-unknown': 404,
  'project-state': 409,
  'move-unknown': 422,
  'document-missing': 409,
  'signatures-missing': 409,
  'signature-level': 409,
  'signature-order': 409,
  'signer-wrong': 403,
  'signed-before': 409,
  'agreement-unknown': 404,
  'findings-open': 409,
  'certifier-missing': 409,
  'certification-missing': 409,
  'not-settled': 409,
  'reason-missing': 422,
  'finding-unknown': 404,
  'finding-state': 409,
  'periods-not-kept': 422,
  'period-unknown': 404,
  'period-missing': 422,
  'period-state': 409,
  'dates-differ': 422,
  'dates-overlap': 409,
  'crediting-missing': 409,
  'crediting-used-up': 409,
  'outcomes-missing': 409,
  'certified-exceeded': 409,
  'already-issued': 409,
  'already-certified': 409,
  'preset-strands': 422,
  'one-person-decides': 422,
  'law-closed': 422,
  'certifiers-hold': 422,
  'nobody-may': 422,
  'shares-not-100': 422,
  'scope-unknown': 422,
  'unit-type-unknown': 422,
  'unit-type-differs': 409,
  'unit-type-not-movable': 409,
  'code-unknown': 422,
  'authorisation-unknown': 404,
  'authorisation-exceeded': 409,
  'vintage-wrong': 422,
  'serials-overlap': 409,
  'serials-gap': 409,
  'serials-exhausted': 409,
  'split-wrong': 409,
  'allocation-wrong': 409,
  'batch-unknown': 404,
  'range-outside-batch': 422,
  'ranges-disorder': 422,
  'not-owned': 409,
  'on-hold': 409,
  'not-enough-credits': 409,
  'too-fragmented': 409,
  'same-account': 422,
  'hold-unknown': 404,
  'registry-unknown': 404,
  'class-differs': 409,
  'signing-key-name': 422,
  'signing-key-not-in-force': 409,
  'signing-key-known': 409,
  'signature-wrong': 422,
  'already-retired': 409,
  'lot-too-large': 422,
  'changed-since': 409,
  'organisation-suspended': 409,
  'organisation-already-so': 409,
  'organisation-authority': 409,
  'registry-own': 422,
  'receiver-not-trusted': 409,
  'acceptance-missing': 409,
  'authorisation-revoked': 409,
  'authorisation-too-small': 409,
  'approach-missing': 409,
  'approach-in-use': 409,
  'purpose-not-authorised': 409,
  'nothing-changes': 409,
  'date-wrong': 422,
  'terms-changed': 409,
  'quantity-wrong': 422,
  'nothing-to-issue': 422,
  'issue-instead': 422,
  'pool-missing': 409,
  'pool-in-use': 409,
  'expiry-wrong': 422,
  'not-expired': 409,
  expired: 409,
  'not-suspended': 409,
  'movement-unknown': 404,
  'movement-differs': 409,
  'nothing-awaited': 422,
  'last-step': 409,
  'step-missing': 409,
  'pledge-unknown': 404,
  'reversal-unknown': 404,
  'reversal-open': 409,
  'reversal-state': 409,
  'debt-open': 409,
  'too-much': 409,
  'too-early': 409,
  'too-late': 409,
  'assessment-missing': 409,
  'loss-too-large': 409,
  'buffer-order': 409,
  'not-first-transferred': 409,
  'already-transferred': 409,
  'definition-differs': 409,
  'period-wrong': 422,
  'not-cancelled': 409,
  'already-converted': 409,
  'not-correctable': 422,
  'entry-unknown': 404,
  'already-corrected': 409,
  'units-moved': 409,
} as const satisfies Record<ProblemCode, number>

interface Sentence {
  title: string
  /** With the facts of the case in braces; the title stands for it where a fact is missing. */
  detail?: string
  /** The same with fewer facts; the title stands for it where one of these is missing, too. */
  brief?: string
}

/** What people read; a code without a sentence in each language does not compile. */
const sentences: Record<Language, Record<ProblemCode, Sentence>> = { en, fr, es }

export function isProblemCode(code: string): code is ProblemCode {
  return Object.hasOwn(problemStatus, code)
}

export const FieldError = z.object({
  field: z.string().meta({ description: 'Name of the field, with dots into objects and lists: `owners.0.share`.' }),
  message: z.string(),
  allowed: z.string().optional().meta({ description: 'What may stand there.' }),
})
export type FieldError = z.infer<typeof FieldError>

/** RFC 9457 problem details, with our own members `code`, `errors` and `facts`. */
export const Problem = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.number().int(),
    detail: z.string(),
    code: z.string().meta({ description: 'Stable word for programs.' }),
    errors: z.array(FieldError),
    facts: z.record(z.string(), z.string()).optional().meta({ description: 'Facts of the case, for programs.' }),
    instance: z.string().optional().meta({ description: 'This one request, as the log of the server names it.' }),
  })
  .meta({ id: 'Problem', description: 'Why a request was refused (RFC 9457).' })
export type Problem = z.infer<typeof Problem>

/** A problem's document. `facts` fill the sentence. Only what people read depends on the language. */
export function problemOf(
  code: ProblemCode,
  facts: Readonly<Record<string, string>> = {},
  errors: readonly FieldError[] = [],
  language: Language = 'en',
): Problem {
  const { title, detail, brief }: Sentence = sentences[language][code]
  return {
    type: `urn:tallystick:problem:${code}`,
    title,
    status: problemStatus[code],
    detail: filled(detail, facts) ?? filled(brief, facts) ?? title,
    code,
    errors: [...errors],
    ...(Object.keys(facts).length > 0 ? { facts: { ...facts } } : {}),
  }
}

function filled(template: string | undefined, facts: Readonly<Record<string, string>>): string | undefined {
  if (template === undefined) return undefined
  const names = [...template.matchAll(/\{(\w+)\}/g)].map(([, name]) => name ?? '')
  if (!names.every((name) => Object.hasOwn(facts, name))) return undefined
  return template.replace(/\{(\w+)\}/g, (_, name: string) => facts[name] ?? '')
}
