import { LOT } from '../world.ts'
import { command, holderOf, type Kind, MOST_STANDING, read, receiverOf, remember, type Scene } from './scene.ts'
import { rangeOf, takeAny } from './stock.ts'
import { WAITING_KINDS } from './waiting.ts'

/** Lots of a batch that is issued under load. */
const LOTS_ISSUED = 10

interface Moved {
  id: number
  certificate: number
  ranges: { serial: string }[]
  entry: { index: number }
}

function transferByQuantity(scene: Scene): Promise<boolean> | undefined {
  const { stock } = scene.world
  const lot = takeAny(stock.byQuantity, scene.chance)
  if (!lot) return undefined
  const to = receiverOf(scene, lot)
  const from = holderOf(scene, lot.holder)
  const body = { batch: lot.batch, from: from.account, to: holderOf(scene, to).account, quantity: String(LOT) }
  const asked = { body, type: 'CreditsTransferred' }
  return command<Moved>(scene, from.person, '/national/transfers', asked, ({ id }, sent) => {
    sent.index = id
    stock.byQuantity.push({ ...lot, holder: to })
  })
}

function transferByRange(scene: Scene): Promise<boolean> | undefined {
  const { stock } = scene.world
  const lot = takeAny(stock.byRange, scene.chance)
  if (!lot) return undefined
  const to = receiverOf(scene, lot)
  const from = holderOf(scene, lot.holder)
  const body = { batch: lot.batch, from: from.account, to: holderOf(scene, to).account, ranges: [rangeOf(lot)] }
  const asked = { body, type: 'CreditsTransferred' }
  return command<Moved>(scene, from.person, '/national/transfers', asked, ({ id, ranges }, sent) => {
    sent.index = id
    for (const { serial } of ranges) remember(scene.serials, serial, scene.chance)
    stock.byRange.push({ ...lot, holder: to })
  })
}

function retirement(scene: Scene): Promise<boolean> | undefined {
  const { stock } = scene.world
  const lot = takeAny(stock.byRange, scene.chance)
  if (!lot) return undefined
  const { account, person } = holderOf(scene, lot.holder)
  const beneficiary = { name: `Airline ${lot.holder}`, country: 'DE' }
  const body = { batch: lot.batch, from: account, ranges: [rangeOf(lot)], purpose: 'voluntary', beneficiary }
  const asked = { body, type: 'CreditsRetired' }
  return command<Moved>(scene, person, '/national/retirements', asked, ({ certificate, entry }, sent) => {
    sent.index = entry.index
    remember(scene.certificates, certificate, scene.chance)
    stock.retired.push(lot)
  })
}

interface Held {
  id: string
  entry: { index: number }
}

function placeHold(scene: Scene): Promise<boolean> | undefined {
  const { stock, officers } = scene.world
  if (stock.held.length >= MOST_STANDING) return undefined
  const lot = takeAny(stock.byRange, scene.chance)
  if (!lot) return undefined
  const body = { batch: lot.batch, range: rangeOf(lot), reason: 'investigation' }
  return command<Held>(scene, officers[0], '/national/holds', { body, type: 'HoldPlaced' }, ({ id, entry }, sent) => {
    sent.index = entry.index
    stock.held.push({ lot, hold: id })
  })
}

function liftHold(scene: Scene): Promise<boolean> | undefined {
  const { stock, officers } = scene.world
  const held = takeAny(stock.held, scene.chance)
  if (!held) return undefined
  const path = `/national/holds/${held.hold}/lift`
  return command<Held>(scene, officers[1], path, { body: {}, type: 'HoldLifted' }, ({ entry }, sent) => {
    sent.index = entry.index
    stock.byRange.push(held.lot)
  })
}

interface Proposed {
  id: string
  sha256: string
  body: { batch: string }
}

function proposeBatch(scene: Scene): Promise<boolean> | undefined {
  const { authorisation, officers } = scene.world
  if (scene.proposals.length >= MOST_STANDING) return undefined
  const vintage = String(2018 + Math.floor(scene.chance() * 7))
  const body = { authorisation, vintage, quantity: String(LOTS_ISSUED * LOT) }
  const asked = { body, type: undefined }
  return command<Proposed>(scene, officers[0], '/national/batches', asked, ({ id, sha256, body: proposed }, sent) => {
    sent.proposal = id
    scene.proposals.push({ id, sha256, batch: proposed.batch })
  })
}

/** The second officer approves; then the units are there, and their serials are read. */
function approveBatch(scene: Scene): Promise<boolean> | undefined {
  const proposal = takeAny(scene.proposals, scene.chance)
  if (!proposal) return undefined
  return carryOut(scene, proposal)
}

async function carryOut(scene: Scene, { id, sha256, batch }: Scene['proposals'][number]): Promise<boolean> {
  const { officers, stock } = scene.world
  const asked = { body: { sha256 }, type: 'BatchIssued' }
  const path = `/national/proposals/${id}/approvals`
  const isDone = await command<{ entry: { index: number } | null }>(scene, officers[1], path, asked, (made, sent) => {
    sent.index = made.entry?.index
    sent.proposal = id
  })
  const reply = isDone ? await read(scene, 'readBatch', `/national/batches/${batch}`) : undefined
  if (!reply) return false
  const { block } = JSON.parse(reply.body) as { block: { first: string } }
  for (let at = 0; at < LOTS_ISSUED; at += 1) {
    stock.byRange.push({ batch, holder: 0, first: BigInt(block.first) + BigInt(at * LOT) })
  }
  return true
}

function pickOf<T>(list: readonly T[], chance: () => number): T | undefined {
  return list[Math.floor(chance() * list.length)]
}

const reading = (name: string, share: number, pathOf: (scene: Scene) => string | undefined): Kind => ({
  ...{ name, share, command: false },
  run: (scene) => {
    const path = pathOf(scene)
    return path === undefined ? undefined : read(scene, name, path).then((reply) => reply !== undefined)
  },
})

const anyAccount = ({ world, chance }: Scene) => pickOf(world.holders, chance)?.account
const anyBatch = ({ world, chance }: Scene) => pickOf([world.stock.byQuantity, world.stock.byRange], chance)

/** Of 100 operations. Lots that are retired are as many as are issued, so that there is always as much to trade. */
export const KINDS: readonly Kind[] = [
  { name: 'transferByQuantity', share: 24, command: true, run: transferByQuantity },
  { name: 'transferByRange', share: 18, command: true, run: transferByRange },
  ...WAITING_KINDS,
  { name: 'retirement', share: 5, command: true, run: retirement },
  { name: 'placeHold', share: 2, command: true, run: placeHold },
  { name: 'liftHold', share: 2, command: true, run: liftHold },
  { name: 'proposeBatch', share: 0.5, command: true, run: proposeBatch },
  { name: 'approveBatch', share: 0.5, command: true, run: approveBatch },
  reading('readAccount', 10, (scene) => {
    const account = anyAccount(scene)
    return account && `/national/accounts/${account}`
  }),
  reading('readBatch', 8, (scene) => {
    const lot = pickOf(anyBatch(scene) ?? [], scene.chance)
    return lot && `/national/batches/${lot.batch}`
  }),
  reading('findSerial', 4, ({ serials, chance }) => {
    const serial = pickOf(serials, chance)
    return serial && `/national/serials/${encodeURIComponent(serial)}`
  }),
  reading('readCertificate', 4, ({ certificates, chance }) => {
    const certificate = pickOf(certificates, chance)
    return certificate === undefined ? undefined : `/national/certificates/${certificate}`
  }),
  reading('accountLedger', 5, (scene) => {
    const account = anyAccount(scene)
    return account && `/national/accounts/${account}/ledger`
  }),
  reading('projectLedger', 2, ({ world }) => `/national/projects/${world.project}/ledger`),
  reading('countryLedger', 2, () => '/national/ledgers/country'),
  reading('listTransfers', 3, () => '/national/transfers'),
]

const SHARES = KINDS.reduce((sum, { share }) => sum + share, 0)

/** An operation by chance, begun; where there is nothing for its kind, a transfer. */
export function nextOperation(scene: Scene): { kind: Kind; done: Promise<boolean> } {
  let at = scene.chance() * SHARES
  for (const kind of KINDS) {
    at -= kind.share
    const done = at < 0 ? kind.run(scene) : undefined
    if (done) return { kind, done }
    if (at < 0) break
  }
  for (const kind of KINDS) {
    const done = kind.run(scene)
    if (done) return { kind, done }
  }
  throw new Error('there is nothing left to trade')
}
