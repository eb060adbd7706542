import { account, type Declaration, type RuleName } from './declaration.ts'

const organisationStatus = [
  'organisation-unknown',
  'organisation-authority',
  'organisation-already-so',
  'code-unknown',
] as const
const accountStatus = ['account-unknown', 'account-kind', 'account-already-so', 'code-unknown'] as const
const owners = [...account, 'already-exists', 'shares-not-100'] as const

/** Documents, organisations, people, accounts, projects and what stands about them. */
export const ofPeople = {
  Genesis: {
    actions: ['genesis'],
    refuses: ['not-first', 'document-unknown', 'preset-strands', 'one-person-decides', 'law-closed'],
    writes: ['ledger', 'organisation', 'mandate', 'account', 'document', 'signingKey'],
  },
  DocumentAdopted: {
    actions: ['documents.adopt'],
    refuses: ['version-not-next', 'document-unknown', 'preset-strands', 'one-person-decides', 'law-closed'],
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
      'findings-open',
      'certifier-missing',
      'too-early',
    ],
    writes: ['project', 'ledger'],
  },
  DocumentSubmitted: {
    actions: ['documents.submit.*'],
    refuses: ['project-unknown', 'code-unknown', 'project-state', 'allocation-wrong', 'nothing-changes'],
    writes: ['project'],
  },
  FindingRaised: {
    actions: ['findings.raise'],
    refuses: ['project-unknown', 'already-exists', 'project-state', 'allocation-wrong'],
    writes: ['finding', 'project'],
  },
  FindingAnswered: {
    actions: ['findings.answer'],
    refuses: ['project-unknown', 'finding-unknown', 'finding-state'],
    writes: ['finding'],
  },
  FindingAssessed: {
    actions: ['findings.assess'],
    refuses: ['project-unknown', 'finding-unknown', 'finding-state'],
    writes: ['finding', 'project'],
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
  IssuanceTermsSet: { actions: ['projects.terms'], refuses: ['project-unknown', 'code-unknown'], writes: ['project'] },
  PoolsNamed: { actions: ['pools.name'], refuses: [...account, 'pool-in-use', 'nothing-changes'], writes: ['ledger'] },
} as const satisfies Partial<Record<RuleName, Declaration>>
