import { creditsAcquired, creditsTransferredAbroad, creditsUsed, firstTransferRecorded } from './abroad.ts'
import {
  accountPolicySet,
  accountReactivated,
  accountSuspended,
  accountsOpened,
  receiverRemoved,
  receiverTrusted,
} from './accounts.ts'
import { authorisationChanged, quantityAuthorised } from './authorisations.ts'
import { bufferCancelled, bufferContributed, bufferReleased, reversalCompensated } from './buffer.ts'
import type { AnyCommand } from './command.ts'
import { unitsConverted } from './conversion.ts'
import { entryCorrected } from './corrections.ts'
import { holdExpired, holdLifted, holdPlaced } from './holds.ts'
import { independenceCommands } from './independence.ts'
import { batchIssued, outcomeCarried, poolsNamed } from './issuance.ts'
import { keyRotated } from './keys.ts'
import { documentSubmitted, findingAnswered, findingAssessed, findingRaised, projectMoved } from './life.ts'
import { mirrorCorrected, mirrorLotRecorded, mirrorOpened, mirrorProjectRecorded, mirrorRecorded } from './mirrors.ts'
import { creditsCancelled, creditsRetired, creditsTransferred } from './movements.ts'
import { parametersAdopted } from './parameters.ts'
import {
  documentAdopted,
  mandateConfirmed,
  mandateGranted,
  mandateRevoked,
  organisationReactivated,
  organisationRegistered,
  organisationSuspended,
} from './people.ts'

import { periodCommands } from './periods.ts'
import { pledgeExpired, pledgeReleased, unitsPledged } from './pledges.ts'
import { issuanceTermsSet, ownershipChanged, projectRegistered } from './projects.ts'
import { reversalDecided, reversalReported } from './reversals.ts'
import { documentSigned } from './signatures.ts'
import {
  movementApproved,
  movementDeclined,
  movementExpired,
  movementHalted,
  movementProposed,
  movementWithdrawn,
} from './waiting.ts'

/** Every command that the model knows: all entry types but genesis. */
export const commands: readonly AnyCommand[] = [
  documentAdopted,
  parametersAdopted,
  keyRotated,
  organisationRegistered,
  organisationSuspended,
  organisationReactivated,
  ...independenceCommands,
  mandateConfirmed,
  mandateGranted,
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
  ...periodCommands,
  ownershipChanged,
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
