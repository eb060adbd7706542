import { type Choose, defineCommand, idFrom, knownId, mostly } from './command.ts'
import { type Hold, type Model, mandateReasons, organisationOf } from './naive.ts'

const officers = { 'government/Admin': 'any' } as const

function someTarget(model: Model, choose: Choose): Hold {
  if (choose.rarely(4)) return { account: knownId(model.accounts.keys(), choose), batch: null, range: null }
  const batch = knownId(model.batches.keys(), choose)
  if (choose.rarely(6)) return { account: null, batch, range: null }
  const [first = 1n] = model.batches.get(batch)?.owners.keys() ?? []
  const from = first + BigInt(choose.below(130))
  const length = BigInt(choose.below(choose.rarely(3) ? 240 : 40))
  return { account: null, batch, range: [`${from}`, `${choose.rarely(30) ? from - 1n : from + length}`] }
}

function targetReasons(model: Model, { account, batch, range }: Hold): string[] {
  if (account !== null) {
    const kind = model.accounts.get(account)?.kind
    return kind === undefined ? ['account-unknown'] : kind === 'holding' ? [] : ['account-kind']
  }
  const owners = model.batches.get(batch ?? '')?.owners
  if (!owners) return ['batch-unknown', ...(range && BigInt(range[1]) < BigInt(range[0]) ? ['ranges-disorder'] : [])]
  if (range === null) return []
  return [
    ...(BigInt(range[1]) < BigInt(range[0]) ? ['ranges-disorder'] : []),
    ...(range.every((serial) => owners.has(BigInt(serial))) ? [] : ['range-outside-batch']),
  ]
}

export const holdPlaced = defineCommand<Hold & Record<string, unknown> & { hold: string; reason: string }>({
  type: 'HoldPlaced',
  weight: 3,
  generate: (model, choose) => ({
    by: mostly(model, choose, choose.pick(model.officers)),
    request: {
      hold: idFrom(`hold ${choose.below(12)}`),
      reason: choose.rarely(20) ? 'mood' : 'court-order',
      ...someTarget(model, choose),
    },
  }),
  reasons: (model, { by, request }) => [
    ...mandateReasons(model, by, { may: officers }),
    ...(model.holds.has(request.hold) || model.lifted.has(request.hold) ? ['already-exists'] : []),
    ...targetReasons(model, request),
    ...(request.reason === 'mood' ? ['code-unknown'] : []),
  ],
  carryOut: (model, { request: { hold, account, batch, range } }) => {
    model.holds.set(hold, { account, batch, range })
    return {}
  },
})

export const holdLifted = defineCommand<{ hold: string }>({
  type: 'HoldLifted',
  weight: 2,
  generate: (model, choose) => ({
    by: mostly(model, choose, choose.pick(model.officers)),
    request: { hold: knownId([...model.holds.keys(), idFrom('hold 0')], choose) },
  }),
  reasons: (model, { by, request }) => [
    ...mandateReasons(model, by, { may: officers }),
    ...(model.holds.has(request.hold) ? [] : ['hold-unknown']),
  ],
  carryOut: (model, { request: { hold } }) => {
    model.holds.delete(hold)
    model.lifted.add(hold)
    return {}
  },
})

function statusKind(type: string, active: boolean) {
  return defineCommand<{ account: string; reason: string }>({
    type,
    weight: 1,
    generate: (model, choose) => ({
      by: mostly(model, choose, choose.pick(model.officers)),
      request: { account: knownId(model.accounts.keys(), choose), reason: 'investigation' },
    }),
    reasons: (model, { by, request }) => {
      const account = model.accounts.get(request.account)
      return [
        ...mandateReasons(model, by, { may: officers, organisations: organisationOf(model, request.account) }),
        ...(account ? [] : ['account-unknown']),
        ...(account && account.kind !== 'holding' ? ['account-kind'] : []),
        ...(account?.active === active ? ['account-already-so'] : []),
      ]
    },
    carryOut: (model, { request }) => {
      const account = model.accounts.get(request.account)
      if (account) account.active = active
      return {}
    },
  })
}

export const accountSuspended = statusKind('AccountSuspended', false)
export const accountReactivated = statusKind('AccountReactivated', true)
