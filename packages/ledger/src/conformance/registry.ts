import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { type Genesis, isRefusal, proposalHash } from '@tallystick/rules'
import { newGenesis, randomId } from '../founding.ts'
import { isReceipt, type Ledger, type Outcome, type Receipt, type Submission } from '../port.ts'
import { type SigningKey, signingKey } from '../signing-key.ts'

/** A small registry on a ledger, for tests: officers, two developers with their accounts, one registered project. */
export interface TestRegistry {
  ledger: Ledger
  genesis: Genesis
  root: string
  officer: string
  secondOfficer: string
  developers: { organisation: string; mandate: string; holding: string; retirement: string; cancellation: string }[]
  project: string
  authorisation: string
  /** The entry by which the project is registered, and when. */
  registered: { index: number; at: string }
  /** Index of the entry that authorised it. */
  authorisedAt: number
}

export const testKey = signingKey(generateKeyPairSync('ed25519').privateKey)

export const someCommitment = () => randomBytes(32).toString('hex')

let counter = 0

/** Sends a command under a fresh key, or the one given. */
export function send(
  ledger: Ledger,
  by: string,
  type: string,
  request: unknown,
  id = `test-key-${counter++}`,
): Promise<Outcome> {
  return ledger.execute({
    type,
    by,
    request,
    key: { sender: 'test', id },
    requestHash: JSON.stringify([type, request]),
  })
}

/** As `send`, for what must succeed. */
export async function done(ledger: Ledger, by: string, type: string, request: unknown): Promise<Receipt> {
  const outcome = await send(ledger, by, type, request)
  if (!isReceipt(outcome)) throw new Error(`${type} was refused: ${JSON.stringify(outcome)}`)
  return outcome
}

export async function testRegistry(ledger: Ledger, key: SigningKey = testKey): Promise<TestRegistry> {
  const { genesis, documents } = newGenesis({
    country: { code: 'XT', name: 'Exampleland' },
    timeZone: 'UTC',
    test: true,
    keyFor: key.vkey,
  })
  await ledger.found(genesis, documents)
  const grant = async (by: string, organisation: string, role: string) => {
    const mandate = randomId()
    await done(ledger, by, 'MandateGranted', { mandate, organisation, role, limit: null })
    return mandate
  }
  const root = await grant(genesis.system, genesis.authority, 'government/Root')
  const officer = await grant(root, genesis.authority, 'government/Admin')
  const secondOfficer = await grant(root, genesis.authority, 'government/Admin')
  const developers: TestRegistry['developers'] = []
  for (let at = 0; at < 2; at += 1) {
    const organisation = randomId()
    await done(ledger, officer, 'OrganisationRegistered', { organisation, kind: 'developer', name: someCommitment() })
    const accounts = { holding: randomId(), retirement: randomId(), cancellation: randomId() }
    await done(ledger, officer, 'AccountsOpened', {
      organisation,
      accounts: Object.entries(accounts).map(([kind, account]) => ({ kind, account })),
    })
    developers.push({ organisation, mandate: await grant(officer, organisation, 'developer/Admin'), ...accounts })
  }
  const registry = { ledger, genesis, root, officer, secondOfficer, developers }
  return { ...registry, ...(await registerProject(registry, ['60', '40'], '100000')) }
}

/** A registered project of the developers by their shares, with an authorised quantity. */
export async function registerProject(
  { ledger, officer, developers }: Omit<TestRegistry, 'project' | 'authorisation' | 'authorisedAt' | 'registered'>,
  shares: string[],
  quantity: string,
  unitType = 'ITMO',
): Promise<Pick<TestRegistry, 'project' | 'authorisation' | 'authorisedAt' | 'registered'>> {
  const project = randomId()
  const authorisation = randomId()
  await done(ledger, officer, 'ProjectRegistered', {
    project,
    title: someCommitment(),
    scope: '1',
    methodology: 'AMS-I.D',
    owners: shares.map((share, at) => ({ account: developers[at]?.holding, share })),
  })
  const moved = await done(ledger, officer, 'ProjectMoved', { project, move: 'register' })
  const { index } = await done(ledger, officer, 'QuantityAuthorised', {
    authorisation,
    project,
    unitType,
    quantity,
    purposes: ['NDC'],
    firstTransfer: null,
    cooperativeApproach: 'CA0001',
  })
  return { project, authorisation, authorisedAt: index, registered: { index: moved.index, at: moved.entry.at } }
}

/** The submission with approvals of exactly what the ledger would have approved. */
export async function withApprovals(
  ledger: Ledger,
  submission: Submission,
  approvers: readonly string[],
): Promise<Submission> {
  if (approvers.length === 0) return submission
  const asked = await ledger.execute(submission)
  const { type, by, key, request } = submission
  const { v, body } = (isRefusal(asked) && asked.proposal) || { v: 1, body: request as Record<string, unknown> }
  const proposal = proposalHash({ v, type, by, key: await ledger.loggedKey(key), body })
  return { ...submission, approvals: approvers.map((approver) => ({ by: approver, proposal })), request: body }
}

/** Sends a command with approvals of exactly this proposal. */
export async function approved(
  { ledger }: Pick<TestRegistry, 'ledger'>,
  by: string,
  type: string,
  request: Record<string, unknown>,
  approvers: string[],
): Promise<Outcome> {
  counter += 1
  const key = { sender: 'test', id: `approved-${counter}` }
  const submission = { type, by, key, requestHash: JSON.stringify(request), request }
  return ledger.execute(await withApprovals(ledger, submission, approvers))
}

/** Issues a batch with the approval that the permission table asks for. */
export async function issue(
  registry: TestRegistry,
  quantity: string,
  {
    vintage = '2024',
    approver = registry.secondOfficer,
    authorisation = registry.authorisation,
    batch = randomId(),
    monitoringPeriod = null as { from: string; to: string } | null,
  } = {},
): Promise<Outcome> {
  const request = { batch, authorisation, vintage, quantity, monitoringPeriod }
  return approved(registry, registry.officer, 'BatchIssued', request, [approver])
}

export async function issued(registry: TestRegistry, quantity: string, vintage = '2024'): Promise<string> {
  const batch = randomId()
  const outcome = await issue(registry, quantity, { vintage, batch })
  if (!isReceipt(outcome)) throw new Error(`issuance was refused: ${JSON.stringify(outcome)}`)
  return batch
}
