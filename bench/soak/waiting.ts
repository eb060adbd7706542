import { command, holderOf, type Kind, MOST_STANDING, receiverOf, type Scene } from './scene.ts'
import { rangeOf, takeAny, type Waiting } from './stock.ts'
import { CAREFUL, EASY } from './world.ts'

/** Of the movements that are proposed, how many go from or to holders with two mandates. */
const CAREFUL_SHARE = 0.5

interface Written {
  id: string
  entry: { index: number }
}

/** A transfer that its receiver is to accept, and that a second mandate of a careful holder approves before. */
function propose(scene: Scene): Promise<boolean> | undefined {
  const { stock } = scene.world
  if (stock.waiting.length >= MOST_STANDING) return undefined
  const careful = scene.chance() < CAREFUL_SHARE
  const second = careful ? takeAny(stock.careful, scene.chance) : undefined
  const lot = second ?? takeAny(stock.byRange, scene.chance)
  if (!lot) return undefined
  const approve = second !== undefined
  const to = careful && !approve ? EASY + Math.floor(scene.chance() * CAREFUL) : receiverOf(scene, lot)
  const { account: from, person } = holderOf(scene, lot.holder)
  const units = { batch: lot.batch, from, to: holderOf(scene, to).account, ranges: [rangeOf(lot)] }
  const asked = { body: { kind: 'transfer', ...units, acceptance: true }, type: 'MovementProposed' }
  return command<Written>(scene, person, '/national/movements', asked, ({ id, entry }, sent) => {
    sent.index = entry.index
    stock.waiting.push({ movement: id, lot, to, approve })
  })
}

/** The next step of a movement that waits: an approval, or the acceptance, which is the movement itself. */
function step(scene: Scene): Promise<boolean> | undefined {
  const { stock } = scene.world
  const waiting = takeAny(stock.waiting, scene.chance)
  if (!waiting) return undefined
  const { movement, lot, to, approve } = waiting
  const person = approve ? holderOf(scene, lot.holder).second : holderOf(scene, to).person
  const asked = { body: {}, type: approve ? 'MovementApproved' : 'CreditsTransferred' }
  return command<Written>(scene, person, `/national/movements/${movement}/approvals`, asked, ({ entry }, sent) => {
    sent.index = entry.index
    if (approve) stock.waiting.push({ ...waiting, approve: false })
    else (to < EASY ? stock.byRange : stock.careful).push({ ...lot, holder: to })
  })
}

/** The receiver declines; the units are free again. */
function decline(scene: Scene): Promise<boolean> | undefined {
  const { stock } = scene.world
  const waiting = takeAny(stock.waiting, scene.chance)
  if (!waiting) return undefined
  const { movement, lot, to }: Waiting = waiting
  const asked = { body: {}, type: 'MovementDeclined' }
  const { person } = holderOf(scene, to)
  return command<Written>(scene, person, `/national/movements/${movement}/decline`, asked, ({ entry }, sent) => {
    sent.index = entry.index
    ;(lot.holder < EASY ? stock.byRange : stock.careful).push(lot)
  })
}

/** Movements that wait for others. */
export const WAITING_KINDS: readonly Kind[] = [
  { name: 'proposeMovement', share: 3, command: true, run: propose },
  { name: 'stepMovement', share: 4.5, command: true, run: step },
  { name: 'declineMovement', share: 0.5, command: true, run: decline },
]
