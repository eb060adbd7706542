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
  'conflict-of-interest', // the organisation, or an affiliate of it, owns what is decided on
  'accreditation-missing', // no accreditation for the project's sectoral scope on that day
  'approval-missing', // fewer distinct approvals than the permission table asks for
  'approval-not-distinct', // an approver approved twice, or approved an own proposal
  'approval-mismatch', // the approval binds another proposal
  'already-exists',
  'organisation-unknown',
  'organisation-suspended', // its mandates cannot act and its accounts take no part
  'organisation-already-so', // already suspended, or already active
  'organisation-authority', // the government itself cannot be suspended
  'organisation-kind', // an organisation of this kind cannot have this part
  'accreditation-unknown',
  'rotation-due', // this certifier has verified as many monitoring periods in a row as one may
  'too-many', // no room for one more; detail says how many there may be
  'account-unknown',
  'account-not-active',
  'account-kind', // an account of this kind cannot take part in this movement
  'account-foreign', // account of another organisation than this entry needs
  'account-already-so', // already suspended, or already active
  'registry-own', // a registry abroad is not this country's
  'receiver-not-trusted', // the account's policy allows transfers to trusted receivers only
  'acceptance-missing', // the receiver must accept: propose the movement
  'role-unknown',
  'document-unknown', // adopted bytes are not there or do not have the form of their kind
  'version-not-next', // an adopted document does not follow the version in force
  'project-unknown',
  'project-state', // the preset does not allow this in the project's state
  'move-unknown', // the preset has no such move
  'document-missing', // the move needs a document of this kind; of this round, where it says so
  'signatures-missing', // the move needs a document signed in every slot
  'signature-level', // the slot is signed at another level
  'signature-order', // other slots are signed first
  'signer-wrong', // the slot is for an organisation of another part in the project
  'signed-before', // the same person has signed this version
  'agreement-unknown', // there is no such agreement on units of this project between these accounts
  'findings-open', // the move needs every clarification and corrective action request closed
  'certifier-missing', // the move needs a certifier who is assigned to this task
  'certification-missing', // the preset wants a certifier's certification before anything is issued
  'not-settled', // the move needs that nothing of the project is open; detail says what is
  'reason-missing', // the move is taken for a reason only
  'finding-unknown',
  'finding-state', // a finding that is open is answered, one that was answered is assessed
  'preset-strands', // a project could come to rest, or rests, where no end can be reached
  'certifiers-hold', // organisations of a kind that is to certify have accounts
  'law-closed', // nobody could adopt the next documents
  'nobody-may', // nobody could be appointed who does what the preset needs
  'one-person-decides', // the preset asks for two persons, and the permission table leaves it to one
  'shares-not-100',
  'scope-unknown',
  'unit-type-unknown',
  'unit-type-differs', // a loss or a debt is made good with units of its own type
  'unit-type-not-movable', // mirrored units are records of another registry
  'code-unknown', // purpose or reason outside the preset's list
  'authorisation-unknown',
  'authorisation-revoked',
  'authorisation-too-small', // less than was first transferred
  'approach-in-use', // ITMO numbers of this cooperative approach were given
  'approach-missing', // units get no ITMO numbers without a cooperative approach
  'purpose-not-authorised', // the authorisation is not for this purpose
  'nothing-changes',
  'date-wrong', // a legal date to come
  'terms-changed', // owners, levies or documents are not those in force
  'quantity-wrong', // not the whole units of what is certified and carried
  'nothing-to-issue', // less than one unit: carry it
  'issue-instead', // a whole unit or more: issue it
  'pool-missing', // the account for this part of an issuance is not named
  'pool-in-use', // the buffer is named once
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
  'too-fragmented', // more ranges or runs than one entry may touch; detail says how much fits
  'same-account',
  'hold-unknown',
  'expiry-wrong', // ends too early or too late
  'not-expired', // its time has not come
  'expired', // its time is over
  'not-suspended', // no organisation of the movement is suspended under this id
  'movement-unknown', // no such movement waits
  'movement-differs', // not what was proposed
  'nothing-awaited', // nobody needs to approve or accept: move the units at once
  'last-step', // this approval completes the movement: write the movement itself
  'step-missing', // another step comes before this one; detail says which, and who may take it
  'pledge-unknown',
  'reversal-unknown',
  'reversal-open', // a reversal of the project is not compensated
  'reversal-state',
  'debt-open', // the project owes units to the buffer
  'too-much', // more than is left to give
  'too-early',
  'too-late', // the days within which it may be taken are over
  'assessment-missing', // the reversal risk was not assessed since then
  'loss-too-large', // more units are said to be lost than were issued of the project
  'buffer-order', // the project's own units first, the oldest vintage first
  'not-first-transferred', // only units that were first transferred are used towards an NDC
  'already-transferred', // first transferred before
  'definition-differs', // the authorisation defines another event as first transfer
  'periods-not-kept', // the preset has no monitoring periods, or no crediting periods
  'period-unknown',
  'period-missing', // units are issued of a monitoring period
  'period-state', // the preset does not allow this in the monitoring period's state
  'dates-differ', // not the dates that they must be; detail says which
  'dates-overlap', // not after the last one, or not before the next
  'crediting-missing', // no crediting period is there that this lies in, or that it is about
  'crediting-used-up', // no further crediting period: it was not renewed, or cannot be
  'outcomes-missing', // the move needs outcomes that are certified in this round
  'certified-exceeded', // more would be issued of a vintage than was certified
  'already-issued', // units were issued of this monitoring period
  'already-certified', // outcomes were certified on this report, and no finding asks for another
  'period-wrong', // vintage and use lie in one NDC period, the use not before the vintage
  'not-cancelled', // the units do not stand cancelled in the records of their registry
  'already-converted', // units were issued here in their place before
  'not-correctable', // entries of this type are not taken back
  'entry-unknown', // not an entry of this log
  'already-corrected',
  'units-moved', // the units are not where the entry brought them
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

/** What every entry may meet, whatever its type: its form, its place in the log, its mandate and its approvals. */
export const commonRefusals = [
  'malformed',
  'too-large',
  'unknown-type',
  'time-goes-back',
  'key-used',
  'stream-broken',
  'not-first',
  'document-unknown',
  'mandate-unknown',
  'mandate-revoked',
  'mandate-limit',
  'organisation-suspended',
  'not-permitted',
  'conflict-of-interest',
  'accreditation-missing',
  'approval-missing',
  'approval-not-distinct',
  'approval-mismatch',
] as const satisfies readonly RefusalCode[]

/** A refusal is a value: a code and the facts that a person needs to do better. */
export interface Refusal {
  refused: RefusalCode
  detail: Record<string, string>
  /** Where approvals are all that is missing: what they are to bind. */
  proposal?: Proposal
}

/** An entry that would be lawful once it is approved: its body without what the ledger allots on acceptance. */
export interface Proposal {
  v: number
  body: Record<string, unknown>
}

export function refuse(refused: RefusalCode, detail: Record<string, string> = {}): Refusal {
  return { refused, detail }
}

export function isRefusal(value: unknown): value is Refusal {
  return typeof value === 'object' && value !== null && 'refused' in value
}
