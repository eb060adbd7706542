export { askedFor, chosenFor } from './approvals.ts'
export * from './attributes.ts'
export { CONVERTED, FIRST_TRANSFER, ITMO, wordOf } from './attributes.ts'
export { commitmentOf } from './commitment.ts'
export { CountryParameters } from './country-parameters.ts'
export { type Declaration, declarations, type RuleName, summaries } from './declarations.ts'
export * from './documents.ts'
export { verifyEd25519 } from './ed25519.ts'
export * from './engine.ts'
export { policyInForce } from './entries/accounts.ts'
export { movesOfClock } from './entries/clock.ts'
export { endedIdOf } from './entries/corrections.ts'
export { Genesis, isTestOrigin, type Predecessor } from './entries/genesis.ts'
export { KeyRotation, logKeyOf, publicHalfOf, type Rotation, rotationText } from './entries/keys.ts'
export { leviesFor, splitIssuance } from './entries/levies.ts'
export {
  certifiersFor,
  type Deed,
  isReady,
  kindsNeeded,
  type Missing,
  missingFor,
  movesFrom,
  type Papers,
  windowOf,
} from './entries/machine.ts'
export { type Lot, onlyEvidenced, unitsIn, withoutSerials } from './entries/mirror-classes.ts'
export { EVIDENCED } from './entries/mirrors.ts'
export { MAX_RANGES, MAX_RUNS } from './entries/movement.ts'
export { bookId, debtsAfter } from './entries/pool.ts'
export { type Unsettled, unsettledOf } from './entries/settled.ts'
export { slotsOf, unsigned } from './entries/signatures.ts'
export { faultsOf } from './entries/soundness.ts'
export { approvedBy, isLastStep, movementAction, nextStep, standingOf } from './entries/waiting.ts'
export * from './envelope.ts'
export * from './ids.ts'
export { invariant } from './invariant.ts'
export { checkLaw, type LawCheck, type Remark, type RemarkCode } from './law-check.ts'
export { admitOutside, type OutsideAct, outsideReads } from './outside.ts'
export { type Act, allows, isAccredited, PermissionTable, SYSTEM_ROLE } from './permissions.ts'
export { type Move, Preset } from './preset.ts'
export {
  commonRefusals,
  isRefusal,
  type Proposal,
  type Refusal,
  type RefusalCode,
  refusalCodes,
  refuse,
} from './refusal.ts'
export { partitionOf, type Run, RunSet, without } from './runs.ts'
export { isLessThan, percentageOf } from './shares.ts'
export * from './simple.ts'
export { capacityOf, levelsOf, SignatureLevel, type Slot, signingAction } from './slot.ts'
export * from './spaces.ts'
export * from './state.ts'
