import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { withWitness } from '@tallystick/ledger'
import { sha256Bytes, sha256Hex } from '@tallystick/rules'
import { formatAddCheckpoint, formatVkey, parseVkey, signCheckpoint } from '@tallystick/tlog'
import { afterAll, beforeEach, expect, test } from 'vitest'
import { signerOf, TEST_SEED } from '../../packages/tlog/test/node-crypto.ts'
import { sampleTree } from '../../packages/tlog/test/sample-log.ts'
import { type GoProgram, goProgram } from './go.ts'

const go = await goProgram(fileURLToPath(new URL('./cosignature/main.go', import.meta.url)))
const { run }: GoProgram = 'skipped' in go ? { run: () => Promise.reject(new Error(go.skipped)) } : go

const folder = await mkdtemp(join(tmpdir(), 'cosignature-'))
afterAll(() => rm(folder, { recursive: true, force: true }))

const origin = 'registry.example/ledger'
const log = signerOf(origin, TEST_SEED)
const LOG = formatVkey(log.vkey)

beforeEach(({ skip }) => {
  if ('skipped' in go) skip(go.skipped)
})

async function judge(note: string, witness: string) {
  const file = join(folder, 'note')
  await writeFile(file, note)
  return run(file, LOG, witness)
}

test('Go accepts what our witness has cosigned, and nothing that was changed in it', async () => {
  const options = {
    folder: join(folder, 'witness'),
    logs: [{ origin, keys: [log.vkey] }],
    clock: () => new Date(1_679_315_147_000),
  }
  const { note, vkey } = await withWitness(options, async (witness) => {
    const checkpoint = await signCheckpoint({ origin, size: 300, root: sampleTree(300).root() }, [log])
    const body = formatAddCheckpoint({ oldSize: 0, proof: [], checkpoint })
    expect((await witness.addCheckpoint(Buffer.from(body))).status).toBe(200)
    return { note: witness.latest(sha256Hex(origin)) ?? '', vkey: witness.vkey }
  })
  expect(await judge(note, vkey)).toEqual({ ok: true, output: 'OK time=1679315147' })
  expect(parseVkey(sha256Bytes, vkey).kind).toBe('cosignature/v1')

  const cosigned = note.split('\n')
  const lineAt = cosigned.length - 2
  const [dash, name, base64 = ''] = (cosigned[lineAt] ?? '').split(' ')
  for (const at of [4, 11, 12, 75]) {
    const bytes = Buffer.from(base64, 'base64')
    bytes[at] = (bytes[at] ?? 0) ^ 1
    const altered = cosigned.with(lineAt, [dash, name, bytes.toString('base64')].join(' ')).join('\n')
    expect(await judge(altered, vkey)).toMatchObject({ ok: false })
  }
  const other = formatVkey(signerOf('other.example', TEST_SEED, 'cosignature/v1').vkey)
  expect(await judge(note, other)).toEqual({ ok: false, output: 'FAIL 1 known signatures instead of 2' })
})

test('Go accepts what a foreign witness has cosigned, as ours does', async () => {
  const note = `registry.example/ledger
300
IIP2wjVduRGTh/LyXHWu/90WDWrabgSC9jCOzRoKveg=

— registry.example/ledger +tkNUnnn6gP/p0GJcZUAxCUqu1D5zPG9EvXkFD1ZodpuKEczAhkygc+r4BWKbKPu0CEBT3BEcma0fCULDvwJffpJqgM=
— witness.example/w1 J5azIQAAAABrAouAHBnK8TfdnVyIdealCA83ARFGiLc10cYtYuUpoTRMW4C+QHcTkRPKnFmIdzvfn+/ADRxYpuQn5PnYVPN0zKepAA==
`
  expect(await judge(note, 'witness.example/w1+2796b321+BK5Tsniid+HXmUUIJTpaJGs65sFnOOaKMdkPgFPVzixk')).toEqual({
    ok: true,
    output: 'OK time=1795328896',
  })
})
