import { createHash } from 'node:crypto'
import type { Brought, Model } from './naive.ts'

/** A source of choices that a failing run can be made smaller by. */
export interface Choose {
  below(count: number): number
  pick<T>(from: readonly T[]): T
  /** True once in so many times. */
  rarely(times: number): boolean
}

/** A command to be sent, lawful or not. */
export interface Wish<Request = Record<string, unknown>> {
  by: string
  request: Request
  /** Mandates that approve exactly this. */
  approvers?: string[]
}

/**
 * What the model test must know of one entry type. To give a new one its place, write this object and add it to the
 * list in `commands.ts`.
 */
export interface CommandKind<Request = Record<string, unknown>> {
  type: string
  /** How often it is sent, against the others. */
  weight: number
  generate(model: Model, choose: Choose): Wish<Request>
  /**
   * Every reason for which the ledger may refuse; none where it must carry the command out. One that begins with
   * `perhaps ` is no reason that it must refuse.
   */
  reasons(model: Model, wish: Wish<Request>): string[]
  /** What the command changes. */
  carryOut(model: Model, wish: Wish<Request>): Done
}

export interface Done {
  /** What the entry's body must say where the ledger chose or allotted it. */
  says?: Record<string, unknown>
  /** Units that it brought somewhere, if a correction can bring them back. */
  brought?: Brought
}

/** A command made up for one model, that may be judged again later. */
export interface Prepared {
  type: string
  wish: Wish
  reasons(): string[]
  carryOut(): Done
}

/** A command kind without the type of its request, for the list of all. */
export interface AnyCommand {
  type: string
  weight: number
  /** Makes a wish up. */
  wish(model: Model, choose: Choose): Wish
  prepare(model: Model, wish: Wish): Prepared
}

export function defineCommand<Request extends Record<string, unknown>>(kind: CommandKind<Request>): AnyCommand {
  const { type, weight } = kind
  return {
    type,
    weight,
    wish: (model, choose) => kind.generate(model, choose),
    prepare(model, given) {
      const wish = given as Wish<Request>
      return { type, wish, reasons: () => kind.reasons(model, wish), carryOut: () => kind.carryOut(model, wish) }
    },
  }
}

/** The same id for the same words. */
export function idFrom(words: string): string {
  return hashFrom(words).slice(0, 32)
}

export function hashFrom(words: string): string {
  return createHash('sha256').update(words).digest('hex')
}

/** One of a few ids, so that some are used twice; rarely one that something else has. */
export function someId(model: Model, choose: Choose, kind: string, few = 12): string {
  return choose.rarely(16) ? choose.pick([...model.streams]) : idFrom(`${kind} ${choose.below(few)}`)
}

/** A known id, or rarely one that nobody knows. */
export function knownId(ids: Iterable<string>, choose: Choose): string {
  return choose.rarely(24) ? idFrom('nobody') : choose.pick([...ids])
}
