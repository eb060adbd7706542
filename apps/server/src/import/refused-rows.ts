import { type FileHandle, mkdtemp, open, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A row that was refused, and why. */
export interface RefusedRow {
  row: number
  column: string
  reason: string
}

/** Characters that are gathered before they go to the file. */
const PIECE = 65_536

/** The refused rows of an import, in their order: the first ones in memory, all of many in a file of its own until `close`. */
export class RefusedRows {
  count = 0
  /** The first ones. */
  readonly first: RefusedRow[] = []
  readonly #mostFirst: number
  /** One line of JSON each, not in the file yet. */
  #lines = ''
  #spill: { folder: string; file: FileHandle } | undefined

  constructor(mostFirst: number) {
    this.#mostFirst = mostFirst
  }

  async add(row: RefusedRow): Promise<void> {
    this.count += 1
    if (this.first.length < this.#mostFirst) this.first.push(row)
    this.#lines += `${JSON.stringify(row)}\n`
    if (this.#lines.length < PIECE) return
    this.#spill ??= await openSpill()
    await this.#spill.file.appendFile(this.#lines)
    this.#lines = ''
  }

  /** All of them, each as one object on one line, without its end. */
  async *lines(): AsyncGenerator<string> {
    if (this.#spill) {
      const stream = this.#spill.file.createReadStream({ start: 0, autoClose: false, encoding: 'utf8' })
      let rest = ''
      for await (const piece of stream) {
        const lines = `${rest}${piece}`.split('\n')
        rest = lines.pop() ?? ''
        yield* lines
      }
    }
    for (const line of this.#lines.split('\n')) if (line !== '') yield line
  }

  async close(): Promise<void> {
    const spill = this.#spill
    this.#spill = undefined
    await spill?.file.close()
    if (spill) await rm(spill.folder, { recursive: true, force: true })
  }
}

async function openSpill(): Promise<{ folder: string; file: FileHandle }> {
  const folder = await mkdtemp(join(tmpdir(), 'tallystick-refused-'))
  const file = await open(join(folder, 'rows'), 'a+', 0o600)
  // Where that can be, the file has no name any more: it goes with the process, however that ends.
  await rm(folder, { recursive: true, force: true }).catch(() => undefined)
  return { folder, file }
}
