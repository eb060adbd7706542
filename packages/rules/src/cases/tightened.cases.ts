import { type Case, refuses, writes } from './case.fixture.ts'
import { policy, propose, retirement, transfer } from './movements.cases.ts'
import type { World } from './world.fixture.ts'

const approvers = (world: World) => world.law().permissions.actions['movements.approve']

/** From now on so many mandates of these roles approve movements of a kind. */
function ask(world: World, action: string, count: number, by = ['government/Admin']): void {
  world.adopt('permissions', (table) => {
    const approve = Object.fromEntries(by.map((role) => [role, 'any']))
    Object.assign(table.actions, { 'movements.approve': { ...approvers(world), ...approve } })
    Object.assign(table.approvals, { [action]: [{ count, by }] })
  })
}

const last = (world: World, by: string) =>
  world.try('CreditsTransferred', { ...transfer(world), pending: world.id('movement') }, { by: world.id(by) })
const retire = (world: World, by: string) =>
  world.try('CreditsRetired', { ...retirement(world), pending: world.id('movement') }, { by: world.id(by) })
const approve = (world: World, by: string) =>
  world.try('MovementApproved', { movement: world.id('movement') }, { by: world.id(by) })

/** A transfer that the receiver is to accept; since then its holder asks for two of his own. */
function secondSince(world: World): void {
  propose(world, 'CreditsTransferred', { acceptance: true })
  policy(world, 'sun', { secondAbove: '9' })
}

/** A transfer that a second mandate is to approve; since then its receiver wants to accept. */
function acceptanceSince(world: World): void {
  policy(world, 'sun', { secondAbove: '0' })
  propose(world, 'CreditsTransferred')
  policy(world, 'port', { acceptance: true })
}

/** A retirement that a second mandate is to approve; since then the table has an officer approve it, too. */
function officerSince(world: World): void {
  policy(world, 'sun', { secondAbove: '0' })
  propose(world, 'CreditsRetired')
  ask(world, 'credits.retire', 1)
}

const moved = [
  'hold movement/0: gone',
  'pending movement: gone',
  'new ended movement: index 26',
  '10 solar/2024/ITMO: sun → port',
  'units solar 2024 1-10: port',
]

/** Movements that wait while what is asked for becomes more, or less. */
export const tightenedCases: Case[] = [
  refuses('CreditsTransferred', 'not-permitted', 'accepted, though the holder asks for two by now', (world) => {
    secondSince(world)
    return last(world, 'port admin')
  }),
  refuses('CreditsTransferred', 'step-missing', 'approved, though the receiver wants to accept by now', (world) => {
    acceptanceSince(world)
    return last(world, 'sun second')
  }),
  refuses('CreditsTransferred', 'not-permitted', 'the holder accepts for the receiver who wants to by now', (world) => {
    acceptanceSince(world)
    approve(world, 'sun second')
    return last(world, 'sun second')
  }),
  refuses('CreditsRetired', 'step-missing', 'approved, though the table asks for an officer by now', (world) => {
    officerSince(world)
    return retire(world, 'sun second')
  }),
  refuses('CreditsRetired', 'step-missing', 'approved by an officer, though the table asks for two by now', (world) => {
    ask(world, 'credits.retire', 1)
    propose(world, 'CreditsRetired')
    ask(world, 'credits.retire', 2)
    return retire(world, 'officer')
  }),
  refuses('CreditsRetired', 'step-missing', 'approved by one whom the table does not name any more', (world) => {
    ask(world, 'credits.retire', 1)
    propose(world, 'CreditsRetired')
    ask(world, 'credits.retire', 1, ['government/ViewOnly'])
    return retire(world, 'officer')
  }),
  writes(
    'MovementApproved',
    'what is asked for since the proposal is asked for to the end',
    (world) => {
      officerSince(world)
      return approve(world, 'officer')
    },
    ['pending movement: approvers [] → [officer], given [] → [[government/Admin]]'],
  ),
  writes(
    'MovementApproved',
    'by the second mandate whom the holder asks for since; the receiver accepts after that',
    (world) => {
      secondSince(world)
      return approve(world, 'sun second')
    },
    ['pending movement: approvers [] → [sun second], given [] → [null]'],
  ),
  writes(
    'CreditsTransferred',
    'accepted by the receiver who wants to since the proposal, after the approval',
    (world) => {
      acceptanceSince(world)
      approve(world, 'sun second')
      return last(world, 'port admin')
    },
    moved.map((line) => line.replace('26', '27')),
  ),
  writes(
    'CreditsTransferred',
    'a policy that asks for nothing of so few units changes nothing',
    (world) => {
      propose(world, 'CreditsTransferred', { acceptance: true })
      policy(world, 'sun', { secondAbove: '10' })
      return last(world, 'port admin')
    },
    moved.map((line) => line.replace('26', '25')),
  ),
  writes(
    'CreditsTransferred',
    'an approval that more may give by now is one approval as before',
    (world) => {
      ask(world, 'credits.transfer', 1)
      propose(world, 'CreditsTransferred')
      ask(world, 'credits.transfer', 1, ['government/Admin', 'government/ViewOnly'])
      return last(world, 'officer')
    },
    moved,
  ),
  refuses('CreditsTransferred', 'step-missing', 'what was asked for first is not asked for less', (world) => {
    ask(world, 'credits.transfer', 2)
    propose(world, 'CreditsTransferred')
    ask(world, 'credits.transfer', 1)
    return last(world, 'officer')
  }),
]
