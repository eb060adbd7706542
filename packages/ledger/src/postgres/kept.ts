import { type Put, State } from '@tallystick/rules'
import { Known } from './held.ts'

/** Most rows, runs and questions that a process keeps; then it begins anew. */
const MOST_KEPT = 200_000

/** Where the head row stands. */
export interface Standing {
  size: number
  at: string
  /** Token of the group that wrote last; empty where that was never told. */
  turn: string
}

/**
 * What a process knows of the state, as it is after all groups that it has decided. It holds as long as nobody else
 * writes: every group that writes leaves a random token in the head row, so that each statement that reads, and
 * whoever enters the lane, sees whether that is still one of ours.
 */
export class Kept {
  readonly state = new State('partial')
  /** Holds and ranges that were asked for. */
  readonly asked = new Set<string>()
  /** Of ranges in which there are more runs than were asked for: by the name of the question how far they are known. */
  readonly reached = new Map<string, { partition: string; to: bigint }>()
  /** How far each account's runs of a batch were loaded. */
  readonly known = new Known()
  /** Request hash of each idempotency key that is known. */
  readonly requests = new Map<string, string>()
  /** Tokens that the head row may hold: of the last group that is committed, and of those behind it. */
  readonly #turns: string[]
  /** Keys of the groups that have ended since the last one was begun, and how many groups these are. */
  #ended: string[] = []
  #toConfirm = 0
  #committed: number

  constructor({ size, at, turn }: Standing, ledger: Put) {
    this.state.size = size
    this.state.at = at
    this.state.load(ledger)
    this.#turns = [turn]
    this.#committed = size
  }

  /** The token that the newest group leaves. */
  get turn(): string {
    return this.#turns.at(-1) ?? ''
  }

  get turns(): readonly string[] {
    return [...this.#turns]
  }

  get isFull(): boolean {
    return this.state.count() + this.asked.size + this.known.size > MOST_KEPT
  }

  /** A group is decided that will leave this token. */
  push(turn: string): void {
    this.#turns.push(turn)
  }

  /** The oldest group that was decided has ended; `wrote`: it has left its token, and is committed. */
  end(keys: readonly string[], wrote: { turn: string; size: number; parts: number } | undefined): void {
    this.#ended.push(...keys)
    if (wrote === undefined) return
    this.#turns.splice(0, this.#turns.indexOf(wrote.turn))
    this.#committed = wrote.size
    this.#toConfirm += wrote.parts
  }

  /**
   * Called while no statement reads for this state. Idempotency keys are asked for once, so those of groups that have
   * ended are let go.
   */
  begin(): void {
    for (; this.#toConfirm > 0; this.#toConfirm -= 1) this.state.confirm()
    this.#ended = this.#ended.filter((key) => {
      const row = this.state.peek('key', key)
      // Written by a group that has not ended yet.
      if (row && row.index >= this.#committed) return true
      this.state.forget('key', key)
      this.requests.delete(key)
      return false
    })
  }
}
