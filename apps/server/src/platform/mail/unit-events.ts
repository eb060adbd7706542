import type { LogRow } from '../entries.ts'
import { movementParams } from './movement-events.ts'
import { holderOf, type Look, organisation, ownersOf, project, type Told, units, withSentence } from './told.ts'

/** The receiver of a transfer that is another than its sender. */
export function creditsReceived({ index, entry }: LogRow<'CreditsTransferred'>, { names }: Look): Told[] {
  const { batch, from, to, ranges } = entry.body
  const receiver = holderOf(names, to)
  if (receiver === holderOf(names, from)) return []
  const params = movementParams(names, { kind: 'transfer', batch, from, to, ranges, expiresAt: entry.at })
  return [
    {
      template: 'transfer-received',
      to: { members: [receiver], without: [entry.by] },
      params,
      path: `/entries/${index}`,
    },
  ]
}

/** Each owner, of what came to the own accounts. */
export function creditsIssued({ index, entry }: LogRow<'BatchIssued'>, { names }: Look): Told[] {
  const { batch, allotted, owners } = entry.body
  const accounts = new Set(owners.map(({ account }) => account))
  const shares = Map.groupBy(
    allotted.parts.filter(([account]) => accounts.has(account)),
    ([account]) => holderOf(names, account),
  )
  return [...shares].map(([owner, parts]) => ({
    template: 'credits-issued',
    to: { members: [owner], without: [entry.by] },
    params: {
      ...units(
        names,
        batch,
        parts.map(([, first, last]) => [first, last]),
      ),
      receiver: organisation(names, owner),
    },
    path: `/entries/${index}`,
  }))
}

/** The colleagues of who retired or cancelled, and the government, which counts what is used for good. */
export function creditsEnded(row: LogRow<'CreditsRetired' | 'CreditsCancelled'>, look: Look): Told[] {
  const { batch, from, ranges } = row.entry.body
  const holder = holderOf(look.names, from)
  const { quantity } = units(look.names, batch, ranges)
  const params = withSentence(row, look, { quantity, holder: organisation(look.names, holder) })
  const without = [row.entry.by]
  const path = `/entries/${row.index}`
  const able = [[{ action: 'credits.authorise', organisations: [] }]]
  return [
    { template: 'credits-ended', to: { members: [holder], without }, params, path },
    { template: 'credits-ended-told', to: { able, without }, params, path },
  ]
}

/** The owners of a project whose loss the buffer made good. */
export async function creditsTaken(row: LogRow<'BufferCancelled'>, look: Look): Promise<Told[]> {
  const reversal = await look.services.ledger.row('reversal', row.entry.body.reversal)
  if (!reversal) return []
  return [...(await debtOpened(row, reversal.project, look)), owners(row, reversal.project, look, 'reversal-decided')]
}

/** A holder, or whoever must replace it, made good what a project lost: its owners, and the colleagues of who paid. */
export async function lossReplaced(row: LogRow<'ReversalCompensated'>, look: Look): Promise<Told[]> {
  const { reversal: id, from } = row.entry.body
  const reversal = await look.services.ledger.row('reversal', id)
  return reversal ? [payment(row, reversal.project, from, look, 'reversal-compensated')] : []
}

/** The colleagues of who gave to the buffer; where that repays what a project owes, its owners. */
export function bufferFilled(row: LogRow<'BufferContributed'>, look: Look): Told[] {
  const { batch, from, repays } = row.entry.body
  const id = repays ?? look.names.batch(batch)?.project
  if (!id) return []
  if (repays !== null) return [payment(row, repays, from, look, 'debt-repaid')]
  const told = payment(row, id, from, look, 'buffer-contributed')
  return [{ ...told, to: { ...told.to, members: [holderOf(look.names, from)] } }]
}

type Payment = 'reversal-compensated' | 'debt-repaid' | 'buffer-contributed'

function payment(row: LogRow, id: string, from: string, look: Look, template: Payment): Told {
  const members = [...new Set([...ownersOf(id, look.names), holderOf(look.names, from)])]
  const params = withSentence(row, look, { project: project(look.names, id) })
  return { template, to: { members, without: [row.entry.by] }, params, path: `/entries/${row.index}` }
}

/** The owner who has units back from the buffer. */
export function bufferReleased(row: LogRow<'BufferReleased'>, look: Look): Told[] {
  const { batch, to, ranges } = row.entry.body
  const owner = holderOf(look.names, to)
  const { quantity, project: of } = units(look.names, batch, ranges)
  const params = withSentence(row, look, { quantity, project: of })
  const path = `/entries/${row.index}`
  return [{ template: 'buffer-released', to: { members: [owner], without: [row.entry.by] }, params, path }]
}

type AboutProject =
  | 'authorisation-given'
  | 'authorisation-changed'
  | 'authorisation-revoked'
  | 'reversal-reported'
  | 'reversal-decided'
  | 'debt-opened'

function owners(row: LogRow, id: string, look: Look, template: AboutProject): Told {
  const params = withSentence(row, look, { project: project(look.names, id) })
  return {
    template,
    to: { members: ownersOf(id, look.names), without: [row.entry.by] },
    params,
    path: `/projects/${id}`,
  }
}

export function authorisationGiven(row: LogRow<'QuantityAuthorised'>, look: Look): Told[] {
  return [owners(row, row.entry.body.project, look, 'authorisation-given')]
}

export function authorisationChanged(row: LogRow<'AuthorisationChanged'>, look: Look): Told[] {
  const { authorisation, change } = row.entry.body
  const id = look.names.authorisation(authorisation)?.project
  if (id === undefined) return []
  return [owners(row, id, look, change === 'revoke' ? 'authorisation-revoked' : 'authorisation-changed')]
}

/** Whoever decides whether anything was lost, while that is open; and the owners. */
export async function reversalReported(row: LogRow<'ReversalReported'>, look: Look): Promise<Told[]> {
  const { reversal: id, project: projectId } = row.entry.body
  const open = (await look.services.ledger.row('reversal', id))?.state === 'reported'
  const interests = ownersOf(projectId, look.names)
  const able = [[{ action: 'reversals.decide', organisations: interests, interests }]]
  const params = withSentence(row, look, { project: project(look.names, projectId) })
  const path = `/projects/${projectId}`
  const to = { able, without: [row.entry.by] }
  return [
    ...(open ? [{ template: 'reversal-decide' as const, to, params, path }] : []),
    owners(row, projectId, look, 'reversal-reported'),
  ]
}

/** The owners; where the loss could have been avoided, they must make it good. */
export async function reversalDecided(row: LogRow<'ReversalDecided'>, look: Look): Promise<Told[]> {
  const { reversal: id, decision } = row.entry.body
  const projectId = (await look.services.ledger.row('reversal', id))?.project
  if (projectId === undefined) return []
  return [owners(row, projectId, look, decision === 'avoidable' ? 'debt-opened' : 'reversal-decided')]
}

/** The buffer lent what the project must give back. */
async function debtOpened(row: LogRow, id: string, look: Look): Promise<Told[]> {
  const debts = (await look.services.ledger.row('project', id))?.debts ?? {}
  return Object.keys(debts).length > 0 ? [owners(row, id, look, 'debt-opened')] : []
}

/** All whose accounts or projects the wrong entry named. */
export async function entryCorrected(row: LogRow<'EntryCorrected'>, look: Look): Promise<Told[]> {
  const streams = row.entry.streams.map(([id]) => id)
  const accounts = await look.services.ledger.rows('account', streams)
  const holders = [...accounts.values()].map(({ organisation: id }) => id)
  const ofProjects = streams.flatMap((id) => ownersOf(id, look.names))
  const to = { members: [...new Set([...holders, ...ofProjects])], without: [row.entry.by] }
  return [{ template: 'entry-corrected', to, params: withSentence(row, look), path: `/entries/${row.index}` }]
}

const MOST_HOLDERS = 200

type HoldEntry = 'HoldPlaced' | 'HoldLifted' | 'HoldExpired'

/** Whoever has units on which the hold stands, or stood. */
export async function holdChanged(
  row: LogRow<HoldEntry>,
  look: Look,
  template: 'hold-placed' | 'hold-ended',
): Promise<Told[]> {
  const [target] = row.entry.streams[0] ?? []
  if (target === undefined) return []
  const account = look.names.account(target)
  const holders = account ? [account.organisation] : await holdersOf(look, target, rangeOf(row))
  return holders.map((holder) => ({
    template,
    to: { members: [holder], without: [row.entry.by] },
    params: withSentence(row, look, { holder: organisation(look.names, holder) }),
    path: `/entries/${row.index}`,
  }))
}

function rangeOf({ entry }: LogRow<HoldEntry>): readonly [string, string] | null {
  return entry.type === 'HoldPlaced' ? entry.body.range : null
}

/** Who holds units of a batch now, of which that batch has runs. */
async function holdersOf({ services, names }: Look, batch: string, range: readonly [string, string] | null) {
  const known = names.batch(batch)
  if (!known) return []
  const [first, last] = range ?? [String(known.first), String(known.last)]
  const { rows } = await services.pool.query<{ organisation: string }>({
    name: 'mail-holders',
    // The first run that is asked for may begin before the range.
    text: `SELECT DISTINCT a.row ->> 'organisation' AS organisation
             FROM ledger_run r JOIN ledger_row a ON a.kind = 'account' AND a.id = r.account
            WHERE r.space = $1 AND r.first <= $3 AND r.last >= $2
              AND r.first >= coalesce((SELECT max(first) FROM ledger_run WHERE space = $1 AND first <= $2), 0)
              AND a.row ->> 'kind' = 'holding'
            LIMIT ${MOST_HOLDERS}`,
    values: [known.space, first, last],
  })
  return rows.map(({ organisation: id }) => id)
}
