import { readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { exportLog, type FindingCode, FolderSource, verifyLog } from '@tallystick/ledger'
import { sha256Bytes } from '@tallystick/rules'
import {
  decodeBundle,
  encodeBundle,
  joinHashes,
  leafHash,
  parseCheckpoint,
  parseNote,
  parseVkey,
  signCheckpoint,
  splitHashes,
} from '@tallystick/tlog'
import { beforeEach, describe, expect, test } from 'vitest'
import { type GoVerifier, goVerifier } from '../external/go.ts'
import { Dice, keyOfSeed, publish } from '../support/ledger-fixture.ts'
import { liveLedger } from '../support/ledger-life.ts'
import { scratchFolder } from '../support/log-files.ts'

const fixture = await liveLedger('tamper', 600)
const { size } = await publish(fixture.ledger, fixture.key)
const { origin } = fixture.genesis
const vkey = parseVkey(sha256Bytes, fixture.vkey)
const go = await goVerifier()

async function exported(): Promise<string> {
  const folder = await scratchFolder()
  await exportLog(fixture.ledger, folder)
  return folder
}

type Edit = (bytes: Buffer) => Uint8Array | Promise<Uint8Array>

async function change(path: string, edit: Edit): Promise<void> {
  const before = await readFile(path)
  const after = await edit(Buffer.from(before))
  expect(before.equals(after)).toBe(false)
  await writeFile(path, after)
}

const flip = (offset: number) => (bytes: Buffer) => bytes.map((byte, at) => (at === offset ? byte ^ 1 : byte))
const text = (from: string, to: string) => (bytes: Buffer) => Buffer.from(bytes.toString().replace(from, to))

function swapTwo(bytes: Buffer): Uint8Array {
  const entries = decodeBundle(bytes, 256)
  const [a, b] = [entries[17], entries[200]]
  return a && b ? encodeBundle(entries.with(17, b).with(200, a)) : bytes
}

async function signByStranger(bytes: Buffer): Promise<Uint8Array> {
  const checkpoint = parseCheckpoint(parseNote(bytes).text)
  return Buffer.from(await signCheckpoint(checkpoint, [keyOfSeed(new Dice('stranger').bytes()).signer(origin)]))
}

/** Changes an entry and, in the tile above it, its hash: releases of sumdb before 0.40 let this pass (CVE-2026-56865). */
async function forgeWithHash(folder: string): Promise<void> {
  let forged: Uint8Array = new Uint8Array()
  await change(join(folder, 'tile/entries/001'), (bytes) => {
    const entries = decodeBundle(bytes, 256)
    forged = Buffer.from(
      Buffer.from(entries[5] ?? [])
        .toString()
        .replace(/"at":"\d{4}/, '"at":"2099'),
    )
    return encodeBundle(entries.with(5, forged))
  })
  await change(join(folder, 'tile/0/001'), (bytes) =>
    joinHashes(splitHashes(bytes).with(5, leafHash(sha256Bytes, forged))),
  )
}

interface Kind {
  what: string
  tamper(folder: string): Promise<unknown>
  /** What must be among the findings. */
  code: FindingCode
  file: string
  entry?: number
}

const lastLevelOne = `tile/1/000.p/${Math.floor(size / 256)}`
const kinds: Kind[] = [
  {
    what: 'a changed byte in an entry',
    tamper: (folder) => change(join(folder, 'tile/entries/001'), flip(20)),
    code: 'entry-altered',
    file: 'tile/entries/001',
    entry: 256,
  },
  {
    what: 'a flipped bit in a level 0 tile',
    tamper: (folder) => change(join(folder, 'tile/0/001'), flip(4_000)),
    code: 'tile-differs',
    file: 'tile/0/001',
  },
  {
    what: 'a flipped bit in a level 1 tile',
    tamper: (folder) => change(join(folder, lastLevelOne), flip(33)),
    code: 'tile-differs',
    file: lastLevelOne,
  },
  {
    what: 'a missing bundle',
    tamper: (folder) => rm(join(folder, 'tile/entries/001')),
    code: 'bundle-missing',
    file: 'tile/entries/001',
    entry: 256,
  },
  {
    what: 'a truncated bundle',
    tamper: (folder) => change(join(folder, 'tile/entries/000'), (bytes) => bytes.subarray(0, -1)),
    code: 'bundle-framing',
    file: 'tile/entries/000',
    entry: 255,
  },
  {
    what: 'two entries swapped',
    tamper: (folder) => change(join(folder, 'tile/entries/000'), swapTwo),
    code: 'entry-altered',
    file: 'tile/entries/000',
    entry: 17,
  },
  {
    what: 'another size in the checkpoint',
    tamper: (folder) => change(join(folder, 'checkpoint'), text(`\n${size}\n`, `\n${size - 1}\n`)),
    code: 'checkpoint-signature',
    file: 'checkpoint',
  },
  {
    what: 'a checkpoint signed by another key',
    tamper: (folder) => change(join(folder, 'checkpoint'), signByStranger),
    code: 'checkpoint-not-signed',
    file: 'checkpoint',
  },
  {
    what: 'another origin in the checkpoint',
    tamper: (folder) => change(join(folder, 'checkpoint'), text(`${origin}\n`, 'tallystick/xt/other\n')),
    code: 'origin-differs',
    file: 'checkpoint',
  },
  {
    what: 'an entry changed together with its hash',
    tamper: forgeWithHash,
    code: 'tile-differs',
    file: lastLevelOne,
  },
]

describe('our verifier', () => {
  test('finds nothing wrong with what was exported', async () => {
    const report = await verifyLog(new FolderSource(await exported()), { vkey })
    expect(report).toMatchObject({ outcome: 'whole', findings: [], notices: [], entries: { size, replayed: size } })
  })

  test.each(kinds)('names $what', async ({ tamper, code, file, entry }) => {
    const folder = await exported()
    await tamper(folder)
    const { outcome, findings } = await verifyLog(new FolderSource(folder), { vkey })
    expect(outcome).toBe('wrong')
    const where = entry === undefined ? { file } : { file, entry }
    expect(findings).toContainEqual(expect.objectContaining({ code, where: expect.objectContaining(where) }))
  })

  test('blames only what was altered, not what follows from it', async () => {
    const folder = await exported()
    await change(join(folder, 'tile/0/000'), flip(0))
    const { findings } = await verifyLog(new FolderSource(folder), { vkey })
    expect(findings.map(({ code, where }) => [code, where])).toEqual([
      ['tile-differs', { file: 'tile/0/000', offset: 0 }],
    ])
  })
})

describe('the Go checksum database code, on the same folders', () => {
  const { verify }: GoVerifier = 'skipped' in go ? { verify: () => Promise.reject(new Error(go.skipped)) } : go

  beforeEach(({ skip }) => {
    if ('skipped' in go) skip(go.skipped)
  })

  test('accepts what was exported', async () => {
    expect((await verify(await exported(), fixture.vkey)).output).toContain(`OK size=${size}`)
  })

  test.each(kinds)('refuses $what', async ({ tamper }) => {
    const folder = await exported()
    await tamper(folder)
    expect(await verify(folder, fixture.vkey)).toMatchObject({ ok: false })
  })
})
