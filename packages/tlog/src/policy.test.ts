import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { sha256, signerOf, TEST_SEED, verifyEd25519 } from '../test/node-crypto.ts'
import { sampleTree } from '../test/sample-log.ts'
import {
  checkQuorum,
  cosignText,
  formatNote,
  formatVkey,
  type NoteSignature,
  parseNote,
  parsePolicy,
  signCheckpoint,
} from './index.ts'

const origin = 'registry.example/ledger'
const log = signerOf(origin, TEST_SEED)
const LOG = formatVkey(log.vkey)

function seedOf(number: number): Uint8Array {
  return Uint8Array.from({ length: 32 }, (_, at) => number + at)
}

const witnesses = Array.from({ length: 6 }, (_, at) => signerOf(`w${at}.example/w`, seedOf(at + 1), 'cosignature/v1'))
const [W0 = '', W1 = '', W2 = '', W3 = '', W4 = '', W5 = ''] = witnesses.map(({ vkey }) => formatVkey(vkey))

/** The example of the specification, with keys. */
const NESTED = `log ${LOG}

witness X1 ${W0}
witness X2 ${W1}
witness X3 ${W2}
group X-witnesses 2 X1 X2 X3

witness Y1 ${W3}
witness Y2 ${W4}
witness Y3 ${W5}
group Y-witnesses any Y1 Y2 Y3

group X-and-Y all X-witnesses Y-witnesses
quorum X-and-Y
`
const NOW = 1_795_328_896

async function checkpoint(size = 8): Promise<string> {
  return signCheckpoint({ origin, size, root: sampleTree(size).root() }, [log])
}

async function line(witness: number, note: string, time = NOW): Promise<NoteSignature> {
  const signer = witnesses[witness]
  if (!signer) throw new Error(`no witness ${witness}`)
  return cosignText(parseNote(note).text, time, signer)
}

function withLines(note: string, lines: NoteSignature[]): string {
  const { text, signatures } = parseNote(note)
  return formatNote({ text, signatures: [...signatures, ...lines] })
}

const check = (note: string, text = NESTED, latest = NOW) =>
  checkQuorum(note, parsePolicy(sha256, text), { verifyEd25519, latest })

const refusal = (message: string) =>
  expect.objectContaining({ code: 'bad-policy', message: expect.stringContaining(message) })

describe('policy files', () => {
  test('the example of the specification is read', () => {
    const policy = parsePolicy(sha256, NESTED)
    expect(policy.logs.map(({ keyText }) => keyText)).toEqual([LOG])
    expect(policy.witnesses.map(({ name, vkey }) => [name, vkey?.name])).toEqual([
      ['X1', 'w0.example/w'],
      ['X2', 'w1.example/w'],
      ['X3', 'w2.example/w'],
      ['Y1', 'w3.example/w'],
      ['Y2', 'w4.example/w'],
      ['Y3', 'w5.example/w'],
    ])
    expect(policy.groups).toEqual([
      { name: 'X-witnesses', threshold: 2, members: ['X1', 'X2', 'X3'] },
      { name: 'Y-witnesses', threshold: 1, members: ['Y1', 'Y2', 'Y3'] },
      { name: 'X-and-Y', threshold: 2, members: ['X-witnesses', 'Y-witnesses'] },
    ])
    expect(policy.quorum).toBe('X-and-Y')
  })

  test('tabs, blank lines, comments, addresses and names of any octets', () => {
    const text = `\t log\t${LOG}  https://log.example/ \n \t\n  # a comment: ü\nwitness ΚK ${W0} https://w.example\nwitness K ${W1}\nquorum ΚK\n`
    expect(parsePolicy(sha256, text)).toMatchObject({
      logs: [{ url: 'https://log.example/' }],
      witnesses: [{ name: 'ΚK', url: 'https://w.example' }, { url: null }],
      quorum: 'ΚK',
    })
    const octets = Buffer.concat([Buffer.from('witness '), Buffer.of(0xff), Buffer.from(` ${W0}\nquorum `)])
    const policy = parsePolicy(sha256, Buffer.concat([octets, Buffer.of(0xff), Buffer.from('\n')]))
    expect(policy.quorum).toBe(policy.witnesses[0]?.name)
    expect(() => parsePolicy(sha256, Buffer.concat([octets, Buffer.of(0xfe), Buffer.from('\n')]))).toThrow(
      refusal('is not defined above'),
    )
  })

  test('no cosignature may be asked for, and no log named', () => {
    expect(parsePolicy(sha256, 'quorum none\n')).toEqual({ logs: [], witnesses: [], groups: [], quorum: null })
  })

  test('a key of a type that is not known here is kept and never counts', async () => {
    const material = Uint8Array.of(6, ...new Uint8Array(1312))
    const id = Buffer.from(sha256(Buffer.concat([Buffer.from('pq.example\n'), material]))).toString('hex', 0, 4)
    const text = `witness pq pq.example+${id}+${Buffer.from(material).toString('base64')}\nquorum pq\n`
    expect(parsePolicy(sha256, text).witnesses).toMatchObject([{ name: 'pq', vkey: null }])
    expect(await check(await checkpoint(), text)).toMatchObject({
      met: false,
      witnesses: [{ standing: 'key-unknown', time: null }],
    })
  })

  test.each([
    ['', 'a policy has a line "quorum"'],
    ['quorum none', 'does not end with a newline'],
    ['quorum none\nquorum none\n', 'line 2: there is a quorum already'],
    ['quorum\n', 'line 1: a quorum is written'],
    ['quorum none none\n', 'a quorum is written'],
    ['quorum X\n', 'line 1: "X" is not defined above'],
    [`quorum X\nwitness X ${W0}\n`, '"X" is not defined above'],
    [`witness none ${W0}\nquorum none\n`, '"none" is no name'],
    [`witness X ${W0}\nwitness X ${W1}\nquorum X\n`, 'line 2: "X" is defined already'],
    [`witness X ${W0}\nwitness Y ${W0}\nquorum X\n`, 'is listed already'],
    [`witness X ${W0}\ngroup X any X\nquorum X\n`, '"X" is defined already'],
    [`witness X ${W0}\ngroup G any none\nquorum G\n`, '"none" is not defined above'],
    [`witness X ${W0}\ngroup G any G\nquorum G\n`, '"G" is not defined above'],
    [`witness X ${W0}\ngroup G any\nquorum G\n`, 'a group is written'],
    [`witness X ${W0}\ngroup G 2 X\nquorum G\n`, 'a number from 1 to 1, not "2"'],
    [`witness X ${W0}\ngroup G 0 X\nquorum G\n`, 'not "0"'],
    [`witness X ${W0}\ngroup G 01 X\nquorum G\n`, 'not "01"'],
    [`witness X ${W0}\ngroup G ALL X\nquorum G\n`, 'not "ALL"'],
    [`witness X ${W0}\ngroup G 2 X X\nquorum G\n`, '"X" is a member of a group already'],
    [`witness X ${W0}\ngroup G any X\ngroup H any X\nquorum H\n`, '"X" is a member of a group already'],
    [`witness X ${LOG}\nquorum X\n`, 'is the key of a log'],
    [`log ${W0}\nquorum none\n`, 'is the key of a witness'],
    [`log ${LOG}\nlog ${LOG}\nquorum none\n`, 'line 2: the key of'],
    [`log ${LOG} a b\nquorum none\n`, 'a log is written'],
    ['log\nquorum none\n', 'a log is written'],
    [`witness ${W0}\nquorum none\n`, 'a witness is written'],
    ['witness X nonsense\nquorum none\n', 'line 1: a verifier key is written'],
    [`witness X ${W0.slice(0, -4)}AAAA\nquorum none\n`, 'is the text complete'],
    ['Quorum none\n', 'a line begins with log, witness'],
    ['quorum none\r\n', 'byte 11 is a control character'],
    ['quorum\u007f none\n', 'control character'],
    ['\u0000quorum none\n', 'control character'],
    [`# ${'x'.repeat(262_144)}\nquorum none\n`, 'at most 262144 bytes'],
  ])('%j is refused', (text, message) => {
    expect(() => parsePolicy(sha256, text)).toThrow(refusal(message))
  })

  test('the same key under another name is a duplicate', () => {
    const twin = formatVkey(signerOf('other.example', seedOf(1), 'cosignature/v1').vkey)
    expect(() => parsePolicy(sha256, `witness X ${W0}\nwitness Y ${twin}\nquorum X\n`)).toThrow(
      refusal('is listed already'),
    )
  })

  test('no file makes it fail in another way', () => {
    const word = fc.constantFrom('log', 'witness', 'group', 'quorum', 'any', 'all', '1', '2', 'X', 'Y', 'none', LOG, W0)
    const lines = fc.array(fc.array(word, { maxLength: 5 }).map((words) => `${words.join(' ')}\n`))
    const file = fc.oneof(
      fc.uint8Array({ maxLength: 200 }),
      lines.map((all) => Buffer.from(all.join(''))),
    )
    fc.assert(
      fc.property(file, (bytes) => {
        try {
          const { quorum, witnesses, groups } = parsePolicy(sha256, bytes)
          expect([null, ...[...witnesses, ...groups].map(({ name }) => name)]).toContain(quorum)
        } catch (error) {
          expect(error).toMatchObject({ code: 'bad-policy' })
        }
      }),
      { numRuns: 2_000 },
    )
  })
})

describe('quorum', () => {
  test('nested groups: two of three and one of three', async () => {
    const note = await checkpoint()
    const cases: [number[], boolean][] = [
      [[], false],
      [[0, 1], false],
      [[3], false],
      [[0, 3], false],
      [[0, 3, 4, 5], false],
      [[0, 1, 3], true],
      [[0, 1, 2, 3, 4, 5], true],
      [[1, 2, 5], true],
    ]
    for (const [by, met] of cases) {
      const cosigned = withLines(note, await Promise.all(by.map((witness) => line(witness, note))))
      expect([by, (await check(cosigned)).met]).toEqual([by, met])
    }
    const cosigned = withLines(note, [await line(0, note, NOW - 5), await line(1, note), await line(4, note)])
    expect(await check(cosigned)).toEqual({
      met: true,
      quorum: 'X-and-Y',
      groups: [
        { name: 'X-witnesses', threshold: 2, witnessing: 2, members: 3 },
        { name: 'Y-witnesses', threshold: 1, witnessing: 1, members: 3 },
        { name: 'X-and-Y', threshold: 2, witnessing: 2, members: 2 },
      ],
      witnesses: [
        { name: 'X1', keyText: W0, standing: 'cosigned', time: NOW - 5 },
        { name: 'X2', keyText: W1, standing: 'cosigned', time: NOW },
        { name: 'X3', keyText: W2, standing: 'absent', time: null },
        { name: 'Y1', keyText: W3, standing: 'absent', time: null },
        { name: 'Y2', keyText: W4, standing: 'cosigned', time: NOW },
        { name: 'Y3', keyText: W5, standing: 'absent', time: null },
      ],
    })
  })

  test('it agrees with a plain reading of the rules, whoever has cosigned', async () => {
    const note = await checkpoint()
    const lines = await Promise.all(witnesses.map((_, at) => line(at, note)))
    for (let mask = 0; mask < 64; mask++) {
      const has = (at: number) => (mask >> at) % 2 === 1
      const chosen = lines.filter((_, at) => has(at))
      const x = [0, 1, 2].filter(has).length >= 2
      const y = [3, 4, 5].some(has)
      expect((await check(withLines(note, chosen))).met).toBe(x && y)
    }
  })

  test('lines of one witness count once', async () => {
    const note = await checkpoint()
    const twice = [await line(0, note), await line(0, note, NOW - 9), await line(0, note), await line(3, note)]
    const verdict = await check(withLines(note, twice))
    expect(verdict).toMatchObject({ met: false, groups: [{ witnessing: 1 }, { witnessing: 1 }, { witnessing: 1 }] })
    expect(verdict.witnesses[0]).toMatchObject({ standing: 'cosigned', time: NOW })
  })

  test('a cosignature of another checkpoint, and one by another key under the name, spoil it', async () => {
    const [note, other] = [await checkpoint(8), await checkpoint(7)]
    const good = [await line(0, note), await line(1, note), await line(3, note)]
    expect((await check(withLines(note, good))).met).toBe(true)
    const moved = await check(withLines(note, [...good, await line(2, other)]))
    expect(moved).toMatchObject({ met: false })
    expect(moved.witnesses[2]?.standing).toBe('wrong')

    const forger = signerOf('w2.example/w', seedOf(77), 'cosignature/v1')
    const forged = { ...(await cosignText(parseNote(note).text, NOW, forger)), keyId: witnesses[2]?.vkey.id ?? '' }
    expect((await check(withLines(note, [...good, forged]))).met).toBe(false)
    // Under its own id it is a stranger's, and strangers are ignored.
    expect((await check(withLines(note, [...good, { ...forged, keyId: forger.vkey.id }]))).met).toBe(true)
  })

  test('a plain signature by the key of a witness is no cosignature', async () => {
    const note = await checkpoint()
    const { text } = parseNote(note)
    const plain = { name: 'w0.example/w', keyId: witnesses[0]?.vkey.id ?? '', signature: new Uint8Array(64) }
    expect((await check(formatNote({ text, signatures: [plain] }))).witnesses[0]?.standing).toBe('wrong')
  })

  test.each([
    ['to come', NOW + 1],
    ['zero', 0],
  ])('a time that is %s does not count', async (_, time) => {
    const note = await checkpoint()
    const single = `witness X ${W0}\nquorum X\n`
    const late = withLines(note, [await line(0, note, time)])
    expect(await check(late, single)).toMatchObject({ met: false, witnesses: [{ standing: 'time-wrong', time }] })
    const both = withLines(note, [await line(0, note, time), await line(0, note, NOW - 1)])
    expect(await check(both, single)).toMatchObject({ met: true, witnesses: [{ standing: 'cosigned', time: NOW - 1 }] })
  })

  test('a changed time is not what was signed', async () => {
    const note = await checkpoint()
    const { signature, ...whose } = await line(0, note)
    const changed = Uint8Array.from(signature, (byte, at) => (at === 7 ? byte ^ 1 : byte))
    const single = `witness X ${W0}\nquorum X\n`
    expect(await check(withLines(note, [{ ...whose, signature: changed }]), single)).toMatchObject({ met: false })
  })

  test('the checkpoint that a foreign witness has cosigned meets a policy of that witness', async () => {
    const foreign = `registry.example/ledger
300
IIP2wjVduRGTh/LyXHWu/90WDWrabgSC9jCOzRoKveg=

— registry.example/ledger +tkNUnnn6gP/p0GJcZUAxCUqu1D5zPG9EvXkFD1ZodpuKEczAhkygc+r4BWKbKPu0CEBT3BEcma0fCULDvwJffpJqgM=
— witness.example/w1 J5azIQAAAABrAouAHBnK8TfdnVyIdealCA83ARFGiLc10cYtYuUpoTRMW4C+QHcTkRPKnFmIdzvfn+/ADRxYpuQn5PnYVPN0zKepAA==
`
    const text = `log ${LOG}\nwitness w1 witness.example/w1+2796b321+BK5Tsniid+HXmUUIJTpaJGs65sFnOOaKMdkPgFPVzixk\nquorum w1\n`
    expect(await check(foreign, text)).toMatchObject({ met: true, witnesses: [{ time: NOW }] })
  })
})
