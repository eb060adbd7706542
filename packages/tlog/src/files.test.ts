import { beforeAll, describe, expect, test } from 'vitest'
import { sha256, signerOf, TEST_SEED } from '../test/node-crypto.ts'
import { sampleEntry, sampleTree } from '../test/sample-log.ts'
import {
  decodeBundle,
  type EntryReader,
  encodeHex,
  leafHash,
  logFiles,
  parseTilePath,
  rootOf,
  signCheckpoint,
  splitHashes,
  tilePath,
  tileReader,
} from './index.ts'

const origin = 'registry.example/ledger'
const size = 20_000
const tree = sampleTree(size)
const readHashes = tree.read
const readEntries: EntryReader = (start, count) => Array.from({ length: count }, (_, at) => sampleEntry(start + at))

let checkpoint: string

beforeAll(async () => {
  checkpoint = await signCheckpoint({ origin, size, root: tree.root() }, [signerOf(origin, TEST_SEED)])
})

async function collect(files: AsyncIterable<[string, Uint8Array]>): Promise<[string, Uint8Array][]> {
  const all: [string, Uint8Array][] = []
  for await (const file of files) all.push(file)
  return all
}

describe('logFiles', () => {
  test('gives tiles and bundles from which the root and all leaf hashes follow, and the checkpoint last', async () => {
    const files = await collect(logFiles({ checkpoint, readHashes, readEntries }))
    expect(files.map(([path]) => path).at(-1)).toBe('checkpoint')
    const byPath = new Map(files)
    expect(byPath.size).toBe(files.length)
    expect(new TextDecoder().decode(byPath.get('checkpoint'))).toBe(checkpoint)

    const read = tileReader(size, (tile) => byPath.get(tilePath(tile)) ?? new Uint8Array())
    expect(encodeHex(await rootOf(sha256, size, read))).toBe(encodeHex(tree.root()))
    for (const [path, bytes] of files.slice(0, -1)) {
      const tile = parseTilePath(path)
      if (tile.level !== 'entries') continue
      const leaves = splitHashes(byPath.get(path.replace('entries', '0')) ?? new Uint8Array())
      expect(decodeBundle(bytes, tile.width).map((entry) => encodeHex(leafHash(sha256, entry)))).toEqual(
        leaves.map(encodeHex),
      )
    }
  })

  test('with `since` gives only what an earlier export lacks', async () => {
    const since = 19_990
    const files = await collect(logFiles({ checkpoint, readHashes, readEntries, since }))
    expect(files.map(([path]) => path)).toEqual(['tile/entries/078.p/32', 'tile/0/078.p/32', 'checkpoint'])
  })

  test('refuses readers that give less than asked', async () => {
    const shortEntries = logFiles({ checkpoint, readHashes, readEntries: (start) => [sampleEntry(start)] })
    await expect(collect(shortEntries)).rejects.toMatchObject({ code: 'bad-read' })
    const shortHashes = logFiles({ checkpoint, readHashes: () => [], readEntries })
    await expect(collect(shortHashes)).rejects.toMatchObject({ code: 'bad-tile' })
  })
})
