import { beforeAll, describe, expect, test } from 'vitest'
import { sha256, signerOf, TEST_SEED, verifyEd25519 } from '../test/node-crypto.ts'
import { sampleEntry, sampleTree } from '../test/sample-log.ts'
import { encodeHex, formatTlogProof, inclusionProof, parseTlogProof, signCheckpoint, verifyTlogProof } from './index.ts'

const origin = 'registry.example/ledger'
const signer = signerOf(origin, TEST_SEED)
const options = { sha256, verifyEd25519, vkeys: [signer.vkey] }
const tree = sampleTree(300)
const index = 271

let checkpoint: string
let file: string

beforeAll(async () => {
  checkpoint = await signCheckpoint({ origin, size: 300, root: tree.root() }, [signer])
  file = formatTlogProof({ index, hashes: await inclusionProof(sha256, index, 300, tree.read), checkpoint })
})

const refusal = (code: string, message = '') =>
  expect.objectContaining({ code, message: expect.stringContaining(message) })

describe('a proof file', () => {
  test('proves where a record is, by which log and keys', async () => {
    const proven = await verifyTlogProof(file, sampleEntry(index), options)
    expect(proven).toMatchObject({ index, size: 300, origin })
    expect(encodeHex(proven.root)).toBe(encodeHex(tree.root()))
    expect(proven.signatures).toEqual([{ vkey: signer.vkey, time: null }])
    expect(await verifyTlogProof(new TextEncoder().encode(file), sampleEntry(index), options)).toEqual(proven)
  })

  test('of a log with one entry has no hashes', async () => {
    const one = sampleTree(1)
    const single = await signCheckpoint({ origin, size: 1, root: one.root() }, [signer])
    const short = formatTlogProof({ index: 0, hashes: [], checkpoint: single })
    expect(short.startsWith('c2sp.org/tlog-proof@v1\nindex 0\n\nregistry.example/ledger\n1\n')).toBe(true)
    expect(await verifyTlogProof(short, sampleEntry(0), options)).toMatchObject({ index: 0, size: 1 })
  })

  test('carries extra bytes, which change nothing', async () => {
    const extra = Uint8Array.of(1, 2, 3)
    const withExtra = formatTlogProof({ ...parseTlogProof(file), extra })
    expect(withExtra.split('\n')[1]).toBe('extra AQID')
    expect(parseTlogProof(withExtra).extra).toEqual(extra)
    expect(await verifyTlogProof(withExtra, sampleEntry(index), options)).toMatchObject({ index })
    expect(parseTlogProof(file)).not.toHaveProperty('extra')
  })

  test('does not prove another record, index, checkpoint or log', async () => {
    await expect(verifyTlogProof(file, sampleEntry(index + 1), options)).rejects.toEqual(
      refusal('bad-proof', 'entry 271'),
    )
    const moved = file.replace('index 271', 'index 272')
    await expect(verifyTlogProof(moved, sampleEntry(index), options)).rejects.toEqual(refusal('bad-proof'))
    const beyond = file.replace('index 271', 'index 300')
    await expect(verifyTlogProof(beyond, sampleEntry(index), options)).rejects.toEqual(refusal('bad-proof'))
    const resized = file.replace('\n300\n', '\n299\n')
    await expect(verifyTlogProof(resized, sampleEntry(index), options)).rejects.toEqual(refusal('bad-signature'))
    const foreign = { ...options, vkeys: [signerOf(origin, new Uint8Array(32)).vkey] }
    await expect(verifyTlogProof(file, sampleEntry(index), foreign)).rejects.toEqual(refusal('unsigned'))
    const elsewhere = { ...options, origin: 'other.example' }
    await expect(verifyTlogProof(file, sampleEntry(index), elsewhere)).rejects.toEqual(refusal('wrong-origin'))
  })

  test.each([
    ['', 'blank line'],
    ['c2sp.org/tlog-proof@v2\nindex 0\n\nx', 'begins with'],
    ['c2sp.org/tlog-proof@v1\n\nx', '"index"'],
    ['c2sp.org/tlog-proof@v1\nindex 00\n\nx', '"index"'],
    ['c2sp.org/tlog-proof@v1\nindex -1\n\nx', '"index"'],
    ['c2sp.org/tlog-proof@v1\nindex 9007199254740992\n\nx', '"index"'],
    ['c2sp.org/tlog-proof@v1\nindex 0 \n\nx', '"index"'],
    ['c2sp.org/tlog-proof@v1\nindex 0\nextra AQID\n\nx', 'base64'],
    ['c2sp.org/tlog-proof@v1\nextra AQI\nindex 0\n\nx', 'extra'],
    ['c2sp.org/tlog-proof@v1\nindex 0\nAQID\n\nx', '32 bytes'],
    [`c2sp.org/tlog-proof@v1\nindex 0\n${`${'A'.repeat(43)}=\n`.repeat(64)}\nx`, '64'],
    ['c2sp.org/tlog-proof@v1\nindex 0\n\n', 'ends with a checkpoint'],
    ['x'.repeat(2_097_153), '2097153 bytes'],
  ])('that is malformed is refused: %#', (text, message) => {
    expect(() => parseTlogProof(text)).toThrow(refusal('bad-proof-file', message))
  })
})
