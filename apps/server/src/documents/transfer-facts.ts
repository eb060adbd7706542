import { homeSpace } from '@tallystick/rules'
import type { Document, Json } from '@tallystick/templates'
import { namesIn } from '../platform/names.ts'
import type { Services } from '../platform/services.ts'

/** Between which accounts units are to be transferred, as an agreement says. */
export interface Sides {
  seller: string
  buyer: string
}

/** What an agreement is written about. */
export interface AboutTransfer {
  services: Services
  project: string
  sides: Sides
  /** The agreement as it stands. */
  document: Document | undefined
}

/** Most pieces of the seller's units with which a new agreement begins. */
const MOST_RANGES = 100

interface Piece {
  batch: string
  vintage: string
  first: string
  last: string
}

/** The units of the project that the seller has, in pieces: the lowest numbers first. */
export async function rangesHeld({ services, project, sides }: AboutTransfer): Promise<Json | undefined> {
  const { rows } = await services.pool.query<Piece>(
    `SELECT batch, split_part(class, '/', 2) AS vintage, first, last FROM ledger_run
      WHERE account = $1 AND split_part(class, '/', 1) = $2 ORDER BY space, first LIMIT $3`,
    [sides.seller, project, MOST_RANGES],
  )
  if (rows.length === 0) return undefined
  const names = await namesIn(
    services,
    rows.map(({ batch }) => batch),
  )
  return rows.map(({ batch, vintage, first, last }) => {
    const { serial } = names.block(batch, { first: BigInt(first), last: BigInt(last) })
    return { vintage, start: first, end: last, text: serial }
  })
}

/**
 * Are all units that the agreement names by number the seller's, of this project and of the vintage that is said, and on
 * no hold? Undefined where it names none.
 */
export async function areFree(about: AboutTransfer): Promise<Json | undefined> {
  const { services, document } = about
  const unitType = document?.values.units?.unitType
  const ranges = rangesIn(document)
  if (typeof unitType !== 'string' || ranges.length === 0) return undefined
  const space = homeSpace(services.genesis.country.code, unitType)
  for (const range of ranges) if (!(await isFree(about, space, range))) return false
  return true
}

interface Range {
  vintage: string
  first: bigint
  last: bigint
}

function rangesIn(document: Document | undefined): Range[] {
  const rows = document?.values.units?.ranges
  if (!Array.isArray(rows)) return []
  return rows.slice(0, MOST_RANGES).flatMap((row): Range[] => {
    if (typeof row !== 'object' || row === null || Array.isArray(row)) return []
    const { vintage, start, end } = row
    const numbers = [start, end].flatMap((one) =>
      typeof one === 'string' && /^[1-9]\d{0,14}$/.test(one) ? [BigInt(one)] : [],
    )
    const [first, last] = numbers
    return typeof vintage === 'string' && first !== undefined && last !== undefined ? [{ vintage, first, last }] : []
  })
}

async function isFree(
  { services, project, sides }: AboutTransfer,
  space: string,
  { vintage, first, last }: Range,
): Promise<boolean> {
  const { rows } = await services.pool.query<{ units: string; held: boolean }>(
    `WITH piece AS (
       SELECT batch, greatest(first, $2) AS first, least(last, $3) AS last FROM ledger_run
        WHERE space = $1 AND first <= $3 AND last >= $2 AND account = $4 AND class LIKE $5
     )
     SELECT coalesce(sum(p.last - p.first + 1), 0) AS units,
            coalesce(bool_or(EXISTS (
              SELECT FROM ledger_hold h
               WHERE (h.batch = p.batch AND (h.first IS NULL OR (h.first <= p.last AND h.last >= p.first)))
                  OR h.account = $4)), false) AS held
       FROM piece p`,
    [space, first, last, sides.seller, `${project}/${vintage}/%`],
  )
  const [found] = rows
  return found !== undefined && !found.held && BigInt(found.units) === last - first + 1n
}
