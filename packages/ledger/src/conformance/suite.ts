import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { documentBytes, isRefusal, sha256Bytes, simpleDocuments } from '@tallystick/rules'
import { openCheckpoint, parseVkey } from '@tallystick/tlog'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { randomId } from '../founding.ts'
import { Integrator } from '../integrator.ts'
import { isReceipt, type Ledger } from '../port.ts'
import { reconcile } from '../reconcile.ts'
import { CheckpointSigner, ForkError } from '../signer.ts'
import { verifyEd25519 } from '../signing-key.ts'
import {
  approved,
  done,
  issue,
  issued,
  registerProject,
  send,
  someCommitment,
  type TestRegistry,
  testKey,
  testRegistry,
} from './registry.ts'

/** What every store must do. `open` gives a new, empty ledger. */
export function conformance(name: string, open: () => Promise<Ledger>): void {
  describe(name, () => {
    let ledger: Ledger
    let registry: TestRegistry
    beforeAll(async () => {
      ledger = await open()
      registry = await testRegistry(ledger)
    })
    afterAll(() => ledger?.close())

    const developer = (at: number) => {
      const found = registry.developers[at]
      if (!found) throw new Error(`no developer ${at}`)
      return found
    }
    const balance = async (account: string) =>
      (await ledger.balances(account)).reduce((sum, { balance: row }) => sum + row.credits - row.debits, 0n)
    const refusal = async (...args: Parameters<typeof send>) => {
      const before = await ledger.head()
      const outcome = await send(...args)
      expect((await ledger.head()).size).toBe(before.size)
      return isRefusal(outcome) ? outcome.refused : outcome
    }
    const transfer = (batch: string, request: object, from = developer(0), to = developer(1).holding) =>
      send(ledger, from.mandate, 'CreditsTransferred', { batch, from: from.holding, to, ...request })

    test('founding twice gives the same genesis', async () => {
      const again = await ledger.found({ ...registry.genesis, ledger: randomId() }, [])
      expect(again).toEqual(registry.genesis)
    })

    test('an issuance is split by shares, in consecutive serials, each year its own batch', async () => {
      const first = await issued(registry, '11', '2023')
      const second = await issued(registry, '10', '2024')
      const batches = await Promise.all([ledger.row('batch', first), ledger.row('batch', second)])
      expect(batches[1]?.first).toBe((batches[0]?.last ?? 0n) + 1n)
      const range = { first: batches[0]?.first ?? 0n, last: batches[0]?.last ?? 0n }
      const runs = await ledger.runs('national:XT/ITMO', range, 10)
      expect(runs.map((run) => [run.account, run.last - run.first + 1n])).toEqual([
        [developer(0).holding, 7n],
        [developer(1).holding, 4n],
      ])
    })

    test('issuance needs the approval of a second officer, of exactly this proposal', async () => {
      const request = {
        batch: randomId(),
        authorisation: registry.authorisation,
        vintage: '2024',
        quantity: '5',
        monitoringPeriod: null,
      }
      expect(await refusal(ledger, registry.officer, 'BatchIssued', request)).toBe('approval-missing')
      expect(await issue(registry, '5', { approver: registry.officer })).toMatchObject({
        refused: 'approval-not-distinct',
      })
      expect(await issue(registry, '5', { approver: developer(0).mandate })).toMatchObject({ refused: 'not-permitted' })
    })

    test('no more is issued than was authorised', async () => {
      const small = await registerProject(registry, ['100'], '100')
      expect(isReceipt(await issue(registry, '60', small))).toBe(true)
      expect(await issue(registry, '41', small)).toMatchObject({
        refused: 'authorisation-exceeded',
        detail: { left: '40' },
      })
      expect(isReceipt(await issue(registry, '40', small))).toBe(true)
    })

    test('credits move by quantity, lowest first, and by range', async () => {
      const batch = await issued(registry, '1000')
      const first = (await ledger.row('batch', batch))?.first ?? 0n
      const byQuantity = await transfer(batch, { quantity: '100' })
      expect(isReceipt(byQuantity) && byQuantity.entry.body.ranges).toEqual([[`${first}`, `${first + 99n}`]])
      const range = [`${first + 150n}`, `${first + 159n}`]
      expect(isReceipt(await transfer(batch, { ranges: [range] }))).toBe(true)
      const across = await transfer(batch, { quantity: '60' })
      expect(isReceipt(across) && across.entry.body.ranges).toEqual([
        [`${first + 100n}`, `${first + 149n}`],
        [`${first + 160n}`, `${first + 169n}`],
      ])
    })

    test('what is not there is refused, with what there is', async () => {
      const batch = await issued(registry, '100')
      const first = (await ledger.row('batch', batch))?.first ?? 0n
      const one = (number: bigint) => [[`${number}`, `${number}`]]
      expect(await transfer(batch, { quantity: '61' })).toMatchObject({
        refused: 'not-enough-credits',
        detail: { available: '60' },
      })
      expect(await transfer(batch, { ranges: one(first + 60n) })).toMatchObject({ refused: 'not-owned' })
      expect(await transfer(batch, { ranges: one(first + 100n) })).toMatchObject({ refused: 'range-outside-batch' })
      expect(await transfer(batch, { ranges: [...one(first), ...one(first + 1n)] })).toMatchObject({
        refused: 'ranges-disorder',
      })
      expect(await transfer(batch, { ranges: [[`${first + 5n}`, `${first}`]] })).toMatchObject({
        refused: 'ranges-disorder',
      })
      expect(await transfer(batch, { quantity: '0' })).toMatchObject({
        refused: 'malformed',
        detail: { field: 'quantity' },
      })
      expect(await transfer(batch, {})).toMatchObject({ refused: 'malformed' })
      expect(await transfer(randomId(), { quantity: '1' })).toMatchObject({ refused: 'batch-unknown' })
      expect(await transfer(batch, { quantity: '1' }, developer(0), developer(0).holding)).toMatchObject({
        refused: 'same-account',
      })
      expect(await transfer(batch, { quantity: '1' }, developer(0), developer(1).retirement)).toMatchObject({
        refused: 'account-kind',
      })
      expect(
        await transfer(batch, { quantity: '1' }, { ...developer(0), mandate: developer(1).mandate }),
      ).toMatchObject({ refused: 'not-permitted' })
    })

    test('retired and cancelled units never move again', async () => {
      const batch = await issued(registry, '100')
      const first = (await ledger.row('batch', batch))?.first ?? 0n
      const { mandate, holding, retirement, cancellation } = developer(0)
      const end = { batch, from: holding, purpose: 'voluntary', beneficiary: someCommitment() }
      const retired = await done(ledger, mandate, 'CreditsRetired', { ...end, to: retirement, quantity: '10' })
      const cancelled = await done(ledger, mandate, 'CreditsCancelled', { ...end, to: cancellation, quantity: '5' })
      expect(cancelled.entry.body.allotted).toEqual({
        certificate: (retired.entry.body.allotted as { certificate: number }).certificate + 1,
        prefix: expect.stringMatching(/^XT-ITMO-1-\d{3}-2024-0$/),
        itmos: null,
      })
      const ranges = [[`${first}`, `${first}`]]
      expect(await transfer(batch, { ranges })).toMatchObject({ refused: 'not-owned' })
      expect(
        await refusal(ledger, mandate, 'CreditsTransferred', {
          batch,
          from: retirement,
          to: developer(1).holding,
          ranges,
        }),
      ).toBe('account-kind')
      expect(await refusal(ledger, mandate, 'CreditsRetired', { ...end, to: retirement, ranges })).toBe('not-owned')
      expect(
        await refusal(ledger, mandate, 'CreditsRetired', { ...end, to: developer(1).retirement, quantity: '1' }),
      ).toBe('account-foreign')
      expect(
        await refusal(ledger, mandate, 'CreditsRetired', { ...end, to: retirement, quantity: '1', purpose: 'fun' }),
      ).toBe('code-unknown')
    })

    test('a hold on a range, a batch or an account stops what it covers, until it is lifted', async () => {
      const batch = await issued(registry, '100')
      const first = (await ledger.row('batch', batch))?.first ?? 0n
      const hold = async (target: object) => {
        const id = randomId()
        const none = { account: null, batch: null, range: null }
        await done(ledger, registry.officer, 'HoldPlaced', { hold: id, reason: 'court-order', ...none, ...target })
        return () => done(ledger, registry.officer, 'HoldLifted', { hold: id })
      }
      const lift = await hold({ batch, range: [`${first}`, `${first + 9n}`] })
      expect(await transfer(batch, { ranges: [[`${first + 9n}`, `${first + 12n}`]] })).toMatchObject({
        refused: 'on-hold',
        detail: { held: '1' },
      })
      const around = await transfer(batch, { quantity: '5' })
      expect(isReceipt(around) && around.entry.body.ranges).toEqual([[`${first + 10n}`, `${first + 14n}`]])
      await lift()
      for (const target of [{ batch }, { account: developer(0).holding }, { account: developer(1).holding }]) {
        const liftTarget = await hold(target)
        expect(await transfer(batch, { quantity: '1' })).toMatchObject({ refused: 'on-hold' })
        await liftTarget()
      }
      expect(isReceipt(await transfer(batch, { quantity: '1' }))).toBe(true)
      expect(await refusal(ledger, registry.officer, 'HoldLifted', { hold: randomId() })).toBe('hold-unknown')
    })

    test('a suspended account neither gives nor takes', async () => {
      const batch = await issued(registry, '10')
      const status = (type: string) =>
        done(ledger, registry.officer, type, { account: developer(1).holding, reason: 'investigation' })
      await status('AccountSuspended')
      expect(await transfer(batch, { quantity: '1' })).toMatchObject({ refused: 'account-not-active' })
      expect(await issue(registry, '10')).toMatchObject({ refused: 'account-not-active' })
      await status('AccountReactivated')
      expect(isReceipt(await transfer(batch, { quantity: '1' }))).toBe(true)
    })

    test('a revoked mandate decides and approves nothing', async () => {
      const mandate = randomId()
      const grant = { mandate, organisation: registry.genesis.authority, role: 'government/Admin', limit: null }
      await done(ledger, registry.root, 'MandateGranted', grant)
      await done(ledger, registry.root, 'MandateRevoked', { mandate })
      expect(await issue(registry, '1', { approver: mandate })).toMatchObject({ refused: 'mandate-revoked' })
      expect(await refusal(ledger, mandate, 'HoldLifted', { hold: randomId() })).toBe('mandate-revoked')
      expect(await refusal(ledger, randomId(), 'HoldLifted', { hold: randomId() })).toBe('mandate-unknown')
    })

    test('a mandate with a limit stays within it', async () => {
      const batch = await issued(registry, '100')
      const { organisation, mandate: admin } = developer(0)
      const mandate = randomId()
      await done(ledger, admin, 'MandateGranted', { mandate, organisation, role: 'developer/Admin', limit: '10' })
      expect(await transfer(batch, { quantity: '11' }, { ...developer(0), mandate })).toMatchObject({
        refused: 'mandate-limit',
      })
      expect(isReceipt(await transfer(batch, { quantity: '10' }, { ...developer(0), mandate }))).toBe(true)
    })

    test('a limit is not shed by granting: neither to a wider mandate nor by approving', async () => {
      const { organisation, mandate: admin } = developer(0)
      const grant = (by: string, role: string, org: string, limit: string | null) =>
        refusal(ledger, by, 'MandateGranted', { mandate: randomId(), organisation: org, role, limit })
      const limited = randomId()
      await done(ledger, admin, 'MandateGranted', {
        mandate: limited,
        organisation,
        role: 'developer/Admin',
        limit: '10',
      })
      expect(await grant(limited, 'developer/Admin', organisation, null)).toBe('mandate-limit')
      expect(await grant(limited, 'developer/Admin', organisation, '11')).toBe('mandate-limit')
      expect(await grant(registry.officer, 'government/Admin', registry.genesis.authority, null)).toBe('not-permitted')
      const approver = randomId()
      const approving = {
        mandate: approver,
        organisation: registry.genesis.authority,
        role: 'government/Admin',
        limit: '10',
      }
      await done(ledger, registry.root, 'MandateGranted', approving)
      expect(await issue(registry, '11', { approver })).toMatchObject({ refused: 'mandate-limit' })
      expect(isReceipt(await issue(registry, '10', { approver }))).toBe(true)
    })

    test('an id is one thing for ever', async () => {
      const account = developer(1).holding
      const owners = [{ account: developer(0).holding, share: '100' }]
      const project = { title: someCommitment(), scope: '1', methodology: 'AMS-I.D', owners }
      expect(await refusal(ledger, registry.officer, 'ProjectRegistered', { project: account, ...project })).toBe(
        'already-exists',
      )
      const opened = {
        organisation: developer(0).organisation,
        accounts: [{ kind: 'holding', account: registry.project }],
      }
      expect(await refusal(ledger, registry.officer, 'AccountsOpened', opened)).toBe('already-exists')
      const hold = { hold: randomId(), reason: 'other', account, batch: null, range: null }
      await done(ledger, registry.officer, 'HoldPlaced', hold)
      await done(ledger, registry.officer, 'HoldLifted', { hold: hold.hold })
      expect(await refusal(ledger, registry.officer, 'HoldPlaced', hold)).toBe('already-exists')
    })

    test('a vintage is a year that has begun, within the monitoring period', async () => {
      expect(await issue(registry, '1', { vintage: '2099' })).toMatchObject({ refused: 'vintage-wrong' })
      const monitoringPeriod = { from: '2020-01-01', to: '2021-12-31' }
      expect(await issue(registry, '1', { vintage: '2024', monitoringPeriod })).toMatchObject({
        refused: 'vintage-wrong',
      })
      expect(isReceipt(await issue(registry, '1', { vintage: '2021', monitoringPeriod }))).toBe(true)
    })

    test('a new permission table is adopted by two, and only one under which somebody can adopt the next', async () => {
      const adopt = async (
        change: (table: { version: number; actions: Record<string, unknown>; roles: string[] }) => void,
        approvers = [registry.officer],
      ) => {
        const table = JSON.parse(Buffer.from(simpleDocuments.permissions).toString())
        table.version = 2
        change(table)
        const sha256 = await ledger.putDocument(documentBytes(table))
        const request = { document: 'permissions', version: 2, sha256 }
        return approved(registry, registry.root, 'DocumentAdopted', request, approvers)
      }
      expect(await adopt(() => {}, [])).toMatchObject({ refused: 'approval-missing' })
      expect(await adopt((table) => delete table.actions['documents.adopt'])).toMatchObject({
        refused: 'document-unknown',
      })
      expect(await adopt((table) => table.roles.push('system/other'))).toMatchObject({ refused: 'document-unknown' })
      expect(
        await adopt((table) => (table.actions['mandates.system/system'] = { 'government/Root': 'any' })),
      ).toMatchObject({ refused: 'document-unknown' })
      expect(isReceipt(await adopt(() => {}))).toBe(true)
      expect(isReceipt(await transfer(await issued(registry, '10'), { quantity: '1' }))).toBe(true)
    })

    test('the same key with the same request is the same entry, with another request refused', async () => {
      const batch = await issued(registry, '100')
      const request = { batch, from: developer(0).holding, to: developer(1).holding, quantity: '1' }
      const key = `same-${batch}`
      const sent = await Promise.all(
        Array.from({ length: 5 }, () => send(ledger, developer(0).mandate, 'CreditsTransferred', request, key)),
      )
      expect(new Set(sent.map((outcome) => isReceipt(outcome) && outcome.index)).size).toBe(1)
      expect(sent.filter((outcome) => isReceipt(outcome) && !outcome.repeated)).toHaveLength(1)
      const other = await send(ledger, developer(0).mandate, 'CreditsTransferred', { ...request, quantity: '2' }, key)
      expect(other).toMatchObject({ conflict: 'key-reused' })
    })

    test('a hundred contenders for one balance: exactly the lawful ones win', async () => {
      const batch = await issued(registry, '100')
      const outcomes = await Promise.all(Array.from({ length: 100 }, () => transfer(batch, { quantity: '7' })))
      expect(outcomes.filter(isReceipt)).toHaveLength(8)
    })

    test('more than 100 pieces are refused with what fits', async () => {
      const batch = await issued(registry, '500')
      const first = (await ledger.row('batch', batch))?.first ?? 0n
      const every = (from: number, to: number) =>
        Array.from({ length: to - from }, (_, at) => [
          `${first + 2n * BigInt(from + at)}`,
          `${first + 2n * BigInt(from + at)}`,
        ])
      await transfer(batch, { ranges: every(0, 100) })
      await transfer(batch, { ranges: every(100, 140) })
      expect(await transfer(batch, { quantity: '150' })).toMatchObject({
        refused: 'too-fragmented',
        detail: { fits: '100' },
      })
      expect(isReceipt(await transfer(batch, { quantity: '100' }))).toBe(true)
    })

    test('units of another registry: the state does not depend on the order of the rows', async () => {
      const row = (space: string, range: [number, number], issuedRow: boolean, fate: string) => ({
        registry: 'elsewhere',
        space,
        range: range.map(String),
        project: { id: randomId(), code: '77' },
        vintage: '2020',
        unitType: 'VCU',
        issued: issuedRow,
        issuedOn: issuedRow ? '2021-01-01' : null,
        fate,
        fateOn: fate === 'active' ? null : '2022-01-01',
        facts: someCommitment(),
      })
      await done(ledger, registry.genesis.system, 'MirrorOpened', {
        registry: 'elsewhere',
        active: randomId(),
        retired: randomId(),
        cancelled: randomId(),
      })
      const rowsOf = (space: string) => [
        row(space, [1, 100], true, 'active'),
        row(space, [11, 20], false, 'retired'),
        row(space, [91, 130], false, 'cancelled'),
      ]
      const orders = [
        [0, 1, 2],
        [2, 1, 0],
        [1, 0, 2],
        [2, 0, 1],
      ]
      const states: unknown[] = []
      for (const [at, order] of orders.entries()) {
        const space = `elsewhere:S${at}`
        for (const index of order) await done(ledger, registry.genesis.system, 'MirrorRecorded', rowsOf(space)[index])
        const runs = await ledger.runs(space, { first: 0n, last: 1000n }, 100)
        states.push(runs.map(({ first, last, account, attributes }) => [first, last, account, attributes]))
      }
      expect(states[0]).toHaveLength(5)
      for (const state of states) expect(state).toEqual(states[0])
      expect(
        await refusal(
          ledger,
          registry.genesis.system,
          'MirrorRecorded',
          row('elsewhere:S0', [15, 15], false, 'cancelled'),
        ),
      ).toBe('already-retired')
      const other = { ...row('elsewhere:S0', [15, 15], true, 'active'), vintage: '2021' }
      expect(await refusal(ledger, registry.genesis.system, 'MirrorRecorded', other)).toBe('class-differs')
    })

    test('streams have no gap and each link names the entry before', async () => {
      const account = developer(0).holding
      const entries = await ledger.stream(account, 0, 1000)
      expect(entries.length).toBeGreaterThan(10)
      const links = entries.map(({ bytes }) =>
        JSON.parse(Buffer.from(bytes).toString()).streams.find(([id]: [string]) => id === account),
      )
      for (const [at, link] of links.entries()) expect(link).toEqual([account, at + 1, entries[at - 1]?.leaf ?? null])
    })

    test('hostile requests are refused and change nothing', async () => {
      const hostile = [
        null,
        7,
        'x',
        [],
        { batch: 1 },
        { batch: 'x'.repeat(100_000) },
        { __proto__: { a: 1 } },
        { quantity: '\u0000' },
      ]
      for (const request of hostile) {
        for (const type of ['CreditsTransferred', 'BatchIssued', 'HoldPlaced', 'MirrorRecorded', 'AccountsOpened']) {
          expect(await refusal(ledger, registry.officer, type, request)).toBe('malformed')
        }
      }
      expect(await refusal(ledger, registry.officer, 'Nonsense', {})).toBe('unknown-type')
      expect(await refusal(ledger, registry.genesis.system, 'Genesis', registry.genesis)).toBe('not-first')
    })

    test('the state rows are what the log says', async () => {
      const result = await reconcile(ledger)
      expect(result.differences).toEqual([])
      expect(result.entries).toBe((await ledger.head()).size)
      expect(await balance(registry.genesis.issuance)).toBeLessThan(0n)
    })

    test('checkpoints are signed, continue each other, and a fork is not signed', async () => {
      const folder = await mkdtemp(join(tmpdir(), 'signer-'))
      const file = join(folder, 'state.json')
      const integrator = new Integrator(ledger)
      const signer = new CheckpointSigner(ledger, testKey, file)
      await integrator.catchUp()
      expect(await signer.step()).toBe(true)
      await issued(registry, '5')
      await new Integrator(ledger).catchUp()
      expect(await signer.step()).toBe(true)
      expect(await signer.step()).toBe(false)
      const checkpoint = await ledger.tree.checkpoint()
      const opened = await openCheckpoint(checkpoint?.note ?? '', {
        vkeys: [parseVkey(sha256Bytes, registry.genesis.key)],
        verifyEd25519,
      })
      expect(opened.size).toBe((await ledger.head()).size)
      await issued(registry, '5')
      await integrator.catchUp()
      await writeFile(file, JSON.stringify({ size: 3, root: 'ab'.repeat(32) }))
      await expect(signer.step()).rejects.toThrow(ForkError)
      await writeFile(file, JSON.stringify({ size: 10_000_000, root: 'ab'.repeat(32) }))
      await expect(signer.step()).rejects.toThrow(ForkError)
      expect((await ledger.tree.checkpoint())?.size).toBe(opened.size)
      await rm(folder, { recursive: true })
    })
  })
}
