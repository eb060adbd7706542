import { account, type Declaration, type RuleName } from './declaration.ts'

/** Exact ranges of a batch are what they should be. */
const ranges = ['batch-unknown', 'ranges-disorder', 'range-outside-batch', 'not-owned', 'on-hold'] as const
/** Units leave one account for another. */
const movement = [...account, ...ranges, 'same-account'] as const
/** The ledger takes the lowest free serials. */
const taking = ['not-enough-credits', 'too-fragmented'] as const
/** Units are first transferred. */
const firstTransfer = [
  'authorisation-revoked',
  'approach-missing',
  'authorisation-exceeded',
  'purpose-not-authorised',
] as const
/** The entry is the last step of a movement that waited. */
const lastStep = [
  'movement-unknown',
  'movement-differs',
  'expired',
  'step-missing',
  'approval-not-distinct',
  'not-permitted',
] as const
/** Units are issued. */
const issuing = [
  'already-exists',
  'authorisation-unknown',
  'authorisation-revoked',
  'approach-missing',
  'authorisation-exceeded',
  'project-state',
  'reversal-open',
  'vintage-wrong',
  'serials-overlap',
  'serials-gap',
  'serials-exhausted',
] as const
const reversing = ['account-foreign', 'reversal-unknown', 'reversal-state', 'unit-type-differs', 'too-much'] as const
const foreignProject = ['registry-unknown', 'allocation-wrong', 'already-exists'] as const
const ending: Pick<Declaration, 'refuses' | 'writes'> = {
  refuses: [
    ...movement,
    ...taking,
    ...firstTransfer,
    ...lastStep,
    'account-foreign',
    'code-unknown',
    'allocation-wrong',
  ],
  writes: ['units', 'ledger', 'authorisation', 'space', 'pending', 'hold', 'ended'],
}

/** Units: authorised, issued, moved, ended, held, mirrored. */
export const ofUnits = {
  QuantityAuthorised: {
    actions: ['credits.authorise'],
    refuses: ['already-exists', 'project-unknown', 'project-state', 'unit-type-unknown', 'code-unknown'],
    writes: ['authorisation'],
  },
  AuthorisationChanged: {
    actions: ['credits.authorise.change'],
    refuses: [
      'authorisation-unknown',
      'authorisation-revoked',
      'version-not-next',
      'date-wrong',
      'code-unknown',
      'nothing-changes',
      'authorisation-too-small',
      'approach-in-use',
    ],
    writes: ['authorisation'],
  },
  BatchIssued: {
    actions: ['credits.issue'],
    refuses: [
      ...issuing,
      'account-not-active',
      'organisation-suspended',
      'terms-changed',
      'quantity-wrong',
      'nothing-to-issue',
      'split-wrong',
      'pool-missing',
      'allocation-wrong',
    ],
    writes: ['units', 'batch', 'issued', 'space', 'authorisation', 'remainder', 'output', 'pool', 'stock', 'project'],
  },
  OutcomeCarried: {
    actions: ['credits.carry'],
    refuses: ['authorisation-unknown', 'project-state', 'vintage-wrong', 'issue-instead'],
    writes: ['remainder'],
  },
  UnitsConverted: {
    actions: ['credits.convert'],
    refuses: [
      ...issuing,
      ...account,
      'registry-unknown',
      'ranges-disorder',
      'too-fragmented',
      'not-cancelled',
      'already-converted',
      'code-unknown',
      'allocation-wrong',
    ],
    writes: ['units', 'batch', 'space', 'authorisation', 'output'],
  },
  CreditsTransferred: {
    actions: ['credits.transfer', 'movements.approve', 'movements.accept'],
    second: true,
    refuses: [...movement, ...taking, 'receiver-not-trusted', 'acceptance-missing', ...lastStep],
    writes: ['units', 'pending', 'hold', 'ended'],
  },
  CreditsRetired: { actions: ['credits.retire', 'credits.retire.oimp', 'movements.approve'], second: true, ...ending },
  CreditsCancelled: {
    actions: ['credits.cancel', 'credits.cancel.oimp', 'movements.approve'],
    second: true,
    ...ending,
  },
  MovementProposed: {
    actions: ['credits.transfer', 'credits.retire', 'credits.retire.oimp', 'credits.cancel', 'credits.cancel.oimp'],
    refuses: [
      ...movement,
      ...taking,
      ...firstTransfer,
      'already-exists',
      'receiver-not-trusted',
      'account-foreign',
      'code-unknown',
      'expiry-wrong',
      'nothing-awaited',
    ],
    writes: ['pending', 'hold'],
  },
  MovementApproved: {
    actions: ['movements.approve'],
    refuses: ['movement-unknown', 'expired', 'last-step', 'approval-not-distinct', 'not-permitted'],
    writes: ['pending'],
  },
  MovementDeclined: {
    actions: ['movements.decline'],
    refuses: ['movement-unknown'],
    writes: ['pending', 'hold', 'ended'],
  },
  MovementWithdrawn: {
    actions: ['movements.withdraw'],
    refuses: ['movement-unknown'],
    writes: ['pending', 'hold', 'ended'],
  },
  MovementExpired: {
    actions: ['movements.expire'],
    refuses: ['movement-unknown', 'not-expired'],
    writes: ['pending', 'hold', 'ended'],
  },
  CreditsTransferredAbroad: {
    actions: ['credits.transfer.abroad'],
    second: true,
    refuses: [
      ...movement,
      ...taking,
      ...firstTransfer,
      'receiver-not-trusted',
      'unit-type-not-movable',
      'allocation-wrong',
    ],
    writes: ['units', 'authorisation', 'space'],
  },
  CreditsAcquired: {
    actions: ['credits.acquire'],
    refuses: [...movement, 'too-fragmented', 'already-exists', 'registry-own', 'vintage-wrong', 'allocation-wrong'],
    writes: ['units', 'series', 'batch'],
  },
  FirstTransferRecorded: {
    actions: ['credits.first-transfer'],
    refuses: [
      ...account,
      ...firstTransfer,
      ...ranges,
      'too-fragmented',
      'unit-type-not-movable',
      'definition-differs',
      'already-transferred',
      'allocation-wrong',
    ],
    writes: ['units', 'authorisation', 'space'],
  },
  CreditsUsed: {
    actions: ['credits.use'],
    second: true,
    refuses: [
      ...movement,
      ...taking,
      'account-foreign',
      'not-first-transferred',
      'purpose-not-authorised',
      'period-wrong',
      'allocation-wrong',
    ],
    writes: ['units'],
  },
  UnitsPledged: {
    actions: ['credits.pledge'],
    second: true,
    refuses: [
      ...account,
      ...ranges,
      ...taking,
      'same-account',
      'already-exists',
      'organisation-unknown',
      'code-unknown',
      'expiry-wrong',
    ],
    writes: ['pledge', 'hold'],
  },
  PledgeReleased: { actions: ['pledges.release'], refuses: ['pledge-unknown'], writes: ['pledge', 'hold', 'ended'] },
  PledgeExpired: {
    actions: ['pledges.expire'],
    refuses: ['pledge-unknown', 'not-expired'],
    writes: ['pledge', 'hold', 'ended'],
  },
  BufferContributed: {
    actions: ['buffer.contribute'],
    second: true,
    refuses: [
      ...movement,
      ...taking,
      'pool-missing',
      'unit-type-not-movable',
      'project-unknown',
      'unit-type-differs',
      'too-much',
      'receiver-not-trusted',
    ],
    writes: ['units', 'pool', 'stock', 'project'],
  },
  BufferReleased: {
    actions: ['buffer.release'],
    refuses: [
      ...movement,
      ...taking,
      'pool-missing',
      'account-foreign',
      'reversal-open',
      'debt-open',
      'too-early',
      'assessment-missing',
      'too-much',
    ],
    writes: ['units', 'pool', 'stock'],
  },
  ReversalReported: {
    actions: ['reversals.report'],
    refuses: ['already-exists', 'project-unknown', 'code-unknown', 'date-wrong'],
    writes: ['reversal', 'project'],
  },
  ReversalDecided: {
    actions: ['reversals.decide'],
    refuses: ['reversal-unknown', 'reversal-state', 'unit-type-unknown', 'loss-too-large'],
    writes: ['reversal', 'project'],
  },
  BufferCancelled: {
    actions: ['buffer.cancel'],
    refuses: [
      'account-unknown',
      'account-kind',
      'organisation-suspended',
      ...ranges,
      ...taking,
      ...reversing,
      'same-account',
      'pool-missing',
      'buffer-order',
    ],
    writes: ['units', 'pool', 'stock', 'reversal', 'project'],
  },
  ReversalCompensated: {
    actions: ['reversals.compensate'],
    second: true,
    refuses: [...movement, ...taking, ...reversing, 'unit-type-not-movable', 'receiver-not-trusted'],
    writes: ['units', 'reversal', 'project'],
  },
  EntryCorrected: {
    actions: ['entries.correct'],
    refuses: [
      'not-correctable',
      'entry-unknown',
      'already-corrected',
      'code-unknown',
      'units-moved',
      'already-transferred',
      'on-hold',
      'account-not-active',
      'organisation-suspended',
    ],
    writes: ['units', 'ended', 'authorisation', 'remainder', 'output'],
  },
  HoldPlaced: {
    actions: ['holds.place'],
    refuses: [
      'already-exists',
      'batch-unknown',
      'account-unknown',
      'account-kind',
      'ranges-disorder',
      'range-outside-batch',
      'code-unknown',
      'expiry-wrong',
    ],
    writes: ['hold'],
  },
  HoldLifted: { actions: ['holds.lift'], refuses: ['hold-unknown'], writes: ['hold', 'ended'] },
  HoldExpired: { actions: ['holds.expire'], refuses: ['hold-unknown', 'not-expired'], writes: ['hold', 'ended'] },
  MirrorOpened: { actions: ['mirrors.open'], refuses: ['already-exists'], writes: ['registry', 'account'] },
  MirrorRecorded: {
    actions: ['mirrors.record'],
    refuses: [...foreignProject, 'too-fragmented', 'class-differs', 'already-retired'],
    writes: ['units', 'foreign', 'lot'],
  },
  MirrorLotRecorded: {
    actions: ['mirrors.record'],
    refuses: [...foreignProject, 'lot-too-large'],
    writes: ['units', 'foreign', 'lot'],
  },
  MirrorProjectRecorded: { actions: ['mirrors.record'], refuses: foreignProject, writes: ['foreign'] },
  MirrorCorrected: {
    actions: ['mirrors.correct'],
    refuses: [...foreignProject, 'ranges-disorder', 'too-fragmented', 'changed-since'],
    writes: ['units', 'foreign', 'lot', 'corrected'],
  },
} as const satisfies Partial<Record<RuleName, Declaration>>
