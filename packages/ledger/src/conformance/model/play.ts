import { commonRefusals, declarations, isRefusal, type RuleName } from '@tallystick/rules'
import fc from 'fast-check'
import { expect } from 'vitest'
import { isReceipt, type Ledger, type Outcome, type Submission } from '../../port.ts'
import { type TestRegistry, withApprovals } from '../registry.ts'
import { assessed, type Beginning, type Told, tell } from './begin.ts'
import type { TestClock } from './clock.ts'
import type { AnyCommand, Choose, Prepared, Wish } from './command.ts'
import { commands } from './commands.ts'
import { compare } from './compare.ts'
import { rotationsOf } from './keys.ts'
import { nextDocuments } from './law.ts'
import { type Model, modelOf } from './naive.ts'
import { nextParameters } from './parameters.ts'

const HOURS_IN_YEAR = 8_766

/** One step of a random life: which command, the numbers that make it up, and whether an earlier one comes again. */
const arbitraryStep = fc.record({
  type: fc.constantFrom(
    ...commands.flatMap(({ type, weight }) => Array.from({ length: Math.round(10 * weight) }, () => type)),
  ),
  numbers: fc.array(fc.nat(0xffff), { minLength: 24, maxLength: 24 }),
  again: fc.constantFrom('no', 'no', 'no', 'no', 'no', 'no', 'no', 'no', 'no', 'repeat', 'reuse' as const),
  /** Hours that pass before it. */
  hours: fc.constantFrom(...Array.from({ length: 60 }, () => 0), 1, 2, 25, 48, 200, 720, 2 * HOURS_IN_YEAR),
})
type Step = typeof arbitraryStep extends fc.Arbitrary<infer T> ? T : never

const often = fc.constantFrom(true, true, true, false)
const version = fc.constantFrom(1, 1, 1, 2, 3)
const arbitraryBeginning: fc.Arbitrary<Beginning> = fc.record({
  inPieces: fc.boolean(),
  levied: often,
  abroad: often,
  mirror: often,
  policies: often,
  reversed: fc.constantFrom(true, false, false),
  aged: fc.boolean(),
  law: fc.record({ permissions: version, preset: fc.constantFrom(1, 1, 2, 3, 3) }),
})

export const arbitraryLife = fc.record({
  beginning: arbitraryBeginning,
  steps: fc.array(arbitraryStep, { minLength: 1, maxLength: 120, size: 'max' }),
  /** How many commands are sent at once to the store under test. */
  burst: fc.oneof(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 20, max: 200 })),
  /** Most commands that a server writes together. */
  mostInGroup: fc.constantFrom(2, 5, 100),
  /** How many servers take turns with those. */
  servers: fc.integer({ min: 1, max: 3 }),
})
export type Life = typeof arbitraryLife extends fc.Arbitrary<infer T> ? T : never

const PERHAPS = 'perhaps '

interface Sent {
  submission: Submission
  outcome: Outcome
  prepared: Prepared
}

/** A life that is being lived: the ledger, its clock, and the model beside it. */
export interface Living {
  ledger: Ledger
  clock: TestClock
  model: Model
  /** Is told how each command ended. */
  count(type: string, answer: string): void
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
 * and what the ledger refuses it must refuse for a reason that the model knows.
 */
export async function live(
  { ledger, clock, count }: Omit<Living, 'model'>,
  registry: TestRegistry,
  life: Life,
): Promise<void> {
  const model = modelOf(registry)
  const living: Living = { ledger, clock, model, count }
  model.rotations = await rotationsOf(registry.genesis)
  model.size = (await ledger.head()).size
  model.now = clock.told.at(-1)?.toISOString() ?? ''
  for (const { kind, version, bytes } of nextDocuments()) {
    model.documents.set(await ledger.putDocument(bytes), { kind, version })
  }
  for (const { bytes, ...named } of nextParameters()) model.sets.set(await ledger.putDocument(bytes), named)
  for (const [at, told] of tell(registry, model, life.beginning).entries()) await begin(living, told, `beginning ${at}`)
  if (life.beginning.aged) {
    clock.jump(6 * HOURS_IN_YEAR)
    await begin(living, assessed(registry, model), 'a later beginning')
  }
  const sent: Sent[] = []
  for (const [at, step] of life.steps.entries()) {
    clock.jump(step.type.endsWith('Expired') ? 2 * step.hours + ((step.numbers[1] ?? 0) % 3) * 48 : step.hours)
    const earlier = sent.at(-1 - ((step.numbers[0] ?? 0) % 10))
    if (step.again === 'no' || !earlier) sent.push(await take(living, step, at))
    else if (step.again === 'repeat') await repeat(living, earlier)
    else await reuseKey(ledger, earlier)
  }
  await compare(ledger, model)
}

async function begin(living: Living, [type, wish]: Told, id: string): Promise<void> {
  const { outcome } = await carryOut(living, commandOf(type), wish, id)
  if (!isReceipt(outcome)) throw new Error(`a life cannot begin so: ${JSON.stringify({ type, wish, outcome })}`)
}

function commandOf(type: string): AnyCommand {
  const command = commands.find((one) => one.type === type)
  if (!command) throw new Error(`no command ${type}`)
  return command
}

async function take(living: Living, step: Step, at: number): Promise<Sent> {
  const command = commandOf(step.type)
  const sent = await carryOut(living, command, command.wish(living.model, chooser(step.numbers)), `step ${at}`)
  living.count(step.type, answerOf(sent.outcome))
  return sent
}

export function answerOf(outcome: Outcome): string {
  return isReceipt(outcome) ? 'carried out' : isRefusal(outcome) ? outcome.refused : 'key-reused'
}

/** Sends the command alone first; where that tells what there is to approve, again with approvals of just that. */
async function carryOut(living: Living, command: AnyCommand, wish: Wish, id: string): Promise<Sent> {
  const { by, request, approvers = [] } = wish
  const key = { sender: 'test', id }
  const alone: Submission = { type: command.type, by, key, request, requestHash: JSON.stringify(request) }
  const sent = await send(living, command, alone, [])
  const asked = isRefusal(sent.outcome) ? sent.outcome.proposal : undefined
  if (!asked || approvers.length === 0) return sent
  return send(living, command, await withApprovals(living.ledger, alone, approvers), approvers)
}

async function send(living: Living, command: AnyCommand, submission: Submission, approvers: string[]): Promise<Sent> {
  const wish: Wish = { by: submission.by, request: submission.request as Record<string, unknown>, approvers }
  const prepared = command.prepare(living.model, wish)
  const outcome = await living.ledger.execute(submission)
  judge(living, prepared, outcome)
  return { submission, outcome, prepared }
}

/** Holds an answer against the model, and on success takes the step there too. */
function judge({ model, clock }: Living, prepared: Prepared, outcome: Outcome): void {
  model.now = clock.told.at(-1)?.toISOString() ?? ''
  const reasons = prepared.reasons()
  const musts = reasons.filter((reason) => !reason.startsWith(PERHAPS))
  const mays = reasons.map((reason) => reason.replace(PERHAPS, ''))
  const what = { type: prepared.type, ...prepared.wish }
  if (isRefusal(outcome)) {
    expect(mays, `refused: ${JSON.stringify({ outcome, what })}`).toContain(outcome.refused)
    const declared = [...commonRefusals, ...declarations[what.type as RuleName].refuses]
    expect(declared, `a refusal that ${what.type} declares`).toContain(outcome.refused)
    return
  }
  expect(musts, `carried out: ${JSON.stringify(what)}`).toEqual([])
  if (!isReceipt(outcome)) throw new Error(`no other command has this key: ${JSON.stringify(outcome)}`)
  expect(outcome.index).toBe(model.size)
  const { says = {}, brought } = prepared.carryOut()
  expect(outcome.entry.body, `body of ${JSON.stringify(what)}`).toMatchObject(says)
  model.past.push({ index: outcome.index, entry: outcome.entry, brought })
  model.size += 1
}

/** The same command under the same key: the same entry; what was refused is judged anew. */
async function repeat(living: Living, sent: Sent): Promise<void> {
  const outcome = await living.ledger.execute(sent.submission)
  if (!isReceipt(sent.outcome)) {
    judge(living, sent.prepared, outcome)
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
