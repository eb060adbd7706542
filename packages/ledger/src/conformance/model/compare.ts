import { wordOf, wordsOf } from '@tallystick/rules'
import { expect } from 'vitest'
import type { Dump, Ledger } from '../../port.ts'
import { kinds } from './kept.ts'
import type { Model, Project, Whose } from './naive.ts'
import { issuedOf, standing } from './periods.ts'
import {
  ascending,
  balancesOf,
  bufferOf,
  heldOf,
  issuedUnder,
  movesIn,
  sinceOf,
  sumOf,
  transferredUnder,
} from './units.ts'

/** Every unit has the owner and the marks that the model says, and every count is what is counted one by one. */
export async function compare(ledger: Ledger, model: Model): Promise<void> {
  const dump = await ledger.dump()
  compareUnits(model, dump)
  compareUnitsAbroad(model, dump)
  await compareAccounts(model, ledger)
  compareRows(model, dump)
  compareCounts(model, dump)
}

function compareUnits(model: Model, { runs }: Dump): void {
  for (const [batch, { units }] of model.batches) {
    const stored = new Map<bigint, unknown>()
    for (const run of runs.filter((one) => one.batch === batch)) {
      for (let serial = run.first; serial <= run.last; serial += 1n) {
        const first = wordOf(run.attributes, 'first')
        const itmo = wordOf(run.attributes, 'itmo')?.split(':')
        stored.set(serial, {
          owner: run.account,
          first: first === undefined ? null : Number(first),
          itmo: itmo === undefined ? null : `${itmo[0]}:${serial + BigInt(itmo[1] ?? '')}`,
        })
      }
    }
    expect(stored).toEqual(units)
  }
}

function compareUnitsAbroad(model: Model, { runs }: Dump): void {
  for (const [space, units] of model.abroad) {
    const stored: unknown[] = []
    for (const run of runs.filter((one) => one.space === space)) {
      const words = wordsOf(run.attributes)
      for (let number = run.first; number <= run.last; number += 1n) {
        stored.push([number, run.class, run.account, !words.includes('evidenced'), words.includes('converted')])
      }
    }
    const counted = [...units]
      .sort(([a], [b]) => ascending(a, b))
      .map(([number, unit]) => {
        return [number, unit.class, model.registries.get(unit.registry)?.[unit.fate], unit.isIssued, unit.isConverted]
      })
    expect(stored).toEqual(counted)
  }
}

async function compareAccounts(model: Model, ledger: Ledger): Promise<void> {
  for (const [id, { policies, ...account }] of model.accounts) {
    const [strict, loosened = null] = policies
    const { from: _, ...terms } = strict ?? { from: '' }
    expect(await ledger.row('account', id)).toEqual({ ...account, policy: strict ? { ...terms, loosened } : null })
    if (account.kind === 'issuance') continue
    const balances = (await ledger.balances(id)).map(({ class: unitClass, balance }) => {
      return [unitClass, balance.credits - balance.debits] as const
    })
    expect(new Map(balances.filter(([, units]) => units > 0n))).toEqual(balancesOf(model, id))
  }
}

/** The rows of a kind, by id. */
function rowsOf({ rows }: Dump, kind: string): Map<string, unknown> {
  return new Map(rows.flatMap((put) => (put.kind === kind && put.row !== null ? [[put.id, put.row]] : [])))
}

function compareRows(model: Model, dump: Dump): void {
  const holds = [
    ...model.holds.keys(),
    ...[...model.pending, ...model.pledges].flatMap(([id, { ranges }]) => ranges.map((_, at) => `${id}/${at}`)),
  ]
  expect([...rowsOf(dump, 'hold').keys()].sort()).toEqual(holds.sort())
  const roles = (whose: Whose) => (whose === 'holder' ? null : ['government/Admin'])
  const waiting = [...model.pending].map(([id, { given, asked, ...rest }]) => {
    const missing = [...asked]
    for (const { whose } of given) missing.splice(missing.indexOf(whose), 1)
    const rows = { approvers: given.map(({ by }) => by), given: given.map(({ whose }) => roles(whose)) }
    return [id, { ...rest, ...rows, missing: missing.map(roles).sort() }] as const
  })
  const rows = [...rowsOf(dump, 'pending')].map(([id, row]) => {
    const { missing } = row as { missing: unknown[] }
    return [id, { ...(row as object), missing: missing.toSorted() }] as const
  })
  expect(new Map<string, unknown>(rows)).toEqual(new Map<string, unknown>(waiting))
  expect(rowsOf(dump, 'pledge')).toEqual(model.pledges)
  expect(rowsOf(dump, 'reversal')).toEqual(model.reversals)
  expect(rowsOf(dump, 'trusted')).toEqual(new Map([...model.trusted].map(([pair, from]) => [pair, { from }])))
  const ended = [...rowsOf(dump, 'ended').keys()].filter((id) => id.length === 32)
  expect(ended.sort()).toEqual([...model.ended].sort())
  for (const [id, { hand, active }] of model.mandates) {
    expect(rowsOf(dump, 'mandate').get(id)).toMatchObject({ hand, active })
  }
  for (const [id, organisation] of model.organisations) {
    const affiliates = model.affiliations
      .filter((pair) => pair.includes(id))
      .map((pair) => pair.find((one) => one !== id))
    expect(rowsOf(dump, 'organisation').get(id)).toEqual({
      ...organisation,
      affiliates: affiliates.sort(),
      name: id === model.authority ? null : expect.anything(),
    })
  }
  for (const [id, project] of model.projects) {
    const reversals = [...model.reversals.values()].filter(
      (one) => one.project === id && !['dismissed', 'compensated'].includes(one.state),
    ).length
    const debts = Object.fromEntries([...project.debts].map(([unitType, units]) => [unitType, `${units}`]))
    const { submitted, credits, renewed, ...known } = project
    expect(rowsOf(dump, 'project').get(id)).toMatchObject({
      ...known,
      documents: documentsOf(submitted),
      findings: findingsOf(model, id),
      ...periodsOf(model, id, { credits, renewed }),
      debts,
      reversals,
      title: expect.anything(),
      methodology: expect.anything(),
    })
  }
  const named = model.adopted.map(({ name, version, sha256 }) => [`${name}/${version}`, { sha256 }] as const)
  expect(rowsOf(dump, 'parameters')).toEqual(new Map(named))
  expect(rowsOf(dump, 'ledger').get('ledger')).toMatchObject({
    parameters: inForce(model),
    pools: model.pools,
    certificates: model.certificates,
    projects: model.projects.size,
    states: counted([...model.projects.values()].map(({ state }) => state)),
    periods: standings(model),
    holders: holdersOf(model),
  })
  const outstanding = rowsOf(dump, 'outstanding')
  const told = [...model.projects.keys()].map((id) => [id, outstanding.get(id) ?? { units: 0n }] as const)
  expect(new Map(told)).toEqual(new Map([...model.projects.keys()].map((id) => [id, { units: heldOf(model, id) }])))
  expect(rowsOf(dump, 'period')).toEqual(new Map([...model.periods.keys()].map((id) => [id, periodOf(model, id)])))
  expect(rowsOf(dump, 'finding')).toEqual(model.findings)
  const agreements = [...model.agreements].map(([id, { submitted, ...sides }]) => {
    return [id, { ...sides, documents: documentsOf(submitted) }] as const
  })
  expect(rowsOf(dump, 'agreement')).toEqual(new Map(agreements))
}

/** The set of parameters in force, and how many were adopted. */
function inForce({ adopted }: Model): object | null {
  const last = adopted.at(-1)
  return last ? { number: adopted.length, sha256: last.sha256 } : null
}

/** The kinds of organisations that have accounts. */
function holdersOf({ accounts, organisations }: Model): string[] {
  const kinds = [...accounts.values()].map(({ organisation }) => organisations.get(organisation)?.kind ?? '')
  return [...new Set(kinds)].sort()
}

/** The last version of each kind of document. */
function documentsOf(submitted: Project['submitted']): object {
  const versions = new Map<string, object>()
  for (const [at, { document, ...rest }] of submitted.entries()) {
    const version = submitted.slice(0, at + 1).filter((one) => one.document === document).length
    versions.set(document, { version, ...rest })
  }
  return Object.fromEntries(versions)
}

function findingsOf({ findings }: Model, id: string): object {
  const ofProject = [...findings.values()].filter(({ project }) => project === id)
  const left = ofProject.filter(({ state, period }) => state !== 'closed' && period === null)
  const forward = left.filter(({ kind }) => kind === 'FAR').length
  return { open: left.length - forward, forward, raised: counted(ofProject.map(({ kind }) => kind)) }
}

/** What a project's row says of its crediting and of its monitoring periods. */
function periodsOf(model: Model, id: string, { credits, renewed }: Pick<Project, 'credits' | 'renewed'>): object {
  const ofProject = [...model.periods].filter(([, { project }]) => project === id)
  const requests = ofProject
    .map(([period, { number }]) => [number, openOf(model, period).forward] as const)
    .filter(([, open]) => open > 0)
  const [first] = credits
  const periods = credits.map(({ from, to }) => ({ from, to }))
  return {
    crediting: first ? { kind: first.kind, renewals: kinds[first.kind]?.renewals, renewed, periods } : null,
    periods: {
      opened: ofProject.length,
      last: standing(model, id).at(-1)?.[0] ?? null,
      states: counted(ofProject.map(([, { state }]) => state)),
    },
    forward: Object.fromEntries(requests),
  }
}

function openOf({ findings }: Model, id: string): { open: number; forward: number } {
  const left = [...findings.values()].filter(({ period, state }) => period === id && state !== 'closed')
  const forward = left.filter(({ kind }) => kind === 'FAR').length
  return { open: left.length - forward, forward }
}

function periodOf(model: Model, id: string): object | undefined {
  const period = model.periods.get(id)
  if (!period) return undefined
  const { submitted, outcomes, ...known } = period
  const others = standing(model, period.project).map(([other]) => other)
  const at = others.indexOf(id)
  const said = Object.entries(outcomes).map(([vintage, certified]) => {
    return [vintage, { certified, issued: decimalOf(issuedOf(model, id, vintage)) }]
  })
  return {
    ...known,
    documents: documentsOf(submitted),
    findings: openOf(model, id),
    outcomes: Object.fromEntries(said),
    previous: at < 0 ? null : (others[at - 1] ?? null),
    next: at < 0 ? null : (others[at + 1] ?? null),
  }
}

function decimalOf(micro: bigint): string {
  return `${Number(micro) / 1e6}`
}

/** How many periods are in each state, and of how many of them units were issued. */
function standings(model: Model): object {
  const all = [...model.periods].map(([id, { state }]) => ({ state, isIssued: issuedOf(model, id) > 0n }))
  const states = all.map(({ state }) => state)
  const issued = counted(all.filter(({ isIssued }) => isIssued).map(({ state }) => state))
  return Object.fromEntries(
    Object.entries(counted(states)).map(([state, count]) => [state, { all: count, issued: issued[state] ?? 0 }]),
  )
}

function counted(words: string[]): Record<string, number> {
  return Object.fromEntries(words.map((word) => [word, words.filter((other) => other === word).length]))
}

/** What was issued of each project, and what the buffer has of each batch. */
function compareStock(model: Model, dump: Dump): void {
  const counted = new Map<string, bigint>()
  const add = (id: string) => counted.set(id, (counted.get(id) ?? 0n) + 1n)
  for (const [id, { project, unitType, vintage, units }] of model.batches) {
    if (project === null) continue
    for (const { owner } of units.values()) {
      if (owner !== model.issuance) add(`${project}/${unitType}`)
      if (owner !== model.pools.buffer) continue
      add(`all/${unitType}/${vintage} ${project}`)
      add(`${project}/${unitType}/${vintage} ${id}`)
    }
  }
  const output = [...rowsOf(dump, 'output')].map(([id, row]) => [id, (row as { issued: bigint }).issued] as const)
  const stock = [...rowsOf(dump, 'stock')].flatMap(([id, row]) =>
    Object.entries((row as { parts: Record<string, string> }).parts).map(
      ([part, units]) => [`${id} ${part}`, BigInt(units)] as const,
    ),
  )
  const booked = new Map([...output, ...stock].filter(([, units]) => units !== 0n))
  expect(booked).toEqual(counted)
}

/** Counters of the ledger, against units counted one by one. */
function compareCounts(model: Model, dump: Dump): void {
  for (const [id, authorisation] of model.authorisations) {
    const counted = { issued: issuedUnder(model, id), transferred: transferredUnder(model, id) }
    expect(rowsOf(dump, 'authorisation').get(id)).toEqual({ ...authorisation, ...counted })
  }
  const pools = rowsOf(dump, 'pool')
  const books = new Set(
    model.bufferMoves
      .filter(({ units }) => units > 0n)
      .flatMap(({ project, unitType }) => [`${project}/${unitType}`, `all/${unitType}`]),
  )
  expect([...pools.keys()].sort()).toEqual([...books].sort())
  for (const [id, pool] of pools) {
    const [whose, unitType = ''] = id.split('/')
    const project = whose === 'all' ? undefined : whose
    const moves = movesIn(model, unitType, project)
    const sum = (way: string) => sumOf(moves.filter((one) => one.way === way).map(({ units }) => units))
    const held = [...bufferOf(model, unitType, project)]
    expect(pool).toEqual({
      in: sum('in'),
      cancelled: sum('cancelled'),
      released: sum('released'),
      since: sinceOf(moves),
      vintages: Object.fromEntries(held.map(([vintage, units]) => [vintage, `${units}`])),
    })
  }
  compareStock(model, dump)
  const carried = new Map([...rowsOf(dump, 'remainder')].filter(([, row]) => (row as { micro: bigint }).micro !== 0n))
  const counted = [
    ...model.fractions,
    ...[...model.deficits].map(([unitClass, micro]) => [unitClass.replace('//', '/'), micro] as const),
  ]
  expect(carried).toEqual(new Map(counted.filter(([, micro]) => micro !== 0n).map(([id, micro]) => [id, { micro }])))
}
