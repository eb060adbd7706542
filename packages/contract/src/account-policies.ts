import { z } from 'zod'
import { ById, Id, Instant, Quantity, Written } from './common.ts'
import { defineOperation } from './operation.ts'
import { PageQuery, pageOf } from './page.ts'
import { Party } from './units.ts'

const tag = 'Accounts'

/** How an account wants its movements decided. */
export const AccountPolicy = z
  .strictObject({
    secondAbove: z
      .union([Quantity, z.literal('0')])
      .nullable()
      .meta({
        description: 'Units above which an outgoing movement needs a second mandate: `0` always, null never.',
      }),
    acceptance: z.boolean().meta({ description: 'Incoming transfers of others wait until the holder accepts them.' }),
    trustedOnly: z.boolean().meta({
      description:
        'Transfers leave only for trusted receivers, here and abroad, and accounts of the same holder that ask for the same.',
    }),
  })
  .meta({ id: 'AccountPolicy' })
export type AccountPolicy = z.infer<typeof AccountPolicy>

export const setAccountPolicy = defineOperation({
  id: 'setAccountPolicy',
  method: 'POST',
  path: '/national/accounts/{id}/policy',
  summary: 'Set how movements of an account are decided',
  description:
    'What asks for more holds at once, what asks for less after the waiting time of the preset. A policy that asks for ' +
    'two mandates is not changed by one.',
  tag,
  access: 'signed-in',
  command: true,
  proposable: true,
  params: ById,
  body: AccountPolicy,
  status: 201,
  answer: z.object({ id: Id, policy: AccountPolicy, entry: Written }).meta({ id: 'AccountPolicySet' }),
  problems: ['account-unknown', 'account-kind', 'account-not-active'],
})

const receiverProblems = ['account-unknown', 'account-kind', 'account-not-active', 'account-already-so'] as const
const Trust = z.object({ account: Id, receiver: Party, entry: Written }).meta({ id: 'ReceiverEntry' })

export const trustReceiver = defineOperation({
  id: 'trustReceiver',
  method: 'POST',
  path: '/national/accounts/{id}/receivers',
  summary: 'Trust an account to receive from this one',
  description:
    'It may receive after the waiting time of the preset, so that a stolen sign-in does not empty the account.',
  tag,
  access: 'signed-in',
  command: true,
  proposable: true,
  params: ById,
  body: z.strictObject({ receiver: Id.meta({ description: 'A holding account, or one in a registry abroad.' }) }),
  status: 201,
  answer: Trust,
  problems: [...receiverProblems, 'same-account'],
})

export const removeReceiver = defineOperation({
  id: 'removeReceiver',
  method: 'POST',
  path: '/national/accounts/{id}/receivers/{receiver}/removal',
  summary: 'No longer trust a receiver',
  tag,
  access: 'signed-in',
  command: true,
  proposable: true,
  params: z.strictObject({ id: Id, receiver: Id }),
  body: z.strictObject({}).nullish().meta({ description: 'Empty.' }),
  status: 201,
  answer: Trust,
  problems: [...receiverProblems, 'same-account'],
})

export const listReceivers = defineOperation({
  id: 'listReceivers',
  method: 'GET',
  path: '/national/accounts/{id}/receivers',
  summary: 'List the receivers that an account trusts',
  tag,
  access: 'public',
  params: ById,
  query: PageQuery,
  answer: pageOf(
    z
      .object({ receiver: Party, from: Instant.meta({ description: 'From when on it may receive.' }) })
      .meta({ id: 'TrustedReceiver' }),
  ),
  problems: ['cursor-invalid', 'not-found'],
})
