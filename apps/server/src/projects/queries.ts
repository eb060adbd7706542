import type { Project, ProjectDetails } from '@tallystick/contract'
import type { Rows } from '@tallystick/rules'
import { certificationsOf } from '../platform/certifications.ts'
import { kindsOnPaper } from '../platform/documents.ts'
import { firstOfStream, placeOf } from '../platform/entries.ts'
import { lawInForce } from '../platform/law.ts'
import { lifeOf } from '../platform/life.ts'
import { type KnownNames, namesIn } from '../platform/names.ts'
import { creditingPeriodsOf, periodsOf } from '../platform/periods.ts'
import type { Services } from '../platform/services.ts'
import { withUnsettled } from '../platform/unsettled.ts'

/** Most authorisations, and most batches, that a project's page lists. */
const MAX_LISTED = 1_000

/** Most crediting periods, and most monitoring periods, that it shows. */
const NEWEST = { limit: 20 }

/** The project as everybody may see it, or undefined where there is none. */
export function projectOf(names: KnownNames, id: string): Project | undefined {
  const project = names.project(id)
  if (!project) return undefined
  const { number, title, state, scope, methodology, owners } = project
  return {
    id,
    number,
    title,
    state,
    sectoralScope: scope,
    methodology,
    owners: owners.map(({ account, share }) => {
      return { account, organisation: names.party(account).organisation, share }
    }),
  }
}

/** A project with all that is counted about it. */
export async function projectDetails(services: Services, id: string): Promise<ProjectDetails | undefined> {
  const registration = await firstOfStream(services, 'ProjectRegistered', id)
  if (!registration) return undefined
  const [law, row, authorisations, batches, periods] = await Promise.all([
    lawInForce(services.ledger),
    services.ledger.row('project', id),
    rowsOfProject(services, 'authorisation', id),
    rowsOfProject(services, 'batch', id),
    periodsOf(services, id, NEWEST),
  ])
  const names = await namesIn(
    services,
    id,
    Object.values(row?.certifiers ?? {}),
    [...authorisations.keys()],
    [...batches.keys()],
  )
  const project = projectOf(names, id)
  if (!project || !row) return undefined
  const standing = (await withUnsettled(services.ledger, law.preset, new Map([[id, row]]))).get(id) ?? row
  const onPaper = await kindsOnPaper(services, law.preset, 'project', { project: id, documents: row.documents })
  const counted = [...authorisations].map(([authorisation, one]) => ({
    id: authorisation,
    unitType: one.unitType,
    quantity: BigInt(one.quantity),
    issued: BigInt(one.issued),
    purposes: one.purposes,
    version: one.version,
    active: one.active,
  }))
  const authorised = counted.reduce((sum, { quantity }) => sum + quantity, 0n)
  const issued = counted.reduce((sum, one) => sum + one.issued, 0n)
  const left = counted.reduce((sum, one) => sum + leftOf(one), 0n)
  return {
    ...project,
    registered: placeOf(registration),
    ...lifeOf(standing, law.preset.project, law.preset.documents, services.clock().toISOString(), onPaper),
    terms: { buffer: row.buffer, exempt: row.exempt },
    debts: Object.entries(row.debts)
      .map(([unitType, quantity]) => ({ unitType, quantity }))
      .sort((a, b) => (a.unitType < b.unitType ? -1 : 1)),
    certifiers: Object.entries(row.certifiers).map(([task, one]) => ({
      task,
      organisation: names.organisationRef(one),
    })),
    certifications: await certificationsOf(services, row),
    creditingPeriods: creditingPeriodsOf(id, row, NEWEST),
    periods,
    openReversals: row.reversals,
    totals: { authorised: `${authorised}`, issued: `${issued}`, left: `${left}` },
    authorisations: counted.map((one) => ({
      ...one,
      quantity: `${one.quantity}`,
      issued: `${one.issued}`,
      left: `${leftOf(one)}`,
    })),
    batches: [...batches]
      .map(([batch, { unitType, vintage, first, last }]) => {
        const range = { first: BigInt(first), last: BigInt(last) }
        return { id: batch, unitType, vintage, block: names.block(batch, range) }
      })
      .sort((a, b) => a.vintage.localeCompare(b.vintage) || Number(BigInt(a.block.first) - BigInt(b.block.first))),
  }
}

/** What may still be issued: nothing of what was revoked, nothing where more was issued than is authorised now. */
export function leftOf({ quantity, issued, active }: { quantity: bigint; issued: bigint; active: boolean }): bigint {
  return active && quantity > issued ? quantity - issued : 0n
}

async function rowsOfProject<Kind extends 'authorisation' | 'batch'>(
  services: Services,
  kind: Kind,
  project: string,
): Promise<Map<string, Rows[Kind]>> {
  const { rows } = await services.pool.query<{ id: string; row: Rows[Kind] }>({
    name: 'rows-of-project',
    text: `SELECT id, row FROM ledger_row
            WHERE kind = $1 AND row ? 'project' AND row ->> 'project' = $2 ORDER BY id LIMIT $3`,
    values: [kind, project, MAX_LISTED],
  })
  return new Map(rows.map(({ id, row }) => [id, row]))
}
