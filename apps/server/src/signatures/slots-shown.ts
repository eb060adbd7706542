import type { DocumentSignatures } from '@tallystick/contract'
import type { Template } from '@tallystick/templates'
import type { Slot } from '../platform/paper/paper.ts'
import type { Services } from '../platform/services.ts'
import type { PaperWords } from './paper-words.ts'
import { evidenceIn } from './store.ts'

/** The places of a document as they stand on a paper: in what capacity, and who has signed how. */
export async function slotsOn(
  services: Services,
  { places }: Pick<DocumentSignatures, 'places'>,
  words: PaperWords,
  template?: Template,
): Promise<Slot[]> {
  const records = await evidenceIn(
    services,
    places.flatMap(({ signed }) => signed?.evidence ?? []),
  )
  return places.map((place): Slot => {
    const { slot: id, signed } = place
    const role = words.role(place, template)
    if (!signed) return { id, role }
    const name = records.get(signed.evidence)?.record.name
    return {
      ...{ id, role, signed: [words.signed(signed.level, signed.entry.at)] },
      ...(name === undefined ? {} : { name }),
      ...(signed.organisation.name === null ? {} : { organisation: signed.organisation.name }),
    }
  })
}
