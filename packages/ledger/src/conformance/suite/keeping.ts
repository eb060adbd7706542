import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sha256Bytes } from '@tallystick/rules'
import { openCheckpoint, parseVkey } from '@tallystick/tlog'
import { expect, test } from 'vitest'
import { randomId } from '../../founding.ts'
import { Integrator } from '../../integrator.ts'
import { isReceipt } from '../../port.ts'
import { reconcile } from '../../reconcile.ts'
import { CheckpointSigner, ForkError } from '../../signer.ts'
import { verifyEd25519 } from '../../signing-key.ts'
import { issued, send, testKey } from '../registry.ts'
import type { Ground } from './ground.ts'

/** What a store keeps, and how it answers. */
export function keeping(ground: Ground): void {
  const { developer, balance, refusal } = ground

  test('founding twice gives the same genesis', async () => {
    const { ledger, registry } = ground
    const again = await ledger.found({ ...registry.genesis, ledger: randomId() }, [])
    expect(again).toEqual(registry.genesis)
  })

  test('rows of one kind, many at once, are those that are there one by one', async () => {
    const { ledger } = ground
    const { rows } = await ledger.dump()
    for (const kind of ['account', 'key', 'balance', 'stream', 'hold'] as const) {
      const ids = rows.flatMap((put) => (put.kind === kind ? [put.id] : [])).slice(0, 20)
      const found = await ledger.rows(kind, [...ids, 'none|none'])
      expect([...found.keys()].toSorted()).toEqual(ids.toSorted())
      for (const id of ids) expect(found.get(id)).toEqual(await ledger.row(kind, id))
    }
  })

  test('the same key with the same request is the same entry, with another request refused', async () => {
    const { ledger, registry } = ground
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

  test('streams have no gap and each link names the entry before', async () => {
    const { ledger } = ground
    const account = developer(0).holding
    const entries = await ledger.stream(account, 0, 1000)
    expect(entries.length).toBeGreaterThan(10)
    const links = entries.map(({ bytes }) =>
      JSON.parse(Buffer.from(bytes).toString()).streams.find(([id]: [string]) => id === account),
    )
    for (const [at, link] of links.entries()) expect(link).toEqual([account, at + 1, entries[at - 1]?.leaf ?? null])
  })

  test('hostile requests are refused and change nothing', async () => {
    const { ledger, registry } = ground
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
    const { ledger, registry } = ground
    const result = await reconcile(ledger)
    expect(result.differences).toEqual([])
    expect(result.entries).toBe((await ledger.head()).size)
    expect(await balance(registry.genesis.issuance)).toBeLessThan(0n)
  })

  test('checkpoints are signed, continue each other, and a fork is not signed', async () => {
    const { ledger, registry } = ground
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
}
