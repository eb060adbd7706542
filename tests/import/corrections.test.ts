import { isReceipt, type Outcome, randomId, reconcile } from '@tallystick/ledger'
import { proposalHash, sha256Hex } from '@tallystick/rules'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Correction, correctionOf } from '../../apps/server/src/import/correction.ts'
import { importFile } from '../../apps/server/src/import/import.ts'
import { loadMapping } from '../../apps/server/src/import/mapping.ts'
import { retirementRow, tableFolder } from './files.ts'
import { knowledge, memoryTarget, postgresTarget } from './ledgers.ts'
import { done, type Recording, type Row, record, recordAll, recordingOn, rowSets, send } from './rows.ts'

const written = tableFolder()

interface Officers {
  proposer: string
  approver: string
}

async function officersOf(recording: Recording): Promise<Officers> {
  const organisation = (await recording.ledger.genesis())?.authority
  const [root, proposer, approver] = [randomId(), randomId(), randomId()]
  const grant = (mandate: string, role: string) => ({ mandate, organisation, role, limit: null })
  await send(recording, 'MandateGranted', grant(root, 'government/Root'))
  for (const mandate of [proposer, approver]) {
    await send(recording, 'MandateGranted', grant(mandate, 'government/Admin'), root)
  }
  return { proposer, approver }
}

/** Takes back what was asked for, with the approval of a second officer unless there is to be none. */
async function takeBack(
  recording: Recording,
  { proposer: by, approver }: Officers,
  correction: Correction,
  approved = true,
): Promise<Outcome> {
  const key = { sender: 'test', id: `back ${recording.sent++}` }
  const request = { ...correction, reason: 'f'.repeat(64) }
  const logged = await recording.ledger.loggedKey(key)
  const proposal = proposalHash({ v: 1, type: 'MirrorCorrected', by, key: logged, body: request })
  const approvals = approved ? [{ by: approver, proposal }] : []
  return recording.ledger.execute({
    type: 'MirrorCorrected',
    by,
    approvals,
    key,
    requestHash: sha256Hex(key.id),
    request,
  })
}

/** As much as is known, but for what only the history shows: debits and credits as they went, projects met. */
async function standing(ledger: Recording['ledger']): Promise<string[]> {
  const known = await knowledge(ledger)
  return known.flatMap((line) => {
    const balance = /^(balance .*) \+(\d+) -(\d+)$/.exec(line)
    if (!balance) return line.startsWith('project ') || / issued 0 serials 0 evidenced 0$/.test(line) ? [] : [line]
    const left = BigInt(balance[2] ?? '') - BigInt(balance[3] ?? '')
    return left === 0n ? [] : [`${balance[1]} ${left}`]
  })
}

async function correction(recording: Recording, index: number): Promise<Correction> {
  const found = await correctionOf(recording.ledger, index)
  if (typeof found === 'string') throw new Error(found)
  return found
}

describe('a record taken back', () => {
  it('leaves what is known as if it had never come', async () => {
    const cases = rowSets.chain((rows) =>
      fc.tuple(fc.shuffledSubarray(rows, { minLength: rows.length }), fc.nat(rows.length - 1)),
    )
    const property = fc.asyncProperty(cases, async ([rows, which]) => {
      const recording = await recordingOn((await memoryTarget()).ledger)
      const officers = await officersOf(recording)
      const receipts = []
      for (const row of rows) receipts.push(await record(recording, row))
      done(await takeBack(recording, officers, await correction(recording, receipts[which]?.index ?? 0)))
      const { ledger } = await memoryTarget()
      await recordAll(
        ledger,
        rows.filter((_, at) => at !== which),
      )
      expect(await standing(recording.ledger)).toEqual(await standing(ledger))
    })
    await fc.assert(property, { numRuns: 150 })
  })

  it('that another one repeats leaves nothing behind when both are taken back', async () => {
    const recording = await recordingOn((await memoryTarget()).ledger)
    const officers = await officersOf(recording)
    const row: Row = { vintage: '2020', first: 1, last: 10, issued: true, fate: 'active' }
    const twice = [await record(recording, row), await record(recording, row)]
    for (const [at, { index }] of twice.entries()) {
      const asked = await correction(recording, index)
      expect(asked.taken).toMatchObject({ parts: at === 0 ? [] : [{ range: ['1', '10'], before: 'unknown' }] })
      done(await takeBack(recording, officers, asked))
    }
    expect(await standing(recording.ledger)).toEqual([])
  })

  it('is taken back by PostgreSQL in the same way', async () => {
    const target = await postgresTarget()
    try {
      const rows: Row[] = [
        { vintage: '2020', first: 1, last: 40, issued: true, fate: 'active' },
        { vintage: '2020', first: 11, last: 30, issued: false, fate: 'retired' },
        { vintage: '2020', first: 31, last: 60, issued: false, fate: 'cancelled' },
        { vintage: '2020', quantity: 70 },
      ]
      const recording = await recordingOn(target.ledger)
      const officers = await officersOf(recording)
      const receipts = []
      for (const row of rows) receipts.push(await record(recording, row))
      for (const which of [0, 2, 3]) {
        done(await takeBack(recording, officers, await correction(recording, receipts[which]?.index ?? 0)))
      }
      const { ledger } = await memoryTarget()
      await recordAll(ledger, rows.slice(1, 2))
      expect(await standing(target.ledger)).toEqual(await standing(ledger))
      expect((await reconcile(target.ledger)).differences).toEqual([])
    } finally {
      await target.close()
    }
  }, 60_000)

  it('is taken back once, by two officers, and only while it stands as it was recorded', async () => {
    const recording = await recordingOn((await memoryTarget()).ledger)
    const officers = await officersOf(recording)
    const issued = await record(recording, { vintage: '2020', first: 1, last: 10, issued: true, fate: 'active' })
    const lot = await record(recording, { vintage: '2020', quantity: 5 })
    const asked = await correction(recording, issued.index)
    const refused = async (outcome: Promise<Outcome>) => {
      const known = await outcome
      return isReceipt(known) || 'conflict' in known ? 'accepted' : known.refused
    }
    expect(await refused(takeBack(recording, officers, asked, false))).toBe('approval-missing')
    const bySystem = { ...officers, proposer: recording.system }
    expect(await refused(takeBack(recording, bySystem, asked))).toBe('not-permitted')
    const early = { ...asked, record: { ...asked.record, index: 99 } }
    expect(await refused(takeBack(recording, officers, early))).toBe('allocation-wrong')

    await record(recording, { vintage: '2020', first: 4, last: 6, issued: false, fate: 'retired' })
    expect(await refused(takeBack(recording, officers, asked))).toBe('changed-since')
    const now = await correction(recording, issued.index)
    expect(now.taken).toMatchObject({
      parts: [
        { range: ['1', '3'], before: 'unknown' },
        { range: ['4', '6'], before: 'evidenced' },
        { range: ['7', '10'], before: 'unknown' },
      ],
    })
    expect(await refused(takeBack(recording, officers, now))).toBe('accepted')
    expect(await refused(takeBack(recording, officers, now))).toBe('already-exists')
    expect(await correctionOf(recording.ledger, issued.index)).toBe('taken-back')
    expect(await correctionOf(recording.ledger, 0)).toBe('no-record')

    const tooMuch = { ...(await correction(recording, lot.index)), taken: { kind: 'lot' as const, quantity: '6' } }
    expect(await refused(takeBack(recording, officers, tooMuch))).toBe('changed-since')
    expect(await refused(takeBack(recording, officers, await correction(recording, lot.index)))).toBe('accepted')
  })

  it('cannot be made to state what the record cannot have left', async () => {
    const recording = await recordingOn((await memoryTarget()).ledger)
    const officers = await officersOf(recording)
    await record(recording, { vintage: '2020', first: 1, last: 10, issued: true, fate: 'active' })
    const ended = await record(recording, { vintage: '2020', first: 1, last: 5, issued: false, fate: 'retired' })
    const asked = await correction(recording, ended.index)
    const wrong = (taken: object) => takeBack(recording, officers, { ...asked, taken: { ...asked.taken, ...taken } })
    const part = (range: [string, string], before: string) => ({ parts: [{ range, before }] })
    for (const taken of [
      part(['1', '5'], 'unknown'),
      part(['1', '5'], 'evidenced'),
      part(['1', '6'], 'active'),
      { fate: 'cancelled' },
      { fate: 'active', issued: true },
    ]) {
      expect(await wrong(taken)).toMatchObject({ refused: 'changed-since' })
    }
    const twice = {
      parts: [
        ['3', '5'],
        ['1', '2'],
      ].map((range) => ({ range, before: 'active' })),
    }
    expect(await wrong(twice)).toMatchObject({ refused: 'ranges-disorder' })
    expect(isReceipt(await wrong({}))).toBe(true)
  })

  it('is not recorded again by the file that it came from', async () => {
    const target = await memoryTarget()
    const mapping = await loadMapping('gold-standard-retirements')
    const file = await written([retirementRow(1, 10), retirementRow(11, 20)])
    await importFile({ ...target, mapping, file })
    const genesis = await target.ledger.genesis()
    const recording = { ledger: target.ledger, system: genesis?.system ?? '', sent: 0 }
    const officers = await officersOf(recording)
    const index = 3
    done(await takeBack(recording, officers, await correction(recording, index)))
    const report = await importFile({ ...target, mapping, file })
    expect(report).toMatchObject({
      accepted: 0,
      alreadyThere: 1,
      tonnes: { retired: '10' },
      registry: { retired: '10' },
    })
    expect(report.refused).toEqual([
      { row: 2, column: 'Serial Number', reason: expect.stringMatching(/^taken-back: /) },
    ])
    expect(await importFile({ ...target, mapping, file, dryRun: true })).toEqual(report)
  })
})
