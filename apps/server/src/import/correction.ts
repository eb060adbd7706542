import { type LoggedEntry, readEntry } from '@tallystick/contract'
import type { Ledger } from '@tallystick/ledger'
import { countOf, fromWire, isAscending, type Range, toWire } from '@tallystick/rules'

type Recorded = LoggedEntry<'MirrorRecorded'>['body']
type Taken = LoggedEntry<'MirrorCorrected'>['body']['taken']

/** What the entry `MirrorCorrected` asks for, but the reason. */
export type Correction = Omit<LoggedEntry<'MirrorCorrected'>['body'], 'reason'>

/** A record of another registry that cannot be taken back, and why. */
export type Uncorrectable = 'no-record' | 'taken-back' | 'too-fragmented'

/** Most parts that one entry takes back. */
const MOST_PARTS = 100

const ENTRIES_A_READ = 500

/**
 * Reads from the log what taking back a record means: which of its units it alone speaks of, and what the other records say
 * of the rest. What they say is kept: afterwards the registry is known as if the record had never come.
 */
export async function correctionOf(
  ledger: Pick<Ledger, 'entries' | 'row' | 'stream'>,
  index: number,
): Promise<Correction | Uncorrectable> {
  const [stored] = await ledger.entries(index, 1)
  const entry = stored && readEntry(stored.bytes)
  if (!stored || (entry?.type !== 'MirrorRecorded' && entry?.type !== 'MirrorLotRecorded')) return 'no-record'
  if (await ledger.row('corrected', `${index}`)) return 'taken-back'
  const { registry, project, vintage, unitType } = entry.body
  const about = { registry, project, vintage, unitType, record: { index, leaf: stored.leaf } }
  if (entry.type === 'MirrorLotRecorded') return { ...about, taken: { kind: 'lot', quantity: entry.body.quantity } }
  const taken = unitsTaken(entry.body, await othersOf(ledger, entry.body, index))
  return typeof taken === 'string' ? taken : { ...about, taken }
}

/** The other records of the same units that stand. */
async function othersOf(ledger: Pick<Ledger, 'row' | 'stream'>, body: Recorded, index: number): Promise<Recorded[]> {
  const others: Recorded[] = []
  for (let revision = 0; ; revision += ENTRIES_A_READ) {
    const read = await ledger.stream(body.project.id, revision, ENTRIES_A_READ)
    for (const stored of read) {
      const entry = readEntry(stored.bytes)
      if (entry.type !== 'MirrorRecorded' || stored.index === index || !overlaps(entry.body, body)) continue
      if (!(await ledger.row('corrected', `${stored.index}`))) others.push(entry.body)
    }
    if (read.length < ENTRIES_A_READ) return others
  }
}

function overlaps(a: Recorded, b: Recorded): boolean {
  return a.space === b.space && isAscending([a.range[0], b.range[1]]) && isAscending([b.range[0], a.range[1]])
}

function unitsTaken({ space, range, issued, fate }: Recorded, others: readonly Recorded[]): Taken | Uncorrectable {
  const parts: { range: Range; before: 'unknown' | 'active' | 'evidenced' }[] = []
  for (const piece of piecesOf(fromWire(range), others)) {
    const before = withoutIt(
      { issued, fate },
      others.filter((other) => covers(other, piece)),
    )
    const last = parts.at(-1)
    if (before === undefined) continue
    if (last?.before === before && last.range.last + 1n === piece.first)
      last.range = { ...last.range, last: piece.last }
    else parts.push({ range: piece, before })
  }
  if (parts.length > MOST_PARTS) return 'too-fragmented'
  return { kind: 'units', space, issued, fate, parts: parts.map((part) => ({ ...part, range: toWire(part.range) })) }
}

/** The range cut wherever one of the others begins or ends. */
function piecesOf(range: Range, others: readonly Recorded[]): Range[] {
  const cuts = others.flatMap((other) => {
    const { first, last } = fromWire(other.range)
    return [first, last + 1n].filter((cut) => cut > range.first && cut <= range.last)
  })
  const firsts = [range.first, ...[...new Set(cuts)].sort((a, b) => (a < b ? -1 : 1))]
  return firsts.map((first, at) => ({ first, last: (firsts[at + 1] ?? range.last + 1n) - 1n }))
}

function covers(other: Recorded, piece: Range): boolean {
  const { first, last } = fromWire(other.range)
  return countOf(piece) > 0n && first <= piece.first && last >= piece.last
}

/** What is known without the record, from the others; undefined where that is the same as with it. */
function withoutIt(
  record: Pick<Recorded, 'issued' | 'fate'>,
  others: readonly Recorded[],
): 'unknown' | 'active' | 'evidenced' | undefined {
  if (others.length === 0) return 'unknown'
  const issued = others.some((other) => other.issued)
  if (record.fate !== 'active') return issued ? 'active' : undefined
  return issued ? undefined : 'evidenced'
}
