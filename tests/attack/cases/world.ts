import { expect } from 'vitest'
import {
  type Answer,
  type Api,
  type Cast,
  type Developer,
  issue,
  registerProject,
  setUpCast,
  signIn,
} from '../../support/api.ts'
import { startTwoNationals, type TwoNationals } from '../../support/two-nationals.ts'

/** Plenty for every round. */
const AUTHORISED = '100000000'
const PROJECTS = 48
const CONCURRENT = 12

interface Holder {
  holding: string
}

/** A batch of 1,000 that A holds. */
export interface Block {
  id: string
  first: bigint
  last: bigint
  serial: string
}

export interface Careful extends Developer {
  authorisation: string
  /** Further mandates of E. */
  colleagues: Api[]
  /** Mandates of B, who may accept. */
  receivers: Api[]
  /** How often which of those who met has won. */
  winners: Map<string, number>
  /** Movements whose time was over before they were approved: the system ends them. */
  overdue: { movement: string; block: Block }[]
}

export interface CasesWorld {
  nationals: TwoNationals
  cast: Cast
  /** A, to whom all is issued, and the three others. */
  holders: { a: Developer; b: Developer; c: Holder; d: Holder }
  /** Officers who may approve what the first officer proposes. */
  approvers: Api[]
  authorisation: string
  /** E, of whose account more than 250 leave only by two mandates. */
  careful: Careful
  /** Of A alone, each with its batch, for what is to happen on many projects at once. */
  projects: { authorisation: string; batch: string }[]
}

/** Requests that meet, and their only right answer. */
export interface Case {
  id: string
  what: string
  round(world: CasesWorld, round: number): Promise<void>
}

export async function setUpCases(): Promise<CasesWorld> {
  const nationals = await startTwoNationals()
  const [first] = nationals.servers
  const cast = await setUpCast(first.url, first.linkFor, 'root@authority.example')
  const [a, b] = cast.developers
  const holders = { a, b, c: await developer(cast, 'Cedar Trading'), d: await developer(cast, 'Delta Offsets') }
  const { organisation } = await cast.root.get('/national/sessions/current')
  const join = async (by: Api, organisation: string, email: string) => {
    await by.done('/national/users', { email, name: 'Colleague', organisation, role: 'Admin' })
    return signIn(first.url, await first.linkFor(email))
  }
  const approvers = [cast.second]
  for (let at = 0; at < 7; at += 1) {
    approvers.push(await join(cast.root, organisation.id, `approver${at}@authority.example`))
  }
  const { authorisation } = await registerProject(cast, ['100', '0'], AUTHORISED)
  const projects: CasesWorld['projects'] = []
  await atOnce(PROJECTS, CONCURRENT, async () => {
    const one = (await registerProject(cast, ['100', '0'], AUTHORISED)).authorisation.id
    projects.push({ authorisation: one, batch: (await issue(cast, one, '2024', '1000000')).id })
  })
  const careful = await carefulHolder(cast, join)
  return { nationals, cast, holders, approvers, authorisation: authorisation.id, careful, projects }
}

const MANDATES = 6

async function carefulHolder(
  cast: Cast,
  join: (by: Api, organisation: string, email: string) => Promise<Api>,
): Promise<Careful> {
  const [, receiver] = cast.developers
  const ember = await developer(cast, 'Ember Forestry')
  const api = await join(cast.officer, ember.organisation, 'ember@developer.example')
  const [colleagues, receivers]: [Api[], Api[]] = [[], [receiver.api]]
  for (let at = 0; at < MANDATES; at += 1) {
    colleagues.push(await join(cast.second, ember.organisation, `ember${at}@developer.example`))
    receivers.push(await join(cast.officer, receiver.organisation, `receiver${at}@developer.example`))
  }
  const owner = { ...ember, api }
  const { authorisation } = await registerProject({ ...cast, developers: [owner, receiver] }, ['100', '0'], AUTHORISED)
  const policy = { secondAbove: '250', acceptance: false, trustedOnly: false }
  await api.done(`/national/accounts/${ember.holding}/policy`, policy)
  return { ...owner, authorisation: authorisation.id, colleagues, receivers, winners: new Map(), overdue: [] }
}

async function developer(cast: Cast, name: string): Promise<Omit<Developer, 'api'>> {
  const { id } = await cast.officer.done('/national/organisations', { kind: 'developer', name })
  const { accounts } = await cast.officer.done('/national/accounts', { organisation: id })
  const holding = accounts.find(({ kind }: { kind: string }) => kind === 'holding').id
  return { organisation: id, holding }
}

/** Does work so many times, with so many at the same time; answers in the order of the work. */
export async function atOnce<T>(times: number, concurrent: number, work: (at: number) => Promise<T>): Promise<T[]> {
  const results: T[] = []
  let next = 0
  const worker = async () => {
    for (let at = next++; at < times; at = next++) results[at] = await work(at)
  }
  await Promise.all(Array.from({ length: Math.min(times, concurrent) }, worker))
  return results
}

export async function newBlock({ cast, authorisation }: CasesWorld, of = authorisation): Promise<Block> {
  const { id, block } = await issue(cast, of, '2024', '1000')
  return { id, first: BigInt(block.first), last: BigInt(block.last), serial: block.serial }
}

/** Sends commands of A at the same moment, in turns to the two processes. */
export function sendAtOnce({ nationals, holders }: CasesWorld, path: string, bodies: object[], key?: string) {
  return Promise.all(bodies.map((body, at) => nationals.inTurns(holders.a.api, at).command(path, body, key)))
}

/** Everything that an account has, by its balances. */
export async function balanceOf({ cast }: CasesWorld, account: string): Promise<bigint> {
  const { balances } = await cast.officer.get(`/national/accounts/${account}`)
  return balances.reduce((sum: bigint, { balance }: { balance: string }) => sum + BigInt(balance), 0n)
}

interface Part {
  first: string
  last: string
  quantity: string
  owner: { account: string }
}

function byOwner(parts: Part[]): Record<string, bigint> {
  const sums: Record<string, bigint> = {}
  for (const { owner, quantity } of parts) sums[owner.account] = (sums[owner.account] ?? 0n) + BigInt(quantity)
  return sums
}

/**
 * Holds a block against what must have become of it, at both processes: the parts cover it without overlap, each owner
 * has what is expected, every success is in the ledger and nothing else, and the public page says the same.
 */
export async function checkBlock(
  { nationals, cast }: CasesWorld,
  block: Block,
  { owned, answers }: { owned: Record<string, bigint>; answers: Answer[] },
): Promise<void> {
  const won = answers.filter(({ status }) => status === 201).map(({ body }) => body.entry.index as number)
  const lost = answers.filter(({ status }) => status !== 201)
  expect(lost.filter(({ status }) => status !== 409).map(({ status, body }) => [status, body])).toEqual([])
  for (const { url } of nationals.servers) {
    const reader = cast.officer.at(url)
    const { runs } = await reader.get(`/national/batches/${block.id}`)
    let next = block.first
    for (const { first, last } of runs as Part[]) {
      expect(BigInt(first)).toBe(next)
      next = BigInt(last) + 1n
    }
    expect(next).toBe(block.last + 1n)
    expect(byOwner(runs)).toEqual(owned)
    const { parts } = await reader.get(`/national/serials/${encodeURIComponent(block.serial)}`)
    expect(byOwner(parts)).toEqual(owned)
    const listed = await Promise.all(
      ['transfers', 'retirements'].map((list) => reader.get(`/national/${list}?batch=${block.id}&limit=200`)),
    )
    const indexes = listed.flatMap(({ items }) => items.map(({ entry }: { entry: { index: number } }) => entry.index))
    expect(indexes.sort()).toEqual([...new Set(won)].sort())
    const page = await reader.send('GET', `/serials/${encodeURIComponent(block.serial)}`)
    expect(page.status).toBe(200)
    for (const part of runs) expect(page.body).toContain(part.owner.organisation.name)
  }
}
