import { randomBytes } from 'node:crypto'
import {
  type Command,
  invariant,
  isRefusal,
  type Law,
  type Refusal,
  refuse,
  type Shelf,
  type State,
} from '@tallystick/rules'
import type pg from 'pg'
import { type Appended, append, nextInstant } from '../lane.ts'
import { type Clock, isReceipt, type Outcome } from '../port.ts'
import { receiptOf } from '../receipt.ts'
import { inLane, ledgerRow } from './enter.ts'
import { Kept, type Standing } from './kept.ts'
import type { Line } from './line.ts'
import { type Ask, ask, load, loadForDecision } from './load.ts'
import { isSilent } from './passing.ts'
import * as read from './read.ts'
import { type Token, type Written, writeInLane, written } from './write.ts'

/** Most commands that were sent and not answered, of which is remembered what they would have written. */
const MOST_UNANSWERED = 10_000

/** Commands that are decided before the network has its turn; in the lane, what they write is then sent. */
const PART = 50
const PART_AHEAD = 16

/** They need the bytes of a document. */
const ADOPTIONS: ReadonlySet<string> = new Set(['DocumentAdopted', 'ParametersAdopted'])

/** A command with the hash of what its sender asked for. */
export interface Keyed {
  command: Command & { key: string }
  requestHash: string
}

/** Commands that are decided together. */
interface Group {
  kept: Kept
  keyed: readonly Keyed[]
  law: Law
  /** What was appended. */
  done: Appended[]
  /** What each command has come to; a number is the index of the entry that it wrote before. */
  outcomes: (Outcome | number)[]
}

/** A group that was decided outside the lane; if it writes nothing, the token that it leaves is the one before it. */
interface Ahead extends Group, Token {
  written: Written | undefined
}

/** The connections of turns. */
export interface Connections {
  /** For turns in the lane, and for what is loaded outside it. */
  pool: pg.Pool
  /** For what was decided outside it. */
  line: Line
}

/** Somebody else has written: what was known is not so any more. */
class Overtaken extends Error {}

export interface TurnsOptions {
  clock: Clock
  /** Lets nobody into the lane whose clock is not the database's. */
  checkClock: boolean
  shelf: Shelf
  /** Brings the documents that the database has to the shelf. */
  shelve(): Promise<void>
}

/**
 * A process's turns in the lane. Each group of commands is decided on the state that the process knows while the group
 * before it is being written, enters the lane, and is written if the head row holds the token on which it was decided.
 * Where it does not, and where nothing is known, the group is decided in the lane.
 */
export class Turns {
  readonly #connections: Connections
  readonly #options: TurnsOptions
  #kept: Kept | undefined
  /** Was nobody else in the lane before our last turn there? */
  #alone = false
  /** Until the group that began last has ended. */
  #last: Promise<void> = Promise.resolve()
  /** The same of the group that was sent last without entering the lane. */
  #sent: Promise<void> | undefined
  /** Leaf of the entry that a command has written, by its key, until it is known that it was committed. */
  readonly #unanswered = new Map<string, string>()

  constructor(connections: Connections, options: TurnsOptions) {
    this.#connections = connections
    this.#options = options
  }

  /** Decides commands in their order and commits what they write, all of it or nothing. `next`: another group may begin. */
  async run(keyed: readonly Keyed[], next: () => void): Promise<Outcome[]> {
    const before = this.#last
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#last = promise
    try {
      const ahead = await this.#decideAhead(keyed)
      if (ahead) next()
      return (await this.#write(ahead, { before, end: promise })) ?? (await this.#enter(ahead, keyed, before))
    } finally {
      resolve()
    }
  }

  /** Undefined where the group is to be decided in the lane. */
  async #decideAhead(keyed: readonly Keyed[]): Promise<Ahead | undefined> {
    const kept = this.#kept
    if (kept === undefined || !this.#alone || kept.isFull) return undefined
    kept.begin()
    const before = kept.turn
    try {
      const group = await this.#groupOf(kept, keyed)
      const askFor: Ask = (wanted) => this.#askAhead(kept, wanted)
      // Whatever is known: this shows that it still holds.
      const looked = await load(kept, commandsOf(keyed), group.law, askFor)
      for (const [at, one] of keyed.entries()) {
        await loadForDecision(kept, one.command, group.law, askFor, looked[at])
        this.#decide(group, one)
        if (at % PART_AHEAD === PART_AHEAD - 1) await turnOfLoop()
        if (this.#kept !== kept) return undefined
      }
      if (group.done.length === 0) return { ...group, before, turn: before, written: undefined }
      const token = { before, turn: newTurn() }
      kept.push(token.turn)
      return { ...group, ...token, written: written(kept.state, group.done, kept.requests, token) }
    } catch {
      // In the lane it shows what is wrong, if anything is. Half of a group may be in what is known.
      this.#forget(kept)
      return undefined
    }
  }

  /** Asks outside the lane. Errors: `Overtaken` where the answer is not of a state that was left by us. */
  async #askAhead(kept: Kept, wanted: Parameters<Ask>[0]): ReturnType<Ask> {
    const { turns } = kept
    const client = await this.#connections.pool.connect()
    let broken: Error | undefined
    const onError = (error: Error) => {
      broken = error
    }
    client.on('error', onError)
    try {
      const answer = await ask(client, wanted)
      if (!turns.includes(answer.turn)) throw new Overtaken('somebody else has written')
      return answer
    } catch (error) {
      if (isSilent(error)) broken = error
      throw error
    } finally {
      client.off('error', onError)
      client.release(broken)
    }
  }

  /**
   * Writes a group that was decided ahead without entering the lane. Behind the group before it, on the same connection, it
   * need not wait for the answer to that one: the database takes them in turn, and writes nothing where the token is another.
   * Undefined where nothing was written. `before`, `end`: until the group before it and this one have ended.
   */
  async #write(
    ahead: Ahead | undefined,
    { before, end }: { before: Promise<void>; end: Promise<void> },
  ): Promise<Outcome[] | undefined> {
    const { line, pool } = this.#connections
    if (ahead?.written === undefined) return undefined
    if (this.#sent !== before || !line.ends(ahead.before)) await before
    this.#sent = end
    this.#remember(ahead.done)
    try {
      if (!(await line.write(ahead.written, this.#options))) {
        this.#unremember(ahead.done)
        return undefined
      }
    } catch (error) {
      // It may have been committed all the same: then the head row has a token that we do not know.
      this.#forget(ahead.kept)
      throw error
    }
    endOf(ahead, { turn: ahead.turn, parts: 1 })
    // Before the group behind this one is answered, which may have some of the same commands.
    for (const { entry } of ahead.done) this.#unanswered.delete(entry.key ?? '')
    try {
      return await this.#answers(pool, ahead, true)
    } catch (error) {
      // It is on disk, and nobody was answered.
      this.#remember(ahead.done)
      throw error
    }
  }

  async #enter(ahead: Ahead | undefined, keyed: readonly Keyed[], before: Promise<void>): Promise<Outcome[]> {
    await before
    let ended: (() => void) | undefined
    try {
      const outcomes = await inLane(this.#connections.pool, this.#options, async (client, head) => {
        if (ahead !== undefined && ahead.written === undefined && ahead.before === head.turn) {
          ended = () => endOf(ahead, undefined)
          return this.#answers(client, ahead)
        }
        const kept = await this.#keptAt(client, head, ahead === undefined)
        const { group, parts } = await this.#decideIn(client, kept, keyed)
        ended = () => {
          endOf(group, parts === 0 ? undefined : { turn: kept.turn, parts })
          this.#kept = kept
        }
        const answers = await this.#answers(client, group)
        this.#remember(group.done)
        return answers
      })
      ended?.()
      for (const outcome of outcomes) if (isReceipt(outcome)) this.#unanswered.delete(outcome.entry.key ?? '')
      return outcomes
    } catch (error) {
      // It may have been committed all the same: then the head row has a token that we do not know.
      this.#kept = undefined
      throw error
    }
  }

  /**
   * In the lane: what is known, if nobody else has written since; else nothing but the ledger's own row. Nobody else has it
   * until the group is committed. `isAlone`: no later group may have begun to decide on it.
   */
  async #keptAt(client: pg.ClientBase, head: Standing, isAlone: boolean): Promise<Kept> {
    const kept = this.#kept
    this.#kept = undefined
    this.#alone = kept !== undefined && head.turn !== '' && kept.turn === head.turn
    if (kept === undefined || !this.#alone || !isAlone || kept.isFull) return new Kept(head, await ledgerRow(client))
    kept.begin()
    return kept
  }

  /** Decides in the lane, and writes part by part: while the database writes one part, the next one is decided. */
  async #decideIn(
    client: pg.ClientBase,
    kept: Kept,
    keyed: readonly Keyed[],
  ): Promise<{ group: Group; parts: number }> {
    const group = await this.#groupOf(kept, keyed)
    const turn = newTurn()
    let [begun, parts] = [0, 0]
    let writing: Promise<unknown> = Promise.resolve()
    const askFor: Ask = async (wanted) => {
      await writing
      return ask(client, wanted)
    }
    try {
      const looked = await load(kept, commandsOf(keyed), group.law, askFor)
      for (const [at, one] of keyed.entries()) {
        // What an earlier command of this group has made may lead to further keys.
        await loadForDecision(kept, one.command, group.law, askFor, looked[at])
        this.#decide(group, one)
        const isLast = at === keyed.length - 1
        if (group.done.length === begun || (group.done.length - begun < PART && !isLast)) continue
        const token = { before: parts === 0 ? kept.turn : turn, turn }
        const part = written(kept.state, group.done.slice(begun), kept.requests, token)
        writing = writing.then(() => writeInLane(client, part))
        writing.catch(() => undefined) // told to whoever waits for it
        begun = group.done.length
        parts += 1
        if (!isLast) await turnOfLoop()
      }
    } finally {
      // Of several failures the first says why.
      await writing
    }
    if (parts > 0) kept.push(turn)
    return { group, parts }
  }

  async #groupOf(kept: Kept, keyed: readonly Keyed[]): Promise<Group> {
    const { shelf, shelve } = this.#options
    // Documents in force, or about to be adopted, that another process may have brought.
    const adopts = keyed.some(({ command }) => ADOPTIONS.has(command.type))
    if (adopts || !shelf.inForce(kept.state.ledger())) await shelve()
    const law = shelf.inForce(kept.state.ledger())
    invariant(law, 'the documents in force are kept')
    return { kept, keyed, law, done: [], outcomes: [] }
  }

  /** Decides one command of a group. */
  #decide({ kept: { state, requests }, done, outcomes }: Group, { command, requestHash }: Keyed): void {
    const known = state.get('key', command.key)
    if (known) {
      const same = requests.get(command.key) === requestHash
      outcomes.push(same ? known.index : { conflict: 'key-reused', index: known.index })
      return
    }
    const appended = this.#append(state, command)
    if (isRefusal(appended)) {
      outcomes.push(appended)
      return
    }
    done.push(appended)
    requests.set(command.key, requestHash)
    const { index, leaf, entry } = appended
    outcomes.push({ index, leaf, entry, repeated: false })
  }

  #append(state: State, command: Command): Appended | Refusal {
    const { clock, shelf } = this.#options
    return append(state, command, nextInstant(state.at, clock()), shelf)
  }

  /** What each command is answered once the group is committed. */
  async #answers(client: pg.ClientBase | pg.Pool, { outcomes, done }: Group, isCommitted = false): Promise<Outcome[]> {
    const answers: Outcome[] = []
    const told = new Set<string>()
    for (const outcome of outcomes) {
      answers.push(
        typeof outcome === 'number' ? await this.#repeat(client, outcome, { done, told, isCommitted }) : outcome,
      )
    }
    return answers
  }

  /** A repeated command is answered with the entry that it wrote before; as the first time if that never was. */
  async #repeat(
    client: pg.ClientBase | pg.Pool,
    index: number,
    { done, told, isCommitted }: { done: readonly Appended[]; told: Set<string>; isCommitted: boolean },
  ): Promise<Outcome> {
    const now = done.find((appended) => appended.index === index)
    const [stored] = now ? [now] : await read.entries(client, index, 1)
    if (!stored) return refuse('already-exists', { index: String(index) })
    const receipt = receiptOf(stored)
    const key = receipt.entry.key ?? ''
    const unanswered = !now && this.#unanswered.get(key) === receipt.leaf
    if (!unanswered || told.has(receipt.leaf)) return receipt
    told.add(receipt.leaf)
    // At once: another group that is on disk, too, may be about to answer the same command.
    if (isCommitted) this.#unanswered.delete(key)
    return { ...receipt, repeated: false }
  }

  /** A commit whose answer was lost may have happened; whoever sent the command has had no answer then. */
  #remember(done: readonly Appended[]): void {
    for (const { entry, leaf } of done) if (entry.key !== null) this.#unanswered.set(entry.key, leaf)
    for (const key of this.#unanswered.keys()) {
      if (this.#unanswered.size <= MOST_UNANSWERED) return
      this.#unanswered.delete(key)
    }
  }

  /**
   * Nothing of it was written. If another process has written the same command, in the same millisecond, it made the same
   * entry: that is its own, and was answered there.
   */
  #unremember(done: readonly Appended[]): void {
    for (const { entry, leaf } of done) {
      if (entry.key !== null && this.#unanswered.get(entry.key) === leaf) this.#unanswered.delete(entry.key)
    }
  }

  #forget(kept: Kept): void {
    if (this.#kept === kept) this.#kept = undefined
  }
}

function endOf({ kept, keyed, done }: Group, wrote: { turn: string; parts: number } | undefined): void {
  const last = done.at(-1)
  const keys = keyed.map(({ command }) => command.key)
  kept.end(keys, wrote && last ? { ...wrote, size: last.index + 1 } : undefined)
}

function commandsOf(keyed: readonly Keyed[]): Command[] {
  return keyed.map(({ command }) => command)
}

function newTurn(): string {
  return randomBytes(16).toString('hex')
}

/** Lets the network in: what was handed to the database is sent, and what came is taken. */
function turnOfLoop(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}
