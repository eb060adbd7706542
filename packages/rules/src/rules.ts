import { creditsAcquired, creditsTransferredAbroad, creditsUsed, firstTransferRecorded } from './entries/abroad.ts'
import {
  accountPolicySet,
  accountReactivated,
  accountSuspended,
  accountsOpened,
  receiverRemoved,
  receiverTrusted,
} from './entries/accounts.ts'
import { accreditationWithdrawn, certifierAccredited } from './entries/accreditations.ts'
import { affiliationEnded, affiliationRecorded } from './entries/affiliations.ts'
import { certifierAssigned, certifierReleased } from './entries/assignments.ts'
import { authorisationChanged, quantityAuthorised } from './entries/authorisations.ts'
import { bufferCancelled, bufferContributed, bufferReleased, reversalCompensated } from './entries/buffer.ts'
import { outcomeCarried } from './entries/carried.ts'
import { certificationRevoked, projectCertified } from './entries/certifications.ts'
import { unitsConverted } from './entries/conversion.ts'
import { entryCorrected } from './entries/corrections.ts'
import { creditingPeriodSet } from './entries/crediting.ts'
import { findingAnswered, findingAssessed, findingRaised } from './entries/findings.ts'
import { documentAdopted, genesis } from './entries/genesis.ts'
import { holdExpired, holdLifted, holdPlaced } from './entries/holds.ts'
import { batchIssued } from './entries/issuance.ts'
import { keyRotated } from './entries/keys.ts'
import { issuanceTermsSet, poolsNamed } from './entries/levies.ts'
import { mirrorCorrected } from './entries/mirror-corrections.ts'
import { mirrorLotRecorded } from './entries/mirror-lots.ts'
import { mirrorProjectRecorded } from './entries/mirror-projects.ts'
import { mirrorOpened, mirrorRecorded } from './entries/mirrors.ts'
import { creditsCancelled, creditsRetired, creditsTransferred } from './entries/movements.ts'
import {
  mandateConfirmed,
  mandateGranted,
  mandateRevoked,
  organisationReactivated,
  organisationRegistered,
  organisationSuspended,
} from './entries/organisations.ts'
import { outcomeCertified } from './entries/outcomes.ts'
import { parametersAdopted } from './entries/parameters.ts'
import {
  movementApproved,
  movementDeclined,
  movementExpired,
  movementHalted,
  movementProposed,
  movementWithdrawn,
} from './entries/pending.ts'
import { monitoringPeriodMoved, monitoringPeriodOpened } from './entries/periods.ts'
import { pledgeExpired, pledgeReleased, unitsPledged } from './entries/pledges.ts'
import { documentSubmitted } from './entries/project-documents.ts'
import { ownershipChanged, projectMoved, projectRegistered } from './entries/projects.ts'
import { reversalDecided, reversalReported } from './entries/reversals.ts'
import { documentSigned } from './entries/signatures.ts'
import type { AnyRule } from './rule.ts'

/** Every entry type and version. A new one is a file in `entries` and a line here. */
export const rules: readonly AnyRule[] = [
  genesis,
  documentAdopted,
  parametersAdopted,
  keyRotated,
  organisationRegistered,
  organisationSuspended,
  organisationReactivated,
  affiliationRecorded,
  affiliationEnded,
  certifierAccredited,
  accreditationWithdrawn,
  mandateGranted,
  mandateConfirmed,
  mandateRevoked,
  accountsOpened,
  accountSuspended,
  accountReactivated,
  accountPolicySet,
  receiverTrusted,
  receiverRemoved,
  projectRegistered,
  projectMoved,
  documentSubmitted,
  documentSigned,
  findingRaised,
  findingAnswered,
  findingAssessed,
  creditingPeriodSet,
  monitoringPeriodOpened,
  monitoringPeriodMoved,
  outcomeCertified,
  ownershipChanged,
  certifierAssigned,
  certifierReleased,
  projectCertified,
  certificationRevoked,
  issuanceTermsSet,
  poolsNamed,
  quantityAuthorised,
  authorisationChanged,
  batchIssued,
  outcomeCarried,
  unitsConverted,
  creditsTransferred,
  creditsRetired,
  creditsCancelled,
  movementProposed,
  movementApproved,
  movementDeclined,
  movementWithdrawn,
  movementExpired,
  movementHalted,
  creditsTransferredAbroad,
  creditsAcquired,
  firstTransferRecorded,
  creditsUsed,
  unitsPledged,
  pledgeReleased,
  pledgeExpired,
  bufferContributed,
  bufferReleased,
  reversalReported,
  reversalDecided,
  bufferCancelled,
  reversalCompensated,
  entryCorrected,
  holdPlaced,
  holdLifted,
  holdExpired,
  mirrorOpened,
  mirrorRecorded,
  mirrorLotRecorded,
  mirrorProjectRecorded,
  mirrorCorrected,
]
