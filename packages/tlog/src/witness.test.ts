import { createPublicKey, verify } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { sha256, signerOf, TEST_SEED, verifyEd25519 } from '../test/node-crypto.ts'
import { sampleEntry, sampleTree } from '../test/sample-log.ts'
import {
  consistencyProof,
  cosignText,
  encodeBase64,
  encodeHex,
  formatAddCheckpoint,
  formatNote,
  formatSizeAnswer,
  formatVkey,
  isWitnessRefusal,
  judgeSubmission,
  leafHash,
  MemoryTree,
  openSubmission,
  parseAddCheckpoint,
  parseNote,
  parseSizeAnswer,
  type Remembered,
  rootOf,
  signCheckpoint,
} from './index.ts'

const origin = 'registry.example/ledger'
const log = signerOf(origin, TEST_SEED)
const stranger = signerOf(origin, TEST_SEED.toReversed())
const witness = signerOf('witness.example/w', TEST_SEED.toReversed(), 'cosignature/v1')
const keysOf = (name: string) => (name === origin ? [log.vkey] : undefined)

/** The sample log, but for its last entry. */
function forkedTree(size: number): MemoryTree {
  const tree = new MemoryTree(sha256)
  for (let index = 0; index < size; index++) tree.append(leafHash(sha256, sampleEntry(index === 2 ? 999 : index)))
  return tree
}

interface Sent {
  oldSize: number
  size: number
  tree?: MemoryTree
  signers?: (typeof log)[]
  proof?: Uint8Array[]
  named?: string
}

async function requestOf({ oldSize, size, named = origin, ...sent }: Sent): Promise<string> {
  const tree = sent.tree ?? sampleTree(size)
  const signers = sent.signers ?? [named === origin ? log : signerOf(named, TEST_SEED)]
  const root = await rootOf(sha256, size, tree.read)
  const checkpoint = await signCheckpoint({ origin: named, size, root }, signers)
  const proof = sent.proof ?? (oldSize > size ? [] : await consistencyProof(sha256, oldSize, size, tree.read))
  return formatAddCheckpoint({ oldSize, proof, checkpoint })
}

const at = (size: number, tree = sampleTree(size)): Remembered => ({ size, root: tree.root() })

async function answer(body: string | Uint8Array, remembered?: Remembered) {
  const submission = await openSubmission(body, { keysOf, verifyEd25519 })
  if (isWitnessRefusal(submission)) return submission
  return judgeSubmission(sha256, submission, remembered) ?? { status: 200 as const }
}

describe('answers of a witness', () => {
  test('what a foreign witness answers to the published log', async () => {
    expect(await answer(await requestOf({ oldSize: 0, size: 8 }))).toEqual({ status: 200 })
    expect(await answer(await requestOf({ oldSize: 8, size: 300 }), at(8))).toEqual({ status: 200 })
    expect(await answer(await requestOf({ oldSize: 8, size: 300 }), at(300))).toMatchObject({ status: 409, size: 300 })
    expect(await answer(await requestOf({ oldSize: 300, size: 8 }), at(300))).toMatchObject({ status: 400 })
    expect(await answer(await requestOf({ oldSize: 300, size: 300, tree: forkedTree(300) }), at(300))).toMatchObject({
      status: 422,
      reason: 'two roots for the same size 300: the log was forked',
    })
    expect(await answer(await requestOf({ oldSize: 300, size: 400, tree: forkedTree(400) }), at(300))).toMatchObject({
      status: 422,
    })
    expect(await answer(await requestOf({ oldSize: 300, size: 400, signers: [stranger] }), at(300))).toMatchObject({
      status: 403,
    })
    expect(await answer(await requestOf({ oldSize: 0, size: 8, named: 'other.example' }))).toMatchObject({
      status: 404,
    })
  })

  test('a first checkpoint of any size is taken, the empty one too, and the same again', async () => {
    expect(await answer(await requestOf({ oldSize: 0, size: 0 }))).toEqual({ status: 200 })
    expect(await answer(await requestOf({ oldSize: 0, size: 70 }))).toEqual({ status: 200 })
    expect(await answer(await requestOf({ oldSize: 70, size: 70 }), at(70))).toEqual({ status: 200 })
    expect(await answer(await requestOf({ oldSize: 0, size: 8 }), at(0))).toEqual({ status: 200 })
  })

  test('an old size of 0 is no way round what is remembered', async () => {
    expect(await answer(await requestOf({ oldSize: 0, size: 400, tree: forkedTree(400) }), at(300))).toMatchObject({
      status: 409,
      size: 300,
    })
    expect(await answer(await requestOf({ oldSize: 0, size: 8 }), at(300))).toMatchObject({ status: 409, size: 300 })
  })

  test('proofs that do not fit', async () => {
    const right = await consistencyProof(sha256, 3, 8, sampleTree(8).read)
    const [first = new Uint8Array(32), ...rest] = right
    const wrong = [
      [],
      rest,
      [...right, first],
      [first.map((byte) => byte ^ 1), ...rest],
      right.toReversed(),
      await consistencyProof(sha256, 4, 8, sampleTree(8).read),
    ]
    for (const proof of wrong) {
      expect(await answer(await requestOf({ oldSize: 3, size: 8, proof }), at(3))).toMatchObject({ status: 422 })
    }
    expect(await answer(await requestOf({ oldSize: 3, size: 8, proof: right }), at(3))).toEqual({ status: 200 })
    expect(await answer(await requestOf({ oldSize: 0, size: 8, proof: right }))).toMatchObject({ status: 422 })
    expect(await answer(await requestOf({ oldSize: 8, size: 8, proof: right }), at(8))).toMatchObject({ status: 422 })
  })

  test('every pair of sizes up to 40: only the right next tree is taken', async () => {
    const [tree, fork] = [sampleTree(40), forkedTree(40)]
    for (let oldSize = 0; oldSize <= 40; oldSize++) {
      const remembered = { size: oldSize, root: await rootOf(sha256, oldSize, tree.read) }
      for (let size = oldSize; size <= 40; size++) {
        expect(await answer(await requestOf({ oldSize, size, tree }), remembered)).toEqual({ status: 200 })
        if (oldSize < 3) continue
        expect(await answer(await requestOf({ oldSize, size, tree: fork }), remembered)).toMatchObject({ status: 422 })
      }
    }
  })

  test('signatures: strangers are ignored, a wrong line of the log spoils it', async () => {
    const both = await requestOf({ oldSize: 0, size: 8, signers: [stranger, log] })
    const opened = await openSubmission(both, { keysOf, verifyEd25519 })
    expect(opened).toMatchObject({ oldSize: 0, signatures: [{ name: origin, keyId: log.vkey.id }] })

    const { checkpoint, ...rest } = parseAddCheckpoint(both)
    const { text, signatures } = parseNote(checkpoint)
    const other = parseNote(await signCheckpoint({ origin, size: 7, root: sampleTree(7).root() }, [log])).signatures
    const spoilt = formatNote({ text, signatures: [...signatures, ...other] })
    expect(await answer(formatAddCheckpoint({ ...rest, checkpoint: spoilt }))).toMatchObject({ status: 403 })
  })

  test('two keys of one log, as at a change of keys, are each enough', async () => {
    const keys = () => [log.vkey, stranger.vkey]
    for (const signers of [[log], [stranger], [log, stranger]]) {
      const body = await requestOf({ oldSize: 0, size: 8, signers })
      expect(await openSubmission(body, { keysOf: keys, verifyEd25519 })).toMatchObject({ text: expect.any(String) })
    }
  })
})

describe('the body of a request', () => {
  const EXAMPLE = `old 20852014
PlRNCrwHpqhGrupue0L7gxbjbMiKA9temvuZZDDpkaw=
jrJZDmY8Y7SyJE0MWLpLozkIVMSMZcD5kvuKxPC3swk=
5+pKlUdi2LeF/BcMHBn+Ku6yhPGNCswZZD1X/6QgPd8=
/6WVhPs2CwSsb5rYBH5cjHV/wSmA79abXAwhXw3Kj/0=

example.com/behind-the-sofa
20852163
CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=

— example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=
— example.com/behind-the-sofa opLqBQsREYCgu6xQkYQwJr9fo45a62DN9EdmHXnZdXNqlcVGlCum2Wks+49/V6267UEjw6QUXTS5Rovnzv++qbSzm9Q=
`

  test('the example of the specification is read and written back', () => {
    const request = parseAddCheckpoint(EXAMPLE)
    expect(request.oldSize).toBe(20_852_014)
    expect(request.proof.map(encodeBase64)[3]).toBe('/6WVhPs2CwSsb5rYBH5cjHV/wSmA79abXAwhXw3Kj/0=')
    expect(formatAddCheckpoint(request)).toBe(EXAMPLE)
    expect(parseAddCheckpoint(Buffer.from(EXAMPLE))).toEqual(request)
  })

  test.each([
    '',
    'old 0',
    'old 0\n',
    'old 0\n\n',
    EXAMPLE.slice(1),
    EXAMPLE.replace('old 20852014', 'old 020852014'),
    EXAMPLE.replace('old 20852014', 'old -1'),
    EXAMPLE.replace('old 20852014', 'old 9007199254740992'),
    EXAMPLE.replace('old 20852014', 'old  20852014'),
    EXAMPLE.replace('old 20852014', 'Old 20852014'),
    EXAMPLE.replace('old 20852014', ''),
    EXAMPLE.replace('old 20852014\n', '\nold 20852014\n'),
    EXAMPLE.replace('PlRN', 'PlR'),
    EXAMPLE.replace('pkaw=', 'pkaw'),
    EXAMPLE.replaceAll('\n', '\r\n'),
    EXAMPLE.replace('\n\nexample', '\nexample'),
    EXAMPLE.replace('\nPl', '\n\nPl'),
    EXAMPLE.replace('20852163', '020852163'),
    EXAMPLE.replace('jxq2I=\n', 'jxq2I=\nan extension\n'),
    EXAMPLE.slice(0, -1),
    `old 0\n${'PlRNCrwHpqhGrupue0L7gxbjbMiKA9temvuZZDDpkaw=\n'.repeat(64)}\n${EXAMPLE.slice(EXAMPLE.indexOf('example'))}`,
    `${EXAMPLE}${'— x AAAAAAAAAAAA\n'.repeat(4_000)}`,
  ])('%j is 400', async (body) => {
    expect(await answer(body)).toMatchObject({ status: 400 })
  })

  test('a checkpoint of size 0 has the root of the empty tree', async () => {
    const checkpoint = `${origin}\n0\n${encodeBase64(sampleTree(1).root())}\n\n— ${origin} AAAAAAAA\n`
    expect(await answer(`old 0\n\n${checkpoint}`)).toMatchObject({ status: 400 })
  })

  test('no body makes it fail in another way, and no change of a byte is taken', async () => {
    const good = await requestOf({ oldSize: 3, size: 8 })
    const bytes = Buffer.from(good)
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(
          fc.uint8Array({ maxLength: 300 }),
          fc.tuple(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 })).map(([position, mask]) => {
            return Buffer.from(bytes.map((byte, other) => (other === position ? byte ^ mask : byte)))
          }),
        ),
        async (body) => {
          expect((await answer(body, at(3))).status).not.toBe(200)
        },
      ),
      { numRuns: 1_000 },
    )
    expect(await answer(bytes, at(3))).toEqual({ status: 200 })
  })
})

test('the size in a 409', () => {
  expect(formatSizeAnswer(300)).toBe('300\n')
  expect(parseSizeAnswer('300\n')).toBe(300)
  expect(parseSizeAnswer('0\n')).toBe(0)
  for (const body of ['', '300', '0300\n', '300\n\n', '-1\n', ' 300\n', '9007199254740992\n', 'x\n']) {
    expect(parseSizeAnswer(body)).toBeUndefined()
  }
})

describe('cosignatures, judged by a reading of the specification that shares no code', () => {
  test('the message, the line and the id of the key', async () => {
    const text = `${origin}\n8\nxUD6dkaCV1NLGYVVtYjqDGqiA73+eQcryhNV2O6zXJY=\n`
    const note = formatNote({ text, signatures: [await cosignText(text, 1_679_315_147, witness)] })
    const [, name = '', base64 = ''] = /\n\n— (\S+) (\S+)\n$/.exec(note) ?? []
    const bytes = Buffer.from(base64, 'base64')
    expect(bytes).toHaveLength(4 + 8 + 64)
    expect(bytes.readBigUInt64BE(4)).toBe(1_679_315_147n)

    const [, id, key = ''] = formatVkey(witness.vkey).split('+')
    const material = Buffer.from(key, 'base64')
    expect(material[0]).toBe(0x04)
    const hashed = sha256(Buffer.concat([Buffer.from(name), Buffer.of(0x0a), material]))
    expect([bytes.toString('hex', 0, 4), encodeHex(hashed.subarray(0, 4))]).toEqual([id, id])

    const x = material.subarray(1).toString('base64url')
    const publicKey = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' })
    const message = Buffer.from(`cosignature/v1\ntime 1679315147\n${text}`)
    expect(verify(null, message, publicKey, bytes.subarray(12))).toBe(true)
    expect(verify(null, Buffer.from(text), publicKey, bytes.subarray(12))).toBe(false)
  })
})
