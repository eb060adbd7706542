import type { RuleName } from '../declarations.ts'
import type { RefusalCode } from '../refusal.ts'
import { type Case, refuses } from './case.fixture.ts'
import type { Options, World } from './world.fixture.ts'

type Request = Record<string, unknown>
type Change = (world: World, request: Request) => Request

/** A rule by which units of one batch leave an account, and what each refusal of that needs to know of it. */
export interface Moving {
  type: RuleName
  /** A lawful command that names its units by `ranges`: serials 1 to 10 of batch `solar 2024`. */
  request(world: World): Request
  /** What must have happened before. */
  before?: ((world: World) => void) | undefined
  by?: string
  approvers?: string[]
  /** The field that names the account that units leave. */
  from?: string
  /** An account that is none to leave, by its kind. */
  otherKind: string
  /** A field that names a holding account; none where none takes part. */
  holding?: string
  /** A field that may name an account of a company that is suspended, and that account. */
  company: [field: string, account: string]
  /** What makes the two sides the same. */
  same?: Change
  /** May a quantity be asked for instead of ranges? */
  takes?: boolean
  /** By which movement, to which account, units of Sun are scattered so that those to be taken lie in many pieces. */
  scatter?: [type: RuleName, to: string]
}

export function optionsOf(
  { by = 'sun admin', approvers = [] }: Pick<Moving, 'by' | 'approvers'>,
  world: World,
): Options {
  return { by: world.id(by), approvers: approvers.map((name) => world.id(name)) }
}

/** One case for each refusal that every movement of units has. */
export function movingCases(moving: Moving): Case[] {
  const { type, from = 'from', otherKind, holding, company, takes = true } = moving
  const same: Change = moving.same ?? ((_, request) => ({ to: request[from] }))
  const changed = (refused: RefusalCode, title: string, change: Change): Case =>
    refuses(type, refused, title, (world) => {
      moving.before?.(world)
      const request = moving.request(world)
      return world.try(type, { ...request, ...change(world, request) }, optionsOf(moving, world))
    })
  const ranged = (refused: RefusalCode, title: string, ...ranges: [string, string][]) =>
    changed(refused, title, () => ({ ranges }))
  return [
    changed('batch-unknown', 'a batch that was never issued', (world) => ({ batch: world.id('no batch') })),
    changed('account-unknown', 'an account that was never opened', (world) => ({ [from]: world.id('nobody') })),
    changed('account-kind', 'an account of another kind', (world) => ({ [from]: world.id(otherKind) })),
    ...(holding === undefined
      ? []
      : [
          changed('account-not-active', 'an account that is suspended', (world, request) => {
            world.do('AccountSuspended', { account: request[holding], reason: 'investigation' })
            return {}
          }),
        ]),
    changed('organisation-suspended', 'an account whose holder is suspended', (world) => {
      const [field, account] = company
      const organisation = world.state.get('account', world.id(account))?.organisation
      world.do('OrganisationSuspended', { organisation, reason: 'investigation' })
      return { [field]: world.id(account) }
    }),
    changed('same-account', 'both sides are the same', same),
    ranged('ranges-disorder', 'ranges that do not ascend', ['5', '10'], ['1', '2']),
    ranged('ranges-disorder', 'ranges that touch', ['1', '5'], ['6', '10']),
    ranged('ranges-disorder', 'a range that ends before it begins', ['10', '1']),
    ranged('range-outside-batch', 'a serial after the last of the batch', ['10', '301']),
    changed('not-owned', 'units of another batch, which the account does not hold', (world) => {
      return { batch: world.id('tide 2024'), ranges: [['301', '305']] }
    }),
    changed('on-hold', 'one unit of the range is on hold', (world) => hold(world, { range: ['10', '10'] })),
    changed('on-hold', 'the whole batch is on hold', (world) => hold(world, { range: null })),
    ...(takes ? takingCases(moving, changed) : []),
  ]
}

function hold(world: World, { range }: { range: [string, string] | null }): Request {
  const placed = { hold: world.id('hold'), account: null, batch: world.id('solar 2024'), range, reason: 'court-order' }
  world.do('HoldPlaced', { ...placed, expiresAt: null })
  return {}
}

function takingCases(
  { from = 'from', scatter: [type, to] = ['CreditsTransferred', 'port reserve'] }: Moving,
  changed: (refused: RefusalCode, title: string, change: Change) => Case,
): Case[] {
  const few = { ranges: undefined, quantity: '1000' }
  return [
    changed('not-enough-credits', 'more than the account holds', () => few),
    changed('account-unknown', 'a quantity of an account that was never opened', (world) => {
      return { ...few, [from]: world.id('nobody') }
    }),
    changed('too-fragmented', 'more pieces than an entry may have', (world) => {
      scatter(world, type, to)
      return { ranges: undefined, quantity: '111' }
    }),
    changed('too-fragmented', 'a range in more pieces than an entry may touch', (world) => {
      scatter(world, type, to)
      return { ranges: [['1', '211']] }
    }),
  ]
}

function scatter(world: World, type: RuleName, to: string): void {
  const odd = Array.from({ length: 101 }, (_, at) => [`${11 + 2 * at}`, `${11 + 2 * at}`])
  for (const ranges of [odd.slice(0, 100), odd.slice(100)]) {
    const request = { batch: world.id('solar 2024'), from: world.id('sun'), to: world.id(to), ranges }
    const more = type === 'BufferContributed' ? { repays: null } : {}
    world.do(type, { ...request, ...more }, { by: world.id('sun admin') })
  }
}
