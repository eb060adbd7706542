import { join } from 'node:path'
import { isReceipt, type Ledger, randomId } from '@tallystick/ledger'
import type { Genesis } from '@tallystick/rules'
import { readConfig } from '../../apps/server/src/platform/config.ts'
import { consoleNotify } from '../../apps/server/src/platform/notify.ts'
import { openRegistry } from '../../apps/server/src/registry.ts'
import { freshName, type Server } from '../database.ts'
import { chanceOf, times } from '../load.ts'
import { type Person, signInAll } from '../people.ts'
import { LOT, send } from '../world.ts'
import { emptyStock, type Stock } from './stock.ts'

const HOLDERS = 200
/** Of the holders, those in whose accounts nothing moves without a second mandate: the last ones. */
export const CAREFUL = 20
export const EASY = HOLDERS - CAREFUL
/** Batches that are moved by quantity, and lots in each. */
const BY_QUANTITY = { batches: 40, lots: 100 }
/** Batches that are moved by range. */
const BY_RANGE = { batches: 200, lots: 20 }
const CLIENTS = 100
const AUTHORISED = '1000000000000'
export const ROOT_EMAIL = 'root@authority.example'

export interface Holder {
  account: string
  retirement: string
  person: Person
  /** Of the same organisation; approves what leaves the account of a careful holder. */
  second: Person
}

/** A registry in use: who is there, and who has what. */
export interface World {
  url: string
  /** Data folder of the process that signs. */
  signerFolder: string
  holders: Holder[]
  officers: [Person, Person]
  project: string
  authorisation: string
  stock: Stock
}

/** Founds a registry and fills it through the ledger's own commands: about 15,000 entries. */
export async function makeWorld(server: Server, seed: number, tell: (text: string) => void): Promise<World> {
  const url = await server.create(freshName('soak'))
  const signerFolder = join(server.folder, 'signer')
  const registry = await openRegistry(
    readConfig({ DATABASE_URL: url, DATA_DIR: signerFolder, ROOT_EMAIL }, server.folder),
    { log: { info: () => undefined, warn: tell }, notify: consoleNotify(() => undefined) },
  )
  try {
    const { ledger, openings, genesis } = registry.services
    const commit = (names: string[]) => openings.commitAll(names)
    const made = await fill({ ledger, genesis, commit, chance: chanceOf(seed), tell })
    const { admin, second } = made.officers
    const mandates = made.holders.flatMap(({ mandate, second }) => [mandate, second])
    const people = await signInAll(url, [...mandates, admin, second])
    const person = (at: number): Person => people.at(at) ?? { mandate: '', user: '', token: '' }
    const holders = made.holders.map(({ account, retirement }, at) => {
      return { account, retirement, person: person(2 * at), second: person(2 * at + 1) }
    })
    const { project, authorisation, stock } = made
    return { url, signerFolder, holders, officers: [person(-2), person(-1)], project, authorisation, stock }
  } finally {
    await registry.close()
  }
}

interface Filling {
  ledger: Ledger
  genesis: Genesis
  commit(names: string[]): Promise<string[]>
  chance(): number
  tell(text: string): void
}

interface NewHolder {
  organisation: string
  mandate: string
  second: string
  account: string
  retirement: string
}

async function fill(filling: Filling) {
  const { tell } = filling
  const officers = await grantOfficers(filling)
  const holders = await makeHolders(filling, officers)
  tell(`${holders.length} holders`)
  const { project, authorisation } = await registerProject(filling, officers.admin, holders)
  const stock = emptyStock()
  const deal = async ({ batches, lots }: typeof BY_RANGE, byRange: boolean) => {
    let next = 0
    await times(batches, CLIENTS, async () => {
      const vintage = String(2018 + (next++ % 7))
      const first = await issue(filling, officers, { authorisation, vintage, quantity: String(lots * LOT) })
      await dealOut(filling, holders, first, { lots, byRange, stock })
      return true
    })
  }
  await deal(BY_QUANTITY, false)
  tell('batches that are moved by quantity')
  await deal(BY_RANGE, true)
  tell('batches that are moved by range')
  return { officers, holders, project, authorisation, stock }
}

interface Officers {
  admin: string
  second: string
}

async function grantOfficers({ ledger, genesis }: Filling): Promise<Officers> {
  const grant = async (by: string, role: string) => {
    const mandate = randomId()
    await must(ledger, by, 'MandateGranted', { mandate, organisation: genesis.authority, role, limit: null })
    return mandate
  }
  const root = await grant(genesis.system, 'government/Root')
  return { admin: await grant(root, 'government/Admin'), second: await grant(root, 'government/Admin') }
}

async function makeHolders({ ledger, commit }: Filling, { admin, second: other }: Officers): Promise<NewHolder[]> {
  const names = await commit(Array.from({ length: HOLDERS }, (_, at) => `Holder ${at}`))
  const holders = names.map(() => ({
    ...{ organisation: randomId(), mandate: randomId(), second: randomId() },
    ...{ account: randomId(), retirement: randomId() },
  }))
  let next = 0
  await times(HOLDERS, CLIENTS, async () => {
    const at = next++
    const { organisation, mandate, second, account, retirement } = holders[at] as NewHolder
    const accounts = [
      { account, kind: 'holding' },
      { account: retirement, kind: 'retirement' },
    ]
    await must(ledger, admin, 'OrganisationRegistered', { organisation, kind: 'developer', name: names[at] })
    await must(ledger, admin, 'AccountsOpened', { organisation, accounts })
    // Two people whom different officers have admitted: only then the second counts as another.
    for (const [one, by] of [
      [mandate, admin],
      [second, other],
    ] as const) {
      await must(ledger, by, 'MandateGranted', { mandate: one, organisation, role: 'developer/Admin', limit: null })
    }
    if (at < EASY) return true
    const policy = { secondAbove: '0', acceptance: false, trustedOnly: false }
    await must(ledger, mandate, 'AccountPolicySet', { account, policy })
    return true
  })
  return holders
}

/** A project of the first holder, with an authorisation that does not run out. */
async function registerProject({ ledger, commit }: Filling, admin: string, [owner]: NewHolder[]) {
  const [project, authorisation] = [randomId(), randomId()]
  const [title = ''] = await commit(['Salt Lake solar plant'])
  const owners = [{ account: owner?.account, share: '100' }]
  await must(ledger, admin, 'ProjectRegistered', { project, title, scope: '1', methodology: 'AMS-I.D', owners })
  await must(ledger, admin, 'ProjectMoved', { project, move: 'register' })
  await must(ledger, admin, 'QuantityAuthorised', {
    ...{ authorisation, project, unitType: 'ITMO', quantity: AUTHORISED, purposes: ['NDC'] },
    ...{ firstTransfer: null, cooperativeApproach: null },
  })
  return { project, authorisation }
}

interface Issued {
  batch: string
  first: bigint
}

async function issue(
  { ledger }: Filling,
  { admin, second }: { admin: string; second: string },
  request: { authorisation: string; vintage: string; quantity: string },
): Promise<Issued> {
  const batch = randomId()
  await must(ledger, admin, 'BatchIssued', { batch, ...request, monitoringPeriod: null }, second)
  const row = await ledger.row('batch', batch)
  if (!row) throw new Error('a batch that was issued is there')
  return { batch, first: row.first }
}

/** Each lot of a batch goes to a holder by chance, as it would lie after years of trade. */
async function dealOut(
  { ledger, chance }: Filling,
  holders: readonly NewHolder[],
  { batch, first }: Issued,
  { lots, byRange, stock }: { lots: number; byRange: boolean; stock: Stock },
): Promise<void> {
  const ranges = holders.map((): [string, string][] => [])
  for (let at = 0; at < lots; at += 1) {
    const holder = Math.floor(chance() * EASY)
    const start = first + BigInt(at * LOT)
    const own = ranges[holder]
    const last = own?.at(-1)
    const end = String(start + BigInt(LOT) - 1n)
    if (last && BigInt(last[1]) + 1n === start) last[1] = end
    else own?.push([String(start), end])
    if (byRange) stock.byRange.push({ batch, holder, first: start })
    else stock.byQuantity.push({ batch, holder, first: undefined })
  }
  const [pool] = holders
  for (const [at, { account: to }] of holders.entries()) {
    const own = ranges[at] ?? []
    if (at === 0 || own.length === 0 || !pool) continue
    await must(ledger, pool.mandate, 'CreditsTransferred', { batch, from: pool.account, to, ranges: own })
  }
}

async function must(ledger: Ledger, by: string, type: string, request: Record<string, unknown>, approver?: string) {
  const outcome = await send(ledger, by, type, request, approver)
  if (!isReceipt(outcome)) throw new Error(`${type} was refused: ${JSON.stringify(outcome)}`)
}
