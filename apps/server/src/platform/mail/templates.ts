/**
 * Why somebody gets a mail: it is about the own account; somebody asked to be let in, or commented, under this address; it is to be
 * decided on; the reader proposed it; it concerns the own organisation; the reader governs; it gathers what was to be told; it reminds of what waits; or it is
 * about the way in.
 */
export type Why =
  | 'account'
  | 'own'
  | 'applicant'
  | 'commenter'
  | 'act'
  | 'proposer'
  | 'member'
  | 'government'
  | 'gathered'
  | 'reminded'

export interface Template {
  /** Always sent, and at once: it is about the account, or somebody must act. Others can be gathered, or switched off. */
  readonly essential: boolean
  readonly why: Why
  /** What its texts may name, besides the registry. */
  readonly places: readonly string[]
  /** `many`: of more than a few in an hour one mail is made, whatever the reader has chosen. `never`: it gathers itself. */
  readonly gathers?: 'many' | 'never'
}

const MOVEMENT = ['kind', 'quantity', 'project', 'vintage', 'sender', 'receiver', 'expiresAt'] as const

const act = (...places: string[]): Template => ({ essential: true, why: 'act', places })
const tell = (why: Why, ...places: string[]): Template => ({ essential: false, why, places })
const own = (...places: string[]): Template => ({ essential: true, why: 'own', places })
const stops = (...places: string[]): Template => ({ essential: true, why: 'member', places })
const many = (template: Template): Template => ({ ...template, gathers: 'many' })

/** Every mail. Its words are in `locales`, under its name with `.subject`, `.body` and `.action`. */
export const TEMPLATES = {
  'sign-in-link': { essential: true, why: 'account', places: ['expiresAt'] },
  'password-temporary': own('email', 'password', 'expiresAt'),
  'password-link': own('expiresAt'),
  'password-changed': own('at'),
  'signing-code': own('code', 'expiresAt'),
  'api-key-made': own('key', 'expiresAt'),
  'api-key-revoked': own('key'),
  'address-confirm': { essential: true, why: 'applicant', places: ['expiresAt'] },
  'comment-confirm': { essential: true, why: 'commenter', places: ['project', 'expiresAt'] },
  'registration-waits': act(),
  'registration-rejected': { essential: true, why: 'applicant', places: ['reason'] },
  'organisation-registered': tell('member', 'organisation', 'what'),
  'user-added': tell('member', 'organisation', 'what'),
  'user-removed': tell('member', 'organisation', 'what'),
  'proposal-waits': act('proposer', 'what', 'expiresAt'),
  'proposal-accepted': tell('proposer', 'what'),
  'proposal-refused': tell('proposer', 'what', 'reason'),
  'proposal-expired': tell('proposer', 'what'),
  'movement-approve': act(...MOVEMENT),
  'movement-accept': act(...MOVEMENT),
  'movement-done': tell('proposer', ...MOVEMENT),
  'movement-declined': tell('proposer', ...MOVEMENT),
  'movement-withdrawn': tell('member', ...MOVEMENT),
  'movement-halted': tell('member', ...MOVEMENT),
  'movement-expired': tell('proposer', ...MOVEMENT),
  'transfer-received': many(tell('member', ...MOVEMENT)),
  'credits-issued': many(tell('member', 'receiver', 'quantity', 'project', 'vintage')),
  'credits-ended': many(tell('member', 'holder', 'quantity', 'what')),
  'credits-ended-told': many(tell('government', 'holder', 'quantity', 'what')),
  'credits-converted': many(tell('member', 'holder', 'quantity', 'what')),
  'credits-exported': many(tell('member', 'holder', 'quantity', 'what')),
  'credits-exported-told': many(tell('government', 'holder', 'quantity', 'what')),
  'first-transfer': many(tell('member', 'holder', 'quantity', 'what')),
  'first-transfer-told': many(tell('government', 'holder', 'quantity', 'what')),
  'credits-used': many(tell('member', 'holder', 'quantity', 'what')),
  'credits-used-told': many(tell('government', 'holder', 'quantity', 'what')),
  'credits-acquired': many(tell('member', 'holder', 'quantity', 'what')),
  'pledge-received': many(tell('member', 'holder', 'quantity', 'what')),
  'units-pledged': many(tell('member', 'holder', 'quantity', 'what')),
  'pledge-ended': many(tell('member', 'holder', 'quantity', 'what')),
  'entry-corrected': tell('member', 'what'),
  'hold-placed': tell('member', 'holder', 'what'),
  'hold-ended': tell('member', 'holder', 'what'),
  'accounts-opened': tell('member', 'holder', 'what'),
  'account-changed': tell('member', 'holder', 'what'),
  'account-suspended': stops('holder', 'what'),
  'account-reactivated': stops('holder', 'what'),
  'project-waits': act('project', 'state', 'steps', 'what'),
  'project-registered': tell('member', 'project', 'owners'),
  'project-moved': tell('member', 'project', 'state', 'what'),
  'project-rejected': stops('project', 'state', 'what', 'steps', 'until'),
  'crediting-set': tell('member', 'project', 'what'),
  'period-moved': tell('member', 'project', 'state', 'what'),
  'terms-set': tell('member', 'project', 'what'),
  'owners-changed': tell('member', 'project', 'what'),
  'document-submitted': tell('member', 'project', 'document', 'what'),
  'signature-waits': act('project', 'document', 'what'),
  'document-signed': tell('member', 'project', 'document', 'what'),
  'finding-answer': act('project', 'finding', 'what'),
  'finding-assess': act('project', 'finding', 'what'),
  'finding-closed': tell('member', 'project', 'finding', 'what'),
  'certifier-assigned': act('project', 'task'),
  'certifier-named': tell('member', 'project', 'task', 'certifier'),
  'certifier-released': tell('member', 'project', 'task', 'what'),
  'certification-given': tell('member', 'project', 'what'),
  'certification-revoked': tell('member', 'project', 'what'),
  'accreditation-given': tell('member', 'organisation', 'what'),
  'accreditation-withdrawn': stops('organisation', 'what'),
  'affiliation-recorded': tell('member', 'what'),
  'affiliation-ended': tell('member', 'what'),
  'authorisation-given': tell('member', 'project', 'what'),
  'authorisation-changed': tell('member', 'project', 'what'),
  'authorisation-revoked': stops('project', 'what'),
  'reversal-decide': act('project', 'what'),
  'reversal-reported': tell('member', 'project', 'what'),
  'reversal-decided': tell('member', 'project', 'what'),
  'reversal-compensated': tell('member', 'project', 'what'),
  'buffer-contributed': tell('member', 'project', 'what'),
  'debt-repaid': tell('member', 'project', 'what'),
  'buffer-released': tell('member', 'quantity', 'project', 'what'),
  'debt-opened': stops('project', 'what'),
  'organisation-suspended': stops('organisation'),
  'organisation-reactivated': stops('organisation'),
  digest: { essential: false, why: 'gathered', places: ['count'], gathers: 'never' },
  reminder: { essential: false, why: 'reminded', places: ['count'], gathers: 'never' },
} satisfies Record<string, Template>

export type TemplateName = keyof typeof TEMPLATES

/** What is said of a mail, all of them alike. */
export function templateOf(name: TemplateName): Template {
  return TEMPLATES[name]
}

export function isTemplate(name: string): name is TemplateName {
  return Object.hasOwn(TEMPLATES, name)
}
