import { isReceipt } from '@tallystick/ledger'
import { Country } from '../unlawful/country.ts'
import { haveItCertified } from './ledger-certifier.ts'
import { chaptersOf } from './ledger-chapters.ts'
import { LedgerFixture, type Wish } from './ledger-fixture.ts'
import { monitor } from './ledger-periods.ts'

/**
 * A ledger of at least `entries` entries, the same for the same seed; a shorter one is the beginning of a longer one. From
 * `WHOLE_LIFE` entries on it has every type of entry in it. Not yet published.
 */
export async function liveLedger(seed: string | number, entries: number): Promise<LedgerFixture> {
  return (await monitoredCountry(seed, entries)).fixture
}

/** As `liveLedger`, with the country that was made in it. */
export function monitoredCountry(seed: string | number, entries: number): Promise<Country> {
  return live(seed, entries, [monitor])
}

/** So long is a ledger in which everything has happened. */
export const WHOLE_LIFE = 220

/** As `monitoredCountry`, but that no monitoring periods are kept. */
export function liveCountry(seed: string | number, entries: number): Promise<Country> {
  return live(seed, entries)
}

type Chapter = (country: Country) => Promise<unknown>

async function live(seed: string | number, entries: number, more: readonly Chapter[] = []): Promise<Country> {
  const fixture = new LedgerFixture(seed)
  await fixture.found()
  await fixture.adoptWattHours()
  await mirrorAnotherRegistry(fixture)
  await doubtAnAccount(fixture)
  await haveItCertified(fixture)
  const country = new Country(fixture)
  for (const chapter of [...chaptersOf(country), ...more.map((one) => () => one(country))]) {
    if ((await fixture.ledger.head()).size < entries) await chapter()
  }
  await extend(fixture, entries)
  return country
}

/** Goes on with a ledger until it has at least `entries` entries. */
export async function extend(fixture: LedgerFixture, entries: number): Promise<void> {
  const steps = [transfer, transfer, transfer, retire, retire, cancel, holdAndLift, record, moveAnotherProject]
  while ((await fixture.ledger.head()).size < entries) await fixture.dice.pick(steps)(fixture)
}

/** Only transfers, for measuring: `entries` of them on top of what the people need. */
export async function transfersOnly(seed: string | number, entries: number): Promise<LedgerFixture> {
  const fixture = new LedgerFixture(seed)
  await fixture.found()
  const { size } = await fixture.ledger.head()
  while ((await fixture.ledger.head()).size < size + entries) await transfer(fixture)
  return fixture
}

/** Sends a wish that chance may have made impossible; a refusal is then the right answer. */
async function attempt(fixture: LedgerFixture, wish: Wish): Promise<boolean> {
  return isReceipt(await fixture.send(wish))
}

type Holding = 'alpha' | 'alphaTwo' | 'beta'
const holdings: Holding[] = ['alpha', 'alphaTwo', 'beta']
const ownerOf = { alpha: 'alpha', alphaTwo: 'alpha', beta: 'beta' } as const

function quantity({ dice }: LedgerFixture): string {
  return String(1 + dice.below(500))
}

async function transfer(fixture: LedgerFixture): Promise<void> {
  const { dice, accounts, mandates, batches } = fixture
  const from = dice.pick(holdings)
  const to = dice.pick(holdings.filter((name) => name !== from))
  const parties = { batch: dice.pick(batches), from: accounts[from], to: accounts[to] }
  const by = mandates[ownerOf[from]]
  await attempt(fixture, { type: 'CreditsTransferred', by, request: { ...parties, quantity: quantity(fixture) } })
}

async function retire(fixture: LedgerFixture): Promise<void> {
  const beneficiary = fixture.dice.below(2) === 0 ? null : fixture.commit(`Beneficiary ${fixture.dice.below(1000)}`)
  await end(fixture, 'CreditsRetired', { purpose: fixture.dice.pick(['voluntary', 'compliance']), beneficiary })
}

async function cancel(fixture: LedgerFixture): Promise<void> {
  await end(fixture, 'CreditsCancelled', { purpose: 'environmental-integrity', beneficiary: null })
}

async function end(fixture: LedgerFixture, type: string, ending: Record<string, unknown>): Promise<void> {
  const { dice, accounts, mandates, batches } = fixture
  const from = dice.pick(holdings)
  const owner = ownerOf[from]
  const to = accounts[`${owner}${type === 'CreditsRetired' ? 'Retired' : 'Cancelled'}`]
  const request = { batch: dice.pick(batches), from: accounts[from], to, quantity: quantity(fixture), ...ending }
  await attempt(fixture, { type, by: mandates[owner], request })
}

async function holdAndLift(fixture: LedgerFixture): Promise<void> {
  const { dice, accounts, mandates, batches } = fixture
  const hold = dice.id()
  const batch = dice.pick(batches)
  const row = await fixture.ledger.row('batch', batch)
  const first = (row?.first ?? 0n) + BigInt(dice.below(90_000))
  const target = dice.pick([
    { account: accounts.beta, batch: null, range: null },
    { account: null, batch, range: null },
    { account: null, batch, range: [first.toString(), (first + 50n).toString()] },
  ])
  const by = mandates.admin
  await fixture.must({ type: 'HoldPlaced', by, request: { hold, reason: 'investigation', ...target } })
  await transfer(fixture)
  await fixture.must({ type: 'HoldLifted', by, request: { hold } })
}

async function moveAnotherProject(fixture: LedgerFixture): Promise<void> {
  const { dice, accounts, mandates } = fixture
  const project = dice.id()
  const owners = [{ account: accounts.beta, share: '100' }]
  const request = { project, title: fixture.commit(`Project ${dice.below(1000)}`), scope: '1', methodology: 'ACM0002' }
  await fixture.must({ type: 'ProjectRegistered', by: mandates.beta, request: { ...request, owners } })
  for (const move of dice.pick([['reject'], ['register', 'suspend', 'resume'], ['register', 'deregister']])) {
    const why = move === 'reject' ? { reason: 'incomplete' } : {}
    await fixture.must({ type: 'ProjectMoved', by: mandates.admin, request: { project, move, ...why } })
  }
}

const REGISTRY = 'verra'

async function mirrorAnotherRegistry(fixture: LedgerFixture): Promise<void> {
  const { dice, mandates } = fixture
  const request = { registry: REGISTRY, active: dice.id(), retired: dice.id(), cancelled: dice.id() }
  await fixture.must({ type: 'MirrorOpened', by: mandates.admin, request })
}

async function record(fixture: LedgerFixture): Promise<void> {
  const { dice, mandates } = fixture
  const project = dice.pick([
    { id: 'a0'.repeat(16), code: '934' },
    { id: 'b1'.repeat(16), code: '1577' },
  ])
  const first = (project.code === '934' ? 0 : 1_000_000) + dice.below(50_000)
  const fate = dice.pick(['active', 'active', 'retired', 'cancelled'])
  const request = {
    registry: REGISTRY,
    space: 'verra:VCU',
    range: [String(first), String(first + dice.below(300))],
    project,
    vintage: '2020',
    unitType: 'VCU',
    issued: fate === 'active' || dice.below(2) === 0,
    issuedOn: '2021-05-01',
    fate,
    fateOn: fate === 'active' ? null : '2023-07-04',
    facts: fixture.commit(`row ${first}`),
  }
  await attempt(fixture, { type: 'MirrorRecorded', by: mandates.system, request })
}

async function doubtAnAccount(fixture: LedgerFixture): Promise<void> {
  const request = { account: fixture.accounts.beta, reason: 'due-diligence' }
  for (const type of ['AccountSuspended', 'AccountReactivated']) {
    await fixture.must({ type, by: fixture.mandates.admin, request })
  }
}
