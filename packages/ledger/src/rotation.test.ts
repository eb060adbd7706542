import { generateKeyPairSync } from 'node:crypto'
import { access, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  canonicalJson,
  decodeEntry,
  encodeEntry,
  isRefusal,
  type KeyRotation,
  leafOf,
  rotationText,
  sha256Bytes,
} from '@tallystick/rules'
import { parseNote, parseVkey } from '@tallystick/tlog'
import { expect, onTestFinished, test } from 'vitest'
import { filesOf, MemorySource, scratchFolder } from '../../../tests/support/log-files.ts'
import { approved, done, send, type TestRegistry, testKey, testRegistry } from './conformance/registry.ts'
import { randomId } from './founding.ts'
import { Integrator } from './integrator.ts'
import { keyHistory } from './key-history.ts'
import { MemoryLedger } from './memory.ts'
import { isReceipt } from './port.ts'
import { exportLog } from './publish.ts'
import { signRotation } from './rotation.ts'
import { CheckpointSigner, ForkError } from './signer.ts'
import { keyFolder, keyFromFile, nextKey, retiredFile, ringOf, type SigningKey, signingKey } from './signing-key.ts'
import { stateOf } from './verify/checkpoint-check.ts'
import { verifyLog } from './verify/index.ts'
import { FolderSource } from './verify/source.ts'

const newKey = () => signingKey(generateKeyPairSync('ed25519').privateKey)

function rotate(registry: TestRegistry, body: KeyRotation, by = registry.officer, approver = registry.secondOfficer) {
  return approved(registry, by, 'KeyRotated', body, [approver])
}

const between = ({ genesis }: TestRegistry, previous: SigningKey, next: SigningKey) =>
  signRotation({ ledger: genesis.ledger, origin: genesis.origin }, previous, next)

async function must(outcome: ReturnType<typeof rotate>): Promise<number> {
  const receipt = await outcome
  if (!isReceipt(receipt)) throw new Error(JSON.stringify(receipt))
  return receipt.index
}

async function grow({ ledger, root, genesis }: TestRegistry): Promise<void> {
  const request = { mandate: randomId(), organisation: genesis.authority, role: 'government/ViewOnly', limit: null }
  await done(ledger, root, 'MandateGranted', request)
  await new Integrator(ledger).catchUp()
}

async function signed(ledger: MemoryLedger): Promise<{ size: number; by: string[]; note: string }> {
  const { size = 0, note = '' } = (await ledger.tree.checkpoint()) ?? {}
  return { size, note, by: parseNote(note).signatures.map(({ keyId }) => keyId) }
}

async function folder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'rotation-'))
  onTestFinished(() => rm(path, { recursive: true, force: true }))
  return path
}

const idOf = (vkey: string) => parseVkey(sha256Bytes, vkey).id
const sourceOf = async (ledger: MemoryLedger) => new MemorySource(await filesOf(ledger))
const keyOf = (vkey: string) => parseVkey(sha256Bytes, vkey)

test('the first checkpoint after a rotation is signed by both keys, every later one by the new key', async () => {
  const ledger = new MemoryLedger()
  const registry = await testRegistry(ledger)
  const { origin } = registry.genesis
  const keys = [testKey, newKey(), newKey(), newKey()]
  const [k0 = '', k1 = '', k2 = '', k3 = ''] = keys.map((key) => key.vkey(origin))
  const [first = testKey, second = testKey, third = testKey, fourth = testKey] = keys
  const signer = new CheckpointSigner(ledger, ringOf(...keys), join(await folder(), 'signed.json'))
  const sign = async () => {
    await grow(registry)
    expect(await signer.step()).toBe(true)
    return (await signed(ledger)).by
  }

  expect(await sign()).toEqual([idOf(k0)])
  const saved = (await signed(ledger)).note
  const before = await sourceOf(ledger)
  const at = await must(rotate(registry, await between(registry, first, second)))
  expect(await sign()).toEqual([idOf(k1), idOf(k0)])
  expect(await sign()).toEqual([idOf(k1)])
  await must(rotate(registry, await between(registry, second, third)))
  await must(rotate(registry, await between(registry, third, fourth)))
  expect(await sign()).toEqual([idOf(k3), idOf(k2), idOf(k1)])
  expect(await sign()).toEqual([idOf(k3)])

  expect((await keyHistory(ledger)).map(({ vkey }) => vkey)).toEqual([k0, k1, k2, k3])
  const source = await sourceOf(ledger)
  for (const vkey of [k0, k1, k2, k3].map(keyOf)) {
    const report = await verifyLog(source, { vkey, since: stateOf(Buffer.from(saved)) })
    expect(report).toMatchObject({ outcome: 'whole', signedBy: k3, findings: [] })
    expect(report.keys.slice(0, 2)).toEqual([
      { vkey: k0, from: 0 },
      { vkey: k1, from: at },
    ])
  }
  expect(await verifyLog(source)).toMatchObject({ outcome: 'identity-not-checked', findings: [] })
  const stranger = keyOf(newKey().vkey(origin))
  expect((await verifyLog(source, { vkey: stranger })).findings).toContainEqual(
    expect.objectContaining({ code: 'key-not-in-history' }),
  )
  // A copy from before the rotation says nothing of the later keys.
  expect(await verifyLog(before, { vkey: keyOf(k0) })).toMatchObject({ outcome: 'whole', signedBy: k0 })
  expect((await verifyLog(before, { vkey: keyOf(k1) })).findings).toContainEqual(
    expect.objectContaining({ code: 'key-not-in-history' }),
  )
})

test('an old key signs nothing after it gave way', async () => {
  const ledger = new MemoryLedger()
  const registry = await testRegistry(ledger)
  const next = newKey()
  await must(rotate(registry, await between(registry, testKey, next)))
  await grow(registry)
  const { origin } = registry.genesis
  const file = join(await folder(), 'signed.json')
  await expect(new CheckpointSigner(ledger, testKey, file).step()).rejects.toThrow(next.vkey(origin))
  await new CheckpointSigner(ledger, ringOf(testKey, next), file).step()

  const { signCheckpoint, parseCheckpoint } = await import('@tallystick/tlog')
  const source = await sourceOf(ledger)
  const checkpoint = parseCheckpoint(parseNote(source.files.get('checkpoint') ?? '').text)
  const byOld = source.with('checkpoint', Buffer.from(await signCheckpoint(checkpoint, [testKey.signer(origin)])))
  for (const vkey of [testKey, next].map((key) => keyOf(key.vkey(origin)))) {
    expect((await verifyLog(byOld, { vkey })).findings).toMatchObject([{ code: 'checkpoint-not-signed' }])
  }
  // A line of a former key that is wrong is found too.
  const note = parseNote(source.files.get('checkpoint') ?? '')
  const { formatNote } = await import('@tallystick/tlog')
  const [own, former] = note.signatures
  if (!own || !former) throw new Error('both have signed')
  const wrong = { ...former, signature: former.signature.with(9, (former.signature[9] ?? 0) ^ 1) }
  const altered = source.with('checkpoint', Buffer.from(formatNote({ ...note, signatures: [own, wrong] })))
  expect((await verifyLog(altered, { vkey: keyOf(testKey.vkey(origin)) })).findings).toMatchObject([
    { code: 'checkpoint-signature' },
  ])
})

test('what a rotation must be is refused otherwise', async () => {
  const ledger = new MemoryLedger()
  const registry = await testRegistry(ledger)
  const other = await testRegistry(new MemoryLedger())
  const [next, third] = [newKey(), newKey()]
  const good = await between(registry, testKey, next)
  const { officer, root, secondOfficer } = registry
  const refusals: [string, KeyRotation][] = [
    ['signature-wrong', { ...good, signatures: { ...good.signatures, previous: good.signatures.next } }],
    ['signature-wrong', { ...good, signatures: { ...good.signatures, next: good.signatures.previous } }],
    ['signature-wrong', { ...good, signatures: (await between(registry, testKey, third)).signatures }],
    ['signing-key-name', await between(other, testKey, next)],
    ['signing-key-name', { ...good, next: next.vkey('tallystick/test/xt/other') }],
    ['signing-key-not-in-force', await between(registry, third, next)],
    ['signing-key-known', await between(registry, testKey, testKey)],
    ['malformed', { ...good, next: `${good.next}A` }],
    ['malformed', { ...good, signatures: { ...good.signatures, next: 'AA==' } }],
  ]
  for (const [code, body] of refusals) expect(await rotate(registry, body), code).toMatchObject({ refused: code })
  expect(await send(ledger, officer, 'KeyRotated', good)).toMatchObject({ refused: 'approval-missing' })
  expect(await rotate(registry, good, root, secondOfficer)).toMatchObject({ refused: 'not-permitted' })
  expect(await rotate(registry, good, officer, officer)).toMatchObject({ refused: 'approval-not-distinct' })

  // Lifted from another log of the same ledger id, both signatures say another origin.
  const lifted = await signRotation({ ledger: registry.genesis.ledger, origin: other.genesis.origin }, testKey, next)
  expect(await rotate(registry, { ...good, signatures: lifted.signatures })).toMatchObject({
    refused: 'signature-wrong',
  })

  await must(rotate(registry, good))
  expect(await rotate(registry, good)).toMatchObject({ refused: 'signing-key-not-in-force' })
  expect(await rotate(registry, await between(registry, next, testKey))).toMatchObject({ refused: 'signing-key-known' })
  await must(rotate(registry, await between(registry, next, third)))
  expect(await rotate(registry, await between(registry, third, next))).toMatchObject({ refused: 'signing-key-known' })
})

test('keys.json is a copy of what the log says, and may go on where the log does', async () => {
  const ledger = new MemoryLedger()
  const registry = await testRegistry(ledger)
  const [next, file] = [newKey(), join(await folder(), 'signed.json')]
  const signer = new CheckpointSigner(ledger, ringOf(testKey, next), file)
  const into = await scratchFolder()
  const vkey = keyOf(registry.genesis.key)
  await grow(registry)
  await signer.step()
  await exportLog(ledger, into)
  const early = await sourceOf(ledger)
  await must(rotate(registry, await between(registry, testKey, next)))
  await grow(registry)
  await signer.step()
  const late = (await sourceOf(ledger)).files.get('keys.json') ?? new Uint8Array()

  expect(await verifyLog(early.with('keys.json', late), { vkey })).toMatchObject({ outcome: 'whole', findings: [] })
  const alter = (from: string, to: string) => Buffer.from(Buffer.from(late).toString().replace(from, to))
  for (const wrong of [
    alter('"from":0', '"from":1'),
    alter(',{"from":', ',{"from":-'),
    alter('}]', '}'),
    alter(']', ']]'),
  ]) {
    expect((await verifyLog(early.with('keys.json', wrong), { vkey })).findings).toMatchObject([
      { code: 'keys-differ' },
    ])
  }
  // An older export is brought up to date; that of another log is not.
  expect((await exportLog(ledger, into)).size).toBe((await ledger.head()).size)
  expect(Buffer.compare(await readFile(join(into, 'keys.json')), late)).toBe(0)
  expect(await verifyLog(new FolderSource(into), { vkey })).toMatchObject({ outcome: 'whole' })
  await writeFile(join(into, 'keys.json'), canonicalJson([{ from: 0, vkey: next.vkey(registry.genesis.origin) }]))
  await expect(exportLog(ledger, into)).rejects.toThrow('holds another log')
})

test('a running signer finds the new key, hands over when both have signed, and goes on after a crash in between', async () => {
  const place = join(await folder(), 'signer')
  const at = (name: string) => join(place, name)
  const ledger = new MemoryLedger()
  const own = await keyFromFile(at('key.pem'))
  const registry = await testRegistry(ledger, own)
  const { origin } = registry.genesis
  const [stateFile, ring] = [at('signed.json'), keyFolder(place)]
  const signer = new CheckpointSigner(ledger, ring, stateFile)
  await grow(registry)
  await signer.step()

  const next = await nextKey(place)
  expect((await nextKey(place)).vkey(origin)).toBe(next.vkey(origin))
  await must(rotate(registry, await between(registry, own, next)))
  await grow(registry)
  // Killed after the state was synced, before the checkpoint is published: the state says it was signed.
  const dying = new CheckpointSigner(withoutPublishing(ledger), keyFolder(place), stateFile)
  await expect(dying.step()).rejects.toThrow('killed')
  await access(at('next.pem'))

  expect(await signer.step()).toBe(true)
  expect((await signed(ledger)).by).toEqual([next.vkey(origin), own.vkey(origin)].map(idOf))
  await expect(access(at('next.pem'))).rejects.toThrow('ENOENT')
  expect((await keyFromFile(at('key.pem'))).vkey(origin)).toBe(next.vkey(origin))
  expect((await keyFromFile(at(retiredFile(own.vkey(origin))))).vkey(origin)).toBe(own.vkey(origin))
  await rm(at(retiredFile(own.vkey(origin))))
  await grow(registry)
  expect(await new CheckpointSigner(ledger, keyFolder(place), stateFile).step()).toBe(true)
  expect((await signed(ledger)).by).toEqual([idOf(next.vkey(origin))])
})

test('without the key that the log names nothing is signed', async () => {
  const place = join(await folder(), 'signer')
  const ledger = new MemoryLedger()
  const own = await keyFromFile(join(place, 'key.pem'))
  const registry = await testRegistry(ledger, own)
  await must(rotate(registry, await between(registry, own, newKey())))
  await grow(registry)
  const step = new CheckpointSigner(ledger, keyFolder(place), join(place, 'signed.json')).step()
  await expect(step).rejects.toThrow(ForkError)
  await expect(step).rejects.toThrow(place)
  await expect(access(join(place, 'signed.json'))).rejects.toThrow('ENOENT')
})

test('an entry of a rotation says one thing only', async () => {
  const ledger = new MemoryLedger()
  const registry = await testRegistry(ledger)
  const index = await must(rotate(registry, await between(registry, testKey, newKey())))
  const [stored] = await ledger.entries(index, 1)
  const entry = stored && decodeEntry(stored.bytes)
  if (!stored || !entry || isRefusal(entry)) throw new Error('the entry is there')
  expect(leafOf(encodeEntry(entry))).toBe(stored.leaf)
  const { previous, next } = entry.body as KeyRotation
  const text = Buffer.from(rotationText({ ...registry.genesis, previous, next })).toString()
  expect(text).toBe(
    `tallystick key rotation v1\nledger ${registry.genesis.ledger}\norigin ${registry.genesis.origin}\n${previous}\n${next}\n`,
  )
})

/** A ledger whose process is killed when it is about to publish. */
function withoutPublishing(ledger: MemoryLedger): MemoryLedger {
  const tree = new Proxy(ledger.tree, {
    get: (target, name) => {
      if (name === 'putCheckpoint') return () => Promise.reject(new Error('killed'))
      const value = Reflect.get(target, name)
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
  return new Proxy(ledger, {
    get: (target, name) => {
      if (name === 'tree') return tree
      const value = Reflect.get(target, name)
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
}
