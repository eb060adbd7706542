import { sha256Bytes } from '@tallystick/rules'
import { RightEdge, type TreeHash } from '@tallystick/tlog'
import type { Ledger } from './port.ts'

/** Most entries taken into the tree in one step. */
const STEP_ENTRIES = 4_096

/** Follows the log by index and keeps the Merkle tree: hashes of complete subtrees, and the root of what it has seen. */
export class Integrator {
  readonly #ledger: Ledger
  #edge: RightEdge | undefined

  constructor(ledger: Ledger) {
    this.#ledger = ledger
  }

  /** Takes in what is new. Answers how many entries that was. Several integrators of one ledger do no harm. */
  async step(): Promise<number> {
    const { tree } = this.#ledger
    const integrated = (await tree.integrated())?.size ?? 0
    const { size } = await this.#ledger.head()
    if (size <= integrated) return 0
    const edge = await this.#edgeAt(integrated)
    const count = Math.min(size - integrated, STEP_ENTRIES)
    const [leaves] = await tree.read([{ level: 0, start: integrated, count }])
    const completed: TreeHash[] = []
    for (let at = 0; at < count; at += 1) {
      completed.push(...edge.append((leaves ?? new Uint8Array()).subarray(at * 32, at * 32 + 32)))
    }
    const inner = completed.filter(({ level }) => level > 0)
    if (inner.length > 0) await tree.putHashes(inner)
    await tree.putIntegrated(edge.size, Buffer.from(edge.root()).toString('hex'))
    return count
  }

  /** Until everything that is in the log now is in the tree. */
  async catchUp(): Promise<void> {
    while ((await this.step()) > 0);
  }

  async #edgeAt(size: number): Promise<RightEdge> {
    if (this.#edge?.size !== size) {
      this.#edge = await RightEdge.load(sha256Bytes, size, (runs) => this.#ledger.tree.read(runs))
    }
    return this.#edge
  }
}
