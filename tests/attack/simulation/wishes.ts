import type { Dice, LedgerFixture, Wish } from '../../support/ledger-fixture.ts'

const holdings = ['alpha', 'alphaTwo', 'beta'] as const
const ownerOf = { alpha: 'alpha', alphaTwo: 'alpha', beta: 'beta' } as const

/** What a client may want: movements that meet each other, holds that stop them, now and then an issuance. */
export function someWish(fixture: LedgerFixture, dice: Dice): Wish {
  const wishes = [transfer, transfer, transfer, retire, retire, hold, issue]
  return dice.pick(wishes)(fixture, dice)
}

/** Of the first serials, so that clients meet. */
function units({ batches }: LedgerFixture, dice: Dice) {
  const batch = batches[0] ?? ''
  if (dice.below(2) === 0) return { batch, quantity: `${1 + dice.below(30_000)}` }
  const first = 1 + dice.below(200)
  return { batch, ranges: [[`${first}`, `${first + dice.below(60)}`]] }
}

function transfer(fixture: LedgerFixture, dice: Dice): Wish {
  const from = dice.pick(holdings)
  const to = dice.pick(holdings.filter((name) => name !== from))
  const { accounts, mandates } = fixture
  const request = { ...units(fixture, dice), from: accounts[from], to: accounts[to] }
  return { type: 'CreditsTransferred', by: mandates[ownerOf[from]], request }
}

function retire(fixture: LedgerFixture, dice: Dice): Wish {
  const from = dice.pick(holdings)
  const owner = ownerOf[from]
  const { accounts, mandates } = fixture
  const to = accounts[`${owner}Retired`]
  const request = { ...units(fixture, dice), from: accounts[from], to, purpose: 'voluntary', beneficiary: null }
  return { type: 'CreditsRetired', by: mandates[owner], request }
}

function hold({ batches, mandates }: LedgerFixture, dice: Dice): Wish {
  const first = 1 + dice.below(200)
  const range = [`${first}`, `${first + dice.below(40)}`]
  const request = { hold: dice.id(), reason: 'other', account: null, batch: batches[0] ?? '', range }
  return { type: 'HoldPlaced', by: mandates.admin, request }
}

function issue({ authorisation, mandates }: LedgerFixture, dice: Dice): Wish {
  const quantity = `${1 + dice.below(40_000)}`
  const request = { batch: dice.id(), authorisation, vintage: '2025', quantity, monitoringPeriod: null }
  return { type: 'BatchIssued', by: mandates.admin, approvers: [mandates.approver], request }
}
