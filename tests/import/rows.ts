import { isReceipt, type Ledger, type Outcome, type Receipt, randomId } from '@tallystick/ledger'
import { sha256Hex } from '@tallystick/rules'
import fc from 'fast-check'

export type Fate = 'active' | 'retired' | 'cancelled'

/** What a file may say of one of two vintages: units without serial numbers, or serial numbers. */
export type Row =
  | { vintage: string; quantity: number }
  | { vintage: string; first: number; last: number; issued: boolean; fate: Fate }

const vintage = fc.constantFrom('2020', '2021')

const lot = fc.record({ vintage, quantity: fc.integer({ min: 1, max: 60 }) })

const issuance = fc
  .record({ vintage, first: fc.integer({ min: 1, max: 60 }), length: fc.integer({ min: 1, max: 20 }) })
  .map(
    ({ vintage, first, length }): Row => ({ vintage, first, last: first + length - 1, issued: true, fate: 'active' }),
  )

/** Ends of one vintage, that do not overlap one another; some of them tell the issuance, too. */
const ends = fc
  .record({
    vintage,
    each: fc.array(
      fc.record({
        gap: fc.nat(6),
        length: fc.integer({ min: 1, max: 12 }),
        fate: fc.constantFrom<Fate>('retired', 'cancelled'),
        issued: fc.boolean(),
      }),
      { maxLength: 5 },
    ),
  })
  .map(({ vintage, each }) => {
    let next = 1
    return each.map(({ gap, length, fate, issued }): Row => {
      const first = next + gap
      next = first + length
      return { vintage, first, last: next - 1, issued, fate }
    })
  })

export const rowSets = fc
  .tuple(fc.array(lot, { maxLength: 4 }), fc.array(issuance, { maxLength: 4 }), ends)
  .map(([lots, issuances, ended]): Row[] => [...lots, ...issuances, ...ended])
  .filter((rows) => rows.length > 0)

export interface Recording {
  ledger: Ledger
  system: string
  sent: number
}

export async function recordingOn(ledger: Ledger): Promise<Recording> {
  const genesis = await ledger.genesis()
  if (!genesis) throw new Error('the ledger is founded')
  const recording = { ledger, system: genesis.system, sent: 0 }
  await send(recording, 'MirrorOpened', {
    registry: 'elsewhere',
    active: randomId(),
    retired: randomId(),
    cancelled: randomId(),
  })
  return recording
}

export async function send(recording: Recording, type: string, request: unknown, by = recording.system) {
  const id = `${recording.sent++}`
  const key = { sender: 'test', id }
  return done(await recording.ledger.execute({ type, by, key, requestHash: sha256Hex(id), request }))
}

export function done(outcome: Outcome): Receipt {
  if (!isReceipt(outcome)) throw new Error(JSON.stringify(outcome))
  return outcome
}

export function record(recording: Recording, row: Row): Promise<Receipt> {
  const about = {
    registry: 'elsewhere',
    project: { id: randomId(), code: 'P1' },
    vintage: row.vintage,
    unitType: 'VCU',
    issuedOn: null,
    facts: '0'.repeat(64),
  }
  if ('quantity' in row) return send(recording, 'MirrorLotRecorded', { ...about, quantity: `${row.quantity}` })
  return send(recording, 'MirrorRecorded', {
    ...about,
    space: `elsewhere:${row.vintage}`,
    range: [`${row.first}`, `${row.last}`],
    issued: row.issued,
    fate: row.fate,
    fateOn: null,
  })
}

export async function recordAll(ledger: Ledger, rows: readonly Row[]): Promise<Receipt[]> {
  const recording = await recordingOn(ledger)
  const receipts: Receipt[] = []
  for (const row of rows) receipts.push(await record(recording, row))
  return receipts
}
