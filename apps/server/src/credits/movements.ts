import {
  type Beneficiary,
  cancelCredits,
  listCancellations,
  listRetirements,
  listTransfers,
  type MovementProposed,
  type Retirement,
  readCancellation,
  readRetirement,
  readTransfer,
  retireCredits,
  type SerialRange,
  transferCredits,
} from '@tallystick/contract'
import type { FastifyInstance } from 'fastify'
import { entryOfCertificate } from '../platform/certificate-entry.ts'
import { entryAt, isOf, type LogRow } from '../platform/entries.ts'
import type { Sender } from '../platform/idempotency.ts'
import { namesIn } from '../platform/names.ts'
import { handle } from '../platform/operations.ts'
import { problem } from '../platform/problem.ts'
import type { Actor, Services } from '../platform/services.ts'
import { showEnds, transferOf } from './answers.ts'
import { chosenUnits } from './choice.ts'
import { each, pageOfEntries, shown } from './lists.ts'
import { endAccount } from './queries.ts'
import { executeOrWait, proposedOf } from './waiting.ts'

/** Transfers, retirements and cancellations. */
export function registerMovements(app: FastifyInstance, services: Services): void {
  transfers(app, services)
  handle(app, services, retireCredits, (call) => end(services, call, call.body, 'CreditsRetired'))
  handle(app, services, cancelCredits, (call) => end(services, call, call.body, 'CreditsCancelled'))
  handle(app, services, listRetirements, ({ query }) => pageOfEntries(services, 'CreditsRetired', query, showEnds))
  handle(app, services, listCancellations, ({ query }) => pageOfEntries(services, 'CreditsCancelled', query, showEnds))
  handle(app, services, readRetirement, ({ params }) => readEnd(services, params.certificate, 'CreditsRetired'))
  handle(app, services, readCancellation, ({ params }) => readEnd(services, params.certificate, 'CreditsCancelled'))
}

function transfers(app: FastifyInstance, services: Services): void {
  handle(app, services, transferCredits, async (call) => {
    const { from, to, agreement, wait } = call.body
    const units = await chosenUnits(services, call.body)
    const request = { from, to, ...units, ...(agreement ? { agreement } : {}) }
    const waiting = { kind: 'transfer', purpose: null, beneficiary: null, ...request } as const
    const row = await executeOrWait(services, call, { type: 'CreditsTransferred', request }, wait ? waiting : undefined)
    const names = await namesIn(services, row.entry)
    return isOf(row, 'MovementProposed')
      ? proposedOf(row, names)
      : transferOf(row as LogRow<'CreditsTransferred'>, names)
  })

  handle(app, services, listTransfers, ({ query }) =>
    pageOfEntries(services, 'CreditsTransferred', query, each(transferOf)),
  )

  handle(app, services, readTransfer, async ({ params }) => {
    const row = await entryAt(services, params.index)
    if (!row || !isOf(row, 'CreditsTransferred')) throw problem('not-found')
    return transferOf(row, await namesIn(services, row.entry))
  })
}

type EndType = 'CreditsRetired' | 'CreditsCancelled'

const kinds = { CreditsRetired: 'retirement', CreditsCancelled: 'cancellation' } as const

interface EndRequest {
  batch?: string | undefined
  from: string
  quantity?: string | undefined
  ranges?: SerialRange[] | undefined
  serial?: string | undefined
  purpose: string
  beneficiary: Beneficiary | null
  wait: boolean
}

async function end(
  services: Services,
  call: Sender & { actor: Actor },
  body: EndRequest,
  type: EndType,
): Promise<Retirement | MovementProposed> {
  const { from, purpose, beneficiary, wait } = body
  const kind = kinds[type]
  const [units, to] = await Promise.all([chosenUnits(services, body), endAccount(services, call.actor, from, kind)])
  const commitment = beneficiary === null ? null : await services.openings.commit(beneficiary)
  const request = { from, to, purpose, beneficiary: commitment, ...units }
  const commitments = commitment === null ? [] : [commitment]
  const command = { type, request, commitments }
  const row: LogRow<EndType | 'MovementProposed'> = await executeOrWait(
    services,
    call,
    command,
    wait ? { kind, ...request } : undefined,
  )
  return isOf(row, 'MovementProposed')
    ? proposedOf(row, await namesIn(services, row.entry))
    : shown(services, row as LogRow<EndType>, showEnds)
}

async function readEnd<Type extends EndType>(services: Services, certificate: number, type: Type): Promise<Retirement> {
  const row: LogRow<EndType> | undefined = await entryOfCertificate(services, certificate)
  if (!row || row.entry.type !== type) throw problem('not-found')
  return shown(services, row, showEnds)
}
