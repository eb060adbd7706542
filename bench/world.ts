import { randomBytes } from 'node:crypto'
import { isReceipt, type Ledger, type Outcome, randomId } from '@tallystick/ledger'
import { type Genesis, isRefusal, proposalHash, sha256Hex } from '@tallystick/rules'
import { chanceOf, times } from './load.ts'

/** Units in one lot: whatever moves is one lot, so that the tenth entry and the millionth are alike. */
export const LOT = 100
/** Lots of each batch that each holder has at first. */
export const LOTS_HELD = 10
const BATCHES = 7
const CLIENTS = 400

/** A holder with one account, one person and the same number of lots of each batch, scattered over it. */
export interface Holder {
  organisation: string
  mandate: string
  account: string
}

/** Who and what is traded. */
export interface World {
  genesis: Genesis
  holders: Holder[]
  batches: string[]
}

export interface WorldOptions {
  accounts: number
  seed: number
  /** Stores names behind commitments and answers those, in order. */
  commit(names: string[]): Promise<string[]>
  onProgress(text: string): void
}

/**
 * Makes a market on a ledger that is founded: holders, batches, and the units dealt out in lots, all through the
 * ledger's own commands. With 1,000 accounts these are about 10,000 entries.
 */
export async function makeWorld(ledger: Ledger, options: WorldOptions): Promise<World> {
  const genesis = await ledger.genesis()
  if (!genesis) throw new Error('the ledger is founded before it is filled')
  const officers = await grantOfficers(ledger, genesis)
  const holders = await makeHolders(ledger, officers.admin, options)
  const [title = ''] = await options.commit(['Salt Lake solar plant'])
  const batches = await issueBatches(ledger, officers, holders, title, options.accounts)
  await dealOut(ledger, holders, batches, options)
  return { genesis, holders, batches }
}

async function grantOfficers(ledger: Ledger, genesis: Genesis) {
  const grant = async (by: string, role: string) => {
    const mandate = randomId()
    await must(ledger, by, 'MandateGranted', { mandate, organisation: genesis.authority, role, limit: null })
    return mandate
  }
  const root = await grant(genesis.system, 'government/Root')
  return { admin: await grant(root, 'government/Admin'), second: await grant(root, 'government/Admin') }
}

async function makeHolders(ledger: Ledger, admin: string, { accounts, commit, onProgress }: WorldOptions) {
  const names = await commit(Array.from({ length: accounts }, (_, at) => `Holder ${at}`))
  const holders = names.map(() => ({ organisation: randomId(), mandate: randomId(), account: randomId() }))
  let next = 0
  await times(accounts, CLIENTS, async () => {
    const at = next++
    const { organisation, mandate, account } = holders[at] as Holder
    await must(ledger, admin, 'OrganisationRegistered', { organisation, kind: 'developer', name: names[at] })
    await must(ledger, admin, 'AccountsOpened', { organisation, accounts: [{ account, kind: 'holding' }] })
    await must(ledger, admin, 'MandateGranted', { mandate, organisation, role: 'developer/Admin', limit: null })
    return true
  })
  onProgress(`${accounts} holders`)
  return holders
}

async function issueBatches(
  ledger: Ledger,
  { admin, second }: { admin: string; second: string },
  holders: Holder[],
  title: string,
  accounts: number,
): Promise<string[]> {
  const [project, authorisation] = [randomId(), randomId()]
  const owners = [{ account: holders[0]?.account, share: '100' }]
  const quantity = String(accounts * LOTS_HELD * LOT)
  await must(ledger, admin, 'ProjectRegistered', { project, title, scope: '1', methodology: 'AMS-I.D', owners })
  await must(ledger, admin, 'ProjectMoved', { project, move: 'register' })
  await must(ledger, admin, 'QuantityAuthorised', {
    authorisation,
    project,
    unitType: 'ITMO',
    quantity: String(BigInt(quantity) * BigInt(BATCHES)),
    purposes: ['NDC'],
    firstTransfer: null,
    cooperativeApproach: null,
  })
  const batches: string[] = []
  for (let at = 0; at < BATCHES; at += 1) {
    const batch = randomId()
    const request = { batch, authorisation, vintage: String(2018 + at), quantity, monitoringPeriod: null }
    await must(ledger, admin, 'BatchIssued', request, second)
    batches.push(batch)
  }
  return batches
}

/** Each holder gets its lots of each batch at random places, as they would lie after years of trade. */
async function dealOut(ledger: Ledger, holders: Holder[], batches: string[], { seed, onProgress }: WorldOptions) {
  const [pool] = holders
  if (!pool) throw new Error('there are holders')
  const chance = chanceOf(seed)
  for (const [at, batch] of batches.entries()) {
    const row = await ledger.row('batch', batch)
    const first = row?.first ?? 0n
    const lots = shuffled(holders.length * LOTS_HELD, chance)
    let next = 1
    await times(holders.length - 1, CLIENTS, async () => {
      const holder = next++
      const ranges = rangesOf(first, lots.slice(holder * LOTS_HELD, (holder + 1) * LOTS_HELD))
      const to = holders[holder]?.account
      await must(ledger, pool.mandate, 'CreditsTransferred', { batch, from: pool.account, to, ranges })
      return true
    })
    onProgress(`batch ${at + 1} of ${batches.length} dealt out`)
  }
}

function shuffled(length: number, chance: () => number): number[] {
  const numbers = Array.from({ length }, (_, at) => at)
  for (let at = length - 1; at > 0; at -= 1) {
    const other = Math.floor(chance() * (at + 1))
    ;[numbers[at], numbers[other]] = [numbers[other] ?? 0, numbers[at] ?? 0]
  }
  return numbers
}

/** Lots as ranges of serials; neighbours are one range. */
function rangesOf(first: bigint, lots: number[]): [string, string][] {
  const ranges: { from: number; to: number }[] = []
  for (const lot of lots.sort((a, b) => a - b)) {
    const last = ranges.at(-1)
    if (last && last.to + 1 === lot) last.to = lot
    else ranges.push({ from: lot, to: lot })
  }
  const serial = (lot: number) => first + BigInt(lot * LOT)
  return ranges.map(({ from, to }) => [String(serial(from)), String(serial(to + 1) - 1n)])
}

async function must(ledger: Ledger, by: string, type: string, request: Record<string, unknown>, approver?: string) {
  const outcome = await send(ledger, by, type, request, approver)
  if (!isReceipt(outcome)) throw new Error(`${type} was refused: ${JSON.stringify(outcome)}`)
}

/** Sends a command under a fresh key, as the server does; where it needs an approval, with that of one mandate. */
export async function send(
  ledger: Ledger,
  by: string,
  type: string,
  request: Record<string, unknown>,
  approver?: string,
): Promise<Outcome> {
  const key = { sender: by, id: randomBytes(16).toString('hex') }
  const requestHash = sha256Hex(JSON.stringify(request))
  const submission = { type, by, key, requestHash, request }
  const outcome = await ledger.execute(submission)
  const asked = approver !== undefined && isRefusal(outcome) ? outcome.proposal : undefined
  if (approver === undefined || asked === undefined) return outcome
  const proposal = proposalHash({ ...asked, type, by, key: await ledger.loggedKey(key) })
  return ledger.execute({ ...submission, approvals: [{ by: approver, proposal }], request: asked.body })
}
