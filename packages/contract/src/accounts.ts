import { z } from 'zod'
import { AccountKind } from './account-kind.ts'
import { AccountPolicy } from './account-policies.ts'
import { Amount, ById, Code, Hash, Id, Instant, Written } from './common.ts'
import { defineOperation } from './operation.ts'
import { PageQuery, pageOf } from './page.ts'

const tag = 'Accounts'

export const Account = z
  .object({
    id: Id,
    organisation: Id,
    kind: AccountKind,
    active: z.boolean().meta({ description: 'False while the account is suspended.' }),
    registry: z
      .string()
      .nullable()
      .meta({ description: 'Of an account abroad: the registry that it is in, such as `KEN01`.' }),
  })
  .meta({ id: 'Account' })
export type Account = z.infer<typeof Account>

/** What units are: of one project's vintage and type at home, or of another registry. */
export const UnitClass = z
  .object({
    registry: z.string().nullable().meta({ description: 'The other registry; null for units issued here.' }),
    project: z.string().meta({
      description: 'Id of the project at home, code of the project abroad, series of ITMOs of another Party.',
    }),
    vintage: z.string(),
    unitType: z.string(),
  })
  .meta({ id: 'UnitClass' })
export type UnitClass = z.infer<typeof UnitClass>

export const Balance = z
  .object({ class: UnitClass, debits: Amount, credits: Amount, balance: Amount })
  .meta({ id: 'Balance', description: 'Units that left, came, and are there.' })
export type Balance = z.infer<typeof Balance>

export const Holding = z
  .object({
    serial: z.string().nullable().meta({ description: 'The range as it is printed; null where no print is known.' }),
    space: z.string(),
    first: z.string(),
    last: z.string(),
    quantity: Amount,
    batch: Id.nullable(),
    class: UnitClass,
  })
  .meta({ id: 'Holding', description: 'Consecutive serial numbers in one account.' })
export type Holding = z.infer<typeof Holding>

export const AccountDetails = Account.extend({
  policy: AccountPolicy.nullable().meta({ description: 'As it holds now; null where the holder has set none.' }),
  loosened: AccountPolicy.extend({ from: Instant })
    .meta({ id: 'LooserPolicy', description: 'A policy that asks for less, and from when on it holds.' })
    .nullable(),
  balances: z.array(Balance).meta({ description: 'By class; at most 1,000.' }),
  holdings: pageOf(Holding).meta({ description: 'The first page; go on at `/national/accounts/{id}/holdings`.' }),
}).meta({ id: 'AccountDetails' })
export type AccountDetails = z.infer<typeof AccountDetails>

/** What an entry did to an account: units that came (`credit`) or left (`debit`). */
export const Change = z.object({ class: UnitClass, debit: Amount, credit: Amount }).meta({ id: 'Change' })
export type Change = z.infer<typeof Change>

export const AccountEntry = z
  .object({
    index: z.number().int(),
    leaf: Hash,
    revision: z.number().int().meta({ description: 'Place in the stream of the account, from 1, without gaps.' }),
    at: Instant,
    type: z.string(),
    by: Id.meta({ description: 'The mandate that did it.' }),
    changes: z.array(Change),
  })
  .meta({ id: 'AccountEntry' })
export type AccountEntry = z.infer<typeof AccountEntry>

const CountryEntry = AccountEntry.omit({ revision: true })
  .extend({ accounts: z.array(z.object({ account: Id, revision: z.number().int(), changes: z.array(Change) })) })
  .omit({ changes: true })
  .meta({ id: 'CountryEntry' })
export type CountryEntry = z.infer<typeof CountryEntry>

export const openAccounts = defineOperation({
  id: 'openAccounts',
  method: 'POST',
  path: '/national/accounts',
  summary: 'Open the accounts of an organisation',
  description:
    'One holding, one retirement and one cancellation account, or those that are asked for, in one entry. Organisations of a ' +
    'kind that certifies have none.',
  tag,
  access: 'signed-in',
  command: true,
  proposable: true,
  body: z.strictObject({
    organisation: Id,
    accounts: z
      .array(
        z
          .strictObject({
            kind: z.enum([
              'holding',
              'retirement',
              'cancellation',
              'buffer',
              'share-of-proceeds',
              'omge',
              'ndc-use',
              'foreign',
            ]),
            registry: z
              .string()
              .regex(/^[A-Z]{3}\d{2}$/, 'must be a Party registry such as KEN01')
              .nullable()
              .default(null),
          })
          .refine(({ kind, registry }) => (kind === 'foreign') === (registry !== null), {
            path: ['registry'],
            message: 'accounts of the kind foreign, and no others, have a registry',
          }),
      )
      .min(1)
      .max(20)
      .optional(),
  }),
  status: 201,
  answer: z.object({ organisation: Id, accounts: z.array(Account), entry: Written }).meta({ id: 'AccountsOpened' }),
  problems: ['organisation-unknown', 'organisation-kind', 'registry-own'],
})

export const listAccounts = defineOperation({
  id: 'listAccounts',
  method: 'GET',
  path: '/national/accounts',
  summary: 'List accounts',
  description:
    "The issuance account, from which batches come, is bookkeeping of the ledger and nobody's account: it is not listed, " +
    'and asked for by its id it is not found.',
  tag,
  access: 'public',
  query: PageQuery.extend({ organisation: Id.optional() }),
  answer: pageOf(Account),
  problems: ['cursor-invalid'],
})

export const readAccount = defineOperation({
  id: 'readAccount',
  method: 'GET',
  path: '/national/accounts/{id}',
  summary: 'Read an account: balances and what it holds',
  tag,
  access: 'public',
  params: ById,
  answer: AccountDetails,
  problems: ['not-found'],
})

export const listHoldings = defineOperation({
  id: 'listHoldings',
  method: 'GET',
  path: '/national/accounts/{id}/holdings',
  summary: 'List what an account holds, by serial number',
  tag,
  access: 'public',
  params: ById,
  query: PageQuery,
  answer: pageOf(Holding),
  problems: ['cursor-invalid', 'not-found'],
})

const statusAnswer = z
  .object({ id: Id, active: z.boolean(), reason: Code, entry: Written })
  .meta({ id: 'AccountStatus' })

const reasonBody = z.strictObject({
  reason: Code.meta({ description: 'A word of the preset, such as `investigation`.' }),
})

export const suspendAccount = defineOperation({
  id: 'suspendAccount',
  method: 'POST',
  path: '/national/accounts/{id}/suspend',
  summary: 'Suspend an account',
  tag,
  access: 'signed-in',
  command: true,
  proposable: true,
  params: ById,
  body: reasonBody,
  answer: statusAnswer,
  problems: ['account-unknown', 'account-kind', 'account-already-so', 'code-unknown'],
})

export const reactivateAccount = defineOperation({
  id: 'reactivateAccount',
  method: 'POST',
  path: '/national/accounts/{id}/reactivate',
  summary: 'Reactivate a suspended account',
  tag,
  access: 'signed-in',
  command: true,
  proposable: true,
  params: ById,
  body: reasonBody,
  answer: statusAnswer,
  problems: ['account-unknown', 'account-kind', 'account-already-so', 'code-unknown'],
})

export const readAccountLedger = defineOperation({
  id: 'readAccountLedger',
  method: 'GET',
  path: '/national/accounts/{id}/ledger',
  summary: 'The account ledger: every entry about one account, in order',
  tag: 'Ledgers',
  access: 'public',
  params: ById,
  query: PageQuery,
  answer: pageOf(AccountEntry),
  problems: ['cursor-invalid', 'not-found'],
})

export const readCountryLedger = defineOperation({
  id: 'readCountryLedger',
  method: 'GET',
  path: '/national/ledgers/country',
  summary: 'The country ledger: every entry about an account of the government, in order',
  tag: 'Ledgers',
  access: 'public',
  query: PageQuery,
  answer: pageOf(CountryEntry),
  problems: ['cursor-invalid'],
})
