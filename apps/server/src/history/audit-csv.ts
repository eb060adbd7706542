import { Readable } from 'node:stream'
import type { AuditEvent, AuditQuery } from '@tallystick/contract'
import { csvCell } from '../platform/ledger-export.ts'
import type { Services } from '../platform/services.ts'
import { type AuditReader, auditPage } from './audit.ts'

const PAGE = 200
/** Most rows of a file. */
const MOST_ROWS = 100_000

const columns = [
  'at',
  'source',
  'type',
  'actions',
  'mandate',
  'role',
  'organisation',
  'organisationName',
  'user',
  'userName',
  'approvals',
  'sentence',
  'index',
  'leaf',
  'about',
  'network',
  'times',
] as const

/** What a search finds, as a file that is sent while it is read: memory does not grow with it. */
export function auditFile(
  services: Services,
  query: Omit<AuditQuery, 'limit' | 'cursor'>,
  reader: AuditReader,
): Readable {
  return Readable.from(texts(services, query, reader), { objectMode: false, highWaterMark: 65_536 })
}

async function* texts(
  services: Services,
  query: Omit<AuditQuery, 'limit' | 'cursor'>,
  reader: AuditReader,
): AsyncGenerator<string> {
  yield line(columns)
  let cursor: string | undefined
  for (let rows = 0; rows < MOST_ROWS; ) {
    const { items, next } = await auditPage(services, { ...query, limit: PAGE, cursor }, reader)
    const shown = items.slice(0, MOST_ROWS - rows)
    if (shown.length > 0) yield shown.map((event) => line(cellsOf(event))).join('')
    rows += shown.length
    if (next === null) return
    cursor = next
  }
}

function cellsOf({ by, ...event }: AuditEvent): (string | number)[] {
  return [
    ...[event.at, event.source, event.type, event.actions.join(' ')],
    ...[by?.mandate ?? '', by?.role ?? '', by?.organisation.id ?? '', by?.organisation.name ?? ''],
    ...[by?.person?.id ?? '', by?.person?.name ?? '', event.approvals.map(({ mandate }) => mandate).join(' ')],
    ...[event.sentence, event.index ?? '', event.leaf ?? '', event.about ?? '', event.network ?? '', event.times],
  ]
}

/** A line of RFC 4180. */
function line(cells: readonly (string | number)[]): string {
  return `${cells.map(csvCell).join(',')}\r\n`
}
