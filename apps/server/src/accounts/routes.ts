import {
  AccountKind,
  accountLedgerCsv,
  accountLedgerJsonl,
  countryLedgerCsv,
  countryLedgerJsonl,
  listAccounts,
  listHoldings,
  openAccounts,
  reactivateAccount,
  readAccount,
  readAccountLedger,
  readCountryLedger,
  suspendAccount,
} from '@tallystick/contract'
import { randomId } from '@tallystick/ledger'
import type { FastifyInstance, FastifyReply } from 'fastify'
import { z } from 'zod'
import { streamRows } from '../platform/entries.ts'
import { execute, type Sender, writtenOf } from '../platform/idempotency.ts'
import { type ExportFormat, exportLedger } from '../platform/ledger-export.ts'
import { handle } from '../platform/operations.ts'
import { problem } from '../platform/problem.ts'
import type { Services } from '../platform/services.ts'
import { accountLedger, countryLedger, countryRows, ownAccounts } from './ledgers.ts'
import { registerPolicies } from './policies.ts'
import { accountOf, accountPage, balances, holdingPage } from './queries.ts'

export function register(app: FastifyInstance, services: Services): void {
  handle(app, services, openAccounts, async (call) => {
    const asked = call.body.accounts ?? usual
    const receipt = await execute(services, call, {
      type: 'AccountsOpened',
      request: {
        organisation: call.body.organisation,
        accounts: asked.map((account) => ({ account: randomId(), ...account })),
      },
    })
    const { organisation, accounts } = Opened.parse(receipt.entry.body)
    return {
      organisation,
      accounts: accounts.map(({ account, ...one }) => ({ id: account, organisation, ...one, active: true })),
      entry: writtenOf(receipt),
    }
  })

  registerPolicies(app, services)

  handle(app, services, suspendAccount, (call) => setStatus(services, call, 'AccountSuspended', false))
  handle(app, services, reactivateAccount, (call) => setStatus(services, call, 'AccountReactivated', true))

  handle(app, services, listAccounts, ({ query: { organisation, ...page } }) =>
    accountPage(services, organisation, page),
  )

  handle(app, services, readAccount, async ({ params: { id } }) => {
    const account = await known(services, id)
    const [sums, holdings] = await Promise.all([balances(services, id), holdingPage(services, id, {})])
    return { ...account, balances: sums, holdings }
  })

  handle(app, services, listHoldings, async ({ params, query }) => {
    await known(services, params.id)
    return holdingPage(services, params.id, query)
  })

  handle(app, services, readAccountLedger, async ({ params, query }) => {
    await known(services, params.id)
    return accountLedger(services, params.id, query)
  })

  handle(app, services, readCountryLedger, ({ query }) => countryLedger(services, query))

  handle(app, services, accountLedgerCsv, ({ params, reply }) => accountFile(services, params.id, reply, 'csv'))
  handle(app, services, accountLedgerJsonl, ({ params, reply }) => accountFile(services, params.id, reply, 'jsonl'))
  handle(app, services, countryLedgerCsv, async ({ reply }) => countryFile(services, reply, 'csv'))
  handle(app, services, countryLedgerJsonl, async ({ reply }) => countryFile(services, reply, 'jsonl'))
}

async function accountFile(services: Services, id: string, reply: FastifyReply, format: ExportFormat) {
  await known(services, id)
  return exportLedger(services, reply, format, {
    name: `account-${id}-ledger`,
    start: 0,
    read: (after, limit) => streamRows(services, id, after, limit),
    accounts: async () => new Set([id]),
  })
}

function countryFile(services: Services, reply: FastifyReply, format: ExportFormat) {
  return exportLedger(services, reply, format, {
    name: 'country-ledger',
    start: -1,
    read: async (after, limit) =>
      (await countryRows(services, after, limit)).map((row) => ({ ...row, place: row.index })),
    accounts: (accounts) => ownAccounts(services, accounts),
  })
}

/** What an organisation needs to hold, retire and cancel units. */
const usual = (['holding', 'retirement', 'cancellation'] as const).map((kind) => ({ kind, registry: null }))

const Opened = z.object({
  organisation: z.string(),
  accounts: z.array(z.object({ account: z.string(), kind: AccountKind, registry: z.string().nullable() })),
})

async function known(services: Services, id: string) {
  const account = await accountOf(services, id)
  if (!account) throw problem('not-found')
  return account
}

async function setStatus(
  services: Services,
  call: Sender & { params: { id: string }; body: { reason: string } },
  type: 'AccountSuspended' | 'AccountReactivated',
  active: boolean,
) {
  const { id } = call.params
  const { reason } = call.body
  const receipt = await execute(services, call, { type, request: { account: id, reason } })
  return { id, active, reason, entry: writtenOf(receipt) }
}
