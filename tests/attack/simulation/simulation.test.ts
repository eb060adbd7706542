import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CheckpointSigner, Integrator, reconcile, verifyLog } from '@tallystick/ledger'
import { decodeEntry, isRefusal, sha256Bytes } from '@tallystick/rules'
import { type Checkpoint, MemoryTree, parseVkey } from '@tallystick/tlog'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { figure, lengths } from '../../support/lengths.ts'
import { filesOf, MemorySource } from '../../support/log-files.ts'
import { simulate } from './simulate.ts'
import { startThief } from './thief.ts'
import { leavesOf, type World } from './world.ts'

const first = process.env.TEST_SEED ?? String(Date.now())
console.log(`TEST_SEED=${first}`)

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'simulation-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

const stateFile = () => join(folder, 'signed.json')
const seeds = (count: number) => Array.from({ length: count }, (_, at) => (at === 0 ? first : `${first}.${at}`))

/** Every acknowledged command stands in the log once, where it was said to be; none stands there twice. */
async function checkCommands({ fixture, acknowledged }: World): Promise<void> {
  const stored = await fixture.ledger.entries(0, (await fixture.ledger.head()).size)
  const indexes = new Map<string, number[]>()
  for (const { index, bytes } of stored) {
    const entry = decodeEntry(bytes)
    const key = isRefusal(entry) ? null : entry.key
    if (key !== null) indexes.set(key, [...(indexes.get(key) ?? []), index])
  }
  expect([...indexes.values()].filter((found) => found.length > 1)).toEqual([])
  for (const { index, leaf, submission } of acknowledged.values()) {
    expect(indexes.get(await fixture.ledger.loggedKey(submission.key))).toEqual([index])
    expect(stored[index]?.leaf).toBe(leaf)
  }
}

/** Is whatever was signed, published or not, a beginning of the one log that these leaves make? */
function isOneChain(signed: readonly Checkpoint[], leaves: readonly string[]): boolean {
  const tree = new MemoryTree(sha256Bytes)
  const roots = new Map<number, string>()
  for (const leaf of leaves) {
    tree.append(Buffer.from(leaf, 'hex'))
    roots.set(tree.size, Buffer.from(tree.root()).toString('hex'))
  }
  return signed.every(({ size, root }) => Buffer.from(root).toString('hex') === roots.get(size))
}

/** Lets the rest be signed and holds the whole log against the rules. Answers its root. */
async function checkWhole(world: World): Promise<string> {
  const { ledger, vkey } = world.fixture
  expect((await reconcile(ledger)).differences).toEqual([])
  await new Integrator(ledger).catchUp()
  await rm(`${stateFile()}.lock`, { force: true })
  await new CheckpointSigner(ledger, world.key, stateFile()).step()
  const report = await verifyLog(new MemorySource(await filesOf(ledger)), { vkey: parseVkey(sha256Bytes, vkey) })
  expect(report).toMatchObject({ outcome: 'whole', entries: { size: (await ledger.head()).size } })
  return (await ledger.tree.checkpoint())?.root ?? ''
}

test(`${lengths.seeds} seeds: whatever is killed, late, lost or doubled, each command is in the log once and one history is signed`, async () => {
  const sums = { sent: 0, crashes: 0, lost: 0, doubled: 0, signed: 0 }
  for (const seed of seeds(lengths.seeds)) {
    const world = await simulate(seed, stateFile()).catch((error: unknown) => {
      throw new Error(`TEST_SEED=${seed}`, { cause: error })
    })
    try {
      expect(world.counts.refusedForks).toBe(0)
      await checkCommands(world)
      await checkWhole(world)
      expect(isOneChain(world.signed, await leavesOf(world))).toBe(true)
    } catch (error) {
      throw new Error(`TEST_SEED=${seed}`, { cause: error })
    }
    for (const name of ['sent', 'crashes', 'lost', 'doubled'] as const) sums[name] += world.counts[name]
    sums.signed += world.signed.length
  }
  expect(sums.signed).toBeGreaterThan(lengths.seeds)
  const { sent, crashes, lost, doubled, signed } = sums
  figure(
    'simulation',
    `${lengths.seeds} seeds, ${sent} requests, ${crashes} kills, ${lost} messages lost, ${doubled} doubled, ` +
      `${signed} checkpoints, 0 forks signed`,
  )
})

test('the same seed tells the same story to the last byte', async () => {
  for (const seed of seeds(3)) {
    const roots: string[] = []
    for (let time = 0; time < 2; time += 1) roots.push(await checkWhole(await simulate(seed, stateFile())))
    expect(roots[1]).toBe(roots[0])
  }
})

test(`${Math.ceil(lengths.seeds / 4)} seeds with a database put back to an earlier state: no second history is signed`, async () => {
  const count = Math.ceil(lengths.seeds / 4)
  let [refusals, restored, signed] = [0, 0, 0]
  for (const seed of seeds(count)) {
    const world = await simulate(`${seed} rollback`, stateFile(), { rollback: true })
    restored += world.counts.restored
    refusals += world.counts.refusedForks
    signed += world.signed.length
    const isOne = isOneChain(world.signed, world.abandoned) || isOneChain(world.signed, await leavesOf(world))
    expect(isOne, `TEST_SEED=${seed}`).toBe(true)
  }
  expect(restored).toBeGreaterThan(0)
  expect(signed).toBeGreaterThan(count)
  if (count >= 10) expect(refusals).toBeGreaterThan(0)
  figure(
    'rollback',
    `${count} seeds, ${restored} databases put back, ${signed} checkpoints signed, signing refused ${refusals} times, 0 forks signed`,
  )
})

test(`${Math.ceil(lengths.seeds / 4)} seeds with a stolen key and a database put back: the witness cosigns one history`, async () => {
  const count = Math.ceil(lengths.seeds / 4)
  const sums = { forks: 0, cosigned: 0, refused: 0 }
  for (const [at, seed] of seeds(count).entries()) {
    const cosigned: Checkpoint[] = []
    const witness = join(folder, `witness-${at}`)
    const startSigning = (world: World) => startThief(world, witness, cosigned)
    const world = await simulate(`${seed} thief`, stateFile(), { rollback: true, startSigning })
    const now = await leavesOf(world)
    const isOne = (checkpoints: readonly Checkpoint[]) =>
      isOneChain(checkpoints, world.abandoned) || isOneChain(checkpoints, now)
    expect(isOne(cosigned), `TEST_SEED=${seed}`).toBe(true)
    sums.forks += isOne(world.signed) ? 0 : 1
    sums.cosigned += cosigned.length
    sums.refused += world.counts.refusedForks
    await rm(witness, { recursive: true })
  }
  if (count >= 10) expect(sums.forks).toBeGreaterThan(0)
  figure(
    'witness',
    `${count} seeds, a thief signed two histories in ${sums.forks}; ${sums.cosigned} checkpoints cosigned, ` +
      `${sums.refused} refused, 0 forks cosigned`,
  )
})
