import { describe, expect, test } from 'vitest'
import { sha256, signerOf, TEST_SEED, verifyEd25519 } from '../test/node-crypto.ts'
import {
  cosignText,
  createVkey,
  encodeBase64,
  formatNote,
  formatVkey,
  parseNote,
  parseVkey,
  signText,
  verifyNote,
} from './index.ts'

/** The example of the signed-note specification. */
const SPEC_VKEY = 'example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k'
const SPEC_NOTE = `This is an example message.

— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=
`

const signer = signerOf('registry.example/ledger', TEST_SEED)
const witness = signerOf('witness.example/w', TEST_SEED, 'cosignature/v1')
const text = 'registry.example/ledger\n0\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n'

const refusal = (code: string, message = '') =>
  expect.objectContaining({ code, message: expect.stringContaining(message) })

describe('verifier keys', () => {
  test('the example of the specification is read and written back', () => {
    const vkey = parseVkey(sha256, SPEC_VKEY)
    expect(vkey).toMatchObject({ name: 'example.com/foo', id: '530d903a', kind: 'ed25519' })
    expect(formatVkey(vkey)).toBe(SPEC_VKEY)
  })

  test('a cosigning key is another key than the log key with the same bytes', () => {
    const { vkey } = signerOf('registry.example/ledger', TEST_SEED, 'cosignature/v1')
    expect(vkey.id).not.toBe(signer.vkey.id)
    expect(parseVkey(sha256, formatVkey(vkey))).toMatchObject({ kind: 'cosignature/v1', id: vkey.id })
  })

  test.each([
    '',
    'example.com/foo',
    SPEC_VKEY.replace('530d903a', '530d903b'),
    SPEC_VKEY.replace('530d903a', '530D903A'),
    SPEC_VKEY.replace('foo', 'fop'),
    SPEC_VKEY.slice(0, -4),
    SPEC_VKEY.slice(0, -1),
    `${SPEC_VKEY}\n`,
    ` ${SPEC_VKEY}`,
  ])('%j is refused', (vkey) => {
    expect(() => parseVkey(sha256, vkey)).toThrow(refusal('bad-vkey'))
  })

  test('a key of a type that is not known here says so', () => {
    const material = Uint8Array.of(6, ...new Uint8Array(40))
    const id = Buffer.from(
      sha256(Buffer.from(['pq\n', ''].join('') + Buffer.from(material).toString('latin1'), 'latin1')),
    )
    const vkey = `pq+${id.toString('hex').slice(0, 8)}+${encodeBase64(material)}`
    expect(() => parseVkey(sha256, vkey)).toThrow(refusal('unknown-key-type', 'type 6'))
  })

  test.each(['', 'a b', 'a+b', 'a\u00a0b', 'a\u0085', 'a\u2003b', 'a\nb', 'a\u0001b', '\ud800'])(
    'no key is named %j',
    (name) => {
      expect(() => createVkey(sha256, 'ed25519', name, new Uint8Array(32))).toThrow(refusal('bad-vkey'))
    },
  )
})

describe('notes', () => {
  test('the example of the specification opens, as text and as bytes', async () => {
    const vkeys = [parseVkey(sha256, SPEC_VKEY)]
    const opened = await verifyNote(SPEC_NOTE, vkeys, verifyEd25519)
    expect(opened).toEqual({ text: 'This is an example message.\n', verified: [{ vkey: vkeys[0], time: null }] })
    expect(await verifyNote(new TextEncoder().encode(SPEC_NOTE), vkeys, verifyEd25519)).toEqual(opened)
    expect(formatNote(parseNote(SPEC_NOTE))).toBe(SPEC_NOTE)
  })

  test('a text with blank lines and other scripts is kept to the byte', () => {
    const poem = `Ognuno sta solo sul cuor della terra
trafitto da un raggio di sole:

ed è subito sera.

— quasimodo.example/salvatore NnugSzTjtVAewIS+Z/iJhUPeFDkO/5QQ2i5ddnGITLlC+EhfLW9oJKONrMouFSQU0xMcXxj99ihAQwaqP3ZekRwNtIc=
`
    const note = parseNote(poem)
    expect(note.text.split('\n')).toHaveLength(5)
    expect(note.signatures).toMatchObject([{ name: 'quasimodo.example/salvatore', keyId: '367ba04b' }])
    expect(formatNote(note)).toBe(poem)
  })

  test('a changed text is a bad signature, not an unknown key', async () => {
    const changed = SPEC_NOTE.replace('example message', 'exemple message')
    const vkeys = [parseVkey(sha256, SPEC_VKEY)]
    await expect(verifyNote(changed, vkeys, verifyEd25519)).rejects.toEqual(refusal('bad-signature', '530d903a'))
  })

  test('one bad line by a known key spoils the note, even after a good one', async () => {
    const good = await signText(text, signer)
    const bad = { ...good, signature: good.signature.map((byte, at) => (at === 5 ? byte ^ 1 : byte)) }
    const short = { ...good, signature: good.signature.subarray(1) }
    for (const second of [bad, short]) {
      const note = formatNote({ text, signatures: [good, second] })
      await expect(verifyNote(note, [signer.vkey], verifyEd25519)).rejects.toEqual(refusal('bad-signature'))
    }
    const twice = await verifyNote(formatNote({ text, signatures: [good, good] }), [signer.vkey], verifyEd25519)
    expect(twice.verified).toHaveLength(1)
  })

  test('lines of unknown keys are ignored, also those that share a name or an id with a known one', async () => {
    const good = await signText(text, signer)
    const strangers = [
      { ...good, keyId: '00000000' },
      { ...good, name: 'registry.example/other' },
      { name: 'postquantum.example', keyId: '01020304', signature: new Uint8Array(2_428) },
    ]
    const many = Array.from({ length: 16 }, (_, at) => ({ ...good, name: `witness-${at}.example` }))
    const note = formatNote({ text, signatures: [...strangers, ...many, good] })
    expect((await verifyNote(note, [signer.vkey], verifyEd25519)).verified).toEqual([{ vkey: signer.vkey, time: null }])
    const unsigned = formatNote({ text, signatures: strangers })
    await expect(verifyNote(unsigned, [signer.vkey], verifyEd25519)).rejects.toEqual(refusal('unsigned', 'other'))
    await expect(verifyNote(note, [], verifyEd25519)).rejects.toEqual(refusal('unsigned'))
  })

  test('two different keys known by the same name and id are an error of the caller', async () => {
    const twin = { ...signer.vkey, publicKey: new Uint8Array(32) }
    const note = formatNote({ text, signatures: [await signText(text, signer)] })
    await expect(verifyNote(note, [signer.vkey, twin], verifyEd25519)).rejects.toEqual(refusal('bad-argument'))
  })

  const line = SPEC_NOTE.split('\n')[2] ?? ''
  test.each([
    ['', 'blank line'],
    ['text\n', 'blank line'],
    ['text\n\n', 'ends with signature lines'],
    [`text\n\n${line}`, 'ends with signature lines'],
    [`text\n\n${line}\n\n`, 'ends with signature lines'],
    [`text\n\n-${line.slice(1)}\n`, 'em dash'],
    [`text\n\n${line} \n`, 'em dash'],
    [`text\n\n${line.slice(0, -1)}\n`, 'base64'],
    [`text\n\n— name AAAA\n`, 'signature'],
    [`text\n\n— name AAAAAB==\n`, 'base64'],
    [`text\n\n— na+me AAAAAAAA\n`, 'key name'],
    [`te\txt\n\n${line}\n`, 'control character'],
    [`text\r\n\r\n${line}\r\n`, 'control character'],
    [`te\ud800xt\n\n${line}\n`, 'UTF-8'],
    [`text\n\n${`${line}\n`.repeat(101)}`, '101 signatures'],
    [`${'x'.repeat(1_048_576)}\n\n${line}\n`, 'more than'],
  ])('a malformed note is refused: %#', (note, message) => {
    expect(() => parseNote(note)).toThrow(refusal('bad-note', message))
  })

  test('bytes that are not UTF-8 are refused', () => {
    expect(() => parseNote(Uint8Array.of(0xff, 10, 10))).toThrow(refusal('bad-note', 'UTF-8'))
  })

  test('what cannot be read back is not written', async () => {
    const good = await signText(text, signer)
    expect(() => formatNote({ text: 'no newline', signatures: [good] })).toThrow(refusal('bad-note'))
    expect(() => formatNote({ text, signatures: [] })).toThrow(refusal('bad-note'))
    expect(() => formatNote({ text: 'tab\t\n', signatures: [good] })).toThrow(refusal('bad-note'))
    const forged = { ...good, name: `a ${encodeBase64(new Uint8Array(8))}\n— b` }
    expect(() => formatNote({ text, signatures: [forged] })).toThrow(refusal('bad-note'))
  })
})

describe('cosignatures', () => {
  test('verify with the time that they state, and with no other', async () => {
    const cosigned = await cosignText(text, 1_679_315_147, witness)
    const vkeys = [witness.vkey]
    const note = formatNote({ text, signatures: [cosigned] })
    expect((await verifyNote(note, vkeys, verifyEd25519)).verified).toEqual([
      { vkey: witness.vkey, time: 1_679_315_147 },
    ])

    for (const at of [7, 0]) {
      const later = {
        ...cosigned,
        signature: cosigned.signature.map((byte, other) => (other === at ? byte ^ 0xff : byte)),
      }
      const forged = formatNote({ text, signatures: [later] })
      await expect(verifyNote(forged, vkeys, verifyEd25519)).rejects.toEqual(refusal('bad-signature'))
    }
  })

  test('are not mistaken for signatures, nor the reverse', async () => {
    await expect(signText(text, witness)).rejects.toEqual(refusal('bad-argument'))
    await expect(cosignText(text, 0, signer)).rejects.toEqual(refusal('bad-argument'))
    await expect(cosignText(text, -1, witness)).rejects.toEqual(refusal('bad-argument'))
    const plain = { ...(await signText(text, signer)), name: witness.vkey.name, keyId: witness.vkey.id }
    const note = formatNote({ text, signatures: [plain] })
    await expect(verifyNote(note, [witness.vkey], verifyEd25519)).rejects.toEqual(refusal('bad-signature'))
  })

  test('a signer that gives no 64 bytes is refused', async () => {
    const broken = { ...signer, sign: () => new Uint8Array(63) }
    await expect(signText(text, broken)).rejects.toEqual(refusal('bad-argument', '63 bytes'))
  })
})
