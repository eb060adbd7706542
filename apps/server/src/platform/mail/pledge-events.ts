import { entryNaming, type LogRow } from '../entries.ts'
import { holderOf, type Look, organisation, type Told, units, withSentence } from './told.ts'

/** The pledgee, who alone may set the units free; and the colleagues of the holder, who cannot move them until then. */
export function unitsPledged(row: LogRow<'UnitsPledged'>, look: Look): Told[] {
  const { batch, account, ranges, to: pledgee } = row.entry.body
  const holder = holderOf(look.names, account)
  const { quantity } = units(look.names, batch, ranges)
  const params = withSentence(row, look, { quantity, holder: organisation(look.names, holder) })
  const without = [row.entry.by]
  return [
    {
      template: 'pledge-received',
      to: { members: [pledgee], without },
      params,
      path: `/national/pledges/${row.entry.body.pledge}`,
    },
    { template: 'units-pledged', to: { members: [holder], without }, params, path: `/entries/${row.index}` },
  ]
}

/** Holder and pledgee: the units are free again. */
export async function pledgeEnded(row: LogRow<'PledgeReleased' | 'PledgeExpired'>, look: Look): Promise<Told[]> {
  const { streams, body, by } = row.entry
  // Batch, project and account, as when they were pledged.
  const [account] = streams.at(-1) ?? []
  const [batch] = streams[0] ?? []
  if (account === undefined || batch === undefined) return []
  const pledged = await entryNaming(look.services, 'UnitsPledged', account, ['pledge', body.pledge], row.index)
  const { to, ranges = [] } = pledged?.entry.body ?? {}
  const holder = holderOf(look.names, account)
  const { quantity } = units(look.names, batch, ranges)
  const params = withSentence(row, look, { quantity, holder: organisation(look.names, holder) })
  const members = to === undefined ? [holder] : [holder, to]
  return [{ template: 'pledge-ended', to: { members, without: [by] }, params, path: `/entries/${row.index}` }]
}
