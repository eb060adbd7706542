import { readFile } from 'node:fs/promises'
import { verifyLog } from '@tallystick/ledger'
import { sha256Bytes } from '@tallystick/rules'
import { formatNote, parseNote, parseVkey, signText } from '@tallystick/tlog'
import { expect, test } from 'vitest'
import { Dice, keyOfSeed, publish } from '../support/ledger-fixture.ts'
import { liveLedger } from '../support/ledger-life.ts'
import { figure, lengths } from '../support/lengths.ts'
import { filesOf, MemorySource } from '../support/log-files.ts'

const seed = process.env.TEST_SEED ?? String(Date.now())
console.log(`TEST_SEED=${seed}`)

const FLIPS = lengths.flips

/** A log that was exported twice while it grew, so that partial tiles of an earlier checkpoint stand beside later ones. */
async function grownLog(): Promise<{ source: MemorySource; vkey: string }> {
  const early = await liveLedger('flips', 150)
  await publish(early.ledger, early.key)
  const earlier = await filesOf(early.ledger)
  const late = await liveLedger('flips', 330)
  await publish(late.ledger, late.key)
  return { source: new MemorySource(new Map([...earlier, ...(await filesOf(late.ledger))])), vkey: late.vkey }
}

interface Region {
  file: string
  /** The region begins after so many lines. */
  afterLine: number
}

/** The regions that the guide for strangers lists as not covered. */
async function regionsNotCovered(): Promise<Region[]> {
  const guide = await readFile(new URL('../../docs/verify.md', import.meta.url), 'utf8')
  const [, json = ''] = /```json not-covered\n(.*?)```/s.exec(guide) ?? []
  return JSON.parse(json)
}

function isCovered(regions: readonly Region[], source: MemorySource, file: string, offset: number): boolean {
  const before = Buffer.from(source.files.get(file) ?? []).subarray(0, offset)
  const line = before.reduce((lines, byte) => lines + (byte === 0x0a ? 1 : 0), 0)
  return !regions.some((region) => region.file === file && line >= region.afterLine)
}

function flipped(source: MemorySource, file: string, offset: number, mask: number): MemorySource {
  const bytes = Buffer.from(source.files.get(file) ?? [])
  bytes[offset] = (bytes[offset] ?? 0) ^ mask
  return source.with(file, bytes)
}

/** Half of the flips by byte, so that large files get their share; half by file, so that small ones do. */
function target(dice: Dice, source: MemorySource, flip: number): { file: string; offset: number } {
  const files = [...source.files].map(([file, bytes]) => ({ file, length: bytes.length }))
  if (flip % 2 === 0) {
    const { file, length } = dice.pick(files)
    return { file, offset: dice.below(length) }
  }
  let offset = dice.below(files.reduce((sum, { length }) => sum + length, 0))
  for (const { file, length } of files) {
    if (offset < length) return { file, offset }
    offset -= length
  }
  throw new Error('the offset lies in one of the files')
}

test(`each of ${FLIPS} single-byte flips is named, or lies where the guide says that nothing is checked`, async () => {
  const { source, vkey: text } = await grownLog()
  const vkey = parseVkey(sha256Bytes, text)
  const regions = await regionsNotCovered()
  const dice = new Dice(seed)
  expect(await verifyLog(source, { vkey })).toMatchObject({ outcome: 'whole', notices: [] })

  const unnamed: unknown[] = []
  let uncovered = 0
  for (let flip = 0; flip < FLIPS; flip += 1) {
    const { file, offset } = target(dice, source, flip)
    const mask = 1 + dice.below(255)
    if (!isCovered(regions, source, file, offset)) {
      uncovered += 1
      continue
    }
    const { outcome, findings } = await verifyLog(flipped(source, file, offset, mask), { vkey })
    const isNamed = outcome === 'wrong' && findings.some(({ where }) => where.file === file)
    if (!isNamed) unnamed.push({ seed, file, offset, mask, outcome, findings })
  }
  expect(unnamed).toEqual([])
  figure('flips', `${FLIPS} bytes changed, ${FLIPS - uncovered} named, ${uncovered} where nothing is checked`)
})

test('of a checkpoint that others have signed too, all is covered but their lines', async () => {
  const { source, vkey: text } = await grownLog()
  const vkey = parseVkey(sha256Bytes, text)
  const note = parseNote(source.files.get('checkpoint') ?? '')
  const stranger = await signText(note.text, keyOfSeed(new Dice('stranger').bytes()).signer('witness.example'))
  const checkpoint = Buffer.from(formatNote({ ...note, signatures: [...note.signatures, stranger] }))
  const cosigned = source.with('checkpoint', checkpoint)
  expect(await verifyLog(cosigned, { vkey })).toMatchObject({ outcome: 'whole' })

  const regions = await regionsNotCovered()
  const outcomes = new Set<string>()
  for (let offset = 0; offset < checkpoint.length; offset += 7) {
    const { outcome } = await verifyLog(flipped(cosigned, 'checkpoint', offset, 1), { vkey })
    const covered = isCovered(regions, cosigned, 'checkpoint', offset)
    outcomes.add(`${covered ? 'covered' : 'not covered'}: ${outcome}`)
  }
  expect(outcomes).toContain('not covered: whole')
  expect(outcomes).not.toContain('covered: whole')
})
