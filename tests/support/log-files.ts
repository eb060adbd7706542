import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { LogSource, Publishable } from '@tallystick/ledger'
import { publishedFile } from '@tallystick/ledger'
import { bundlesOf, parseTilePath, TILE_WIDTH, tilePath, tilesOf } from '@tallystick/tlog'
import { onTestFinished } from 'vitest'

/** A log's files in memory, so that a test can change one byte without writing a folder. */
export class MemorySource implements LogSource {
  readonly name = 'memory'
  readonly ahead = 2
  readonly files: ReadonlyMap<string, Uint8Array>

  constructor(files: ReadonlyMap<string, Uint8Array>) {
    this.files = files
  }

  async read(path: string): Promise<Uint8Array | undefined> {
    return this.files.get(path)
  }

  async partialWidths(path: string): Promise<number[]> {
    const widths = [...this.files.keys()].filter((file) => file.startsWith(`${path}.p/`))
    return widths.map((file) => parseTilePath(file).width).filter((width) => width < TILE_WIDTH)
  }

  async *paths(): AsyncGenerator<string> {
    yield* this.files.keys()
  }

  /** The same log with one file changed. */
  with(path: string, bytes: Uint8Array): MemorySource {
    return new MemorySource(new Map(this.files).set(path, bytes))
  }
}

/** Everything that `/log/` serves for the latest checkpoint. */
export async function filesOf(ledger: Publishable): Promise<Map<string, Uint8Array>> {
  const checkpoint = await ledger.tree.checkpoint()
  const size = checkpoint?.size ?? 0
  const documents = (await ledger.documents()).map(({ sha256 }) => `content/${sha256}`)
  const tiles = [...bundlesOf(size), ...tilesOf(size)].map(tilePath)
  const files = new Map<string, Uint8Array>()
  for (const path of ['checkpoint', 'keys.json', ...documents, ...tiles]) {
    const file = await publishedFile(ledger, path)
    if (file) files.set(path, file.bytes)
  }
  return files
}

/** A folder that is gone after the test. */
export async function scratchFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'tallystick-log-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  return folder
}
