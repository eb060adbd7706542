import type { EntryType, PaperKind } from '@tallystick/contract'
import { invariant, type Preset } from '@tallystick/rules'
import { isOf, type LogRow, newestEntries } from '../platform/entries.ts'
import { shelfInForce } from '../platform/law.ts'
import type { Services } from '../platform/services.ts'

/** Types of entries that papers are of. */
export const PAPER_TYPES = [
  'ProjectMoved',
  'QuantityAuthorised',
  'AuthorisationChanged',
  'BatchIssued',
  'UnitsConverted',
  'CreditsRetired',
  'CreditsCancelled',
] as const satisfies EntryType[]
export type PaperRow = LogRow<(typeof PAPER_TYPES)[number]>

/** Adoptions of presets are rare. */
const MOST_ADOPTIONS = 1_000

/** The preset that was in force at an entry; after the last one, the one in force now. */
export type PresetAt = (index: number) => Preset

export async function presetsOf(services: Services): Promise<PresetAt> {
  const { shelf } = await shelfInForce(services.ledger)
  const adopted = await newestEntries(services, 'DocumentAdopted', {}, MOST_ADOPTIONS)
  const presets = adopted.filter(({ entry }) => entry.body.document === 'preset')
  return (index) => {
    const { sha256 } = presets.find((row) => row.index < index)?.entry.body ?? { sha256: services.genesis.preset }
    const preset = shelf.find('preset', sha256)
    invariant(preset?.kind === 'preset', 'the presets that were adopted are there')
    return preset
  }
}

/** The move of a project, as the preset had it then. */
export function moveTaken({ entry, index }: LogRow<'ProjectMoved'>, presetAt: PresetAt) {
  return presetAt(index).project.moves.find(({ name }) => name === entry.body.move)
}

/** Which paper an entry makes; a move makes one where the preset says so. */
export function kindOf(row: LogRow, presetAt: PresetAt): PaperKind | undefined {
  if (isOf(row, 'ProjectMoved')) return moveTaken(row, presetAt)?.paper
  if (isOf(row, 'QuantityAuthorised')) return 'authorisation'
  if (isOf(row, 'AuthorisationChanged')) return row.entry.body.change === 'revoke' ? 'revocation' : 'authorisation'
  if (isOf(row, 'BatchIssued') || isOf(row, 'UnitsConverted')) return 'issuance'
  if (isOf(row, 'CreditsRetired')) return 'retirement'
  return isOf(row, 'CreditsCancelled') ? 'cancellation' : undefined
}
