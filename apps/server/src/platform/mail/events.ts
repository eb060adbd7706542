import type { EntryType } from '@tallystick/contract'
import type { LogRow } from '../entries.ts'
import { creditsAcquired, creditsCounted } from './abroad-events.ts'
import { accountChanged, accountsOpened, termsSet, unitsConverted } from './account-events.ts'
import { movementDone, movementEnded, movementHalted, movementWaits, movementWithdrawn } from './movement-events.ts'
import {
  accountStanding,
  accreditationGiven,
  accreditationWithdrawn,
  affiliationChanged,
  organisationRegistered,
  organisationStanding,
  userAdded,
  userRemoved,
} from './people-events.ts'
import { pledgeEnded, unitsPledged } from './pledge-events.ts'
import {
  certificationChanged,
  certifierAssigned,
  certifierReleased,
  creditingSet,
  documentSubmitted,
  findingAnswered,
  findingAssessed,
  findingRaised,
  outcomeCertified,
  ownersChanged,
  periodChanged,
  projectMoved,
  projectRegistered,
} from './project-events.ts'
import { documentSigned, signersFirst } from './signature-events.ts'
import type { Look, Told } from './told.ts'
import {
  authorisationChanged,
  authorisationGiven,
  bufferFilled,
  bufferReleased,
  creditsEnded,
  creditsIssued,
  creditsReceived,
  creditsTaken,
  entryCorrected,
  holdChanged,
  lossReplaced,
  reversalDecided,
  reversalReported,
} from './unit-events.ts'

export type Tell<Type extends EntryType> = (row: LogRow<Type>, look: Look) => Told[] | Promise<Told[]>

/**
 * Of which entries people are told: who must act next, and who waits for it or is concerned. An entry type that is not
 * here is told to nobody. To add one: its line here, its mail in `templates.ts` and in each file of `locales`.
 */
export const EVENTS: { readonly [Type in EntryType]?: Tell<Type> } = {
  //                       must act next                          is told
  OrganisationRegistered: organisationRegistered, //                                     its people, and who registers
  MandateGranted: userAdded, //                                                          the Admins of the organisation
  MandateRevoked: userRemoved, //                                                        the Admins of the organisation
  OrganisationSuspended: (row, look) => organisationStanding(row, look, 'organisation-suspended'), //   its people
  OrganisationReactivated: (row, look) => organisationStanding(row, look, 'organisation-reactivated'), // its people
  AccountsOpened: accountsOpened, //                                                     its holder
  AccountPolicySet: accountChanged, //                                                   its holder
  ReceiverTrusted: accountChanged, //                                                    its holder
  ReceiverRemoved: accountChanged, //                                                    its holder
  AccountSuspended: (row, look) => accountStanding(row, look, 'account-suspended'), //   its holder
  AccountReactivated: (row, look) => accountStanding(row, look, 'account-reactivated'), // its holder
  AffiliationRecorded: (row, look) => affiliationChanged(row, look, 'affiliation-recorded'), // both
  AffiliationEnded: (row, look) => affiliationChanged(row, look, 'affiliation-ended'), // both
  CertifierAccredited: accreditationGiven, //                                            the certifier
  AccreditationWithdrawn: accreditationWithdrawn, //                                     the certifier
  ProjectRegistered: projectRegistered, // whoever takes the next step                   its owners
  ProjectMoved: projectMoved, //           whoever takes the next step                   its owners and certifiers
  CreditingPeriodSet: creditingSet, //     whoever takes the next step                   the owners
  MonitoringPeriodOpened: periodChanged, // whoever takes the next step                  its owners and verifier
  MonitoringPeriodMoved: periodChanged, // whoever takes the next step                   its owners and verifier
  OutcomeCertified: outcomeCertified, //   whoever takes the next step                   the owners
  OwnershipChanged: ownersChanged, //                                                    owners, new and old
  // Whoever takes the next step, and signs first; owners and certifiers.
  DocumentSubmitted: async (row, look) => [...(await documentSubmitted(row, look)), ...(await signersFirst(row, look))],
  DocumentSigned: documentSigned, //       whoever signs next, or takes the next step    owners, who submitted it
  FindingRaised: findingRaised, //         whoever answers it
  FindingAnswered: findingAnswered, //     whoever assesses it
  FindingAssessed: findingAssessed, //     whoever answers it once more                  the owners, where it is closed
  CertifierAssigned: certifierAssigned, // the certifier                                 the owners
  CertifierReleased: certifierReleased, //                                               certifier and owners
  ProjectCertified: (row, look) => certificationChanged(row, look, 'certification-given'), //     the owners
  CertificationRevoked: (row, look) => certificationChanged(row, look, 'certification-revoked'), // owners, certifier
  QuantityAuthorised: authorisationGiven, //                                             the owners
  AuthorisationChanged: authorisationChanged, //                                         the owners
  IssuanceTermsSet: termsSet, //                                                         the owners
  UnitsConverted: unitsConverted, //                                                     whoever has them now
  BatchIssued: creditsIssued, //                                                         each owner
  MovementProposed: ({ entry }, look) => movementWaits(entry.body.movement, entry.by, look),
  MovementApproved: ({ entry }, look) => movementWaits(entry.body.movement, entry.by, look),
  MovementDeclined: (row, look) => movementEnded(row, look, 'movement-declined'), //     its proposer
  MovementExpired: (row, look) => movementEnded(row, look, 'movement-expired'), //       its proposer
  MovementWithdrawn: movementWithdrawn, //                                               whoever was asked to accept
  MovementHalted: movementHalted, //                                                     its proposer, and the receiver
  CreditsTransferred: async (row, look) => [...creditsReceived(row, look), ...(await movementDone(row, look))], // receiver, proposer
  CreditsRetired: async (row, look) => [...creditsEnded(row, look), ...(await movementDone(row, look))], // holder, government
  CreditsCancelled: async (row, look) => [...creditsEnded(row, look), ...(await movementDone(row, look))], // the same
  CreditsTransferredAbroad: creditsCounted, //                                           holder, government
  FirstTransferRecorded: creditsCounted, //                                              the same
  CreditsUsed: creditsCounted, //                                                        the same
  CreditsAcquired: creditsAcquired, //                                                   whoever has them now
  UnitsPledged: unitsPledged, //                                                         pledgee, holder
  PledgeReleased: pledgeEnded, //                                                        the same
  PledgeExpired: pledgeEnded, //                                                         the same
  ReversalReported: reversalReported, //   whoever decides on it                         the owners
  ReversalDecided: reversalDecided, //     the owners, where they owe                    the owners
  BufferCancelled: creditsTaken, //                                                      the owners of the project
  ReversalCompensated: lossReplaced, //                                                  owners, and who paid
  BufferContributed: bufferFilled, //                                                    who paid; owners who owed
  BufferReleased: bufferReleased, //                                                     the owner who has them back
  EntryCorrected: entryCorrected, //                                                     all whom the wrong entry concerned
  HoldPlaced: (row, look) => holdChanged(row, look, 'hold-placed'), //                   the holders
  HoldLifted: (row, look) => holdChanged(row, look, 'hold-ended'), //                    the holders
  HoldExpired: (row, look) => holdChanged(row, look, 'hold-ended'), //                   the holders
}
