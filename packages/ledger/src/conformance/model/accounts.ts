import { aHolder, anAccount, anOfficer, aSecond, hoursAfter } from './choices.ts'
import { type Choose, defineCommand, knownId, someId } from './command.ts'
import { lawOf } from './law.ts'
import { policyNow } from './movement.ts'
import { type Model, newAccount, type Policy } from './naive.ts'
import {
  accountReasons,
  approvalReasons,
  codeReasons,
  holders,
  mandateReasons,
  officers,
  organisationOf,
  where,
} from './reasons.ts'

type Opened = { account: string; kind: string; registry?: string }

const openable = ['holding', 'holding', 'holding', 'retirement', 'cancellation', 'buffer', 'ndc-use', 'foreign']

function someOpened(model: Model, choose: Choose): Opened {
  const account = someId(model, choose, 'account')
  const kind = choose.pick(openable)
  const registry = choose.rarely(16) ? 'XTX01' : choose.pick(['KEN01', 'CHE01'])
  return kind === 'foreign' ? { account, kind, registry } : { account, kind }
}

export const accountsOpened = defineCommand<{ organisation: string; accounts: Opened[] }>({
  type: 'AccountsOpened',
  weight: 1,
  generate: (model, choose) => ({
    by: anOfficer(model, choose),
    request: {
      organisation: knownId(model.organisations.keys(), choose),
      accounts: Array.from({ length: 1 + choose.below(3) }, () => someOpened(model, choose)),
    },
  }),
  reasons: (model, { by, request: { organisation, accounts } }) => {
    const ids = accounts.map(({ account }) => account)
    const isUsed = ids.some((id) => model.accounts.has(id) || model.streams.has(id))
    return [
      ...mandateReasons(model, by, { may: officers }),
      ...where(!model.organisations.has(organisation), 'organisation-unknown'),
      ...where(model.organisations.get(organisation)?.kind === 'certifier', 'organisation-kind'),
      ...where(isUsed || new Set(ids).size < ids.length, 'already-exists'),
      ...where(
        accounts.some(({ registry }) => registry === 'XTX01'),
        'registry-own',
      ),
    ]
  },
  carryOut: (model, { request: { organisation, accounts } }) => {
    for (const { account, kind, registry = null } of accounts) {
      model.accounts.set(account, newAccount(organisation, kind, registry))
      model.streams.add(account)
    }
    return {}
  },
})

function statusKind(type: string, active: boolean, weight: number) {
  return defineCommand<{ account: string; reason: string }>({
    type,
    weight,
    generate: (model, choose) => {
      const fitting = [...model.accounts].filter(([, one]) => one.kind === 'holding' && one.active !== active)
      const known = fitting.length > 0 && !choose.rarely(6) ? fitting.map(([id]) => id) : model.accounts.keys()
      const reason = choose.rarely(16) ? 'mood' : 'investigation'
      return { by: anOfficer(model, choose), request: { account: knownId(known, choose), reason } }
    },
    reasons: (model, { by, request }) => {
      const account = model.accounts.get(request.account)
      return [
        ...mandateReasons(model, by, { may: officers, organisations: organisationOf(model, request.account) }),
        ...where(!account, 'account-unknown'),
        ...where(account !== undefined && account.kind !== 'holding', 'account-kind'),
        ...where(account?.active === active, 'account-already-so'),
        ...codeReasons('suspension', request.reason),
      ]
    },
    carryOut: (model, { request }) => {
      const account = model.accounts.get(request.account)
      if (account) account.active = active
      return {}
    },
  })
}

export const accountSuspended = statusKind('AccountSuspended', false, 0.8)
export const accountReactivated = statusKind('AccountReactivated', true, 0.8)

/** What is asked of whoever changes how an account's movements are decided, and of a second where the policy wants one. */
function policyAsked(model: Model, account: string, asksMore = true) {
  const asked = { may: holders, organisations: organisationOf(model, account) }
  const isSecond = asksMore && policyNow(model, account).secondAbove !== null
  return { asked, second: isSecond ? asked : undefined }
}

/** Whatever either of them asks for. */
function strictest(one: Policy, other: Policy): Policy {
  const limits = [one, other].flatMap(({ secondAbove }) => (secondAbove === null ? [] : [BigInt(secondAbove)]))
  const lowest = limits.sort((a, b) => (a < b ? -1 : 1))[0]
  return {
    secondAbove: lowest === undefined ? null : `${lowest}`,
    acceptance: one.acceptance || other.acceptance,
    trustedOnly: one.trustedOnly || other.trustedOnly,
  }
}

export const accountPolicySet = defineCommand<{ account: string; policy: Policy }>({
  type: 'AccountPolicySet',
  weight: 1.5,
  generate: (model, choose) => {
    const account = anAccount(model, choose, 'holding')
    const by = aHolder(model, choose, account)
    const policy = {
      secondAbove: choose.pick([null, null, '0', '5', `${1 + choose.below(30)}`]),
      acceptance: choose.rarely(3),
      trustedOnly: choose.rarely(4),
    }
    const approvers = aSecond(model, choose, by, policyAsked(model, account).second)
    return { by, request: { account, policy }, approvers }
  },
  reasons: (model, { by, request: { account }, approvers = [] }) => {
    const { asked, second } = policyAsked(model, account)
    return [
      ...mandateReasons(model, by, asked),
      ...accountReasons(model, account, 'holding'),
      ...approvalReasons(model, by, approvers, { officers: 0, second }),
    ]
  },
  carryOut: (model, { request: { account, policy } }) => {
    const known = model.accounts.get(account)
    const strict = strictest(policyNow(model, account), policy)
    const isLooser = JSON.stringify(strict) !== JSON.stringify(strictest(policy, policy))
    const later = isLooser ? [{ ...policy, from: hoursAfter(model.now, lawOf(model).trustHours) }] : []
    if (known) known.policies = [{ ...strict, from: model.now }, ...later]
    return {}
  },
})

type Trust = { account: string; receiver: string }

function trustKind(type: string, trusts: boolean) {
  return defineCommand<Trust>({
    type,
    weight: 1,
    generate: (model, choose) => {
      const pairs = [...model.trusted.keys()].map((pair) => pair.split('/') as [string, string])
      const known = trusts || pairs.length === 0 || choose.rarely(6) ? undefined : choose.pick(pairs)
      const account = known?.[0] ?? anAccount(model, choose, 'holding')
      const kind = choose.rarely(4) ? 'foreign' : 'holding'
      const receiver = known?.[1] ?? anAccount(model, choose, kind, undefined, account)
      const by = aHolder(model, choose, account)
      const approvers = aSecond(model, choose, by, policyAsked(model, account, trusts).second)
      return { by, request: { account, receiver }, approvers }
    },
    reasons: (model, { by, request: { account, receiver }, approvers = [] }) => {
      const { asked, second } = policyAsked(model, account, trusts)
      return [
        ...mandateReasons(model, by, asked),
        ...accountReasons(model, account, 'holding'),
        ...(trusts ? accountReasons(model, receiver, 'holding', 'foreign') : []),
        ...where(account === receiver, 'same-account'),
        ...where(model.trusted.has(`${account}/${receiver}`) === trusts, 'account-already-so'),
        ...approvalReasons(model, by, approvers, { officers: 0, second }),
      ]
    },
    carryOut: (model, { request: { account, receiver } }) => {
      const pair = `${account}/${receiver}`
      if (trusts) model.trusted.set(pair, hoursAfter(model.now, lawOf(model).trustHours))
      else model.trusted.delete(pair)
      return {}
    },
  })
}

export const receiverTrusted = trustKind('ReceiverTrusted', true)
export const receiverRemoved = trustKind('ReceiverRemoved', false)
