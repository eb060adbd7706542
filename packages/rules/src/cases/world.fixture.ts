import { createHash } from 'node:crypto'
import { declarations, type RuleName } from '../declarations.ts'
import { documentBytes, type Law, Shelf } from '../documents.ts'
import { admit, applyVerdict, type Command, currentVersion, decideBody, draft } from '../engine.ts'
import { canonicalJson, type Entry, encodeEntry, leafOf, proposalHash, sha256Hex } from '../envelope.ts'
import { invariant } from '../invariant.ts'
import { commonRefusals, isRefusal, type Refusal } from '../refusal.ts'
import { rules } from '../rules.ts'
import { simpleDocuments } from '../simple.ts'
import { type Effects, State } from '../state.ts'
import { booksAreRight } from './books.fixture.ts'
import { linesOf } from './lines.fixture.ts'
import { partOf } from './partial.fixture.ts'
import { testKey } from './signing.fixture.ts'

type Body = Record<string, unknown>

/** An entry that was written, or why it was not. */
export type Outcome = Written | Refusal

interface Written {
  entry: Entry
  leaf: string
  index: number
  /** All that it changes, in words. */
  lines: string[]
  /** The kinds of rows that it writes, the kinds of accounts that units leave and reach, and what its streams are of. */
  kinds: string[]
  moves: string[]
  streams: string[]
  action: string
}

export interface Options {
  by?: string
  approvers?: string[]
  /** Stands for the entry's body after the rule has decided it: what a forger would put into the log. */
  forge?: (body: Body) => Body
}

const firstKey = testKey()

/** Ids by their names, of every world. */
const ids = new Map<string, string>()

/** A whole ledger in memory, its people by name, and a clock that only a test moves. */
export class World {
  readonly state = new State()
  readonly shelf: Shelf
  readonly names = new Map<string, string>()
  readonly key = firstKey
  readonly origin = 'tallystick/test/xt/0123456789abcdef'
  now = '2026-01-01T00:00:00.000Z'
  /** Is every command also decided on just the part of the state that it names? */
  checksParts = false
  /** Who acts where a case does not say: an officer of the government. */
  by = this.id('officer')
  #count = 0

  /** A shelf may be shared: what is on it is found by its hash. */
  constructor(shelf = new Shelf()) {
    this.shelf = shelf
  }

  /** The id that a name stands for; the same name, the same id. */
  id(name: string): string {
    const id = ids.get(name) ?? createHash('sha256').update(name).digest('hex').slice(0, 32)
    ids.set(name, id)
    this.names.set(id, name)
    return id
  }

  /** A commitment to nothing that is ever opened. */
  hash(name: string): string {
    return sha256Hex(name)
  }

  /** Later by so many hours. */
  wait(hours: number): void {
    this.now = new Date(Date.parse(this.now) + hours * 3_600_000).toISOString()
  }

  /** Another ledger that stands where this one does. */
  copy(): World {
    const copy = new World(this.shelf)
    copy.now = this.now
    copy.#count = this.#count
    for (const [id, name] of this.names) copy.names.set(id, name)
    for (const put of this.state.rows()) if (put.row !== null) copy.state.load(put)
    for (const one of this.state.partitions()) for (const run of this.state.runs(one).all()) copy.state.loadRun(run)
    copy.state.size = this.state.size
    copy.state.at = this.state.at
    return copy
  }

  /** Puts a document within reach of an adoption. */
  lend(bytes: Uint8Array): string {
    return this.shelf.add(bytes)
  }

  found(): void {
    this.judge(this.genesis(this.founding()))
  }

  /** What this ledger is, with the simple documents. */
  founding(): Body {
    const { permissions, preset } = simpleDocuments
    return {
      ledger: this.id('ledger'),
      origin: this.origin,
      country: { code: 'XT', name: 'Exampleland' },
      timeZone: 'UTC',
      key: this.key.text(this.origin),
      system: this.id('system'),
      authority: this.id('authority'),
      issuance: this.id('issuance'),
      permissions: this.lend(permissions),
      preset: this.lend(preset),
      test: true,
      predecessor: null,
    }
  }

  genesis(body: Body): Entry {
    return { v: 1, type: 'Genesis', at: this.now, by: this.id('system'), approvals: [], key: null, streams: [], body }
  }

  law(): Law {
    const law = this.shelf.inForce(this.state.ledger())
    if (!law) throw new Error('no law is in force')
    return law
  }

  /** Sends a command as `officer`, or whoever `by` names, with approvals of just what it asks for. */
  try(type: RuleName, request: Body, { by = this.by, approvers = [], forge }: Options = {}): Outcome {
    this.#count += 1
    const command: Command = { type, by, approvals: [], key: this.hash(`key ${this.#count}`), request }
    const body = decideBody(this.state, command, this.law())
    if (isRefusal(body)) {
      if (this.checksParts) this.#checkPart(command)
      return this.#refused(type, body)
    }
    const forged = forge ? forge(body) : body
    const proposal = proposalHash({ v: currentVersion(type), type, by, key: command.key, body: forged })
    command.approvals = approvers.map((approver) => ({ by: approver, proposal }))
    const entry = draft(this.state, command, forged, this.now)
    if (isRefusal(entry)) return this.#refused(type, entry)
    if (this.checksParts && !forge) this.#checkPart(command)
    return this.judge(entry)
  }

  /** Whoever sees only what the command names answers the same, and has all that the entry changes. */
  #checkPart(command: Command): void {
    const [part, whole] = [partOf(this.state, command, this.law()), this.state].map((state) =>
      this.#answer(state, command),
    )
    invariant(canonicalJson(part) === canonicalJson(whole), `${command.type} is answered alike: ${canonicalJson(part)}`)
  }

  #answer(state: State, command: Command): object {
    const body = decideBody(state, command, this.law())
    if (isRefusal(body)) return body
    const entry = draft(state, command, body, this.now)
    if (isRefusal(entry)) return entry
    const verdict = admit(state, entry, leafOf(encodeEntry(entry)), this.shelf)
    if (isRefusal(verdict)) return { refused: verdict.refused }
    const lines = this.lines(verdict.effects)
    if (state !== this.state) applyVerdict(state, entry, verdict)
    return { entry, lines }
  }

  /** As `try`, for what must succeed. */
  do(type: RuleName, request: Body, options: Options = {}): Exclude<Outcome, Refusal> {
    const outcome = this.try(type, request, options)
    if (isRefusal(outcome)) throw new Error(`${type} was refused: ${JSON.stringify(outcome)}`)
    return outcome
  }

  /** As `do`, by one officer, with the approval of the other. */
  decree(type: RuleName, request: Body, options: Options = {}): Exclude<Outcome, Refusal> {
    return this.do(type, request, { approvers: [this.id('second officer')], ...options })
  }

  /** Judges a whole entry; one that is lawful takes place, and the books must be right after it. */
  judge(entry: Entry): Outcome {
    const leaf = leafOf(encodeEntry(entry))
    const verdict = admit(this.state, entry, leaf, this.shelf)
    if (isRefusal(verdict)) return this.#refused(entry.type, verdict)
    const lines = this.lines(verdict.effects)
    const kinds = declaredKinds(entry.type, verdict.effects)
    const action = declaredAction(this.state, entry, this.shelf)
    const moves = verdict.effects.postings.map(({ from, to }) => `${this.#kindOf(from)} → ${this.#kindOf(to)}`)
    const index = this.state.size
    applyVerdict(this.state, entry, verdict)
    booksAreRight(this.state)
    const streams = entry.streams.map(([id]) => this.#streamOf(id))
    return { entry, leaf, index, lines, kinds, moves, streams, action }
  }

  /** What effects change, in words: rows, postings, runs. */
  lines(effects: Effects): string[] {
    return linesOf(this.state, effects, this.names)
  }

  #refused(type: string, refusal: Refusal): Refusal {
    const refuses = type in declarations ? declarations[type as RuleName].refuses : []
    if (![...commonRefusals, ...refuses].includes(refusal.refused)) {
      throw new Error(`${type} does not declare that it refuses: ${JSON.stringify(refusal)}`)
    }
    return refusal
  }

  #kindOf(account: string): string {
    return this.state.get('account', account)?.kind ?? ''
  }

  #streamOf(id: string): string {
    return (['batch', 'project', 'account'] as const).find((kind) => this.state.get(kind, id)) ?? 'project abroad'
  }

  /** Adopts the next permission table or preset, changed. */
  adopt(document: 'permissions' | 'preset', change: (text: Parts) => unknown): void {
    const next = structuredClone(this.law()[document])
    next.version += 1
    change(next as unknown as Parts)
    const sha256 = this.lend(documentBytes(next))
    const request = { document, version: next.version, sha256 }
    this.do('DocumentAdopted', request, { by: this.id('root'), approvers: [this.id('officer')] })
  }
}

/** What is changed of documents here, as objects that may be written to. */
type Parts = Record<'actions' | 'approvals' | 'project' | 'levies' | 'buffer' | 'unitTypes', object>

/** What effects write; a type writes nothing but what it declares. */
function declaredKinds(type: string, { puts, postings, runs, gone = [] }: Effects): string[] {
  const { writes } = declarations[type as RuleName]
  const kinds: Set<string> = new Set(puts.map(({ kind }) => kind).filter((kind) => kind !== 'stream' && kind !== 'key'))
  if (postings.length + runs.length + gone.length > 0) kinds.add('units')
  const other = [...kinds].find((kind) => !(writes as readonly string[]).includes(kind))
  if (other) throw new Error(`${type} does not declare that it writes ${other}`)
  return [...kinds]
}

/** What the permission table is asked; a type asks only what it declares, and for a second mandate only if it says so. */
function declaredAction(state: State, entry: Entry, shelf: Shelf): string {
  const { type, v, body } = entry
  const bound = rules.find((rule) => rule.type === type && rule.v === v)?.bindBody(body)
  const law = shelf.inForce(type === 'Genesis' ? (body as { permissions: string; preset: string }) : state.ledger())
  if (!bound || isRefusal(bound) || !law) throw new Error(`${type} has a rule and its form, and there is a law`)
  const { actions, second } = declarations[type as RuleName]
  const act = bound.act(state, entry, law)
  const isDeclared = actions.some((action) => {
    return action.endsWith('*') ? act.action.startsWith(action.slice(0, -1)) : action === act.action
  })
  if (!isDeclared) throw new Error(`${type} does not declare that it is ${act.action}`)
  if (act.second && !second) throw new Error(`${type} does not declare that it may ask for a second mandate`)
  return act.action
}
