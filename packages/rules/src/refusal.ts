/**
 * Every reason for which a command is refused or an entry is unlawful. One list: `decide` answers with it, `admit`
 * judges with it, the HTTP contract maps it to a status and the translation files to a sentence.
 */
export const refusalCodes = [
  'malformed', // not an entry: bytes, envelope or body do not have the published form
  'too-large', // entry above 16 KiB
  'unknown-type', // a type or version that this program does not know
  'time-goes-back', // `at` is before the previous entry
  'key-used', // idempotency key already in the log
  'stream-broken', // streams do not continue the previous entry of each stream
  'not-first', // genesis anywhere but at index 0, or another type there
  'mandate-unknown',
  'mandate-revoked',
  'mandate-exists',
  'mandate-limit', // above the mandate's own limit
  'not-permitted', // the permission table does not give this action to the mandate
  'approval-missing', // fewer distinct approvals than the permission table asks for
  'approval-not-distinct', // an approver approved twice, or approved an own proposal
  'approval-mismatch', // the approval binds another proposal
  'already-exists',
  'organisation-unknown',
  'account-unknown',
  'account-not-active',
  'account-kind', // an account of this kind cannot take part in this movement
  'account-foreign', // account of another organisation than this entry needs
  'account-already-so', // already suspended, or already active
  'role-unknown',
  'document-unknown', // adopted bytes are not there or do not have the form of their kind
  'version-not-next', // an adopted document does not follow the version in force
  'project-unknown',
  'project-state', // the preset does not allow this in the project's state
  'move-unknown', // the preset has no such move
  'shares-not-100',
  'scope-unknown',
  'unit-type-unknown',
  'unit-type-not-movable', // mirrored units are records of another registry
  'code-unknown', // purpose or reason outside the preset's list
  'authorisation-unknown',
  'authorisation-exceeded', // more would be issued than was authorised
  'vintage-wrong', // a year to come, or one outside the monitoring period
  'serials-overlap',
  'serials-gap',
  'serials-exhausted',
  'split-wrong', // issuance ranges are not the largest-remainder split of the shares
  'allocation-wrong', // a number given by the ledger is not the next one
  'batch-unknown',
  'range-outside-batch',
  'ranges-disorder', // ranges overlap, touch or are not ascending
  'not-owned', // some units of the range are not held by the account
  'on-hold',
  'not-enough-credits',
  'too-fragmented', // needs more than 100 ranges; detail says how much fits
  'same-account',
  'hold-unknown',
  'registry-unknown',
  'class-differs', // units are already known under another project, vintage or type
  'signing-key-name', // a key of the log is named as the log's origin
  'signing-key-not-in-force', // only the key that signs now gives way to another
  'signing-key-known', // the key has signed for this ledger before
  'signature-wrong', // not by this key over the text that it should sign
  'already-retired', // units of a foreign registry are already recorded as retired or cancelled
  'lot-too-large', // more units of one class would be issued abroad than 15 digits can say
  'changed-since', // units are not as the record that is to be taken back has left them
] as const

export type RefusalCode = (typeof refusalCodes)[number]

/** A refusal is a value: a code and the facts that a person needs to do better. */
export interface Refusal {
  refused: RefusalCode
  detail: Record<string, string>
}

export function refuse(refused: RefusalCode, detail: Record<string, string> = {}): Refusal {
  return { refused, detail }
}

export function isRefusal(value: unknown): value is Refusal {
  return typeof value === 'object' && value !== null && 'refused' in value
}
