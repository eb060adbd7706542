import { describe, expect, test } from 'vitest'
import { signerOf, TEST_SEED, verifyEd25519 } from '../test/node-crypto.ts'
import {
  cosignText,
  emptyRoot,
  encodeHex,
  formatCheckpoint,
  formatNote,
  openCheckpoint,
  parseCheckpoint,
  parseNote,
  signCheckpoint,
  signText,
} from './index.ts'

/** The example of the tlog-cosignature specification; its public keys are not published. */
const SPEC_CHECKPOINT = `example.com/behind-the-sofa
20852163
CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=

— example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=
— witness.example.com/w1 jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyin1nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA==
`

const origin = 'registry.example/ledger'
const signer = signerOf(origin, TEST_SEED)
const nextSigner = signerOf(origin, new Uint8Array(32).fill(7))
const witness = signerOf('witness.example/w', new Uint8Array(32).fill(9), 'cosignature/v1')
const root = new Uint8Array(32).fill(5)
const ROOT = 'BQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQU='

const refusal = (code: string, message = '') =>
  expect.objectContaining({ code, message: expect.stringContaining(message) })

describe('the text of a checkpoint', () => {
  test('the example of the specification is read and written back', () => {
    const note = parseNote(SPEC_CHECKPOINT)
    const checkpoint = parseCheckpoint(note.text)
    expect(checkpoint).toMatchObject({ origin: 'example.com/behind-the-sofa', size: 20_852_163 })
    expect(encodeHex(checkpoint.root)).toBe('0ac5186a91863e8e1d90c808014aa89bf5da8e3ee1d9f07630f0378f68f1ab62')
    expect(formatCheckpoint(checkpoint)).toBe(note.text)
    expect(formatNote(note)).toBe(SPEC_CHECKPOINT)
    const time = note.signatures[1]?.signature.subarray(0, 8) ?? new Uint8Array()
    expect(encodeHex(time)).toBe((1_679_315_147).toString(16).padStart(16, '0'))
  })

  test.each([
    ['', 'three lines'],
    [`${origin}\n8\n`, 'three lines'],
    [`${origin}\n8\n${ROOT}`, 'three lines'],
    [`${origin}\n8\n${ROOT}\nextension\n`, 'extension'],
    [`${origin}\n8\n${ROOT}\n\n`, 'extension'],
    [`\n8\n${ROOT}\n`, 'origin'],
    [`a\tb\n8\n${ROOT}\n`, 'origin'],
    [`${origin}\n08\n${ROOT}\n`, 'size'],
    [`${origin}\n+8\n${ROOT}\n`, 'size'],
    [`${origin}\n8 \n${ROOT}\n`, 'size'],
    [`${origin}\n٨\n${ROOT}\n`, 'size'],
    [`${origin}\n9007199254740992\n${ROOT}\n`, 'size'],
    [`${origin}\n18446744073709551615\n${ROOT}\n`, 'size'],
    [`${origin}\n8\n${ROOT.replace('QU=', 'QV=')}\n`, 'root'],
    [`${origin}\n8\n${ROOT.slice(0, -1)}\n`, 'root'],
    [`${origin}\n8\n${ROOT.slice(4)}\n`, 'root'],
    [`${origin}\n8\n\n`, 'root'],
    [`${origin}\n0\n${ROOT}\n`, 'empty tree'],
  ])('%j is refused', (text, message) => {
    expect(() => parseCheckpoint(text)).toThrow(refusal('bad-checkpoint', message))
  })

  test('what cannot be read back is not written', () => {
    expect(() => formatCheckpoint({ origin: 'two\nlines', size: 8, root })).toThrow(refusal('bad-checkpoint'))
    expect(() => formatCheckpoint({ origin, size: -1, root })).toThrow(refusal('bad-argument'))
    expect(() => formatCheckpoint({ origin, size: 8, root: root.subarray(1) })).toThrow(refusal('bad-argument'))
    expect(() => formatCheckpoint({ origin, size: 0, root })).toThrow(refusal('bad-checkpoint'))
    expect(parseCheckpoint(formatCheckpoint({ origin, size: 0, root: emptyRoot() })).size).toBe(0)
  })
})

describe('a signed checkpoint', () => {
  test('opens with the key of its log', async () => {
    const note = await signCheckpoint({ origin, size: 8, root }, [signer])
    expect(await openCheckpoint(note, { vkeys: [signer.vkey], verifyEd25519 })).toEqual({
      origin,
      size: 8,
      root,
      signatures: [{ vkey: signer.vkey, time: null }],
      cosignatures: [],
    })
  })

  test('at a change of keys opens with the old key, the new one, and both', async () => {
    const note = await signCheckpoint({ origin, size: 8, root }, [signer, nextSigner])
    for (const vkeys of [[signer.vkey], [nextSigner.vkey], [signer.vkey, nextSigner.vkey]]) {
      expect((await openCheckpoint(note, { vkeys, verifyEd25519 })).signatures.map(({ vkey }) => vkey)).toEqual(vkeys)
    }
  })

  test('with cosignatures tells who saw it and when; a witness alone does not open it', async () => {
    const note = parseNote(await signCheckpoint({ origin, size: 8, root }, [signer]))
    const cosigned = formatNote({
      ...note,
      signatures: [...note.signatures, await cosignText(note.text, 1_700_000_000, witness)],
    })
    const opened = await openCheckpoint(cosigned, { vkeys: [signer.vkey, witness.vkey], verifyEd25519 })
    expect(opened.signatures).toHaveLength(1)
    expect(opened.cosignatures).toEqual([{ vkey: witness.vkey, time: 1_700_000_000 }])
    await expect(openCheckpoint(cosigned, { vkeys: [witness.vkey], verifyEd25519 })).rejects.toEqual(
      refusal('unsigned'),
    )
  })

  test('of another log is refused, whoever signed it', async () => {
    const stranger = signerOf('other.example/log', TEST_SEED)
    await expect(signCheckpoint({ origin, size: 8, root }, [stranger])).rejects.toEqual(refusal('wrong-origin'))
    const text = formatCheckpoint({ origin, size: 8, root })
    const note = formatNote({ text, signatures: [await signText(text, stranger)] })
    const options = { vkeys: [stranger.vkey], verifyEd25519 }
    await expect(openCheckpoint(note, options)).rejects.toEqual(
      refusal('wrong-origin', 'expected is "other.example/log"'),
    )
    expect(await openCheckpoint(note, { ...options, origin })).toMatchObject({ origin })
    await expect(openCheckpoint(note, { ...options, origin: 'third.example' })).rejects.toEqual(refusal('wrong-origin'))
  })

  test('with another size, root or origin is a bad signature', async () => {
    const note = await signCheckpoint({ origin, size: 8, root }, [signer])
    for (const changed of [
      note.replace('\n8\n', '\n9\n'),
      note.replace('BQUF', 'BQUE'),
      note.replace('ledger\n', 'lodger\n'),
    ]) {
      const opening = openCheckpoint(changed, { vkeys: [signer.vkey], verifyEd25519 })
      await expect(opening).rejects.toEqual(refusal('bad-signature'))
    }
  })

  test('needs a signer', async () => {
    await expect(signCheckpoint({ origin, size: 8, root }, [])).rejects.toEqual(refusal('bad-note', 'at least one'))
  })
})
