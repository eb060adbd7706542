import { account, type Declaration, type RuleName } from './declaration.ts'

const organisationStatus = [
  'organisation-unknown',
  'organisation-authority',
  'organisation-already-so',
  'code-unknown',
] as const
const accountStatus = ['account-unknown', 'account-kind', 'account-already-so', 'code-unknown'] as const
/** It is about a project, or about one of its monitoring periods. */
const ofSubject = ['project-unknown', 'period-unknown', 'project-state', 'period-state'] as const
const owners = [...account, 'already-exists', 'shares-not-100'] as const

/** Documents, organisations, people, accounts, projects and what stands about them. */
export const ofPeople = {
  Genesis: {
    actions: ['genesis'],
    refuses: ['not-first', 'document-unknown', 'preset-strands', 'one-person-decides', 'law-closed', 'nobody-may'],
    writes: ['ledger', 'organisation', 'mandate', 'account', 'document', 'signingKey'],
  },
  DocumentAdopted: {
    actions: ['documents.adopt'],
    refuses: [
      'version-not-next',
      'document-unknown',
      'preset-strands',
      'one-person-decides',
      'law-closed',
      'nobody-may',
    ],
    writes: ['ledger', 'document'],
  },
  KeyRotated: {
    actions: ['keys.rotate'],
    refuses: ['signing-key-name', 'signing-key-not-in-force', 'signing-key-known', 'signature-wrong'],
    writes: ['ledger', 'signingKey'],
  },
  OrganisationRegistered: {
    actions: ['organisations.register'],
    refuses: ['already-exists', 'code-unknown'],
    writes: ['organisation'],
  },
  OrganisationSuspended: { actions: ['organisations.suspend'], refuses: organisationStatus, writes: ['organisation'] },
  OrganisationReactivated: {
    actions: ['organisations.reactivate'],
    refuses: organisationStatus,
    writes: ['organisation'],
  },
  AffiliationRecorded: {
    actions: ['affiliations.record'],
    refuses: ['organisation-unknown', 'organisation-authority', 'code-unknown', 'already-exists', 'too-many'],
    writes: ['organisation'],
  },
  AffiliationEnded: {
    actions: ['affiliations.end'],
    refuses: ['organisation-unknown', 'nothing-changes', 'code-unknown'],
    writes: ['organisation'],
  },
  CertifierAccredited: {
    actions: ['certifiers.accredit'],
    refuses: ['organisation-unknown', 'organisation-kind', 'already-exists', 'scope-unknown', 'too-many'],
    writes: ['organisation'],
  },
  AccreditationWithdrawn: {
    actions: ['certifiers.withdraw'],
    refuses: ['organisation-unknown', 'accreditation-unknown', 'code-unknown'],
    writes: ['organisation', 'ended'],
  },
  MandateGranted: {
    actions: ['mandates.*'],
    refuses: ['mandate-limit', 'mandate-exists', 'organisation-unknown', 'role-unknown'],
    writes: ['mandate'],
  },
  MandateConfirmed: { actions: ['mandates.*'], refuses: ['nothing-changes'], writes: ['mandate'] },
  MandateRevoked: { actions: ['mandates.*'], refuses: ['mandate-revoked'], writes: ['mandate'] },
  AccountsOpened: {
    actions: ['accounts.open'],
    refuses: ['organisation-unknown', 'already-exists', 'registry-own'],
    writes: ['account'],
  },
  AccountSuspended: { actions: ['accounts.suspend'], refuses: accountStatus, writes: ['account'] },
  AccountReactivated: { actions: ['accounts.reactivate'], refuses: accountStatus, writes: ['account'] },
  AccountPolicySet: { actions: ['accounts.policy'], second: true, refuses: account, writes: ['account'] },
  ReceiverTrusted: {
    actions: ['accounts.trust'],
    second: true,
    refuses: [...account, 'same-account', 'account-already-so'],
    writes: ['trusted'],
  },
  ReceiverRemoved: {
    actions: ['accounts.trust'],
    refuses: [...account, 'same-account', 'account-already-so'],
    writes: ['trusted'],
  },
  ProjectRegistered: {
    actions: ['projects.register'],
    refuses: [...owners, 'allocation-wrong', 'scope-unknown'],
    writes: ['ledger', 'project'],
  },
  ProjectMoved: {
    actions: ['projects.move.*'],
    refuses: [
      'project-unknown',
      'move-unknown',
      'project-state',
      'reason-missing',
      'code-unknown',
      'document-missing',
      'terms-changed',
      'findings-open',
      'certifier-missing',
      'crediting-missing',
      'crediting-used-up',
      'too-early',
      'too-late',
    ],
    writes: ['project', 'ledger'],
  },
  DocumentSubmitted: {
    actions: ['documents.submit.*'],
    refuses: [...ofSubject, 'code-unknown', 'allocation-wrong', 'nothing-changes'],
    writes: ['project', 'period'],
  },
  FindingRaised: {
    actions: ['findings.raise'],
    refuses: [...ofSubject, 'already-exists', 'allocation-wrong'],
    writes: ['finding', 'project', 'period'],
  },
  FindingAnswered: {
    actions: ['findings.answer'],
    refuses: ['project-unknown', 'finding-unknown', 'finding-state'],
    writes: ['finding'],
  },
  FindingAssessed: {
    actions: ['findings.assess'],
    refuses: ['project-unknown', 'finding-unknown', 'finding-state'],
    writes: ['finding', 'project', 'period'],
  },
  CreditingPeriodSet: {
    actions: ['projects.crediting.set'],
    refuses: [
      'project-unknown',
      'periods-not-kept',
      'code-unknown',
      'dates-differ',
      'project-state',
      'crediting-used-up',
      'dates-overlap',
      'allocation-wrong',
    ],
    writes: ['project'],
  },
  MonitoringPeriodOpened: {
    actions: ['periods.open'],
    refuses: [
      'project-unknown',
      'periods-not-kept',
      'already-exists',
      'project-state',
      'crediting-missing',
      'dates-overlap',
      'allocation-wrong',
    ],
    writes: ['period', 'project', 'ledger'],
  },
  MonitoringPeriodMoved: {
    actions: ['periods.move.*'],
    refuses: [
      'period-unknown',
      'move-unknown',
      'period-state',
      'reason-missing',
      'code-unknown',
      'too-late',
      'document-missing',
      'terms-changed',
      'findings-open',
      'certifier-missing',
      'outcomes-missing',
      'too-early',
      'already-issued',
    ],
    writes: ['period', 'project', 'ledger'],
  },
  OutcomeCertified: {
    actions: ['periods.certify'],
    refuses: [
      'period-unknown',
      'period-state',
      'vintage-wrong',
      'too-early',
      'already-issued',
      'findings-open',
      'certifier-missing',
      'rotation-due',
    ],
    writes: ['period', 'project'],
  },
  OwnershipChanged: {
    actions: ['projects.own'],
    refuses: [...owners, 'project-unknown', 'nothing-changes'],
    writes: ['project'],
  },
  CertifierAssigned: {
    actions: ['certifiers.assign'],
    refuses: [
      'project-unknown',
      'code-unknown',
      'organisation-unknown',
      'organisation-kind',
      'organisation-suspended',
      'already-exists',
      'conflict-of-interest',
      'accreditation-missing',
      'rotation-due',
    ],
    writes: ['project'],
  },
  CertifierReleased: {
    actions: ['certifiers.release'],
    refuses: ['project-unknown', 'nothing-changes', 'code-unknown'],
    writes: ['project'],
  },
  ProjectCertified: {
    actions: ['projects.certify'],
    refuses: [
      'project-unknown',
      'organisation-kind',
      'project-state',
      'already-exists',
      'too-many',
      'conflict-of-interest',
      'accreditation-missing',
    ],
    writes: ['project'],
  },
  CertificationRevoked: {
    actions: ['projects.certify.revoke'],
    refuses: ['project-unknown', 'nothing-changes', 'code-unknown'],
    writes: ['project'],
  },
  IssuanceTermsSet: { actions: ['projects.terms'], refuses: ['project-unknown', 'code-unknown'], writes: ['project'] },
  PoolsNamed: { actions: ['pools.name'], refuses: [...account, 'pool-in-use', 'nothing-changes'], writes: ['ledger'] },
} as const satisfies Partial<Record<RuleName, Declaration>>
