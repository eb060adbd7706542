/**
 * Why somebody gets a mail: it is about the own account; somebody asked to be let in under this address; it is to be
 * decided on; the reader proposed it; or it concerns the own organisation.
 */
export type Why = 'account' | 'applicant' | 'act' | 'proposer' | 'member'

export interface Template {
  /** Always sent: it is about the account, or somebody must act. Others can be switched off. */
  readonly essential: boolean
  readonly why: Why
  /** What its texts may name, besides the registry. */
  readonly places: readonly string[]
}

const MOVEMENT = ['kind', 'quantity', 'project', 'vintage', 'sender', 'receiver', 'expiresAt'] as const

const act = (...places: string[]): Template => ({ essential: true, why: 'act', places })
const tell = (why: Why, ...places: string[]): Template => ({ essential: false, why, places })

/** Every mail. Its words are in `locales`, under its name with `.subject`, `.body` and `.action`. */
export const TEMPLATES = {
  'sign-in-link': { essential: true, why: 'account', places: ['expiresAt'] },
  'address-confirm': { essential: true, why: 'applicant', places: ['expiresAt'] },
  'registration-waits': act(),
  'registration-rejected': { essential: true, why: 'applicant', places: ['reason'] },
  'proposal-waits': act('proposer', 'what', 'expiresAt'),
  'proposal-accepted': tell('proposer', 'what'),
  'proposal-refused': tell('proposer', 'what'),
  'proposal-expired': tell('proposer', 'what'),
  'movement-approve': act(...MOVEMENT),
  'movement-accept': act(...MOVEMENT),
  'movement-declined': tell('proposer', ...MOVEMENT),
  'movement-expired': tell('proposer', ...MOVEMENT),
  'transfer-received': tell('member', ...MOVEMENT),
  'credits-issued': tell('member', 'receiver', 'quantity', 'project', 'vintage'),
  'project-waits': act('project', 'owners'),
  'project-registered': tell('member', 'project', 'owners'),
  'project-moved': tell('member', 'project', 'state'),
  'organisation-suspended': { essential: true, why: 'member', places: ['organisation'] },
  'organisation-reactivated': { essential: true, why: 'member', places: ['organisation'] },
} satisfies Record<string, Template>

export type TemplateName = keyof typeof TEMPLATES

export function isTemplate(name: string): name is TemplateName {
  return Object.hasOwn(TEMPLATES, name)
}
