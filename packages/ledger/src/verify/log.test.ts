import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { sha256Bytes } from '@tallystick/rules'
import { formatNote, parseNote, parseVkey, signText } from '@tallystick/tlog'
import { expect, onTestFinished, test } from 'vitest'
import { LedgerFixture, publish } from '../../../../tests/support/ledger-fixture.ts'
import { liveLedger } from '../../../../tests/support/ledger-life.ts'
import { filesOf, MemorySource } from '../../../../tests/support/log-files.ts'
import { publishedFile } from '../publish.ts'
import { stateOf } from './checkpoint-check.ts'
import { verifyLog } from './log.ts'
import { UrlSource } from './source.ts'

const keyOf = (fixture: LedgerFixture) => parseVkey(sha256Bytes, fixture.vkey)

async function published(fixture: LedgerFixture): Promise<{ source: MemorySource; checkpoint: Uint8Array }> {
  await publish(fixture.ledger, fixture.key)
  const files = await filesOf(fixture.ledger)
  return { source: new MemorySource(files), checkpoint: files.get('checkpoint') ?? new Uint8Array() }
}

test('without a key the answer is that identity was not checked', async () => {
  const { source } = await published(await liveLedger('no key', 40))
  expect(await verifyLog(source)).toMatchObject({ outcome: 'identity-not-checked', findings: [], signedBy: null })
})

test('without a key, the key that genesis names must still have signed', async () => {
  const fixture = await liveLedger('no key', 40)
  const { source, checkpoint } = await published(fixture)
  const { text, signatures } = parseNote(checkpoint)
  const forged = signatures.map(({ signature, ...line }) => ({ ...line, signature: signature.with(9, 0) }))
  const altered = source.with('checkpoint', Buffer.from(formatNote({ text, signatures: forged })))
  expect((await verifyLog(altered)).findings).toMatchObject([{ code: 'checkpoint-signature' }])
})

test('a key that signed but is not the one of genesis is refused', async () => {
  const fixture = await liveLedger('usurped', 40)
  const { source } = await published(fixture)
  const usurper = new LedgerFixture('usurper').key
  const { origin } = fixture.genesis
  const note = parseNote(source.files.get('checkpoint') ?? '')
  const signature = await signText(note.text, usurper.signer(origin))
  const resigned = source.with('checkpoint', Buffer.from(formatNote({ text: note.text, signatures: [signature] })))
  const vkey = parseVkey(sha256Bytes, usurper.vkey(origin))
  expect((await verifyLog(resigned, { vkey })).findings).toMatchObject([{ code: 'key-not-in-history' }])
})

test('a saved checkpoint shows growth, rollback and fork', async () => {
  const early = await published(await liveLedger('since', 60))
  const late = await liveLedger('since', 300)
  const { source, checkpoint } = await published(late)
  const vkey = keyOf(late)

  const grown = await verifyLog(source, { vkey, since: stateOf(early.checkpoint) })
  expect(grown).toMatchObject({ outcome: 'whole', findings: [] })
  expect(grown.since?.size).toBe(stateOf(early.checkpoint).size)
  expect(await verifyLog(source, { vkey, since: stateOf(checkpoint) })).toMatchObject({ outcome: 'whole' })

  const back = await verifyLog(early.source, { vkey, since: stateOf(checkpoint) })
  expect(back.findings).toMatchObject([{ code: 'rollback' }])

  const other = new LedgerFixture('since')
  await other.found()
  while ((await other.ledger.head()).size < 100) await other.issue('2026', '3')
  const fork = await published(other)
  const forked = await verifyLog(fork.source, { vkey, since: stateOf(early.checkpoint) })
  expect(forked.findings).toMatchObject([{ code: 'fork' }])
})

test('a checkpoint saved from another log, or not signed by the key, proves nothing', async () => {
  const fixture = await liveLedger('since', 60)
  const { source, checkpoint } = await published(fixture)
  const vkey = keyOf(fixture)
  const stranger = await published(await liveLedger('stranger', 30))
  const elsewhere = await verifyLog(source, { vkey, since: stateOf(stranger.checkpoint) })
  expect(elsewhere.findings).toMatchObject([{ code: 'since-other-log' }])
  const unsigned = Buffer.from(
    Buffer.from(checkpoint)
      .toString()
      .replace(/\n\d+\n/, '\n7\n'),
  )
  const forged = await verifyLog(source, { vkey, since: stateOf(unsigned) })
  expect(forged.findings[0]).toMatchObject({ code: 'since-not-signed' })
})

test('what lies beside the log is told, and does no harm', async () => {
  const fixture = await liveLedger('beside', 60)
  const { source } = await published(fixture)
  const later = await published(await liveLedger('beside', 100))
  const tile = [...later.source.files.keys()].find((path) => path.startsWith('tile/entries/')) ?? ''
  const beside = source.with('README.txt', Buffer.from('hello')).with(tile, later.source.files.get(tile) ?? Buffer.of())
  const { outcome, notices } = await verifyLog(beside, { vkey: keyOf(fixture) })
  expect(outcome).toBe('whole')
  expect(notices.map(({ code }) => code).sort()).toEqual(['beyond-checkpoint', 'unknown-file'])
})

test('content that no entry adopts is still what its name says', async () => {
  const fixture = await liveLedger('content', 60)
  const { source } = await published(fixture)
  const named = source.with(`content/${'0'.repeat(64)}`, Buffer.from('{}'))
  expect((await verifyLog(named, { vkey: keyOf(fixture) })).findings).toMatchObject([{ code: 'content-altered' }])
})

test('a document that is missing is named, and not the entries that need it', async () => {
  const fixture = await liveLedger('content', 60)
  const { source } = await published(fixture)
  const file = `content/${fixture.genesis.preset}`
  const files = new Map(source.files)
  files.delete(file)
  const { findings, entries } = await verifyLog(new MemorySource(files), { vkey: keyOf(fixture) })
  expect(findings).toMatchObject([{ code: 'content-missing', where: { file, entry: 0 } }])
  expect(entries.replayed).toBe(0)
})

test('a checkpoint that cannot be read, or of a size that nobody has, ends the check with a finding', async () => {
  const fixture = await liveLedger('bounds', 40)
  const { source, checkpoint } = await published(fixture)
  const vkey = keyOf(fixture)
  const none = await verifyLog(source.with('checkpoint', Buffer.from('hello')), { vkey })
  expect(none).toMatchObject({
    outcome: 'wrong',
    checkpoint: null,
    signedBy: null,
    findings: [{ code: 'checkpoint-malformed' }],
  })
  const huge = Buffer.from(
    Buffer.from(checkpoint)
      .toString()
      .replace(/\n\d+\n/, '\n9007199254740991\n'),
  )
  const { findings } = await verifyLog(source.with('checkpoint', huge), { vkey })
  expect(findings.map(({ code }) => code)).toContain('nothing-further')
  expect(findings.map(({ code }) => code)).toContain('checkpoint-signature')
})

test('a log is checked over http as it is from a folder', async () => {
  const fixture = await liveLedger('http', 300)
  await publish(fixture.ledger, fixture.key)
  let failures = 2
  const server = createServer(async ({ url = '' }, response) => {
    if (url.endsWith('/tile/0/000') && failures-- > 0) return response.writeHead(503).end()
    const file = await publishedFile(fixture.ledger, url.slice('/log/'.length))
    return file ? response.writeHead(200, { 'content-type': file.type }).end(file.bytes) : response.writeHead(404).end()
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  onTestFinished(() => void server.close())
  const { port } = server.address() as AddressInfo
  const vkey = keyOf(fixture)
  const report = await verifyLog(new UrlSource(`http://127.0.0.1:${port}/log/`), { vkey })
  expect(report).toMatchObject({ outcome: 'whole', findings: [], source: `http://127.0.0.1:${port}/log` })
  const elsewhere = await verifyLog(new UrlSource(`http://127.0.0.1:${port}/other`), { vkey })
  expect(elsewhere).toMatchObject({ outcome: 'not-read', findings: [{ code: 'no-log' }] })
})
