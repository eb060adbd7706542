import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { sampleEntry, sampleTree } from '../test/sample-log.ts'
import {
  bundlesOf,
  decodeBundle,
  encodeBundle,
  joinHashes,
  parseTilePath,
  splitHashes,
  type Tile,
  tilePath,
  tileReader,
  tilesOf,
} from './index.ts'

const pathsOf = (tiles: Iterable<Tile>) => [...tiles].map(tilePath)

describe('paths', () => {
  test.each([
    [{ level: 0, index: 0, width: 256 }, 'tile/0/000'],
    [{ level: 0, index: 1_234_067, width: 256 }, 'tile/0/x001/x234/067'],
    [{ level: 1, index: 999, width: 17 }, 'tile/1/999.p/17'],
    [{ level: 2, index: 1_000, width: 1 }, 'tile/2/x001/000.p/1'],
    [{ level: 'entries', index: 273, width: 112 }, 'tile/entries/273.p/112'],
  ] as const)('%j is %s', (tile, path) => {
    expect(tilePath(tile)).toBe(path)
    expect(parseTilePath(path)).toEqual(tile)
  })

  test.each([
    '/tile/0/000',
    'tile/0',
    'tile/0/0',
    'tile/0/00',
    'tile/0/0000',
    'tile/0/x000/001',
    'tile/0/001/002',
    'tile/0/x001',
    'tile/00/000',
    'tile/-1/000',
    'tile/64/000',
    'tile/63/000',
    'tile/6/000',
    'tile/data/000',
    'tile/8/0/000',
    'tile/0/000.p/0',
    'tile/0/000.p/256',
    'tile/0/000.p/01',
    'tile/0/000.p/',
    'tile/0/000/',
    'tile/0/000\n',
    'tile/0/x999/x999/x999/x999/x999/999',
    'tile/0/x001/x001/x001/x001/x001/x001/001',
  ])('%j is refused', (path) => {
    expect(() => parseTilePath(path)).toThrow(expect.objectContaining({ code: 'bad-tile-path' }))
  })

  test('every tile of every tree has one path, which leads back to it', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.constant('entries' as const), fc.integer({ min: 0, max: 5 })),
        fc.maxSafeNat(),
        fc.integer({ min: 1, max: 256 }),
        (level, seed, width) => {
          const bound = Math.floor(Number.MAX_SAFE_INTEGER / 256 ** (level === 'entries' ? 1 : level + 1))
          const tile = { level, index: seed % bound, width }
          expect(parseTilePath(tilePath(tile))).toEqual(tile)
        },
      ),
    )
  })
})

describe('the tiles of a tree', () => {
  test('size 70,000 is the example of the specification', () => {
    const paths = pathsOf(tilesOf(70_000))
    expect(paths).toHaveLength(273 + 1 + 1 + 1 + 1)
    expect(paths.slice(-5)).toEqual([
      'tile/0/272',
      'tile/0/273.p/112',
      'tile/1/000',
      'tile/1/001.p/17',
      'tile/2/000.p/1',
    ])
    expect(pathsOf(bundlesOf(70_000)).slice(-2)).toEqual(['tile/entries/272', 'tile/entries/273.p/112'])
  })

  test('size 256 is one full tile and a partial one above; size 0 has none', () => {
    expect(pathsOf(tilesOf(256))).toEqual(['tile/0/000', 'tile/1/000.p/1'])
    expect(pathsOf(tilesOf(0))).toEqual([])
    expect(pathsOf(bundlesOf(0))).toEqual([])
  })

  test('what has come since an earlier size is exactly what that size had not', () => {
    fc.assert(
      fc.property(fc.nat({ max: 200_000 }), fc.nat({ max: 70_000 }), (since, more) => {
        const size = since + more
        for (const filesOf of [tilesOf, bundlesOf]) {
          const had = new Set(pathsOf(filesOf(since)))
          expect(pathsOf(filesOf(size, since))).toEqual(pathsOf(filesOf(size)).filter((path) => !had.has(path)))
        }
      }),
      { numRuns: 50 },
    )
  })
})

describe('tileReader', () => {
  const tree = sampleTree(1_000)
  const readTile = ({ level, index, width }: Tile) =>
    tree.read([{ level: Number(level), start: index * 256, count: width }])[0] ?? new Uint8Array()

  test('gives any run, also across tiles, and fetches each tile once', async () => {
    const fetched: string[] = []
    const read = tileReader(1_000, (tile) => {
      fetched.push(tilePath(tile))
      return readTile(tile)
    })
    const runs = [
      { level: 0, start: 100, count: 700 },
      { level: 0, start: 999, count: 1 },
      { level: 1, start: 1, count: 2 },
    ]
    expect((await read(runs)).map((bytes) => Buffer.from(bytes))).toEqual(
      tree.read(runs).map((bytes) => Buffer.from(bytes)),
    )
    expect(fetched.toSorted()).toEqual(['tile/0/000', 'tile/0/001', 'tile/0/002', 'tile/0/003.p/232', 'tile/1/000.p/3'])
  })

  test('refuses a tile of the wrong length and a run beyond the tree', async () => {
    const cut = tileReader(1_000, (tile) => readTile(tile).subarray(1))
    await expect(cut([{ level: 0, start: 0, count: 1 }])).rejects.toMatchObject({ code: 'bad-tile' })
    const beyond = tileReader(1_000, readTile)([{ level: 1, start: 3, count: 1 }])
    await expect(beyond).rejects.toMatchObject({ code: 'bad-read' })
  })
})

describe('tile bytes', () => {
  test('split and join are inverse; a cut hash is refused', () => {
    const bytes = Uint8Array.from({ length: 96 }, (_, at) => at)
    expect(splitHashes(bytes)).toHaveLength(3)
    expect(joinHashes(splitHashes(bytes))).toEqual(bytes)
    expect(() => splitHashes(bytes.subarray(1))).toThrow('95 bytes')
  })
})

describe('entry bundles', () => {
  test('frame each entry by its big-endian length', () => {
    const bytes = encodeBundle([Uint8Array.of(7, 8), new Uint8Array(), new Uint8Array(258).fill(1)])
    expect([...bytes.subarray(0, 8)]).toEqual([0, 2, 7, 8, 0, 0, 1, 2])
    expect(decodeBundle(bytes, 3).map((entry) => entry.length)).toEqual([2, 0, 258])
  })

  test('decode to what was encoded', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 600 }), { minLength: 1, maxLength: 256 }), (entries) => {
        expect(decodeBundle(encodeBundle(entries), entries.length).map((entry) => [...entry])).toEqual(
          entries.map((entry) => [...entry]),
        )
      }),
      { numRuns: 30 },
    )
  })

  test('cut, surplus or too many bytes are refused by place', () => {
    const bytes = encodeBundle([sampleEntry(0), sampleEntry(1)])
    expect(() => decodeBundle(bytes.subarray(0, -1), 2)).toThrow('inside entry 1 of 2')
    expect(() => decodeBundle(bytes.subarray(0, 1), 2)).toThrow('before entry 0 of 2')
    expect(() => decodeBundle(bytes, 3)).toThrow('before entry 2 of 3')
    expect(() => decodeBundle(bytes, 1)).toThrow('after its 1 entries')
    expect(() => encodeBundle([new Uint8Array(65_536)])).toThrow('65536 bytes')
    expect(() => encodeBundle([])).toThrow('1 to 256')
    expect(() => encodeBundle(Array.from({ length: 257 }, () => new Uint8Array()))).toThrow('not 257')
    expect(decodeBundle(encodeBundle([new Uint8Array(65_535)]), 1)[0]).toHaveLength(65_535)
  })
})
