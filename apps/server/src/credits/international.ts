import {
  acquireCredits,
  type FirstTransfer,
  listAcquisitions,
  listFirstTransfers,
  listNdcUses,
  listTransfersAbroad,
  type NdcUse,
  recordFirstTransfer,
  type TransferAbroad,
  transferAbroad,
  useCredits,
} from '@tallystick/contract'
import { randomId } from '@tallystick/ledger'
import { toWire } from '@tallystick/rules'
import { isSerialError, parse } from '@tallystick/serials'
import type { FastifyInstance } from 'fastify'
import { entryOf, type LogRow, placeOf } from '../platform/entries.ts'
import { execute } from '../platform/idempotency.ts'
import { handle } from '../platform/operations.ts'
import { fieldProblem } from '../platform/problem.ts'
import type { Services } from '../platform/services.ts'
import { movedOf, unitsShown } from './answers.ts'
import { chosenUnits } from './choice.ts'
import { itmosIn } from './itmos.ts'
import { each, pageOfEntries, shown } from './lists.ts'
import { ownSeries } from './own-itmos.ts'
import { endAccount } from './queries.ts'

/** Units that leave for abroad, come from there, are first transferred, or are used towards the NDC. */
export function registerInternational(app: FastifyInstance, services: Services): void {
  handle(app, services, transferAbroad, async (call) => {
    const { from, to } = call.body
    const request = { from, to, ...(await chosenUnits(services, call.body)) }
    const receipt = await execute(services, call, { type: 'CreditsTransferredAbroad', request })
    const row = { ...receipt, entry: entryOf('CreditsTransferredAbroad', receipt) }
    return shown(services, row, showAbroad)
  })
  handle(app, services, listTransfersAbroad, ({ query }) =>
    pageOfEntries(services, 'CreditsTransferredAbroad', query, showAbroad),
  )

  handle(app, services, acquireCredits, async (call) => {
    const { from, to, serials } = call.body
    const request = { from, to, ...(await acquired(services, serials)) }
    const receipt = await execute(services, call, { type: 'CreditsAcquired', request })
    return shown(services, { ...receipt, entry: entryOf('CreditsAcquired', receipt) }, each(movedOf))
  })
  handle(app, services, listAcquisitions, ({ query }) =>
    pageOfEntries(services, 'CreditsAcquired', query, each(movedOf)),
  )

  handle(app, services, recordFirstTransfer, async (call) => {
    const { account, event } = call.body
    const request = { account, event, ...(await chosenUnits(services, call.body)) }
    const receipt = await execute(services, call, { type: 'FirstTransferRecorded', request })
    return shown(services, { ...receipt, entry: entryOf('FirstTransferRecorded', receipt) }, showFirst)
  })
  handle(app, services, listFirstTransfers, ({ query }) =>
    pageOfEntries(services, 'FirstTransferRecorded', query, showFirst),
  )

  handle(app, services, useCredits, async (call) => {
    const { from, year } = call.body
    const [units, to] = await Promise.all([
      chosenUnits(services, call.body),
      endAccount(services, call.actor, from, 'ndc-use'),
    ])
    const receipt = await execute(services, call, { type: 'CreditsUsed', request: { from, to, year, ...units } })
    return shown(services, { ...receipt, entry: entryOf('CreditsUsed', receipt) }, showUses)
  })
  handle(app, services, listNdcUses, ({ query }) => pageOfEntries(services, 'CreditsUsed', query, showUses))
}

const showAbroad = each((row: LogRow<'CreditsTransferredAbroad'>, names): TransferAbroad => {
  return { ...movedOf(row, names), itmos: itmosIn(row.entry.body.allotted) }
})

const showUses = each((row: LogRow<'CreditsUsed'>, names): NdcUse => {
  const { year, allotted } = row.entry.body
  return { ...movedOf(row, names), year, itmos: itmosIn(allotted) }
})

const showFirst = each((row: LogRow<'FirstTransferRecorded'>, names): FirstTransfer => {
  const { account, event, allotted } = row.entry.body
  return {
    id: row.index,
    ...unitsShown(row.entry.body, names),
    account: names.party(account),
    event,
    itmos: itmosIn(allotted),
    entry: placeOf(row),
  }
})

/** What comes from abroad: ITMOs of one series by their identifiers, or units of one batch of ours by their serials. */
async function acquired(services: Services, texts: readonly string[]) {
  const itmos = texts.map((text) => parse('itmo', text.trim()))
  const [one] = itmos
  if (!one || isSerialError(one) || ownSeries(services, one)) return comingBack(services, texts)
  const ranges = itmos.map((serial, at) => {
    if (!isSerialError(serial) && serial.space === one.space) return toWire(serial.range)
    throw fieldProblem(`serials.${at}`, 'must be identifiers of the same series as the first', one.space)
  })
  const [cooperativeApproach = '', registry = '', party = '', vintage = ''] = one.space.slice('itmo:'.length).split('-')
  return { batch: randomId(), ranges, series: { cooperativeApproach, registry, party, vintage } }
}

async function comingBack(services: Services, texts: readonly string[]) {
  const units = await Promise.all(texts.map((serial) => chosenUnits(services, { serial })))
  const [first] = units
  const other = units.findIndex(({ batch }) => batch !== first?.batch)
  if (!first || other >= 0) throw fieldProblem(`serials.${other}`, 'must be of the same batch as the first')
  return { batch: first.batch, ranges: units.flatMap(({ ranges = [] }) => ranges), series: null }
}
