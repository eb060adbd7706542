import type { Ledger } from '@tallystick/ledger'
import {
  documentKinds,
  type Genesis,
  invariant,
  type LawDocuments,
  sha256Hex,
  shippedDocuments,
} from '@tallystick/rules'
import type { Setup } from './founding.ts'

/** The documents that an operator names. */
export function documentsOf(preset: Setup['preset']): LawDocuments | undefined {
  return typeof preset === 'string' ? shippedDocuments[preset] : preset?.documents
}

/** What the files are called in which a country writes its documents. */
const FILES = { preset: 'preset.json', permissions: 'permissions.json' } as const

/** Places where two documents differ that are named; of more, how many. */
const MOST_NAMED = 6

/**
 * What an operator is to know where `PRESET` names other documents than the ledger has: a ledger takes them once. None
 * where they are those in force, or those with which it was founded and which it has changed since by adoption.
 */
export async function lawNotes(ledger: Ledger, genesis: Genesis, preset: Setup['preset']): Promise<string[]> {
  const given = documentsOf(preset)
  const row = await ledger.row('ledger', 'ledger')
  if (preset === undefined || !given || !row) return []
  const others = documentKinds.filter((kind) => ![genesis[kind], row[kind]].includes(sha256Hex(given[kind])))
  if (others.length === 0) return []
  const name = typeof preset === 'string' ? preset : preset.from
  const differences = await Promise.all(
    others.map(async (kind) => {
      const bytes = await ledger.document(row[kind])
      invariant(bytes, 'the documents in force are there')
      const [inForce, named] = [jsonOf(bytes), jsonOf(given[kind])]
      const { name: known = '', version = '' } = inForce as Readonly<Record<string, unknown>>
      return `${FILES[kind]} (in force: ${String(known)}, version ${String(version)}) differs in ${placesIn(inForce, named)}`
    }),
  )
  return [
    `The documents of PRESET=${name} are not those of this ledger: ${differences.join('; ')}. ` +
      'PRESET changes nothing in a ledger that is founded. To take them over, give each the next version, judge them with ' +
      '`tallystick preset check FOLDER` and adopt them over HTTP, POST /national/law (docs/presets.md). Else leave PRESET as it is: nothing is wrong.',
  ]
}

function jsonOf(bytes: Uint8Array): unknown {
  return JSON.parse(new TextDecoder().decode(bytes))
}

function placesIn(one: unknown, other: unknown): string {
  const places = differing(one, other, [])
  const more = places.length - MOST_NAMED
  return `${places.slice(0, MOST_NAMED).join(', ')}${more > 0 ? ` and ${more} more` : ''}`
}

/** Names within names, two deep: what lies deeper is read in the document. */
function differing(one: unknown, other: unknown, path: readonly string[]): string[] {
  if (JSON.stringify(one) === JSON.stringify(other)) return []
  if (path.length === 2 || !isRecord(one) || !isRecord(other)) return [path.join('.')]
  const names = [...new Set([...Object.keys(one), ...Object.keys(other)])]
  return names.flatMap((name) => differing(one[name], other[name], [...path, name]))
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
