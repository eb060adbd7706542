import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { sha256, signerOf, TEST_SEED, verifyEd25519 } from '../test/node-crypto.ts'
import { sampleEntry, sampleTree } from '../test/sample-log.ts'
import {
  cosignText,
  decodeBase64,
  decodeBundle,
  encodeBase64,
  encodeBundle,
  formatNote,
  formatTlogProof,
  formatVkey,
  inclusionProof,
  openCheckpoint,
  parseCheckpoint,
  parseNote,
  parseTilePath,
  parseTlogProof,
  parseVkey,
  signCheckpoint,
  splitHashes,
  TlogError,
  verifyTlogProof,
} from './index.ts'

const signer = signerOf('registry.example/ledger', TEST_SEED)
const witness = signerOf('witness.example/w', TEST_SEED, 'cosignature/v1')
const vkeys = [signer.vkey, witness.vkey]
const tree = sampleTree(300)

const signed = parseNote(await signCheckpoint({ origin: signer.vkey.name, size: 300, root: tree.root() }, [signer]))
const checkpoint = formatNote({
  ...signed,
  signatures: [...signed.signatures, await cosignText(signed.text, 1, witness)],
})
const proofFile = formatTlogProof({ index: 7, hashes: await inclusionProof(sha256, 7, 300, tree.read), checkpoint })
const bundle = encodeBundle([sampleEntry(0), sampleEntry(1), sampleEntry(2)])

const asText = (bytes: Uint8Array) => Buffer.from(bytes).toString('latin1')
const toBytes = (text: string) => new TextEncoder().encode(text)

/** Every parser with a document that it accepts. */
const parsers: Record<string, { whole: Uint8Array; parse: (bytes: Uint8Array) => unknown }> = {
  parseNote: { whole: toBytes(checkpoint), parse: parseNote },
  openCheckpoint: { whole: toBytes(checkpoint), parse: (bytes) => openCheckpoint(bytes, { vkeys, verifyEd25519 }) },
  parseCheckpoint: { whole: toBytes(signed.text), parse: (bytes) => parseCheckpoint(asText(bytes)) },
  parseVkey: { whole: toBytes(formatVkey(signer.vkey)), parse: (bytes) => parseVkey(sha256, asText(bytes)) },
  parseTlogProof: { whole: toBytes(proofFile), parse: parseTlogProof },
  verifyTlogProof: {
    whole: toBytes(proofFile),
    parse: (bytes) => verifyTlogProof(bytes, sampleEntry(7), { sha256, vkeys, verifyEd25519 }),
  },
  parseTilePath: { whole: toBytes('tile/0/x001/234.p/5'), parse: (bytes) => parseTilePath(asText(bytes)) },
  decodeBundle: { whole: bundle, parse: (bytes) => decodeBundle(bytes, 3) },
  splitHashes: { whole: new Uint8Array(96), parse: splitHashes },
}

/** `true` if accepted, `false` if refused by a TlogError; anything else fails the test. */
async function accepts(parse: (bytes: Uint8Array) => unknown, bytes: Uint8Array): Promise<boolean> {
  try {
    await parse(bytes)
    return true
  } catch (error) {
    expect(error).toBeInstanceOf(TlogError)
    return false
  }
}

describe.each(Object.entries(parsers))('%s', (_, { whole, parse }) => {
  test('accepts its document', async () => {
    expect(await accepts(parse, whole)).toBe(true)
  })

  test('throws nothing but TlogError on random bytes', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 400 }), async (bytes) => void (await accepts(parse, bytes))),
    )
  })

  test('throws nothing but TlogError on its document cut, spliced or with bytes changed', async () => {
    const place = fc.nat({ max: whole.length })
    const change = fc.uint8Array({ maxLength: 4 })
    await fc.assert(
      fc.asyncProperty(place, place, change, async (from, to, inserted) => {
        const bytes = Buffer.concat([whole.subarray(0, from), inserted, whole.subarray(to)])
        await accepts(parse, new Uint8Array(bytes))
      }),
      { numRuns: 500 },
    )
  })
})

test('no change of one byte within what is signed is accepted', async () => {
  const end = toBytes(signed.text).length
  const { whole, parse } = { whole: toBytes(checkpoint), parse: parsers.openCheckpoint?.parse ?? parseNote }
  for (let at = 0; at < end; at++) {
    const changed = whole.map((byte, other) => (other === at ? byte ^ 1 : byte))
    expect(await accepts(parse, changed)).toBe(false)
  }
})

test('base64 is that of Node, and only its canonical spelling is read', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 100 }), fc.base64String(), (bytes, text) => {
      expect(encodeBase64(bytes)).toBe(Buffer.from(bytes).toString('base64'))
      expect(decodeBase64(encodeBase64(bytes))).toEqual(bytes)
      const decoded = decodeBase64(text)
      if (decoded) expect(encodeBase64(decoded)).toBe(text)
      else expect(Buffer.from(text, 'base64').toString('base64')).not.toBe(text)
    }),
  )
})
