import type { Certification } from '@tallystick/contract'
import { isAccredited, type Rows } from '@tallystick/rules'
import { newestEntries, placeOf } from './entries.ts'
import { namesIn } from './names.ts'
import type { Services } from './services.ts'

/** Most certifications and revocations of one project that are looked through for those that stand. */
const MAX_SEARCHED = 1_000

/** The certifications of a project that stand, each with its entry and how its certifier does today. */
export async function certificationsOf(
  services: Services,
  id: string,
  project: Pick<Rows['project'], 'certifiedBy' | 'scope'>,
): Promise<Certification[]> {
  const { certifiedBy, scope } = project
  if (certifiedBy.length === 0) return []
  const [entries, rows] = await Promise.all([
    newestEntries(services, 'ProjectCertified', { stream: id }, MAX_SEARCHED),
    services.ledger.rows('organisation', certifiedBy),
  ])
  const names = await namesIn(
    services,
    certifiedBy,
    entries.map(({ entry }) => entry),
  )
  const day = services.clock().toISOString().slice(0, 10)
  return certifiedBy.flatMap((certifier) => {
    const row = rows.get(certifier)
    const last = entries.find(({ entry }) => names.mandate(entry.by)?.organisation === certifier)
    if (!row || !last) return []
    const accredited = isAccredited(row, scope, day)
    return [{ certifier: names.organisationRef(certifier), entry: placeOf(last), active: row.active, accredited }]
  })
}
