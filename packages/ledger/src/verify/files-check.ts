import { parseTilePath, TILE_WIDTH, type Tile, TlogError } from '@tallystick/tlog'
import { type Finding, findingOf, unread } from './finding.ts'
import { KEYS } from './keys-check.ts'
import { contentHashDiffers } from './replay.ts'
import type { Notice } from './report.ts'
import { isUnreadable, type LogSource } from './source.ts'
import { MOST_CONTENT_BYTES } from './walk.ts'

const MOST_NOTICES = 100

/** What a source lists beyond what the log of this size consists of. */
export async function checkExtras(
  source: LogSource,
  size: number,
  adopted: ReadonlySet<string>,
  replayedWhole: boolean,
): Promise<{ findings: Finding[]; notices: Notice[] }> {
  const findings: Finding[] = []
  const notices: Notice[] = []
  const note = (notice: Notice) => {
    if (notices.length < MOST_NOTICES) notices.push(notice)
  }
  let beyond = 0
  let furthest = size
  for await (const path of source.paths() ?? []) {
    if (path === 'checkpoint' || path === KEYS) continue
    const sha256 = /^content\/([0-9a-f]{64})$/.exec(path)?.[1]
    const tile = tileOf(path)
    if (tile) {
      const end = endOf(tile)
      if (end > size) beyond += 1
      if (tile.level === 'entries' || tile.level === 0) furthest = Math.max(furthest, end)
    } else if (sha256 === undefined) {
      note({ code: 'unknown-file', detail: { file: path } })
    } else if (!adopted.has(sha256)) {
      findings.push(...(await checkContent(source, path, sha256)))
      if (replayedWhole) note({ code: 'content-not-adopted', detail: { file: path } })
    }
  }
  if (beyond > 0) {
    const entries = furthest > size ? `${size} to ${furthest - 1}` : `from ${size} on`
    note({ code: 'beyond-checkpoint', detail: { count: `${beyond}`, entries } })
  }
  return { findings, notices }
}

async function checkContent(source: LogSource, file: string, sha256: string): Promise<Finding[]> {
  const bytes = await source.read(file, MOST_CONTENT_BYTES)
  if (!bytes) return []
  if (isUnreadable(bytes)) return [unread({ file }, bytes)]
  const actual = contentHashDiffers(sha256, bytes)
  return actual === undefined ? [] : [findingOf('content-altered', { file }, { sha256: actual })]
}

function tileOf(path: string): Tile | undefined {
  try {
    return parseTilePath(path)
  } catch (error) {
    if (error instanceof TlogError) return undefined
    throw error
  }
}

/** How many leaves a tree needs to have this tile. */
function endOf({ level, index, width }: Tile): number {
  return (index * TILE_WIDTH + width) * (level === 'entries' ? 1 : TILE_WIDTH ** level)
}
