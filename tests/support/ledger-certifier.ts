import { sha256Hex } from '@tallystick/rules'
import type { LedgerFixture } from './ledger-fixture.ts'

/** A certifier is accredited and assigned, asks and is answered, becomes an affiliate of somebody, and is gone. */
export async function haveItCertified(fixture: LedgerFixture): Promise<void> {
  const { dice, mandates, organisations, project } = fixture
  const { root, admin, alpha } = mandates
  const [certifier, organisation, accreditation, finding] = [dice.id(), dice.id(), dice.id(), dice.id()]
  const write = (by: string, type: string, request: Record<string, unknown>) => fixture.must({ type, by, request })
  const say = (text: string) => fixture.commit(text)

  await write(root, 'OrganisationRegistered', { organisation, kind: 'certifier', name: say('Assessors of Testland') })
  await write(admin, 'MandateGranted', { mandate: certifier, organisation, role: 'certifier/Admin', limit: null })
  const terms = { body: say('National Accreditors'), scopes: ['1', '3'], from: '2020-01-01', to: '2999-12-31' }
  await write(admin, 'CertifierAccredited', { organisation, accreditation, ...terms })
  const task = 'verification'
  await write(admin, 'CertifierAssigned', { project, task, organisation })

  const report = { project, document: 'verification-report', sha256: sha256Hex(dice.id()), name: null }
  await write(certifier, 'DocumentSubmitted', report)
  const { sha256 } = report
  const signed = { project, document: 'verification-report', version: 1, sha256, slot: 'certifier', level: 'AES' }
  await write(certifier, 'DocumentSigned', { ...signed, evidence: sha256Hex(dice.id()) })
  const question = { kind: 'CL', section: 'B.4', text: say('Which stoves were sampled?') }
  await write(certifier, 'FindingRaised', { project, finding, ...question })
  await write(alpha, 'FindingAnswered', { project, finding, text: say('Those of the list.') })
  await write(certifier, 'FindingAssessed', { project, finding, outcome: 'closed', text: say('Seen.') })

  await write(certifier, 'ProjectCertified', { project })
  const grounds = { reason: 'request', text: say('The stoves were counted twice.') }
  await write(admin, 'CertificationRevoked', { project, organisation, ...grounds })

  await write(admin, 'CertifierReleased', { project, task, reason: 'ended' })
  const pair = [organisation, organisations.beta].sort()
  await write(admin, 'AffiliationRecorded', { organisations: pair, kind: 'people' })
  await write(admin, 'AffiliationEnded', { organisations: pair, reason: 'ended' })
  await write(admin, 'AccreditationWithdrawn', { organisation, accreditation, reason: 'request' })
}
