import { access, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sha256Bytes, sha256Hex } from '@tallystick/rules'
import {
  consistencyProof,
  formatAddCheckpoint,
  leafHash,
  MemoryTree,
  openCheckpoint,
  parseNote,
  parseVkey,
  rootOf,
  type Signer,
  signCheckpoint,
} from '@tallystick/tlog'
import { expect, onTestFinished, test } from 'vitest'
import { keyOfSeed } from '../../../tests/support/ledger-fixture.ts'
import { LockedError } from './file-lock.ts'
import { verifyEd25519 } from './signing-key.ts'
import { type Witness, withWitness } from './witness.ts'
import { WitnessError } from './witness-key.ts'

const origin = 'registry.example/ledger'
const key = keyOfSeed(Buffer.alloc(32, 7))
const signer: Signer = key.signer(origin)
const logs = [{ origin, keys: [signer.vkey] }]

async function folderOf(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'witness-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  return folder
}

/** A history: the entries before `fork` are those of every other. */
function history(size: number, fork = size, branch = ''): MemoryTree {
  const tree = new MemoryTree(sha256Bytes)
  for (let index = 0; index < size; index++) {
    tree.append(leafHash(sha256Bytes, Buffer.from(`${index}${index < fork ? '' : branch}`)))
  }
  return tree
}

async function request(tree: MemoryTree, oldSize: number, size = tree.size, by = signer): Promise<Buffer> {
  const checkpoint = await signCheckpoint({ origin, size, root: await rootOf(sha256Bytes, size, tree.read) }, [by])
  const proof = oldSize > size ? [] : await consistencyProof(sha256Bytes, oldSize, size, tree.read)
  return Buffer.from(formatAddCheckpoint({ oldSize, proof, checkpoint }))
}

const run = <T>(folder: string, work: (witness: Witness) => Promise<T>, seconds?: () => number) =>
  withWitness({ folder, logs, ...(seconds ? { clock: () => new Date(seconds() * 1_000) } : {}) }, work)

test('cosigns what continues, and its cosignature is of the checkpoint, by its key, at its time', async () => {
  const folder = await folderOf()
  let now = 1_000_000
  await run(
    folder,
    async (witness) => {
      const tree = history(300)
      const first = await witness.addCheckpoint(await request(tree, 0, 8))
      expect(first).toMatchObject({ status: 200, type: 'text/plain; charset=utf-8' })
      now += 60
      const body = await request(tree, 8)
      const answer = await witness.addCheckpoint(body)
      const submitted = body.toString().slice(body.indexOf('\n\n') + 2)
      const vkeys = [signer.vkey, parseVkey(sha256Bytes, witness.vkey)]
      const opened = await openCheckpoint(`${submitted}${answer.body}`, { vkeys, verifyEd25519 })
      expect(opened).toMatchObject({ size: 300, cosignatures: [{ time: 1_000_060 }] })
      const latest = witness.latest(sha256Hex(origin)) ?? ''
      expect(await openCheckpoint(latest, { vkeys, verifyEd25519 })).toMatchObject({ size: 300, cosignatures: [{}] })
      expect(witness.logs()).toEqual([{ origin, hash: sha256Hex(origin), size: 300, at: '1970-01-12T13:47:40.000Z' }])
      expect(witness.latest(sha256Hex('other'))).toBeUndefined()
    },
    () => now,
  )
})

test('the answers to replay, rollback, forks, foreign keys and unknown logs, also after a restart', async () => {
  const folder = await folderOf()
  const [tree, fork] = [history(400), history(400, 100, 'b')]
  await run(folder, async (witness) => {
    expect((await witness.addCheckpoint(await request(tree, 0, 300))).status).toBe(200)
  })
  await run(folder, async (witness) => {
    const status = async (body: Buffer) => (await witness.addCheckpoint(body)).status
    const conflict = { status: 409, type: 'text/x.tlog.size', body: '300\n' }
    expect(await witness.addCheckpoint(await request(tree, 0, 300))).toEqual(conflict)
    expect(await witness.addCheckpoint(await request(tree, 8, 250))).toEqual(conflict)
    expect(await witness.addCheckpoint(await request(fork, 0))).toEqual(conflict)
    expect(await status(await request(tree, 300, 299))).toBe(400)
    expect(await status(await request(fork, 300, 300))).toBe(422)
    expect(await status(await request(fork, 300, 400))).toBe(422)
    expect(await status(await request(tree, 300, 400, keyOfSeed(Buffer.alloc(32, 8)).signer(origin)))).toBe(403)
    const other = await signCheckpoint({ origin: 'x', size: 1, root: history(1).root() }, [key.signer('x')])
    expect(await status(Buffer.from(`old 0\n\n${other}`))).toBe(404)
    expect(await status(Buffer.alloc(70_000, 0x61))).toBe(400)
    expect(await status(await request(tree, 300, 300))).toBe(200)
    expect(await status(await request(tree, 300, 400))).toBe(200)
  })
})

test('of two histories that come at once, in many orders, one is cosigned', async () => {
  const folder = await folderOf()
  await run(folder, async (witness) => {
    let size = 1
    let winners = ''
    let tree = history(size)
    await witness.addCheckpoint(await request(tree, 0))
    for (let round = 0; round < 60; round++) {
      const grown = size + 1 + (round % 5)
      const branches = ['a', 'b'].map((branch) => extend(tree, grown - size, `${round}${branch}`))
      const bodies = await Promise.all(branches.flatMap((branch) => [request(branch, size), request(branch, size)]))
      const order = round % 2 === 0 ? bodies : bodies.toReversed()
      const answers = await Promise.all(order.map((body) => witness.addCheckpoint(body)))
      const cosigned = order.filter((_, at) => answers[at]?.status === 200)
      expect(cosigned).toHaveLength(1)
      const won = bodies.indexOf(cosigned[0] ?? Buffer.alloc(0)) < 2 ? 0 : 1
      winners += won
      tree = branches[won] ?? tree
      size = grown
      expect(witness.logs()[0]?.size).toBe(size)
    }
    expect(winners).toMatch(/01/)
  })
})

function extend(tree: MemoryTree, by: number, branch: string): MemoryTree {
  const grown = new MemoryTree(sha256Bytes)
  const [leaves = new Uint8Array()] = tree.read([{ level: 0, start: 0, count: tree.size }])
  for (let at = 0; at < tree.size; at++) grown.append(leaves.subarray(at * 32, at * 32 + 32))
  for (let at = 0; at < by; at++) grown.append(leafHash(sha256Bytes, Buffer.from(`${branch} ${at}`)))
  return grown
}

test('what it states of the time never goes back, though its clock does', async () => {
  const folder = await folderOf()
  let now = 5_000
  const times: (string | null | undefined)[] = []
  for (const later of [0, -3_000, 1]) {
    now += later
    await run(
      folder,
      async (witness) => {
        const size = times.length
        expect((await witness.addCheckpoint(await request(history(size + 1), size))).status).toBe(200)
        times.push(witness.logs()[0]?.at)
      },
      () => now,
    )
  }
  expect(times).toEqual(['1970-01-01T01:23:20.000Z', '1970-01-01T01:23:20.000Z', '1970-01-01T01:23:20.000Z'])
})

test('the folder keeps name and key, and takes no other name', async () => {
  const folder = await folderOf()
  const vkey = await withWitness({ folder, logs, name: 'w.example/1' }, async (witness) => witness.vkey)
  expect(vkey).toMatch(/^w\.example\/1\+[0-9a-f]{8}\+B/)
  expect(await run(folder, async (witness) => witness.vkey)).toBe(vkey)
  await expect(withWitness({ folder, logs, name: 'w.example/2' }, async () => 0)).rejects.toThrow(WitnessError)
  await expect(withWitness({ folder: await folderOf(), logs, name: 'a b' }, async () => 0)).rejects.toThrow('no space')
  expect(await run(await folderOf(), async (witness) => witness.vkey)).toMatch(/^tallystick-witness\/[0-9a-f]{8}\+/)
})

test('a state that it did not write stops it, and nothing is cosigned', async () => {
  const folder = await folderOf()
  await run(folder, async (witness) => witness.addCheckpoint(await request(history(8), 0)))
  const [name = ''] = await readdir(join(folder, 'logs'))
  const file = join(folder, 'logs', name)
  const note = await readFile(file, 'utf8')
  const { text, signatures } = parseNote(note)
  const lines = signatures.map(({ name }) => name)
  expect(lines[0]).toBe(origin)
  const others = ['', 'x', note.slice(0, -10), note.replace('\n8\n', '\n7\n'), `${text}\n${note.split('\n')[4]}\n`]
  for (const other of others) {
    await writeFile(file, other)
    await expect(
      run(folder, async () => 0),
      other,
    ).rejects.toThrow('is not the checkpoint that this witness has cosigned last')
  }
  await writeFile(file, note)
  await run(folder, async (witness) => expect(witness.logs()[0]?.size).toBe(8))
})

test('a second process on the folder is refused', async () => {
  const folder = await folderOf()
  await run(folder, async () => {
    await expect(run(folder, async () => 0)).rejects.toThrow(LockedError)
  })
  await expect(access(join(folder, 'witness.lock'))).rejects.toThrow('ENOENT')
}, 30_000)

test('where the new checkpoint cannot be kept, no cosignature is given', async () => {
  const folder = await folderOf()
  await run(folder, async (witness) => {
    await witness.addCheckpoint(await request(history(1), 0))
    await rm(join(folder, 'logs'), { recursive: true })
    await writeFile(join(folder, 'logs'), '')
    await expect(witness.addCheckpoint(await request(history(2), 1))).rejects.toThrow()
    await rm(join(folder, 'logs'))
    expect(await witness.addCheckpoint(await request(history(3), 1))).toMatchObject({ status: 200 })
    expect(witness.logs()[0]?.size).toBe(3)
  })
})
