import type { AnyCommand } from './command.ts'
import { accountReactivated, accountSuspended, holdLifted, holdPlaced } from './holds.ts'
import { keyRotated } from './keys.ts'
import { mirrorCorrected, mirrorLotRecorded, mirrorOpened, mirrorProjectRecorded, mirrorRecorded } from './mirrors.ts'
import { creditsCancelled, creditsRetired, creditsTransferred } from './movements.ts'
import { accountsOpened, documentAdopted, mandateGranted, mandateRevoked, organisationRegistered } from './people.ts'
import { batchIssued, projectMoved, projectRegistered, quantityAuthorised } from './projects.ts'

/** Every command that the model knows: all entry types but genesis. */
export const commands: readonly AnyCommand[] = [
  creditsTransferred,
  creditsRetired,
  creditsCancelled,
  holdPlaced,
  holdLifted,
  accountSuspended,
  accountReactivated,
  accountsOpened,
  organisationRegistered,
  mandateGranted,
  mandateRevoked,
  documentAdopted,
  projectRegistered,
  projectMoved,
  quantityAuthorised,
  batchIssued,
  mirrorOpened,
  mirrorRecorded,
  mirrorProjectRecorded,
  mirrorLotRecorded,
  mirrorCorrected,
  keyRotated,
]
