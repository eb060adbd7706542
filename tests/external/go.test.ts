import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  decodeBundle,
  encodeBase64,
  encodeBundle,
  formatVkey,
  joinHashes,
  leafHash,
  rootOf,
  signCheckpoint,
  splitHashes,
} from '@tallystick/tlog'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { sha256, signerOf, TEST_SEED } from '../../packages/tlog/test/node-crypto.ts'
import { sampleEntry, sampleTree } from '../../packages/tlog/test/sample-log.ts'
import { type GoVerifier, goVerifier } from './go.ts'
import { writeLog } from './log-folder.ts'

const origin = 'registry.example/ledger'
const signer = signerOf(origin, TEST_SEED)
const vkey = formatVkey(signer.vkey)
const tree = sampleTree(70_000)

const go = await goVerifier()
const { verify }: GoVerifier = 'skipped' in go ? { verify: () => Promise.reject(new Error(go.skipped)) } : go

const folders: string[] = []
afterAll(() => Promise.all(folders.map((folder) => rm(folder, { recursive: true, force: true }))))

async function logOf(size: number): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'log-'))
  folders.push(folder)
  await writeLog(folder, size, tree.read, signer)
  return folder
}

/** Forges entry 517 and its hash in the level 0 tile: what releases of sumdb before 0.40 let pass (CVE-2026-56865). */
async function forgeEntry(folder: string): Promise<void> {
  const forged = sampleEntry(1_000_000)
  await change(join(folder, 'tile/entries/002'), (bytes) =>
    encodeBundle(decodeBundle(bytes, 256).map((entry, at) => (at === 5 ? forged : entry))),
  )
  await change(join(folder, 'tile/0/002'), (bytes) =>
    joinHashes(splitHashes(bytes).map((hash, at) => (at === 5 ? leafHash(sha256, forged) : hash))),
  )
}

async function change(path: string, edit: (bytes: Uint8Array) => Uint8Array): Promise<void> {
  const before = await readFile(path)
  const after = edit(before)
  expect(before.equals(after)).toBe(false)
  await writeFile(path, after)
}

const flipBit = (at: number) => (bytes: Uint8Array) => bytes.map((byte, other) => (other === at ? byte ^ 1 : byte))
const replaceText = (from: string, to: string) => (bytes: Uint8Array) =>
  Buffer.from(Buffer.from(bytes).toString().replace(from, to))

function swapEntries(bytes: Uint8Array): Uint8Array {
  const [first, second, ...rest] = decodeBundle(bytes, 256)
  return first && second ? encodeBundle([second, first, ...rest]) : bytes
}

describe('the Go checksum database code of Debian', () => {
  beforeEach(({ skip }) => {
    if ('skipped' in go) skip(go.skipped)
  })

  test.each([0, 1, 8, 256, 300, 1_000, 70_000])('accepts our log of %i entries, with our root', async (size) => {
    const root = encodeBase64(await rootOf(sha256, size, tree.read))
    expect(await verify(await logOf(size), vkey)).toEqual({ ok: true, output: `OK size=${size} root=${root}` })
  })

  const size = 1_000
  test.each<[name: string, verdict: RegExp, tamper: (folder: string) => Promise<unknown>]>([
    [
      'a changed byte in an entry',
      /^FAIL entry: 256 /,
      (folder) => change(join(folder, 'tile/entries/001'), flipBit(20)),
    ],
    ['a flipped bit in a level 0 tile', /^FAIL tile: /, (folder) => change(join(folder, 'tile/0/002'), flipBit(4_000))],
    [
      'a flipped bit in a level 1 tile',
      /^FAIL tile: /,
      (folder) => change(join(folder, 'tile/1/000.p/3'), flipBit(33)),
    ],
    ['a missing bundle', /^FAIL bundle: /, (folder) => rm(join(folder, 'tile/entries/002'))],
    [
      'a truncated bundle',
      /^FAIL bundle: .* inside entry 511$/,
      (folder) => change(join(folder, 'tile/entries/001'), (bytes) => bytes.subarray(0, -1)),
    ],
    ['two entries swapped', /^FAIL entry: 0 /, (folder) => change(join(folder, 'tile/entries/000'), swapEntries)],
    [
      'another size in the checkpoint',
      /^FAIL checkpoint-signature: /,
      (folder) => change(join(folder, 'checkpoint'), replaceText('\n1000\n', '\n999\n')),
    ],
    [
      'a checkpoint by another key',
      /^FAIL checkpoint-signature: /,
      async (folder) => {
        const foreign = signerOf(origin, new Uint8Array(32).fill(1))
        const root = Buffer.from((await readFile(join(folder, 'checkpoint'), 'utf8')).split('\n')[2] ?? '', 'base64')
        await writeFile(join(folder, 'checkpoint'), await signCheckpoint({ origin, size, root }, [foreign]))
      },
    ],
    [
      'another origin in the checkpoint',
      /^FAIL checkpoint-signature: /,
      (folder) => change(join(folder, 'checkpoint'), replaceText(`${origin}\n`, 'registry.example/other\n')),
    ],
    ['an entry forged together with its hash', /^FAIL root: /, forgeEntry],
  ])('refuses %s', async (_, expected, tamper) => {
    const folder = await logOf(size)
    await tamper(folder)
    const { ok, output } = await verify(folder, vkey)
    expect(ok).toBe(false)
    expect(output).toMatch(expected)
  })
})
