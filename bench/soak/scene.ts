import type { Reply } from '../client.ts'
import { chanceOf } from '../load.ts'
import type { Person } from '../people.ts'
import { type Book, open, type Sent } from './book.ts'
import { type Caller, codeOf } from './caller.ts'
import type { Lot } from './stock.ts'
import { EASY, type World } from './world.ts'

/** Serials and certificates that were answered lately, to be looked up. */
const REMEMBERED = 500
/** Most holds, and most movements that wait, at once: beyond it one is ended instead. */
export const MOST_STANDING = 200

/** What operations work with. */
export interface Scene {
  world: World
  caller: Caller
  book: Book
  chance(): number
  /** Proposals of batches that wait for approval: id, hash, batch. */
  proposals: { id: string; sha256: string; batch: string }[]
  serials: string[]
  certificates: number[]
  /** Reads that were refused, such as `404 readBatch`. */
  refusedReads: Map<string, number>
}

/** One kind of operation; `run` answers undefined where there is nothing that it could be done to now. */
export interface Kind {
  name: string
  /** Of 100 operations, how many are of this kind. */
  share: number
  command: boolean
  run(scene: Scene): Promise<boolean> | undefined
}

export function newScene(world: World, caller: Caller, seed: number): Scene {
  return {
    ...{ world, caller, book: { sent: [] }, chance: chanceOf(seed), proposals: [] },
    ...{ serials: [], certificates: [], refusedReads: new Map() },
  }
}

/** Sends a command until it is answered, and writes down what the answer was. */
export async function command<Answer>(
  { book, caller }: Scene,
  person: Person,
  path: string,
  { body, type }: { body: object; type: string | undefined },
  settle: (answer: Answer, sent: Sent) => void,
): Promise<boolean> {
  const { sent, key } = open(book, person.user, type)
  const reply = await caller.post(person, path, body, key)
  if (!reply) return false
  if (reply.status >= 300) {
    sent.refused = `${reply.status} ${codeOf(reply)}`
    return false
  }
  settle(JSON.parse(reply.body) as Answer, sent)
  return true
}

export async function read(scene: Scene, name: string, path: string): Promise<Reply | undefined> {
  const reply = await scene.caller.get(path)
  if (reply?.status === 200) return reply
  if (reply) {
    const kind = `${reply.status} ${name}`
    scene.refusedReads.set(kind, (scene.refusedReads.get(kind) ?? 0) + 1)
  }
  return undefined
}

export function holderOf({ world }: Scene, at: number) {
  const holder = world.holders[at]
  if (!holder) throw new Error('a lot is of a holder')
  return holder
}

/** Another holder than the one of a lot, of those with one mandate. */
export function receiverOf({ chance }: Scene, { holder }: Lot): number {
  const to = Math.floor(chance() * EASY)
  return to === holder ? (to + 1) % EASY : to
}

export function remember<T>(list: T[], item: T, chance: () => number): void {
  if (list.length < REMEMBERED) list.push(item)
  else list[Math.floor(chance() * REMEMBERED)] = item
}
