import {
  type Beneficiary,
  cancelCredits,
  listCancellations,
  listRetirements,
  listTransfers,
  problemOf,
  type Retirement,
  readCancellation,
  readRetirement,
  readTransfer,
  retireCredits,
  type SerialRange,
  transferCredits,
} from '@tallystick/contract'
import type { FastifyInstance } from 'fastify'
import { entryAt, entryOf, isOf, type LogRow } from '../platform/entries.ts'
import { execute, type Sender } from '../platform/idempotency.ts'
import { namesIn } from '../platform/names.ts'
import { handle } from '../platform/operations.ts'
import { problem } from '../platform/problem.ts'
import type { Actor, Services } from '../platform/services.ts'
import { endOf, transferOf } from './answers.ts'
import { chosenUnits } from './choice.ts'
import { pageOfEntries } from './lists.ts'
import { accountOfSameHolder, entryOfCertificate } from './queries.ts'

/** Transfers, retirements and cancellations. */
export function registerMovements(app: FastifyInstance, services: Services): void {
  transfers(app, services)
  handle(app, services, retireCredits, (call) => end(services, call, call.body, 'CreditsRetired'))
  handle(app, services, cancelCredits, (call) => end(services, call, call.body, 'CreditsCancelled'))
  handle(app, services, listRetirements, ({ query }) => pageOfEntries(services, 'CreditsRetired', query, endOf))
  handle(app, services, listCancellations, ({ query }) => pageOfEntries(services, 'CreditsCancelled', query, endOf))
  handle(app, services, readRetirement, ({ params }) => readEnd(services, params.certificate, 'CreditsRetired'))
  handle(app, services, readCancellation, ({ params }) => readEnd(services, params.certificate, 'CreditsCancelled'))
}

function transfers(app: FastifyInstance, services: Services): void {
  handle(app, services, transferCredits, async (call) => {
    const { from, to } = call.body
    const units = await chosenUnits(services, call.body)
    const receipt = await execute(services, call, { type: 'CreditsTransferred', request: { from, to, ...units } })
    const row = { ...receipt, entry: entryOf('CreditsTransferred', receipt) }
    return transferOf(row, await namesIn(services, row.entry))
  })

  handle(app, services, listTransfers, ({ query }) => pageOfEntries(services, 'CreditsTransferred', query, transferOf))

  handle(app, services, readTransfer, async ({ params }) => {
    const row = await entryAt(services, params.index)
    if (!row || !isOf(row, 'CreditsTransferred')) throw problem('not-found')
    return transferOf(row, await namesIn(services, row.entry))
  })
}

type EndType = 'CreditsRetired' | 'CreditsCancelled'

const accountKinds = { CreditsRetired: 'retirement', CreditsCancelled: 'cancellation' } as const

interface EndRequest {
  batch?: string | undefined
  from: string
  quantity?: string | undefined
  ranges?: SerialRange[] | undefined
  serial?: string | undefined
  purpose: string
  beneficiary: Beneficiary | null
}

async function end(
  services: Services,
  call: Sender & { actor: Actor },
  body: EndRequest,
  type: EndType,
): Promise<Retirement> {
  const { from, purpose, beneficiary } = body
  const [units, to] = await Promise.all([
    chosenUnits(services, body),
    endAccount(services, call.actor, from, accountKinds[type]),
  ])
  const commitment = beneficiary === null ? null : await services.openings.commit(beneficiary)
  const receipt = await execute(services, call, {
    type,
    request: { from, to, purpose, beneficiary: commitment, ...units },
    commitments: commitment === null ? [] : [commitment],
  })
  const row = { ...receipt, entry: entryOf(type, receipt) }
  return endOf(row, await namesIn(services, row.entry))
}

/** Where units of an account come to rest. */
async function endAccount(
  services: Services,
  { organisation, role }: Actor,
  from: string,
  kind: 'retirement' | 'cancellation',
): Promise<string> {
  const account = await accountOfSameHolder(services, from, kind)
  if (account !== undefined) return account
  const known = await services.ledger.row('account', from)
  const ofFrom = (code: 'account-unknown' | 'not-permitted' | 'account-missing', facts: Record<string, string>) =>
    problem(code, facts, [{ field: 'from', message: problemOf(code, facts).detail }])
  if (!known) throw ofFrom('account-unknown', { account: from })
  if (known.organisation !== organisation) throw ofFrom('not-permitted', { role })
  throw ofFrom('account-missing', { kind })
}

async function readEnd<Type extends EndType>(services: Services, certificate: number, type: Type): Promise<Retirement> {
  const row: LogRow<EndType> | undefined = await entryOfCertificate(services, certificate)
  if (!row || row.entry.type !== type) throw problem('not-found')
  return endOf(row, await namesIn(services, row.entry))
}
