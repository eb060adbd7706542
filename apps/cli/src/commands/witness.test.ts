import { statSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { request as httpRequest } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { verifyEd25519 } from '@tallystick/ledger'
import { sha256Bytes, sha256Hex } from '@tallystick/rules'
import {
  consistencyProof,
  formatAddCheckpoint,
  leafHash,
  MemoryTree,
  openCheckpoint,
  parseVkey,
  signCheckpoint,
} from '@tallystick/tlog'
import { expect, onTestFinished, test } from 'vitest'
import { Dice, keyOfSeed } from '../../../../tests/support/ledger-fixture.ts'
import { figure, lengths } from '../../../../tests/support/lengths.ts'
import { tallystick } from '../../../../tests/support/tallystick.ts'
import { startWitness, type WitnessProcess } from '../../../../tests/support/witness.ts'
import { witnessCommand } from './witness.ts'

const ROUNDS = lengths.crashes
const seed = process.env.TEST_SEED ?? String(Date.now())
console.log(`TEST_SEED=${seed}`)

const origin = 'registry.example/ledger'
const key = keyOfSeed(Buffer.alloc(32, 7))
const VKEY = key.vkey(origin)
const HASH = sha256Hex(origin)

const start = (folder: string, ...args: string[]) => startWitness(folder, ['--vkey', VKEY, ...args])

async function folderOf(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'witness-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  return folder
}

function grow(leaves: readonly Uint8Array[]): MemoryTree {
  const tree = new MemoryTree(sha256Bytes)
  for (const leaf of leaves) tree.append(leaf)
  return tree
}

async function submission(leaves: readonly Uint8Array[], oldSize: number): Promise<{ body: string; note: string }> {
  const tree = grow(leaves)
  const note = await signCheckpoint({ origin, size: tree.size, root: tree.root() }, [key.signer(origin)])
  const proof = await consistencyProof(sha256Bytes, oldSize, tree.size, tree.read)
  return { note, body: formatAddCheckpoint({ oldSize, proof, checkpoint: note }) }
}

function post(url: string, body: string): Promise<Response | undefined> {
  return fetch(`${url}/add-checkpoint`, { method: 'POST', body }).catch(() => undefined)
}

async function latest({ url, vkey }: WitnessProcess): Promise<{ size: number; root: Uint8Array } | undefined> {
  const answer = await fetch(`${url}/${HASH}/checkpoint`)
  if (answer.status === 404) return undefined
  const vkeys = [parseVkey(sha256Bytes, VKEY), parseVkey(sha256Bytes, vkey)]
  const opened = await openCheckpoint(await answer.text(), { vkeys, verifyEd25519 })
  expect(opened.cosignatures).toHaveLength(1)
  return opened
}

test(
  `killed ${ROUNDS} times while two histories come at once, it never cosigns both`,
  async () => {
    const folder = await folderOf()
    const dice = new Dice(seed)
    const leafOf = (text: string) => leafHash(sha256Bytes, Buffer.from(text))
    let leaves: Uint8Array[] = []
    let seen = { answered: 0, unanswered: 0, nothing: 0 }
    for (let round = 0; round < ROUNDS; round++) {
      const running = await start(folder)
      const grown = (branch: string) => [
        ...leaves,
        ...Array.from({ length: 1 + dice.below(4) }, (_, at) => leafOf(`${round} ${branch} ${at}`)),
      ]
      const branches = [grown('a'), grown('b')]
      const bodies = await Promise.all(branches.map((branch) => submission(branch, leaves.length)))
      const answers = bodies.map(({ body }) => post(running.url, body))
      await (round % 2 === 0 ? delay(dice.below(100)) : untilWritten(join(folder, 'logs', HASH)))
      expect(await running.kill('SIGKILL')).toBeNull()
      const texts = await Promise.all(answers.map(async (answer) => cosignatureOf(await answer)))
      const cosigned = branches.filter((_, at) => texts[at] !== undefined)
      expect(cosigned.length, `round ${round}`).toBeLessThanOrEqual(1)

      const again = await start(folder)
      expect(again.vkey).toBe(running.vkey)
      const kept = await latest(again)
      const isKept = (branch: Uint8Array[]) => {
        return kept?.size === branch.length && Buffer.compare(kept.root, grow(branch).root()) === 0
      }
      for (const branch of cosigned) expect(isKept(branch), `round ${round}`).toBe(true)
      const winner = branches.find(isKept)
      if (winner) {
        const loser = branches.find((branch) => branch !== winner) ?? []
        const retry = await post(again.url, (await submission(loser, leaves.length)).body)
        expect(retry?.status).toBe(409)
        leaves = winner
      }
      seen = {
        answered: seen.answered + cosigned.length,
        unanswered: seen.unanswered + (winner && cosigned.length === 0 ? 1 : 0),
        nothing: seen.nothing + (winner ? 0 : 1),
      }
      const more = await submission([...leaves, leafOf(`${round} more`)], leaves.length)
      expect((await post(again.url, more.body))?.status).toBe(200)
      leaves = [...leaves, leafOf(`${round} more`)]
      expect(await again.kill('SIGTERM')).toBe(0)
    }
    const { answered, unanswered, nothing } = seen
    figure(
      'witness',
      `killed ${ROUNDS} times: ${answered} cosignatures given, ${unanswered} kept and not given, ${nothing} neither`,
    )
    expect((await readdir(folder)).filter((name) => name.includes('lock'))).toEqual([])
  },
  60_000 + ROUNDS * 30_000,
)

/** The moment at which the witness has written, or has just begun to answer. */
async function untilWritten(file: string): Promise<void> {
  const before = mtimeOf(file)
  const until = Date.now() + 1_000
  while (mtimeOf(file) === before && Date.now() < until) await new Promise((resolve) => setImmediate(resolve))
}

function mtimeOf(file: string): number | undefined {
  return statSync(file, { throwIfNoEntry: false })?.mtimeMs
}

async function cosignatureOf(answer: Response | undefined): Promise<string | undefined> {
  if (answer?.status !== 200) return undefined
  return answer.text().catch(() => undefined)
}

test('what is sent over HTTP: the statuses, too large a body, other methods and paths', async () => {
  const running = await start(await folderOf(), '--name', 'witness.example/w')
  const { url, vkey } = running
  expect(vkey).toMatch(/^witness\.example\/w\+/)
  const leaves = [leafHash(sha256Bytes, Buffer.from('one'))]
  const { body } = await submission(leaves, 0)
  expect((await fetch(`${url}/${HASH}/checkpoint`)).status).toBe(404)
  expect((await post(url, body))?.status).toBe(200)
  const conflict = await post(url, body)
  expect([conflict?.status, conflict?.headers.get('content-type'), await conflict?.text()]).toEqual([
    409,
    'text/x.tlog.size',
    '1\n',
  ])
  expect((await post(url, 'x'.repeat(65_537)))?.status).toBe(413)
  expect(await chunked(url, 70_000)).toBe(413)
  expect((await post(url, ''))?.status).toBe(400)
  expect((await fetch(`${url}/add-checkpoint`)).status).toBe(405)
  expect((await fetch(`${url}/${HASH}/checkpoint`, { method: 'DELETE' })).status).toBe(405)
  for (const path of ['/x', `/${HASH}`, `/${HASH.toUpperCase()}/checkpoint`, '/..%2fkey.pem', '/key.pem']) {
    expect((await fetch(url + path)).status, path).toBe(404)
  }
  const page = await (await fetch(url)).text()
  expect(page.split('\n').slice(0, 3)).toEqual([vkey, '', origin])
  expect(page).toContain(`/${HASH}/checkpoint`)
  expect(await running.kill('SIGTERM')).toBe(0)
})

/** A body that does not say how long it is. */
function chunked(url: string, bytes: number): Promise<number | undefined> {
  return new Promise((resolve) => {
    const sent = httpRequest(`${url}/add-checkpoint`, { method: 'POST' }, (answer) => resolve(answer.statusCode))
    sent.on('error', () => undefined)
    sent.write(Buffer.alloc(bytes, 0x61))
    sent.end()
  })
}

test('a command that cannot be carried out says why, and exits with 2', async () => {
  const folder = await folderOf()
  const registry = join(folder, 'registry')
  await mkdir(registry)
  await writeFile(join(registry, 'ledger.json'), '{}')
  const policy = join(folder, 'policy')
  await writeFile(policy, 'quorum\n')
  const empty = join(folder, 'empty')
  await writeFile(empty, 'quorum none\n')
  const witnessKey = 'witness.example/w1+2796b321+BK5Tsniid+HXmUUIJTpaJGs65sFnOOaKMdkPgFPVzixk'
  const cases: [string[], string][] = [
    [[], 'Name a log to watch'],
    [['--policy', empty], 'Name a log to watch'],
    [['--origin', 'x'], '--origin goes with --vkey'],
    [['--vkey', 'x'], '--vkey is not the key of a log'],
    [['--vkey', witnessKey], 'it is the key of a witness'],
    [['--policy', policy], 'line 1: a quorum is written'],
    [['--policy', join(folder, 'nowhere')], 'ENOENT'],
    [['--vkey', VKEY, '--port', '70000'], '--port is a whole number'],
    [['--vkey', VKEY, '--data', registry], 'is the data folder of a registry'],
    [['--vkey', VKEY, 'extra'], '"extra" is not expected here'],
  ]
  for (const [args, sentence] of cases) await expect(witnessCommand(args), `${args}`).rejects.toThrow(sentence)

  const processes: [string[], string][] = [
    [['--vkey', VKEY, '--data', join(folder, 'w'), '--name', 'a b'], 'a key name has no space'],
    [['--vkey', 'x'], 'Usage: tallystick'],
  ]
  for (const [args, sentence] of processes) {
    const ended = await tallystick(['witness', ...args], {}, folder)
    expect([args, ended.exitCode]).toEqual([args, 2])
    expect(ended.stderr).toContain(sentence)
  }
})
