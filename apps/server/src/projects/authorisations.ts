import {
  type Authorisation,
  type AuthorisationVersion,
  authoriseQuantity,
  changeAuthorisation,
  listAuthorisations,
  readAuthorisation,
  revokeAuthorisation,
} from '@tallystick/contract'
import { randomId } from '@tallystick/ledger'
import { invariant, type Rows } from '@tallystick/rules'
import type { FastifyInstance } from 'fastify'
import { decodeCursor, IdKey, limitOf, pageFrom } from '../platform/cursor.ts'
import { entryOf, type LogRow, newestEntries, placeOf } from '../platform/entries.ts'
import { execute, type Sender, writtenOf } from '../platform/idempotency.ts'
import { type KnownNames, namesIn } from '../platform/names.ts'
import { handle } from '../platform/operations.ts'
import { problem } from '../platform/problem.ts'
import type { Services } from '../platform/services.ts'
import { leftOf } from './queries.ts'

const MOST_VERSIONS = 1_000

/** What may be issued: authorisations, their versions, and their revocation. */
export function registerAuthorisations(app: FastifyInstance, services: Services): void {
  commands(app, services)

  handle(app, services, listAuthorisations, async ({ params, query }) => {
    if (!(await services.ledger.row('project', params.id))) throw problem('not-found')
    const [after] = decodeCursor(IdKey, query.cursor) ?? ['']
    const limit = limitOf(query)
    const { rows } = await services.pool.query<{ id: string; row: Rows['authorisation'] }>({
      name: 'authorisations-of-project',
      text: `SELECT id, row FROM ledger_row WHERE kind = 'authorisation' AND row ? 'project'
                AND row ->> 'project' = $1 AND id > $2 ORDER BY id LIMIT $3`,
      values: [params.id, after, limit + 1],
    })
    const names = await namesIn(services, params.id)
    return pageFrom(
      rows,
      limit,
      ({ id, row }) => authorisationOf(id, row, names),
      ({ id }) => [id],
    )
  })

  handle(app, services, readAuthorisation, async ({ params: { id } }) => {
    const row = await services.ledger.row('authorisation', id)
    if (!row) throw problem('not-found')
    const [names, versions] = await Promise.all([namesIn(services, row.project), versionsOf(services, id, row)])
    return { ...authorisationOf(id, row, names), versions }
  })
}

function commands(app: FastifyInstance, services: Services): void {
  handle(app, services, authoriseQuantity, async (call) => {
    const receipt = await execute(services, call, {
      type: 'QuantityAuthorised',
      request: { authorisation: randomId(), project: call.params.id, ...call.body },
    })
    const { authorisation, project, ...rest } = entryOf('QuantityAuthorised', receipt).body
    const names = await namesIn(services, project)
    return { id: authorisation, project: names.projectRef(project), ...rest, entry: writtenOf(receipt) }
  })

  handle(app, services, changeAuthorisation, async (call) => {
    const { version, ...body } = call.body
    const known = await services.ledger.row('authorisation', call.params.id)
    return newVersion(services, call, { change: 'amend', version: version ?? (known?.version ?? 1) + 1, ...body })
  })

  handle(app, services, revokeAuthorisation, async (call) => {
    const known = await services.ledger.row('authorisation', call.params.id)
    if (!known) throw problem('authorisation-unknown', { authorisation: call.params.id })
    const { purposes, firstTransfer, cooperativeApproach } = known
    const { version = known.version + 1, ...ground } = call.body
    const terms = { quantity: `${known.quantity}`, purposes, firstTransfer, cooperativeApproach }
    return newVersion(services, call, { change: 'revoke', version, ...terms, ...ground })
  })
}

async function newVersion(services: Services, call: Sender & { params: { id: string } }, request: object) {
  const receipt = await execute(services, call, {
    type: 'AuthorisationChanged',
    request: { authorisation: call.params.id, ...request },
  })
  const row = { ...receipt, entry: entryOf('AuthorisationChanged', receipt) }
  return { id: row.entry.body.authorisation, ...versionOf(row) }
}

function authorisationOf(id: string, row: Rows['authorisation'], names: KnownNames): Authorisation {
  const { project, unitType, purposes, firstTransfer, cooperativeApproach, version, active } = row
  // Rows that SQL reads have their numbers as texts.
  const [quantity, issued] = [BigInt(row.quantity), BigInt(row.issued)]
  return {
    id,
    project: names.projectRef(project),
    unitType,
    quantity: `${quantity}`,
    purposes,
    firstTransfer,
    cooperativeApproach,
    version,
    active,
    issued: `${issued}`,
    transferred: `${row.transferred}`,
    left: `${leftOf({ quantity, issued, active })}`,
  }
}

/** Oldest first: what was authorised, and every change. */
async function versionsOf(
  services: Services,
  id: string,
  { project, version }: Rows['authorisation'],
): Promise<AuthorisationVersion[]> {
  const found: AuthorisationVersion[] = []
  const wanted = Math.min(version - 1, MOST_VERSIONS)
  for await (const row of ofProject(services, 'AuthorisationChanged', project)) {
    if (found.length >= wanted) break
    if (row.entry.body.authorisation === id) found.push(versionOf(row))
  }
  for await (const row of ofProject(services, 'QuantityAuthorised', project)) {
    const { body } = row.entry
    if (body.authorisation !== id) continue
    const { quantity, purposes, firstTransfer, cooperativeApproach } = body
    const terms = { quantity, purposes, firstTransfer, cooperativeApproach }
    const first = { version: 1, change: 'authorise', ...terms, reason: null, effectiveFrom: null } as const
    return [{ ...first, entry: placeOf(row) }, ...found.reverse()]
  }
  invariant(false, 'an authorisation has the entry that made it')
}

const ENTRIES_A_READ = 200

/** The entries of one type about a project, newest first. */
async function* ofProject<Type extends 'AuthorisationChanged' | 'QuantityAuthorised'>(
  services: Services,
  type: Type,
  project: string,
): AsyncGenerator<LogRow<Type>> {
  for (let before: number | undefined; ; ) {
    const rows = await newestEntries(services, type, { stream: project, before }, ENTRIES_A_READ)
    yield* rows
    const last = rows.at(-1)
    if (!last || rows.length < ENTRIES_A_READ) return
    before = last.place
  }
}

function versionOf(row: LogRow<'AuthorisationChanged'>): AuthorisationVersion {
  const { authorisation: _, ...version } = row.entry.body
  return { ...version, entry: placeOf(row) }
}
