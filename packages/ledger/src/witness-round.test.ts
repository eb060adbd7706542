import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { sha256Bytes } from '@tallystick/rules'
import { formatNote, openCheckpoint, parseNote, parseVkey, type Vkey } from '@tallystick/tlog'
import { expect, onTestFinished, test } from 'vitest'
import { done, testKey } from './conformance/registry.ts'
import { newGenesis, randomId } from './founding.ts'
import { Integrator } from './integrator.ts'
import { MemoryLedger } from './memory.ts'
import { CheckpointSigner } from './signer.ts'
import { verifyEd25519 } from './signing-key.ts'
import { type Witness, type WitnessAnswer, withWitness } from './witness.ts'
import type { WitnessTarget } from './witness-client.ts'
import { Cosigners, signingRound } from './witness-round.ts'

const founding = newGenesis({
  country: { code: 'XT', name: 'Exampleland' },
  timeZone: 'UTC',
  test: true,
  keyFor: testKey.vkey,
})
const { origin } = founding.genesis
const logKey = parseVkey(sha256Bytes, founding.genesis.key)

async function scratch(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'cosigners-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  return folder
}

/** A log that signs, and grows when it is told to. */
async function logOf(targets: WitnessTarget[], ledger = new MemoryLedger(), patienceMs = 500) {
  await ledger.found(founding.genesis, founding.documents)
  const cosigners = new Cosigners(ledger, targets, { patienceMs })
  const file = join(await scratch(), 'state.json')
  const signer = new CheckpointSigner(ledger, testKey, file, undefined, cosigners.publish.bind(cosigners))
  const grow = async () => {
    const { system, authority: organisation } = founding.genesis
    const request = { mandate: randomId(), organisation, role: 'government/Root', limit: null }
    await done(ledger, system, 'MandateGranted', request)
    await new Integrator(ledger).catchUp()
  }
  return { ledger, cosigners, signer, grow, round: () => signingRound(signer, cosigners) }
}

type Handler = (body: Uint8Array) => Promise<WitnessAnswer> | WitnessAnswer

/** An HTTP server that answers as told; the times of its requests, by the monotonic clock. */
async function served(handler: Handler): Promise<{ url: string; times: number[] }> {
  const times: number[] = []
  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    times.push(performance.now())
    const parts: Buffer[] = []
    for await (const part of request) parts.push(part)
    const { status, type, body } = await handler(Buffer.concat(parts))
    response.writeHead(status, { 'content-type': type }).end(body)
  }
  const server = createServer((request, response) => void answer(request, response).catch(() => response.destroy()))
  await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return { url: `http://localhost:${(server.address() as AddressInfo).port}`, times }
}

/** An address at which nobody listens. */
async function closedUrl(): Promise<string> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return `http://localhost:${port}`
}

interface Served {
  target: WitnessTarget
  witness: Witness
  times: number[]
}

/** A real witness of this log; `between` stands between it and the network. */
async function witnessOf(
  between: (answer: () => Promise<WitnessAnswer>) => Promise<WitnessAnswer> = (answer) => answer(),
): Promise<Served> {
  const options = { folder: await scratch(), logs: [{ origin, keys: [logKey] }] }
  const witness = await withWitness(options, async (opened) => opened)
  const { url, times } = await served((body) => between(() => witness.addCheckpoint(body)))
  return { witness, times, target: { vkey: parseVkey(sha256Bytes, witness.vkey), url } }
}

async function cosignedBy(ledger: MemoryLedger, vkeys: Vkey[]): Promise<string[]> {
  const note = (await ledger.tree.checkpoint())?.note ?? ''
  const opened = await openCheckpoint(note, { vkeys: [logKey, ...vkeys], verifyEd25519 })
  expect(opened.size).toBe((await ledger.tree.checkpoint())?.size)
  return opened.cosignatures.map(({ vkey }) => vkey.name)
}

async function until(what: string, isSo: () => Promise<boolean>): Promise<void> {
  for (const end = Date.now() + 20_000; !(await isSo()); await delay(20)) if (Date.now() > end) throw new Error(what)
}

test('a checkpoint is published with the cosignatures of its witnesses, each asked once a second at most', async () => {
  const witnesses = [await witnessOf(), await witnessOf()]
  const { ledger, cosigners, grow, round } = await logOf(
    witnesses.map(({ target }) => target),
    undefined,
    10_000,
  )
  const names = witnesses.map(({ target }) => target.vkey.name)
  const vkeys = witnesses.map(({ target }) => target.vkey)
  for (let published = 0; published < 4; ) {
    await grow()
    if (!(await round())) {
      await delay(20)
      continue
    }
    published += 1
    expect(await cosignedBy(ledger, vkeys)).toEqual(names)
    const { size } = (await ledger.tree.checkpoint()) ?? {}
    expect(cosigners.state()).toMatchObject([
      { name: names[0], size, reason: null },
      { name: names[1], size, reason: null },
    ])
  }
  for (const { times } of witnesses) {
    expect(times).toHaveLength(4)
    times.forEach((time, at) => {
      expect(time - (times[at - 1] ?? Number.NEGATIVE_INFINITY)).toBeGreaterThanOrEqual(700)
    })
  }
})

test('a witness that is down, or hangs, does not hold up publishing, nor the others', async () => {
  const good = await witnessOf()
  const hanging = await witnessOf(() => new Promise(() => undefined))
  const down = { vkey: (await witnessOf()).target.vkey, url: await closedUrl() }
  const { ledger, cosigners, grow, round } = await logOf([down, good.target, hanging.target], undefined, 1_500)
  const vkeys = [down, good.target, hanging.target].map(({ vkey }) => vkey)
  await grow()
  const began = performance.now()
  expect(await round()).toBe(true)
  expect(performance.now() - began).toBeLessThan(10_000)
  expect(await cosignedBy(ledger, vkeys)).toEqual([good.target.vkey.name])
  for (let rounds = 0; rounds < 2; rounds++) {
    await grow()
    await until('published', async () => cosigners.isReady)
    const next = performance.now()
    expect(await round()).toBe(true)
    expect(performance.now() - next).toBeLessThan(1_200)
    expect(await cosignedBy(ledger, vkeys)).toEqual([good.target.vkey.name])
  }
  const [state] = cosigners.state()
  expect(state).toMatchObject({ size: null, reason: expect.stringMatching(/refuse|connect/i) })
})

test('a cosignature that comes late is added to the checkpoint, and the next is not waited for', async () => {
  let pause = 1_500
  const slow = await witnessOf(async (answer) => {
    await delay(pause)
    return answer()
  })
  const { ledger, cosigners, grow, round } = await logOf([slow.target], undefined, 1_000)
  await grow()
  expect(await round()).toBe(true)
  expect(await cosignedBy(ledger, [slow.target.vkey])).toEqual([])
  const before = await ledger.tree.checkpoint()
  await until('the late cosignature', async () => cosigners.step())
  expect(await cosignedBy(ledger, [slow.target.vkey])).toEqual([slow.target.vkey.name])
  expect(await ledger.tree.checkpoint()).toMatchObject({ size: before?.size, root: before?.root, at: before?.at })
  pause = 0
  await grow()
  const began = performance.now()
  expect(await round()).toBe(true)
  expect(performance.now() - began).toBeLessThan(800)
})

test('a witness whose size is not known tells it, and is asked again from there a second later', async () => {
  const witness = await witnessOf()
  const first = await logOf([witness.target])
  await first.grow()
  await first.round()
  await first.grow()
  // Nothing of the witness is published, as after a restart without its cosignature.
  const { ledger } = first
  const { note = '', size = 0, root = '' } = (await ledger.tree.checkpoint()) ?? {}
  const { text, signatures } = parseNote(note)
  const byLog = signatures.filter(({ name }) => name === origin)
  await ledger.tree.putCosigned({ size, root, note: formatNote({ text, signatures: byLog }) })
  const later = new Cosigners(ledger, [witness.target])
  await later.publish({
    size: (await ledger.head()).size,
    root: (await ledger.tree.integrated())?.root ?? '',
    at: '',
    note: await signed(ledger),
  })
  expect(await cosignedBy(ledger, [witness.target.vkey])).toEqual([])
  expect(later.isReady).toBe(false)
  await later.gather(5_000)
  expect(await cosignedBy(ledger, [witness.target.vkey])).toEqual([witness.target.vkey.name])
  const [asked = 0, again = 0] = witness.times.slice(-2)
  expect(witness.times).toHaveLength(3)
  expect(again - asked).toBeGreaterThanOrEqual(700)
})

/** The checkpoint of all that is in the tree, as the log would sign it. */
async function signed(ledger: MemoryLedger): Promise<string> {
  let note = ''
  const file = join(await scratch(), 'state.json')
  const { size = 0, root = '' } = (await ledger.tree.checkpoint()) ?? {}
  await writeFile(file, JSON.stringify({ size, root }))
  await new CheckpointSigner(ledger, testKey, file, undefined, async (checkpoint) => {
    note = checkpoint.note
    return true
  }).step()
  return note
}

test('what was published with its cosignature is not asked for from the beginning', async () => {
  const witness = await witnessOf()
  const { ledger, grow, round } = await logOf([witness.target])
  await grow()
  await round()
  await grow()
  const later = new Cosigners(ledger, [witness.target])
  const root = (await ledger.tree.integrated())?.root ?? ''
  await later.publish({ size: (await ledger.head()).size, root, at: '', note: await signed(ledger) })
  expect(await cosignedBy(ledger, [witness.target.vkey])).toEqual([witness.target.vkey.name])
  expect(witness.times).toHaveLength(2)
})

test('a second history with the right key gets no cosignature, and neither does one that was rolled back', async () => {
  const witness = await witnessOf()
  const honest = await logOf([witness.target])
  for (let entries = 0; entries < 3; entries++) await honest.grow()
  await honest.round()
  const forked = await logOf([witness.target])
  for (let entries = 0; entries < 5; entries++) await forked.grow()
  await forked.round()
  await forked.cosigners.gather(1_500)
  expect(await cosignedBy(forked.ledger, [witness.target.vkey])).toEqual([])
  expect(forked.cosigners.state()).toMatchObject([{ reason: expect.stringMatching(/^it answers 422: /) }])
  const shorter = await logOf([witness.target])
  await shorter.grow()
  await shorter.round()
  expect(shorter.cosigners.state()).toMatchObject([
    { reason: 'it has cosigned 4 entries, more than the 2 of this log' },
  ])
  expect(witness.witness.logs()[0]?.size).toBe(4)
})

test('what is no cosignature by the key is not published, whatever a witness answers', async () => {
  const other = await witnessOf()
  const real = await witnessOf()
  const plain = 'text/plain'
  const stranger = await served((body) => other.witness.addCheckpoint(body))
  const answers: WitnessAnswer[] = [
    { status: 200, type: plain, body: '' },
    { status: 200, type: plain, body: 'x'.repeat(70_000) },
    {
      status: 200,
      type: plain,
      body: `— ${real.target.vkey.name} ${Buffer.from(real.target.vkey.id, 'hex').toString('base64')}\n`,
    },
    { status: 409, type: plain, body: '1\n' },
    { status: 409, type: 'text/x.tlog.size', body: 'many\n' },
    { status: 409, type: 'text/x.tlog.size', body: '0\n' },
    { status: 404, type: plain, body: 'no\u001b[2J such\nlog' },
  ]
  const urls = [stranger.url, ...(await Promise.all(answers.map(async (one) => (await served(() => one)).url)))]
  for (const url of urls) {
    const { ledger, cosigners, grow, round } = await logOf([{ ...real.target, url }])
    await grow()
    expect(await round()).toBe(true)
    expect(await cosignedBy(ledger, [real.target.vkey])).toEqual([])
    const [state] = cosigners.state()
    expect([url, state?.at]).toEqual([url, null])
    expect(state?.reason ?? '').not.toMatch(/[\p{Cc}]/u)
  }
})
