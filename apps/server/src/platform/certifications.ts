import type { Certification } from '@tallystick/contract'
import { invariant, isAccredited, type Rows } from '@tallystick/rules'
import { entryAt, placeOf } from './entries.ts'
import { namesIn } from './names.ts'
import type { Services } from './services.ts'

/** The certifications of a project that stand, each with its entry and how its certifier does today. */
export async function certificationsOf(
  services: Services,
  { certifiedBy, scope }: Pick<Rows['project'], 'certifiedBy' | 'scope'>,
): Promise<Certification[]> {
  if (certifiedBy.length === 0) return []
  const certifiers = certifiedBy.map(({ organisation }) => organisation)
  const [names, rows, entries] = await Promise.all([
    namesIn(services, certifiers),
    services.ledger.rows('organisation', certifiers),
    Promise.all(certifiedBy.map(({ index }) => entryAt(services, index))),
  ])
  const day = services.clock().toISOString().slice(0, 10)
  return certifiedBy.map(({ organisation }, at) => {
    const [row, entry] = [rows.get(organisation), entries[at]]
    invariant(row && entry, 'a certification has its entry, and its certifier')
    const { active } = row
    const accredited = isAccredited(row, scope, day)
    return { certifier: names.organisationRef(organisation), entry: placeOf(entry), active, accredited }
  })
}
