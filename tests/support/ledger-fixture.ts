import { createHmac, createPrivateKey } from 'node:crypto'
import {
  type Clock,
  Integrator,
  isReceipt,
  type Ledger,
  MemoryLedger,
  type Outcome,
  type Receipt,
  type SigningKey,
  type Submission,
  signingKey,
} from '@tallystick/ledger'
import { commitmentOf, documentBytes, type Genesis, sha256Hex, simpleDocuments } from '@tallystick/rules'
import { signCheckpoint } from '@tallystick/tlog'
import { withApprovals } from '../../packages/ledger/src/conformance/registry.ts'

const EPOCH_MS = Date.UTC(2026, 0, 1)
const SECOND_MS = 1_000

/** Pseudo-random numbers and ids that come out the same for the same seed. */
export class Dice {
  readonly #seed: string
  #throws = 0

  constructor(seed: string | number) {
    this.#seed = String(seed)
  }

  bytes(): Buffer {
    this.#throws += 1
    return createHmac('sha256', this.#seed).update(String(this.#throws)).digest()
  }

  id(): string {
    return this.bytes().toString('hex', 0, 16)
  }

  /** 0 to `below` − 1. */
  below(below: number): number {
    return this.bytes().readUInt32BE() % below
  }

  pick<T>(from: readonly T[]): T {
    const picked = from[this.below(from.length)]
    if (picked === undefined) throw new Error('nothing to pick from')
    return picked
  }
}

const PKCS8_ED25519 = Buffer.from('302e020100300506032b657004220420', 'hex')

export function keyOfSeed(seed: Uint8Array): SigningKey {
  return signingKey(createPrivateKey({ key: Buffer.concat([PKCS8_ED25519, seed]), format: 'der', type: 'pkcs8' }))
}

/** Takes everything into the tree and signs it. */
export async function publish(ledger: Ledger, key: SigningKey): Promise<{ size: number; root: string; note: string }> {
  await new Integrator(ledger).catchUp()
  const integrated = await ledger.tree.integrated()
  const genesis = await ledger.genesis()
  if (!integrated || !genesis) throw new Error('a log without entries has nothing to publish')
  const checkpoint = { origin: genesis.origin, size: integrated.size, root: Buffer.from(integrated.root, 'hex') }
  const note = await signCheckpoint(checkpoint, [key.signer(genesis.origin)])
  await ledger.tree.putCheckpoint({ ...integrated, note, at: new Date(EPOCH_MS).toISOString() })
  return { ...integrated, note }
}

export interface Wish {
  type: string
  by: string
  request: Record<string, unknown>
  /** Mandates that approve the exact proposal. */
  approvers?: string[]
}

/**
 * A made-up country's ledger in memory, the same for the same seed: every id, key, instant and so every byte. `found`
 * makes the people and one project with two issued vintages; `live` lets them trade, retire, hold and so on.
 */
export class LedgerFixture {
  readonly dice: Dice
  readonly ledger: MemoryLedger
  readonly key: SigningKey
  readonly genesis: Genesis
  readonly vkey: string
  /** Keys of the commitments made, so that a test can open them. */
  readonly openings = new Map<string, { key: string; value: string }>()
  readonly mandates: Record<'system' | 'root' | 'admin' | 'approver' | 'former' | 'alpha' | 'beta', string>
  readonly organisations: Record<'alpha' | 'beta', string>
  readonly accounts: Record<
    'alpha' | 'alphaTwo' | 'alphaRetired' | 'alphaCancelled' | 'beta' | 'betaRetired' | 'betaCancelled',
    string
  >
  readonly project: string
  readonly authorisation: string
  readonly batches: string[] = []
  #now = EPOCH_MS
  #sent = 0

  /** Without a clock every command comes a second after the last. */
  constructor(seed: string | number, clock?: Clock) {
    this.dice = new Dice(seed)
    const id = () => this.dice.id()
    this.key = keyOfSeed(this.dice.bytes())
    this.ledger = new MemoryLedger(clock ?? (() => new Date(this.#now)), this.dice.bytes())
    this.genesis = genesisOf(this.dice, this.key)
    this.vkey = this.genesis.key
    const system = this.genesis.system
    this.mandates = { system, root: id(), admin: id(), approver: id(), former: id(), alpha: id(), beta: id() }
    this.organisations = { alpha: id(), beta: id() }
    this.accounts = {
      alpha: id(),
      alphaTwo: id(),
      alphaRetired: id(),
      alphaCancelled: id(),
      beta: id(),
      betaRetired: id(),
      betaCancelled: id(),
    }
    this.project = id()
    this.authorisation = id()
  }

  /** Lets time pass, where no clock was given. */
  pass(milliseconds: number): void {
    this.#now += milliseconds
  }

  /** Sends a command. */
  async send(wish: Wish): Promise<Outcome> {
    this.#now += SECOND_MS
    this.#sent += 1
    return this.ledger.execute(await this.submissionOf(wish, `${this.#sent}`))
  }

  /** A wish under an idempotency key, with the approvals of exactly that. */
  async submissionOf({ type, by, request, approvers = [] }: Wish, id: string): Promise<Submission> {
    const key = { sender: by, id }
    const submission: Submission = { type, by, key, requestHash: sha256Hex(JSON.stringify(request)), request }
    return withApprovals(this.ledger, submission, approvers)
  }

  async must(wish: Wish): Promise<Receipt> {
    const outcome = await this.send(wish)
    if (!isReceipt(outcome)) throw new Error(`${wish.type} was refused: ${JSON.stringify(outcome)}`)
    return outcome
  }

  commit(value: string): string {
    const key = this.dice.bytes().toString('hex')
    const commitment = commitmentOf(key, value)
    this.openings.set(commitment, { key, value })
    return commitment
  }

  async found(): Promise<void> {
    const { permissions, preset } = simpleDocuments
    await this.ledger.found(this.genesis, [permissions, preset])
    await this.#people()
    await this.#openAccounts()
    await this.#startProject()
    for (const vintage of ['2024', '2025']) await this.issue(vintage, '100000')
  }

  async issue(vintage: string, quantity: string): Promise<string> {
    const { admin, approver } = this.mandates
    const batch = this.dice.id()
    const monitoringPeriod = { from: `${vintage}-01-01`, to: `${vintage}-12-31` }
    const request = { batch, authorisation: this.authorisation, vintage, quantity, monitoringPeriod }
    await this.must({ type: 'BatchIssued', by: admin, request, approvers: [approver] })
    this.batches.push(batch)
    return batch
  }

  async #people(): Promise<void> {
    const { system, root, admin, approver, former, alpha, beta } = this.mandates
    const authority = this.genesis.authority
    const grant = (by: string, mandate: string, organisation: string, role: string) =>
      this.must({ type: 'MandateGranted', by, request: { mandate, organisation, role, limit: null } })
    await grant(system, root, authority, 'government/Root')
    for (const mandate of [admin, approver, former]) await grant(root, mandate, authority, 'government/Admin')
    for (const [name, mandate] of [
      ['alpha', alpha],
      ['beta', beta],
    ] as const) {
      const organisation = this.organisations[name]
      const request = { organisation, kind: 'developer', name: this.commit(`${name} Carbon Ltd`) }
      await this.must({ type: 'OrganisationRegistered', by: root, request })
      await grant(admin, mandate, organisation, 'developer/Admin')
    }
    await this.must({ type: 'MandateRevoked', by: root, request: { mandate: former } })
  }

  async #openAccounts(): Promise<void> {
    const { alpha, alphaTwo, alphaRetired, alphaCancelled, beta, betaRetired, betaCancelled } = this.accounts
    const open = (organisation: string, accounts: [account: string, kind: string][]) =>
      this.must({
        type: 'AccountsOpened',
        by: this.mandates.admin,
        request: { organisation, accounts: accounts.map(([account, kind]) => ({ account, kind })) },
      })
    await open(this.organisations.alpha, [
      [alpha, 'holding'],
      [alphaTwo, 'holding'],
      [alphaRetired, 'retirement'],
      [alphaCancelled, 'cancellation'],
    ])
    await open(this.organisations.beta, [
      [beta, 'holding'],
      [betaRetired, 'retirement'],
      [betaCancelled, 'cancellation'],
    ])
  }

  async #startProject(): Promise<void> {
    const { admin, alpha } = this.mandates
    const { project, authorisation } = this
    const owners = [
      { account: this.accounts.alpha, share: '60' },
      { account: this.accounts.beta, share: '40' },
    ]
    const title = this.commit('Cookstoves of Testland')
    const request = { project, title, scope: '3', methodology: 'AMS-II.G', owners }
    await this.must({ type: 'ProjectRegistered', by: alpha, request })
    await this.must({ type: 'ProjectMoved', by: admin, request: { project, move: 'register' } })
    await this.must({
      type: 'QuantityAuthorised',
      by: admin,
      request: {
        authorisation,
        project,
        unitType: 'ITMO',
        quantity: '250000',
        purposes: ['NDC', 'OIMP_IMP'],
        firstTransfer: 'issuance',
        cooperativeApproach: 'CA0001',
      },
    })
  }

  /** A second preset, with a unit type that counts watt-hours. */
  async adoptWattHours(): Promise<string> {
    const preset = JSON.parse(new TextDecoder().decode(simpleDocuments.preset))
    preset.version = 2
    preset.unitTypes.WHC = { measure: 'Wh', abroad: false }
    const sha256 = await this.ledger.putDocument(documentBytes(preset))
    const request = { document: 'preset', version: 2, sha256 }
    await this.must({ type: 'DocumentAdopted', by: this.mandates.root, request, approvers: [this.mandates.admin] })
    return sha256
  }
}

function genesisOf(dice: Dice, key: SigningKey): Genesis {
  const origin = `tallystick/test/xt/${dice.bytes().toString('hex', 0, 8)}`
  const { permissions, preset } = simpleDocuments
  return {
    ledger: dice.id(),
    origin,
    country: { code: 'XT', name: 'Testland' },
    timeZone: 'UTC',
    key: key.vkey(origin),
    system: dice.id(),
    authority: dice.id(),
    issuance: dice.id(),
    permissions: sha256Hex(permissions),
    preset: sha256Hex(preset),
    test: true,
    predecessor: null,
  }
}
