import {
  type Command,
  decideBody,
  decodeEntry,
  type Entry,
  isRefusal,
  Shelf,
  State,
  sha256Hex,
} from '@tallystick/rules'
import type { LedgerFixture } from '../support/ledger-fixture.ts'
import type { Forgery } from './careless-store.ts'

export type Body = Record<string, unknown>

/** The same name, the same id. */
export const idOf = (name: string) => sha256Hex(name).slice(0, 32)

const DAY_MS = 86_400_000

/**
 * Goes on with a lawful ledger until everything stands in it that the newer entry types speak of: Gamma with projects
 * Forest and Mangrove, pools, policies, movements that wait, a pledge, a reversal, units from and for abroad, entries that
 * were taken back, and Delta, which is suspended.
 */
export class Country {
  readonly fixture: LedgerFixture
  readonly #by: { admin: string; approvers: string[]; gamma: string }

  constructor(fixture: LedgerFixture) {
    this.fixture = fixture
    const { admin, approver } = fixture.mandates
    this.#by = { admin, approvers: [approver], gamma: idOf('gamma by one') }
  }

  /** What made the country, to be done one after the other. */
  readonly past: readonly (() => Promise<unknown>)[] = [
    () => this.#people(),
    () => this.#openAccounts(),
    () => this.#projects(),
    () => this.#issue(),
  ]

  /** Years that go by. */
  readonly years = () => this.#age()

  /** What it is busy with now. */
  readonly present: readonly (() => Promise<unknown>)[] = [
    () => this.#abroad(),
    () => this.#wait(),
    () => this.#lose(),
    () => this.#correct(),
    () => this.decree('OrganisationSuspended', { organisation: idOf('delta ltd'), reason: 'investigation' }),
  ]

  /** By an officer, approved by another where that is asked for. */
  async decree(type: string, request: Body) {
    return this.fixture.must({ type, by: this.#by.admin, request, approvers: this.#by.approvers })
  }

  async gamma(type: string, request: Body) {
    return this.fixture.must({ type, by: this.#by.gamma, request })
  }

  /** An instant so many milliseconds from the ledger's now. */
  async later(milliseconds: number): Promise<string> {
    const { at } = await this.fixture.ledger.head()
    return new Date(Date.parse(at) + milliseconds).toISOString()
  }

  async entry(index: number): Promise<Entry> {
    const [stored] = await this.fixture.ledger.entries(index, 1)
    const entry = decodeEntry(stored?.bytes ?? new Uint8Array())
    if (isRefusal(entry)) throw new Error(`entry ${index} can be read`)
    return entry
  }

  /** What the rules make of a command now: an entry that would be lawful, to be changed by a forger. */
  async lawful(type: string, by: string, request: Body, approvers: string[] = []): Promise<Forgery> {
    const { ledger } = this.fixture
    const [state, shelf] = [new State(), new Shelf()]
    const { rows, runs } = await ledger.dump()
    for (const row of rows) state.load(row)
    for (const run of runs) state.loadRun(run)
    for (const { bytes } of await ledger.documents()) shelf.add(bytes)
    const law = shelf.inForce(state.ledger())
    if (!law) throw new Error('a law is in force')
    const command: Command = { type, by, approvals: [], key: sha256Hex('a forgery'), request }
    const body = decideBody(state, command, law)
    if (isRefusal(body)) throw new Error(`${type} would be refused: ${JSON.stringify(body)}`)
    return { type, by, body, approvers }
  }

  async #people(): Promise<void> {
    const { fixture } = this
    const { root, admin, approver } = fixture.mandates
    for (const name of ['gamma', 'delta']) {
      const organisation = idOf(`${name} ltd`)
      const request = { organisation, kind: 'developer', name: fixture.commit(`${name} Forests Ltd`) }
      await fixture.must({ type: 'OrganisationRegistered', by: root, request })
      for (const [person, by] of [
        ['one', admin],
        ['two', approver],
      ] as const) {
        const grant = { mandate: idOf(`${name} by ${person}`), organisation, role: 'developer/Admin', limit: null }
        await fixture.must({ type: 'MandateGranted', by, request: grant })
      }
    }
  }

  async #openAccounts(): Promise<void> {
    const { authority } = this.fixture.genesis
    await this.#open(idOf('gamma ltd'), ['gamma', 'guarded', 'trusting'], 'holding')
    await this.#open(idOf('gamma ltd'), ['gamma retired'], 'retirement')
    await this.#open(idOf('gamma ltd'), ['gamma cancelled'], 'cancellation')
    await this.#open(idOf('gamma ltd'), ['gamma abroad'], 'foreign')
    await this.#open(idOf('delta ltd'), ['delta'], 'holding')
    await this.#open(authority, ['treasury'], 'holding')
    await this.#open(authority, ['buffer', 'other buffer'], 'buffer')
    await this.#open(authority, ['proceeds'], 'share-of-proceeds')
    await this.#open(authority, ['omge'], 'omge')
    await this.#open(authority, ['ndc use'], 'ndc-use')
    await this.#open(authority, ['made good'], 'cancellation')
    await this.decree('PoolsNamed', this.pools())
  }

  pools(buffer = 'buffer') {
    return { buffer: idOf(buffer), shareOfProceeds: idOf('proceeds'), omge: idOf('omge'), host: idOf('treasury') }
  }

  async #open(organisation: string, names: string[], kind: string): Promise<void> {
    const accounts = names.map((name) => {
      return { account: idOf(name), kind, ...(kind === 'foreign' ? { registry: 'KEN01' } : {}) }
    })
    await this.decree('AccountsOpened', { organisation, accounts })
  }

  async #projects(): Promise<void> {
    for (const name of ['forest', 'mangrove']) {
      const project = idOf(name)
      const title = this.fixture.commit(name)
      const owners = [{ account: idOf('gamma'), share: '100' }]
      await this.gamma('ProjectRegistered', { project, title, scope: '14', methodology: 'AR-ACM0003', owners })
      await this.decree('ProjectMoved', { project, move: 'register' })
    }
    for (const [name, project, unitType, quantity] of [
      ['forest itmo', 'forest', 'ITMO', '100000'],
      ['forest a6er', 'forest', 'A6ER', '100000'],
      ['mangrove itmo', 'mangrove', 'ITMO', '100000'],
      ['small', 'forest', 'ITMO', '1000'],
      ['ended', 'forest', 'ITMO', '1000'],
    ] as const) {
      const request = { authorisation: idOf(name), project: idOf(project), unitType, ...terms(quantity) }
      await this.decree('QuantityAuthorised', request)
    }
  }

  /** The batches that need no buffer, then those that give a fifth to it. */
  async #issue(): Promise<void> {
    await this.#batch('units', 'forest itmo', '2023', '10000')
    await this.#batch('small', 'small', '2023', '1000')
    await this.#batch('ended', 'ended', '2023', '1000')
    for (const project of ['forest', 'mangrove']) {
      const request = { project: idOf(project), buffer: '20', exempt: [], reason: 'risk-assessment' }
      await this.decree('IssuanceTermsSet', request)
      for (const vintage of ['2024', '2025']) {
        await this.#batch(`${project} ${vintage}`, `${project} itmo`, vintage, '1000')
      }
    }
    const change = { version: 2, reason: 'request', effectiveFrom: '2026-01-01' }
    const amended = { authorisation: idOf('small'), change: 'amend', ...change, ...terms('400') }
    await this.decree('AuthorisationChanged', amended)
    const revoked = { authorisation: idOf('ended'), change: 'revoke', ...change, ...terms('1000') }
    await this.decree('AuthorisationChanged', revoked)
    const marked = {
      batch: idOf('units'),
      account: idOf('gamma'),
      ...(await this.#firsts('units', 100n)),
      event: 'authorisation',
    }
    await this.decree('FirstTransferRecorded', marked)
  }

  /** Units have been in the buffer for so long that some may go back; Forest's risk was assessed anew. */
  async #age(): Promise<void> {
    this.fixture.pass(5 * 366 * DAY_MS)
    const request = { project: idOf('forest'), buffer: '20', exempt: [], reason: 'risk-assessment' }
    await this.decree('IssuanceTermsSet', request)
  }

  async #batch(name: string, authorisation: string, vintage: string, quantity: string): Promise<void> {
    const request = { batch: idOf(name), authorisation: idOf(authorisation), vintage, quantity, monitoringPeriod: null }
    await this.decree('BatchIssued', request)
  }

  /** The first units of a batch, but for so many. */
  async #firsts(batch: string, count: bigint, after = 0n): Promise<{ ranges: [string, string][] }> {
    return { ranges: await this.ranges(batch, after + 1n, after + count) }
  }

  /** Units of a batch by where they stand in it, from 1 on. */
  async ranges(batch: string, from: bigint, to: bigint): Promise<[string, string][]> {
    const first = (await this.fixture.ledger.row('batch', idOf(batch)))?.first ?? 0n
    return [[`${first + from - 1n}`, `${first + to - 1n}`]]
  }

  async #abroad(): Promise<void> {
    const { system } = this.fixture.mandates
    const record = {
      registry: 'verra',
      space: 'verra:VCU',
      range: ['9000000', '9000299'],
      project: { id: idOf('abroad'), code: '2000' },
      vintage: '2020',
      unitType: 'VCU',
      issued: true,
      issuedOn: '2021-05-01',
      fate: 'cancelled',
      fateOn: '2023-07-04',
      facts: this.fixture.commit('cancelled for a conversion'),
    }
    await this.fixture.must({ type: 'MirrorRecorded', by: system, request: record })
    await this.decree('UnitsConverted', conversion('converted', ['9000000', '9000099']))
    await this.decree('CreditsAcquired', acquisition('KEN', '1', '100'))
    await this.gamma('CreditsTransferred', await this.#own('treasury', 201n, 250n))
    await this.gamma('CreditsTransferred', await this.#own('guarded', 1_001n, 3_000n))
    await this.gamma('CreditsTransferred', await this.#own('trusting', 3_001n, 3_500n))
  }

  /** A transfer of Gamma's units to another account. */
  async #own(to: string, first: bigint, last: bigint) {
    return { batch: idOf('units'), from: idOf('gamma'), to: idOf(to), ranges: await this.ranges('units', first, last) }
  }

  async #wait(): Promise<void> {
    const { accounts, organisations } = this.fixture
    const policy = { secondAbove: null, acceptance: false, trustedOnly: false }
    await this.gamma('AccountPolicySet', { account: idOf('guarded'), policy: { ...policy, secondAbove: '100' } })
    const careful = { ...policy, acceptance: true, trustedOnly: true }
    await this.gamma('AccountPolicySet', { account: idOf('trusting'), policy: careful })
    await this.gamma('ReceiverTrusted', { account: idOf('trusting'), receiver: accounts.alpha })
    const units = { batch: idOf('units'), purpose: null, beneficiary: null }
    const waiting = { ...units, kind: 'transfer', from: idOf('guarded'), to: accounts.beta, quantity: '200' }
    const expiresAt = await this.later(10 * DAY_MS)
    const propose = (name: string, change: Body) =>
      this.gamma('MovementProposed', { movement: idOf(name), ...waiting, acceptance: false, expiresAt, ...change })
    await propose('over', { from: idOf('gamma'), quantity: '50', acceptance: true, expiresAt: await this.later(3_000) })
    await propose('waits', {})
    await propose('waits for both', { acceptance: true })
    await propose('waits for its receiver', { from: idOf('gamma'), quantity: '60', acceptance: true })
    await propose('is to be retired', { kind: 'retirement', to: idOf('gamma retired'), purpose: 'voluntary' })
    const pledge = { pledge: idOf('pledge'), batch: idOf('units'), account: idOf('gamma'), to: organisations.alpha }
    await this.gamma('UnitsPledged', { ...pledge, reason: 'collateral', quantity: '40', expiresAt })
    const hold = { hold: idOf('hold'), reason: 'court-order', account: null, batch: idOf('ended'), range: null }
    await this.decree('HoldPlaced', { ...hold, expiresAt })
  }

  async #lose(): Promise<void> {
    const reported = { reversal: idOf('fire'), project: idOf('mangrove'), occurredOn: '2025-12-01', cause: 'fire' }
    await this.decree('ReversalReported', reported)
    const loss = { decision: 'unavoidable', quantity: '250', unitType: 'ITMO' }
    await this.decree('ReversalDecided', { reversal: idOf('fire'), ...loss })
  }

  /** Two transfers of which the first was taken back; where they stand in the log. */
  readonly moved: number[] = []

  async #correct(): Promise<void> {
    for (const first of [5_001n, 5_101n]) {
      this.moved.push((await this.gamma('CreditsTransferred', await this.#own('guarded', first, first + 9n))).index)
    }
    const original = await this.entry(this.moved[0] ?? 0)
    await this.decree('EntryCorrected', { original, reason: 'wrong-receiver' })
  }
}

function terms(quantity: string) {
  const purposes = ['NDC', 'OIMP_IMP']
  return { quantity, purposes, firstTransfer: 'authorisation', cooperativeApproach: 'CA0001' }
}

export function conversion(batch: string, range: [string, string]) {
  return {
    batch: idOf(batch),
    authorisation: idOf('forest itmo'),
    vintage: '2020',
    to: idOf('gamma'),
    reason: 'registry-transition',
    source: { registry: 'verra', space: 'verra:VCU', ranges: [range] },
  }
}

/** ITMOs that a Party gave up for the treasury. */
export function acquisition(party: string, first: string, last: string) {
  const series = { cooperativeApproach: 'CA0002', registry: `${party}01`, party, vintage: '2024' }
  return {
    batch: idOf(`itmos of ${party}`),
    from: idOf('gamma abroad'),
    to: idOf('treasury'),
    ranges: [[first, last]],
    series,
  }
}
