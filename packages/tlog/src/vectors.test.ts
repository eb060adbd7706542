import { describe, expect, test } from 'vitest'
import { sha256, signerOf, TEST_SEED, verifyEd25519 } from '../test/node-crypto.ts'
import { sampleEntry, sampleTree } from '../test/sample-log.ts'
import {
  consistencyProof,
  encodeBase64,
  encodeHex,
  formatTlogProof,
  formatVkey,
  inclusionProof,
  leafHash,
  MemoryTree,
  openCheckpoint,
  parseVkey,
  rootOf,
  signCheckpoint,
  verifyConsistency,
  verifyInclusion,
  verifyTlogProof,
} from './index.ts'

const VKEY = 'registry.example/ledger+fad90d52+AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4'
const WITNESS = 'witness.example/w1+2796b321+BK5Tsniid+HXmUUIJTpaJGs65sFnOOaKMdkPgFPVzixk'
const signer = signerOf('registry.example/ledger', TEST_SEED)

const EMPTY = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'

/** Leaf hash of entry n − 1 and root of the first n entries, for n from 1. */
const LEAVES_AND_ROOTS = [
  [
    '850a5a7dfd4c9c9a3cde0a4b0e553338491e22b6bf6b268a1feb8286706bbe7b',
    '850a5a7dfd4c9c9a3cde0a4b0e553338491e22b6bf6b268a1feb8286706bbe7b',
  ],
  [
    'f8431c665bde67b56b63fc799cd20aecbab23dfad3f4b13e888936d7c5176a9b',
    'faab2ac190b39046604d8b17c503c584e20ad9c48006098d53de1d8b5fbadf6a',
  ],
  [
    'c42e240623022af5e8d30281b6cbda4c9c8c43e4c58a1e7e7ff3ddafa5d903d2',
    'b85afc1addf1c90d4be134a52eefcac9cee254883a3f16a6842b1faa295246fe',
  ],
  [
    'a45581edf30608911fe090b7d46523dde295eeb21bb720e6cdb5fc3c49c73cc9',
    '93a05932cb71e88bb88a9aee81c4255c3874385b70393dcca58cd83724ed671b',
  ],
  [
    '959bb66d405d621da7399b2c3cd02bdc3acdcf1d4cb916a9fca16d73f1eac0ff',
    '62cb83f99e1e181da87c20068c7cfea9090c31282f8dd5290f7b90bc75789095',
  ],
  [
    'd3c968c2134df92a213d6368bfe9ec737ebdc39224f3e477b7b405900e43f700',
    '626d56add57c94217e34f1f8eac4f64a3965a5dec091ecc3fea122e96c488535',
  ],
  [
    'e6b08a8077439acb2eab39bd73210547bccb3b89fcfcfe188f2a87a5e3dc0df2',
    '8b37e47c1207b195c1434c86d0820ce1ebdbe0f818e229ae0575c18fb427a5fd',
  ],
  [
    'd4096b6f61a0ab1b447614551d8eed2ea4c2902efcaeeb527b7b84ff733a596c',
    'c540fa76468257534b198555b588ea0c6aa203bdfe79072bca1355d8eeb35c96',
  ],
] as const

const CHECKPOINT_8 = `registry.example/ledger
8
xUD6dkaCV1NLGYVVtYjqDGqiA73+eQcryhNV2O6zXJY=

— registry.example/ledger +tkNUsiHO4odwA0Agj2nhqJh/y2Tn1MEdVtRDGsgywnTqidHWUZVPyvVjtLxDjDBe4H5lJVbLLtDCm+xUN/qleFDdww=
`

const COSIGNED_300 = `registry.example/ledger
300
IIP2wjVduRGTh/LyXHWu/90WDWrabgSC9jCOzRoKveg=

— registry.example/ledger +tkNUnnn6gP/p0GJcZUAxCUqu1D5zPG9EvXkFD1ZodpuKEczAhkygc+r4BWKbKPu0CEBT3BEcma0fCULDvwJffpJqgM=
— witness.example/w1 J5azIQAAAABrAouAHBnK8TfdnVyIdealCA83ARFGiLc10cYtYuUpoTRMW4C+QHcTkRPKnFmIdzvfn+/ADRxYpuQn5PnYVPN0zKepAA==
`

const INCLUSION_2_OF_8 = [
  'pFWB7fMGCJEf4JC31GUj3eKV7rIbtyDmzbX8PEnHPMk=',
  '+qsqwZCzkEZgTYsXxQPFhOIK2cSABgmNU94di1+632o=',
  'XJVJdjUuviDV6pIeKeDVQS4i6cO/OxL60A7IzfZXtqM=',
]
const CONSISTENCY_3_TO_8 = ['xC4kBiMCKvXo0wKBtsvaTJyMQ+TFih5+f/Pdr6XZA9I=', ...INCLUSION_2_OF_8]

describe('vectors that other implementations have accepted', () => {
  const tree = sampleTree(8)

  test('the entries are the published bytes', () => {
    expect(new TextDecoder().decode(sampleEntry(0))).toBe(
      '{"from":"acct:a0","project":"LA-001","seq":0,"serial":{"end":"1000","start":"1"},"to":"acct:b0","type":"genesis","units":"1000","v":1}',
    )
    expect(new TextDecoder().decode(sampleEntry(1))).toBe(
      '{"from":"acct:a1","project":"LA-001","seq":1,"serial":{"end":"2000","start":"1001"},"to":"acct:b1","type":"transfer","units":"1001","v":1}',
    )
  })

  test('leaf hashes and roots of sizes 0 to 8', async () => {
    expect(encodeHex(new MemoryTree(sha256).root())).toBe(EMPTY)
    expect(encodeHex(await rootOf(sha256, 0, tree.read))).toBe(EMPTY)
    for (const [at, [leaf, root]] of LEAVES_AND_ROOTS.entries()) {
      expect(encodeHex(leafHash(sha256, sampleEntry(at)))).toBe(leaf)
      expect(encodeHex(await rootOf(sha256, at + 1, tree.read))).toBe(root)
      expect(encodeHex(sampleTree(at + 1).root())).toBe(root)
    }
  })

  test('roots of 256, 300 and 70,000', async () => {
    const large = sampleTree(70_000)
    const expected = [
      [256, 'ff0fd16ae844c7d0510318c9a823b3c0f4fa494103e9547e8efe37e6586bcb62'],
      [300, '2083f6c2355db9119387f2f25c75aeffdd160d6ada6e0482f6308ecd1a0abde8'],
      [70_000, 'e76164b5128da48bdf1d2b31c95033c0e36135fff744df8f719af09918b124a0'],
    ] as const
    for (const [size, root] of expected) expect(encodeHex(await rootOf(sha256, size, large.read))).toBe(root)
    expect(encodeHex(large.root())).toBe(expected[2][1])
  })

  test('the inclusion proof of entry 2 in 8', async () => {
    const proof = await inclusionProof(sha256, 2, 8, tree.read)
    expect(proof.map(encodeBase64)).toEqual(INCLUSION_2_OF_8)
    verifyInclusion(sha256, { leaf: leafHash(sha256, sampleEntry(2)), index: 2, size: 8, root: tree.root(), proof })
  })

  test('the consistency proofs from 3 and from 4 to 8', async () => {
    const fromThree = await consistencyProof(sha256, 3, 8, tree.read)
    expect(fromThree.map(encodeBase64)).toEqual(CONSISTENCY_3_TO_8)
    const fromFour = await consistencyProof(sha256, 4, 8, tree.read)
    expect(fromFour.map(encodeBase64)).toEqual(CONSISTENCY_3_TO_8.slice(3))
    const newRoot = tree.root()
    const roots = { three: await rootOf(sha256, 3, tree.read), four: await rootOf(sha256, 4, tree.read) }
    verifyConsistency(sha256, { oldSize: 3, oldRoot: roots.three, newSize: 8, newRoot, proof: fromThree })
    verifyConsistency(sha256, { oldSize: 4, oldRoot: roots.four, newSize: 8, newRoot, proof: fromFour })
  })

  test('the verifier key of the throw-away seed', () => {
    expect(formatVkey(signer.vkey)).toBe(VKEY)
    expect(encodeHex(signer.vkey.publicKey)).toBe('03a107bff3ce10be1d70dd18e74bc09967e4d6309ba50d5f1ddc8664125531b8')
  })

  test('the checkpoint of size 8, byte for byte', async () => {
    const origin = 'registry.example/ledger'
    expect(await signCheckpoint({ origin, size: 8, root: tree.root() }, [signer])).toBe(CHECKPOINT_8)
    const opened = await openCheckpoint(CHECKPOINT_8, { vkeys: [parseVkey(sha256, VKEY)], verifyEd25519 })
    expect(opened).toMatchObject({ origin, size: 8, cosignatures: [] })
    expect(encodeHex(opened.root)).toBe(LEAVES_AND_ROOTS[7][1])
  })

  test('the checkpoint of size 300, cosigned by a foreign witness', async () => {
    const vkeys = [parseVkey(sha256, VKEY), parseVkey(sha256, WITNESS)]
    const opened = await openCheckpoint(COSIGNED_300, { vkeys, verifyEd25519 })
    expect(opened.size).toBe(300)
    expect(opened.signatures.map(({ vkey }) => formatVkey(vkey))).toEqual([VKEY])
    expect(opened.cosignatures.map(({ vkey, time }) => [formatVkey(vkey), time])).toEqual([[WITNESS, 0x6b028b80]])
  })

  test('a proof file for the log of size 8', async () => {
    const hashes = await inclusionProof(sha256, 2, 8, tree.read)
    const file = formatTlogProof({ index: 2, hashes, checkpoint: CHECKPOINT_8 })
    expect(file).toBe(`c2sp.org/tlog-proof@v1\nindex 2\n${INCLUSION_2_OF_8.join('\n')}\n\n${CHECKPOINT_8}`)
    const options = { sha256, verifyEd25519, vkeys: [parseVkey(sha256, VKEY)] }
    expect(await verifyTlogProof(file, sampleEntry(2), options)).toMatchObject({ index: 2, size: 8 })
  })
})

describe('examples of the specifications', () => {
  test('roots over the leaves that RFC 6962 implementations test with', async () => {
    const leaves = ['', '00', '10', '2021', '3031', '40414243', '5051525354555657', '606162636465666768696a6b6c6d6e6f']
    const tree = new MemoryTree(sha256)
    const roots = leaves.map((leaf) => {
      tree.append(leafHash(sha256, Buffer.from(leaf, 'hex')))
      return encodeHex(tree.root())
    })
    expect(roots).toEqual([
      '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
      'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
      'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
      'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
      '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
      '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
      'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
      '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
    ])
    expect(encodeHex(await rootOf(sha256, 7, tree.read))).toBe(roots[6])
  })
})
