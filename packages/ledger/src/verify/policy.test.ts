import { cp, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Entry, sha256Bytes } from '@tallystick/rules'
import {
  cosignText,
  encodeBase64,
  formatNote,
  formatTlogProof,
  formatVkey,
  inclusionProof,
  type NoteSignature,
  parseNote,
  type Signer,
} from '@tallystick/tlog'
import { expect, test } from 'vitest'
import { signerOf } from '../../../../packages/tlog/test/node-crypto.ts'
import { publish } from '../../../../tests/support/ledger-fixture.ts'
import { liveLedger } from '../../../../tests/support/ledger-life.ts'
import { scratchFolder } from '../../../../tests/support/log-files.ts'
import { exportLog } from '../publish.ts'
import { certificateFacts } from './certificate-facts.ts'
import { runVerify } from './run.ts'

const fixture = await liveLedger('policy', 120)
const early = await publish(fixture.ledger, fixture.key)
await fixture.issue('2026', '100')
const late = await publish(fixture.ledger, fixture.key)

const witnesses = ['a', 'b', 'c', 'd'].map((name, at) =>
  signerOf(`${name}.example/w`, Buffer.alloc(32, at + 1), 'cosignature/v1'),
)
const [A, B, C, D] = witnesses as [Signer, Signer, Signer, Signer]
const now = () => Math.floor(Date.now() / 1_000)

const NESTED = `log ${fixture.vkey}
witness A ${formatVkey(A.vkey)}
witness B ${formatVkey(B.vkey)}
witness C ${formatVkey(C.vkey)}
witness D ${formatVkey(D.vkey)}
group abroad 2 A B C
group both all abroad D
quorum both
`

const cosigned = (note: string, lines: NoteSignature[]) => {
  const { text, signatures } = parseNote(note)
  return formatNote({ text, signatures: [...signatures, ...lines] })
}
const line = (by: Signer, note: string, time = now()) => cosignText(parseNote(note).text, time, by)

/** Exported, its checkpoint cosigned so, with a policy beside it. */
async function logWith(lines: NoteSignature[], policy = NESTED): Promise<{ folder: string; policy: string }> {
  const scratch = await scratchFolder()
  const folder = join(scratch, 'log')
  await exportLog(fixture.ledger, folder)
  await writeFile(join(folder, 'checkpoint'), cosigned(late.note, lines))
  await writeFile(join(scratch, 'policy'), policy)
  return { folder, policy: join(scratch, 'policy') }
}

async function verify(lines: NoteSignature[], policy?: string, ...args: string[]) {
  const log = await logWith(lines, policy)
  return runVerify([log.folder, '--policy', log.policy, ...args])
}

test('0 where the quorum has cosigned: who, when, and that the identity is checked', async () => {
  const time = Date.parse('2026-05-04T03:02:01Z') / 1_000
  const lines = [await line(A, late.note, time), await line(C, late.note, time + 1), await line(D, late.note, time + 2)]
  const { exitCode, text, report } = await verify(lines)
  expect([exitCode, text]).toEqual([0, expect.stringContaining('Identity checked: signed by a log of the policy')])
  for (const sentence of [
    `signed by   ${fixture.vkey}`,
    'witness     A: cosigned 2026-05-04T03:02:01.000Z',
    'witness     B: has not cosigned',
    'witness     D: cosigned 2026-05-04T03:02:03.000Z',
    'group       abroad: 2 of 3, 2 needed',
    'group       both: 2 of 2, 2 needed',
    'quorum      both: met',
  ]) {
    expect(text).toContain(`\n${sentence}\n`)
  }
  expect(report).toMatchObject({ outcome: 'whole', signedBy: fixture.vkey, policy: { met: true, quorum: 'both' } })
  const json = await verify(lines, NESTED, '--json')
  expect(JSON.parse(json.text)).toMatchObject({
    policy: { witnesses: [{ name: 'A', standing: 'cosigned' }, {}, {}, {}] },
  })
})

test('1 where it has not, with how many are missing', async () => {
  for (const by of [[], [A], [D], [A, B, C], [A, D]]) {
    const { exitCode, text } = await verify(await Promise.all(by.map((signer) => line(signer, late.note))))
    expect([by.length, exitCode]).toEqual([by.length, 1])
    expect(text).toMatch(/quorum-not-met at file checkpoint: The quorum both of the policy is not met: [01] of 2 have/)
    expect(text).toContain('\nquorum      both: NOT met\n')
  }
  const single = NESTED.replace('quorum both', 'quorum A')
  expect((await verify([], single)).text).toContain('quorum A of the policy is not met: 0 of 1 have cosigned, 1 needed')
  expect((await verify([await line(A, late.note)], single)).exitCode).toBe(0)
})

test('one witness counts once, however often it signs', async () => {
  const twice = [await line(A, late.note), await line(A, late.note, now() - 5), await line(D, late.note)]
  const { exitCode, text } = await verify(twice)
  expect(exitCode).toBe(1)
  expect(text).toContain('group       abroad: 1 of 3, 2 needed')
})

test('a cosignature of another checkpoint, by another key, or altered is named', async () => {
  const good = [await line(A, late.note), await line(B, late.note), await line(D, late.note)]
  const impostor = signerOf('c.example/w', Buffer.alloc(32, 99), 'cosignature/v1')
  const { signature } = await line(C, late.note)
  const wrong: NoteSignature[] = [
    await line(C, early.note),
    { ...(await line(impostor, late.note)), keyId: C.vkey.id },
    { name: C.vkey.name, keyId: C.vkey.id, signature: signature.map((byte, at) => (at === 7 ? byte ^ 1 : byte)) },
  ]
  for (const bad of wrong) {
    const { exitCode, text } = await verify([...good, bad])
    expect(exitCode).toBe(1)
    expect(text).toContain('cosignature-wrong at file checkpoint: The line of the witness C is not')
  }
  expect((await verify([...good, await line(impostor, late.note)])).exitCode).toBe(0)
})

test('a time that cannot be does not count', async () => {
  const rest = [await line(B, late.note), await line(D, late.note)]
  for (const time of [0, now() + 86_400, Number.MAX_SAFE_INTEGER]) {
    const { exitCode, text } = await verify([await line(A, late.note, time), ...rest])
    expect(exitCode).toBe(1)
    expect(text).toContain('witness     A: does not count: its cosignature states the time')
  }
  expect((await verify([await line(A, late.note, now() + 60), ...rest])).exitCode).toBe(0)
})

test('the log must be one that the policy lists, and be signed', async () => {
  const other = fixture.key.vkey('tallystick/other')
  const strange = await verify([], `log ${other}\nquorum none\n`)
  expect(strange.exitCode).toBe(1)
  expect(strange.text).toContain('expected is tallystick/other')
  const forged = signerOf(fixture.genesis.origin, Buffer.alloc(32, 50))
  const forger = await verify([], `log ${formatVkey(forged.vkey)}\nquorum none\n`)
  expect(forger.exitCode).toBe(1)
  const several = await verify(
    [],
    `log ${other}\nlog ${formatVkey(signerOf('x', Buffer.alloc(32, 3)).vkey)}\nquorum none\n`,
  )
  expect(several.exitCode).toBe(1)
  const right = `log ${formatVkey(forged.vkey)}\nlog ${fixture.vkey}\nquorum none\n`
  const accepted = await verify([], right)
  expect([accepted.exitCode, accepted.text]).toEqual([0, expect.stringContaining('quorum      none asked for')])
})

test('the verdict says what the policy has checked: a log that it lists or only the key given, cosigned or not', async () => {
  const lines = await Promise.all([A, B, D].map((by) => line(by, late.note)))
  const anyLog = NESTED.replace(/^log .*\n/, '')
  const key = ['--vkey', fixture.vkey]
  const verdictOf = async (...args: Parameters<typeof verify>) => (await verify(...args)).text.split('\n').at(-1)
  const whole = 'WHOLE: every hash, tile, signature and entry holds. Identity checked: signed by'
  expect(await verdictOf(lines, NESTED)).toBe(`${whole} a log of the policy, cosigned by its quorum.`)
  expect(await verdictOf([], `log ${fixture.vkey}\nquorum none\n`)).toBe(
    `${whole} a log of the policy, which asks for no cosignature.`,
  )
  expect(await verdictOf(lines, anyLog, ...key)).toBe(
    `${whole} the key that was given, cosigned by the quorum of the policy.`,
  )
  expect(await verdictOf([], 'quorum none\n', ...key)).toBe(
    `${whole} the key that was given; the policy asks for no cosignature.`,
  )
})

test('together with --vkey and --since', async () => {
  const saved = join(await scratchFolder(), 'saved')
  await writeFile(saved, early.note)
  const lines = await Promise.all([A, B, D].map((by) => line(by, late.note)))
  const since = await verify(lines, NESTED, '--since', saved)
  expect([since.exitCode, since.text]).toEqual([0, expect.stringContaining(`since       size ${early.size}: this log`)])
  expect((await verify([], NESTED, '--since', saved)).exitCode).toBe(1)
  await writeFile(saved, early.note.replace(/^(.*\n)\d+/, `$1${early.size - 1}`))
  expect((await verify(lines, NESTED, '--since', saved)).exitCode).toBe(1)

  const anyLog = NESTED.replace(/^log .*\n/, '')
  expect((await verify(lines, anyLog, '--vkey', fixture.vkey)).exitCode).toBe(0)
  expect((await verify(lines, NESTED, '--vkey', fixture.vkey)).exitCode).toBe(0)
  expect(await verify(lines, anyLog)).toMatchObject({
    exitCode: 2,
    text: expect.stringMatching(/^the policy lists no log/),
  })
  const other = formatVkey(signerOf('x', Buffer.alloc(32, 3)).vkey)
  expect(await verify(lines, NESTED, '--vkey', other)).toMatchObject({
    exitCode: 2,
    text: expect.stringMatching(/^--vkey is none of the logs/),
  })
})

test('2 for a file that is no policy', async () => {
  expect((await verify([], 'quorum all\n')).text).toMatch(/is not a policy: line 1: "all" is not defined above/)
  const { folder } = await logWith([])
  expect(await runVerify([folder, '--policy', '/nowhere'])).toMatchObject({ exitCode: 2 })
})

test('a certificate is held to the quorum by the checkpoint in its receipt', async () => {
  const [stored] = await fixture.ledger.entries(late.size - 1, 1)
  if (!stored) throw new Error('no entry')
  const entry: Entry = JSON.parse(Buffer.from(stored.bytes).toString())
  const hashes = await inclusionProof(sha256Bytes, stored.index, late.size, (runs) => fixture.ledger.tree.read(runs))
  const folder = await scratchFolder()
  const file = (name: string) => join(folder, name)
  await writeFile(file('policy'), NESTED)
  const certificate = { entry: encodeBase64(stored.bytes), openings: [], facts: certificateFacts(entry, []) }
  await writeFile(file('certificate'), JSON.stringify(certificate))
  const check = async (by: Signer[], ...whom: string[]) => {
    const lines = await Promise.all(by.map((signer) => line(signer, late.note)))
    await writeFile(
      file('proof'),
      formatTlogProof({ index: stored.index, hashes, checkpoint: cosigned(late.note, lines) }),
    )
    return runVerify(['--proof', file('proof'), '--certificate', file('certificate'), ...whom])
  }
  const good = await check([A, B, D], '--policy', file('policy'))
  expect([good.exitCode, good.text]).toEqual([0, expect.stringContaining('cosigned by its quorum')])
  expect(good.text).toContain('quorum      both: met')
  await writeFile(file('none'), `log ${fixture.vkey}\nquorum none\n`)
  const alone = await check([], '--policy', file('none'))
  expect(alone.text).toContain('signed by a log of the policy, which asks for no cosignature. Whether the entry')
  expect(alone.text).not.toContain('cosigned by its quorum')
  expect(await check([A, B], '--policy', file('policy'))).toMatchObject({
    exitCode: 1,
    text: expect.stringContaining('quorum-not-met: '),
    report: { policy: { met: false } },
  })
  expect((await check([A, B], '--vkey', fixture.vkey)).exitCode).toBe(0)
  await cp(file('policy'), file('proof'))
  expect(await readFile(file('proof'), 'utf8')).toContain('quorum')
  const broken = await runVerify([
    '--proof',
    file('proof'),
    '--certificate',
    file('certificate'),
    '--policy',
    file('policy'),
  ])
  expect(broken.exitCode).toBe(1)
})

test('what a certificate rests on is held to the quorum, too', async () => {
  const stored = await fixture.ledger.entries(0, late.size)
  const read = stored.map(({ index, bytes }) => ({ index, bytes, entry: JSON.parse(`${Buffer.from(bytes)}`) as Entry }))
  const ground = read.findLast(({ entry }) => entry.type === 'ProjectRegistered')
  const main = read.findLast(({ entry }) => entry.streams.some(([stream]) => stream === ground?.entry.body.project))
  if (!main || !ground) throw new Error('a project has its entries')
  const proofOf = async (index: number, by: Signer[]) => {
    const hashes = await inclusionProof(sha256Bytes, index, late.size, (runs) => fixture.ledger.tree.read(runs))
    const lines = await Promise.all(by.map((signer) => line(signer, late.note)))
    return formatTlogProof({ index, hashes, checkpoint: cosigned(late.note, lines) })
  }
  const folder = await scratchFolder()
  const file = (name: string) => join(folder, name)
  await writeFile(file('policy'), NESTED)
  await writeFile(file('proof'), await proofOf(main.index, [A, B, D]))
  const check = async (by: Signer[]) => {
    const restsOn = [{ entry: encodeBase64(ground.bytes), openings: [], proof: await proofOf(ground.index, by) }]
    const facts = certificateFacts(main.entry, [], [{ entry: ground.entry, openings: [] }])
    const certificate = { entry: encodeBase64(main.bytes), openings: [], facts, restsOn }
    await writeFile(file('certificate'), JSON.stringify(certificate))
    return runVerify(['--proof', file('proof'), '--certificate', file('certificate'), '--policy', file('policy')])
  }
  const good = await check([A, B, D])
  expect([good.exitCode, good.text]).toEqual([0, expect.stringContaining('methodology: ')])
  expect(await check([D])).toMatchObject({ exitCode: 1, text: expect.stringContaining('quorum-not-met: ') })
})
