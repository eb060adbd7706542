import { exportLog, type SigningKey, signRotation, verifyLog } from '@tallystick/ledger'
import {
  decodeEntry,
  type Entry,
  encodeEntry,
  isRefusal,
  type RefusalCode,
  type Run,
  sha256Bytes,
  sha256Hex,
  toWire,
} from '@tallystick/rules'
import { parseVkey } from '@tallystick/tlog'
import { beforeEach, describe, expect, test } from 'vitest'
import { type GoVerifier, goVerifier } from '../external/go.ts'
import { Dice, keyOfSeed } from '../support/ledger-fixture.ts'
import { liveCountry } from '../support/ledger-life.ts'
import { filesOf, MemorySource, scratchFolder } from '../support/log-files.ts'
import { CarelessStore, type Forgery } from './careless-store.ts'
import { countryCases } from './rooms.ts'

const country = await liveCountry('unlawful', 340)
const { fixture } = country
const ofCountry = await countryCases(country)
const { accounts, mandates, genesis } = fixture
const vkey = parseVkey(sha256Bytes, fixture.vkey)
const go = await goVerifier()

const [batch = ''] = fixture.batches
const batchRow = await fixture.ledger.row('batch', batch)
const whole = { first: batchRow?.first ?? 0n, last: batchRow?.last ?? 0n }
const space = batchRow?.space ?? ''
const next = (await fixture.ledger.row('space', space))?.next ?? 0n

/** A range of the batch that the account holds, the last of them. */
async function heldBy(account: string): Promise<[string, string]> {
  const runs: Run[] = await fixture.ledger.runs(space, whole, 100_000)
  const run = runs.findLast((candidate) => candidate.account === account)
  if (!run) throw new Error('the account holds something')
  return toWire(run)
}

const held = { alpha: await heldBy(accounts.alpha), beta: await heldBy(accounts.beta) }
const retired = await heldBy(accounts.alphaRetired)
const PREFIX = 'XT-ITMO-3-001-2024-0'
const certificates = (await fixture.ledger.row('ledger', 'ledger'))?.certificates ?? 0

async function latest(type: string, isMeant = (_: Entry) => true): Promise<Entry> {
  const { size } = await fixture.ledger.head()
  const entries: Entry[] = (await fixture.ledger.entries(0, size)).flatMap(({ bytes }) => {
    const entry = decodeEntry(bytes)
    return isRefusal(entry) ? [] : [entry]
  })
  const found = entries.findLast((entry) => entry.type === type && isMeant(entry))
  if (!found) throw new Error(`the log has a ${type}`)
  return found
}

/** Lawful, but for what a case changes in it. */
const transfer: Forgery = {
  type: 'CreditsTransferred',
  by: mandates.alpha,
  body: { batch, from: accounts.alpha, to: accounts.beta, ranges: [held.alpha], pending: null },
}
const retirement: Forgery = {
  type: 'CreditsRetired',
  by: mandates.alpha,
  body: {
    batch,
    from: accounts.alpha,
    to: accounts.alphaRetired,
    ranges: [held.alpha],
    purpose: 'voluntary',
    beneficiary: null,
    pending: null,
    allotted: { certificate: certificates + 1, prefix: PREFIX, itmos: null },
  },
}

/** An issuance of 1,000 from `first` on, 60 to 40 unless told otherwise. */
function issuance(first: bigint, quantity = 1_000n, alphas = (quantity * 6n) / 10n): Forgery {
  const parts = [
    [accounts.alpha, `${first}`, `${first + alphas - 1n}`],
    [accounts.beta, `${first + alphas}`, `${first + quantity - 1n}`],
  ]
  return {
    type: 'BatchIssued',
    by: mandates.admin,
    approvers: [mandates.approver],
    body: {
      batch: 'ba'.repeat(16),
      authorisation: fixture.authorisation,
      vintage: '2026',
      quantity: `${quantity}`,
      certified: `${quantity}`,
      monitoringPeriod: null,
      period: null,
      owners: [
        { account: accounts.alpha, share: '60' },
        { account: accounts.beta, share: '40' },
      ],
      levies: { buffer: '0', shareOfProceeds: '0', omge: '0', host: '0' },
      allotted: { first: `${first}`, parts, itmos: null },
    },
  }
}

const withBody = (forgery: Forgery, body: Record<string, unknown>): Forgery => ({
  ...forgery,
  body: { ...forgery.body, ...body },
})
const withChange = (forgery: Forgery, change: Partial<Entry>): Forgery => ({ ...forgery, change })

const earlier = await latest('CreditsTransferred')
const mirrored = await latest('MirrorRecorded', ({ body }) => body.issued === true && body.fate === 'active')
const mirrorRetirement = await latest('MirrorRecorded', ({ body }) => body.fate === 'retired')

/** The preset in force, which was adopted already. */
const preset = (await fixture.ledger.row('ledger', 'ledger'))?.preset ?? ''
const adoption: Forgery = {
  type: 'ParametersAdopted',
  by: mandates.admin,
  approvers: [mandates.approver],
  body: (await latest('ParametersAdopted')).body,
}

/** Hands over from one key to another, as if this log's. */
const rotation = async (previous: SigningKey, next: SigningKey, origin = genesis.origin): Promise<Forgery> => ({
  type: 'KeyRotated',
  by: mandates.admin,
  approvers: [mandates.approver],
  body: { ...(await signRotation({ ledger: genesis.ledger, origin }, previous, next)) },
})
const [nextKey, thief] = [keyOfSeed(new Dice('next key').bytes()), keyOfSeed(new Dice('thief').bytes())]
const lawfulRotation = await rotation(fixture.key, nextKey)
const { signatures: ofThief } = (await rotation(thief, nextKey)).body
const { signatures: ofAnother } = (await rotation(fixture.key, nextKey, 'tallystick/test/xt/another')).body

const cases: [what: string, rule: RefusalCode, forgery: Forgery][] = [
  ['an issuance beyond what was authorised', 'authorisation-exceeded', issuance(next, 100_000n)],
  ['an issuance with more for one owner', 'split-wrong', issuance(next, 1_000n, 700n)],
  ['serials that were issued before', 'serials-overlap', issuance(next - 500n)],
  ['serials that leave a gap', 'serials-gap', issuance(next + 1n)],
  ['an issuance that nobody approved', 'approval-missing', { ...issuance(next), approvers: [] }],
  ['an approval by a revoked mandate', 'mandate-revoked', { ...issuance(next), approvers: [mandates.former] }],
  ['an approval by the proposer', 'approval-not-distinct', { ...issuance(next), approvers: [mandates.admin] }],
  [
    'an approval of another proposal',
    'approval-mismatch',
    withChange(issuance(next), { approvals: [{ by: mandates.approver, proposal: sha256Hex('another') }] }),
  ],
  ['a move of what is not there', 'not-owned', withBody(transfer, { ranges: [held.beta] })],
  ['a second retirement', 'not-owned', withBody(retirement, { ranges: [retired] })],
  [
    'a way out of retirement',
    'account-kind',
    withBody(transfer, { from: accounts.alphaRetired, to: accounts.alpha, ranges: [retired] }),
  ],
  [
    "a retirement into another organisation's account",
    'account-foreign',
    withBody(retirement, { to: accounts.betaRetired }),
  ],
  [
    'a certificate number that is not the next',
    'allocation-wrong',
    withBody(retirement, { allotted: { certificate: 1, prefix: PREFIX, itmos: null } }),
  ],
  ['a purpose that the preset does not have', 'code-unknown', withBody(retirement, { purpose: 'vanity' })],
  ['a command by a revoked mandate', 'mandate-revoked', { ...issuance(next), by: mandates.former }],
  ['a command by the mandate of another organisation', 'not-permitted', { ...transfer, by: mandates.beta }],
  ['a command by nobody', 'mandate-unknown', { ...transfer, by: '00'.repeat(16) }],
  ['an idempotency key that was used', 'key-used', withChange(transfer, { key: earlier.key })],
  ['time going back', 'time-goes-back', withChange(transfer, { at: '2026-01-01T00:00:00.000Z' })],
  ['a stream that is forked', 'stream-broken', withChange(transfer, { streams: earlier.streams })],
  ['an entry outside its streams', 'stream-broken', withChange(transfer, { streams: [] })],
  [
    'a second record of the same retirement abroad',
    'already-retired',
    { type: 'MirrorRecorded', by: mandates.system, body: mirrorRetirement.body },
  ],
  [
    'units abroad that change their vintage',
    'class-differs',
    { type: 'MirrorRecorded', by: mandates.system, body: { ...mirrored.body, fate: 'active', vintage: '1999' } },
  ],
  [
    'a document of another kind',
    'document-unknown',
    { type: 'DocumentAdopted', by: mandates.root, body: { document: 'permissions', version: 2, sha256: preset } },
  ],
  [
    'a document that does not follow',
    'version-not-next',
    { type: 'DocumentAdopted', by: mandates.root, body: { document: 'preset', version: 2, sha256: preset } },
  ],
  ['a preset as parameters for calculations', 'document-unknown', withBody(adoption, { number: 2, sha256: preset })],
  ['parameters that are in force already', 'nothing-changes', withBody(adoption, { number: 2 })],
  ['a rotation that the old key has not signed', 'signature-wrong', withBody(lawfulRotation, { signatures: ofThief })],
  ['a rotation lifted from another log', 'signature-wrong', withBody(lawfulRotation, { signatures: ofAnother })],
  [
    'a rotation to a key named otherwise',
    'signing-key-name',
    await rotation(fixture.key, nextKey, 'tallystick/test/xt/another'),
  ],
  ['a rotation from a key that does not sign', 'signing-key-not-in-force', await rotation(thief, nextKey)],
  ['a rotation to the same key', 'signing-key-known', await rotation(fixture.key, fixture.key)],
  ['a rotation that nobody approved', 'approval-missing', { ...lawfulRotation, approvers: [] }],
  ['a second genesis', 'not-first', { type: 'Genesis', by: mandates.system, body: { ...genesis } }],
  ['a type that nobody knows', 'unknown-type', withChange(transfer, { type: 'CreditsDoubled' })],
  ...ofCountry.cases,
]

/** The forged entry, two more on top of it, and a signature over all. */
async function logWith(append: (store: CarelessStore) => number): Promise<{ store: CarelessStore; index: number }> {
  const store = await CarelessStore.copyOf(fixture)
  const index = append(store)
  for (const hold of ['e1', 'e2']) {
    const body = {
      hold: hold.repeat(16),
      reason: 'other',
      account: accounts.beta,
      batch: null,
      range: null,
      expiresAt: null,
    }
    store.append({ type: 'HoldPlaced', by: mandates.admin, body })
  }
  await store.sign()
  return { store, index }
}

const spelledOtherwise = () => Buffer.from(encodeEntry(earlier)).toString().replace('"v":1', '"v":1.0')

describe('verify', () => {
  test.each([transfer, retirement, issuance(next), ...ofCountry.lawful])(
    'finds nothing wrong with a lawful $type',
    async (lawful) => {
      const { store } = await logWith((careless) => careless.append(lawful))
      expect(await verifyLog(new MemorySource(await filesOf(store)), { vkey })).toMatchObject({ outcome: 'whole' })
    },
  )

  test.each(cases)('names the index and the rule of %s', async (_, rule, forgery) => {
    const { store, index } = await logWith((careless) => careless.append(forgery))
    const report = await verifyLog(new MemorySource(await filesOf(store)), { vkey })
    expect(report.findings).toMatchObject([{ code: 'entry-unlawful', where: { entry: index }, rule }])
    expect(report).toMatchObject({ outcome: 'wrong', firstUnlawful: { entry: index, rule }, signedBy: fixture.vkey })
    expect(report.entries).toMatchObject({ size: store.size, replayed: index })
  })

  test('names the index of bytes that are not canonical', async () => {
    const { store, index } = await logWith((careless) => careless.appendBytes(Buffer.from(spelledOtherwise())))
    const report = await verifyLog(new MemorySource(await filesOf(store)), { vkey })
    expect(report.firstUnlawful).toEqual({ entry: index, rule: 'malformed' })
  })
})

describe('a check of hashes alone', () => {
  const { verify }: GoVerifier = 'skipped' in go ? { verify: () => Promise.reject(new Error(go.skipped)) } : go

  beforeEach(({ skip }) => {
    if ('skipped' in go) skip(go.skipped)
  })

  test.each(cases)('accepts %s', async (_what, _rule, forgery) => {
    const { store } = await logWith((careless) => careless.append(forgery))
    const folder = await scratchFolder()
    await exportLog(store, folder)
    expect((await verify(folder, fixture.vkey)).output).toContain(`OK size=${store.size}`)
  })
})
