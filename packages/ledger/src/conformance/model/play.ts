import { documentBytes, isRefusal, simpleDocuments } from '@tallystick/rules'
import fc from 'fast-check'
import { expect } from 'vitest'
import { isReceipt, type Ledger, type Outcome, type Submission } from '../../port.ts'
import { issue, type TestRegistry, withApprovals } from '../registry.ts'
import { type Choose, idFrom, type Prepared } from './command.ts'
import { commands } from './commands.ts'
import { rotationsOf } from './keys.ts'
import { balancesOf, type DocumentKind, type Model, modelOf } from './naive.ts'

/** One step of a random life: which command, the numbers that make it up, and whether an earlier one comes again. */
const arbitraryStep = fc.record({
  type: fc.constantFrom(...commands.flatMap(({ type, weight }) => Array.from({ length: 2 * weight }, () => type))),
  numbers: fc.array(fc.nat(0xffff), { minLength: 16, maxLength: 16 }),
  again: fc.constantFrom('no', 'no', 'no', 'no', 'no', 'no', 'no', 'no', 'no', 'repeat', 'reuse' as const),
})
type Step = typeof arbitraryStep extends fc.Arbitrary<infer T> ? T : never

export const arbitraryLife = fc.record({
  steps: fc.array(arbitraryStep, { minLength: 1, maxLength: 100, size: 'max' }),
  /** How many commands are sent at once to the store under test. */
  burst: fc.integer({ min: 1, max: 20 }),
  /** How many servers take turns with those. */
  servers: fc.integer({ min: 1, max: 3 }),
  /** Begins with holdings in pieces of two units: more of them than one command may take. */
  inPieces: fc.boolean(),
})
export type Life = typeof arbitraryLife extends fc.Arbitrary<infer T> ? T : never

const PERHAPS = 'perhaps '

interface Sent {
  submission: Submission
  outcome: Outcome
  prepared: Prepared
}

function chooser(numbers: readonly number[]): Choose {
  let at = 0
  const next = () => numbers[at++ % numbers.length] ?? 0
  return {
    below: (count) => next() % count,
    rarely: (times) => next() % times === times - 1,
    pick: <T>(from: readonly T[]) => from[next() % from.length] as T,
  }
}

/**
 * Lives a life on a ledger and, step by step, in the model: what the model would carry out the ledger must carry out,
 * and what the ledger refuses it must refuse for a reason that the model knows. Answers what was sent, and how it ended.
 */
export async function live(ledger: Ledger, registry: TestRegistry, life: Life): Promise<Model> {
  const model = modelOf(registry)
  model.rotations = await rotationsOf(registry.genesis)
  await lendDocuments(ledger, model)
  await begin(ledger, registry, model, life.inPieces)
  if (life.burst % 5 > 0) await openMirror(ledger, registry, model)
  const sent: Sent[] = []
  for (const [at, step] of life.steps.entries()) {
    const earlier = sent.at(-1 - ((step.numbers[0] ?? 0) % 10))
    if (step.again === 'no' || !earlier) sent.push(await carryOut(ledger, model, step, at))
    else if (step.again === 'repeat') await repeat(ledger, earlier)
    else await reuseKey(ledger, earlier)
  }
  await compare(ledger, model)
  return model
}

/** Puts next versions of the documents within reach of an adoption. */
async function lendDocuments(ledger: Ledger, model: Model): Promise<void> {
  for (const kind of ['permissions', 'preset'] satisfies DocumentKind[]) {
    for (const version of [2, 3]) {
      const document = JSON.parse(Buffer.from(simpleDocuments[kind]).toString())
      const sha256 = await ledger.putDocument(documentBytes({ ...document, version }))
      model.documents.set(sha256, { kind, version })
    }
  }
}

/** The first batch, of 120 units or of 600 of which every third goes to the other developer. */
async function begin(ledger: Ledger, registry: TestRegistry, model: Model, inPieces: boolean): Promise<void> {
  const quantity = inPieces ? 600 : 120
  const batch = 'ba'.repeat(16)
  const outcome = await issue(registry, `${quantity}`, { batch })
  if (!isReceipt(outcome)) throw new Error(`the first issuance was refused: ${JSON.stringify(outcome)}`)
  const [giver, taker] = registry.developers
  if (!giver || !taker) throw new Error('the test registry has two developers')
  const owners = new Map<bigint, string>()
  for (let serial = 1; serial <= quantity; serial += 1) {
    owners.set(BigInt(serial), serial <= 0.6 * quantity ? giver.holding : taker.holding)
  }
  model.batches.set(batch, { project: registry.project, vintage: '2024', unitType: 'ITMO', owners })
  model.streams.add(batch)
  model.next.set('ITMO', BigInt(quantity + 1))
  const authorisation = model.authorisations.get(registry.authorisation)
  if (authorisation) authorisation.left -= BigInt(quantity)
  for (const from of inPieces ? [3, 183] : []) {
    const serials = Array.from({ length: 60 }, (_, at) => from + 3 * at)
    const ranges = serials.map((serial) => [`${serial}`, `${serial}`])
    const request = { batch, from: giver.holding, to: taker.holding, ranges }
    const key = { sender: 'test', id: `pieces ${from}` }
    await ledger.execute({ type: 'CreditsTransferred', by: giver.mandate, request, key, requestHash: 'pieces' })
    for (const serial of serials) owners.set(BigInt(serial), taker.holding)
  }
}

/** Most lives have the records of another registry from the start. */
async function openMirror(ledger: Ledger, { genesis }: TestRegistry, model: Model): Promise<void> {
  const opened = { active: idFrom('active 0'), retired: idFrom('retired 0'), cancelled: idFrom('cancelled 0') }
  const request = { registry: 'elsewhere', ...opened }
  const key = { sender: 'test', id: 'mirror' }
  await ledger.execute({ type: 'MirrorOpened', by: genesis.system, request, key, requestHash: 'mirror' })
  model.registries.set('elsewhere', opened)
  for (const [fate, account] of Object.entries(opened)) {
    model.accounts.set(account, { organisation: model.authority, kind: `mirror-${fate}`, active: true })
    model.streams.add(account)
  }
}

async function carryOut(ledger: Ledger, model: Model, step: Step, at: number): Promise<Sent> {
  const command = commands.find(({ type }) => type === step.type)
  if (!command) throw new Error(`no command ${step.type}`)
  const prepared = command.prepare(model, chooser(step.numbers))
  const submission = await submissionOf(ledger, prepared, `step ${at}`)
  const outcome = await ledger.execute(submission)
  judge(prepared, outcome)
  return { submission, outcome, prepared }
}

async function submissionOf(ledger: Ledger, { type, wish }: Prepared, id: string): Promise<Submission> {
  const { by, request, approvers = [] } = wish
  const key = { sender: 'test', id }
  return withApprovals(ledger, { type, by, key, request, requestHash: JSON.stringify(request) }, approvers)
}

/** Holds an answer against the model, and on success takes the step there too. */
function judge(prepared: Prepared, outcome: Outcome): void {
  const reasons = prepared.reasons()
  const musts = reasons.filter((reason) => !reason.startsWith(PERHAPS))
  const mays = reasons.map((reason) => reason.replace(PERHAPS, ''))
  const what = { type: prepared.type, ...prepared.wish }
  if (isRefusal(outcome)) {
    expect(mays, `refused: ${JSON.stringify({ outcome, what })}`).toContain(outcome.refused)
    return
  }
  expect(musts, `carried out: ${JSON.stringify(what)}`).toEqual([])
  const said = prepared.carryOut()
  if (!isReceipt(outcome)) throw new Error(`no other command has this key: ${JSON.stringify(outcome)}`)
  expect(outcome.entry.body).toMatchObject(said)
}

/** The same command under the same key: the same entry; what was refused is judged anew. */
async function repeat(ledger: Ledger, sent: Sent): Promise<void> {
  const outcome = await ledger.execute(sent.submission)
  if (!isReceipt(sent.outcome)) {
    judge(sent.prepared, outcome)
    sent.outcome = outcome
    return
  }
  expect(outcome).toMatchObject({ index: sent.outcome.index, leaf: sent.outcome.leaf, repeated: true })
}

/** Another request under the key of an entry is refused; under a key that wrote none it is nothing known. */
async function reuseKey(ledger: Ledger, { submission, outcome }: Sent): Promise<void> {
  if (!isReceipt(outcome)) return
  const other = await ledger.execute({ ...submission, requestHash: 'another' })
  expect(other).toEqual({ conflict: 'key-reused', index: outcome.index })
}

/** Every unit has the owner that the model says, and every account as many as were counted. */
async function compare(ledger: Ledger, model: Model): Promise<void> {
  const { runs, rows } = await ledger.dump()
  for (const [batch, { owners }] of model.batches) {
    const stored = new Map<bigint, string>()
    for (const run of runs.filter((one) => one.batch === batch)) {
      for (let serial = run.first; serial <= run.last; serial += 1n) stored.set(serial, run.account)
    }
    expect(stored).toEqual(owners)
  }
  for (const [space, units] of model.abroad) {
    const stored: unknown[] = []
    for (const run of runs.filter((one) => one.space === space)) {
      for (let number = run.first; number <= run.last; number += 1n) {
        stored.push([number, run.class, run.account, run.attributes === ''])
      }
    }
    const counted = [...units].map(([number, unit]) => {
      return [number, unit.class, model.registries.get(unit.registry)?.[unit.fate], unit.isIssued]
    })
    expect(stored).toEqual(
      counted.sort(([a], [b]) => String(a).length - String(b).length || (String(a) < String(b) ? -1 : 1)),
    )
  }
  for (const [account, { kind, active, organisation }] of model.accounts) {
    expect(await ledger.row('account', account)).toMatchObject({ kind, active, organisation })
    if (kind === 'issuance') continue
    const balances = (await ledger.balances(account)).map(({ class: unitClass, balance }) => {
      return [unitClass, balance.credits - balance.debits] as const
    })
    expect(new Map(balances.filter(([, units]) => units > 0n))).toEqual(balancesOf(model, account))
  }
  const holds = rows.filter(({ kind }) => kind === 'hold').map(({ id }) => id)
  expect(holds.sort()).toEqual([...model.holds.keys()].sort())
}
