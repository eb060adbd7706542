import { member } from './place.ts'
import { type GEOMETRIES, type Json, LIMITS } from './template.ts'

type Shape = (typeof GEOMETRIES)[number]

/** How deep the coordinates of each shape are nested, and how many positions its lines need. */
const NESTING: Record<Shape, { depth: number; least: number; closed?: true }> = {
  Point: { depth: 0, least: 1 },
  MultiPoint: { depth: 1, least: 1 },
  LineString: { depth: 1, least: 2 },
  MultiLineString: { depth: 2, least: 2 },
  Polygon: { depth: 2, least: 4, closed: true },
  MultiPolygon: { depth: 3, least: 4, closed: true },
}

/** Whether a value is a GeoJSON geometry (RFC 7946) of one of these shapes, on the globe, rings closed. */
export function geometryFault(json: Json, shapes: readonly Shape[]): 'form' | 'size' | undefined {
  const shape = shapes.find((one) => one === member(json, 'type'))
  const coordinates = member(json, 'coordinates')
  if (!shape || coordinates === undefined || Object.keys(json as object).length !== 2) return 'form'
  const count = { positions: 0 }
  if (isNested(coordinates, NESTING[shape].depth, NESTING[shape], count)) return undefined
  return count.positions > LIMITS.positions ? 'size' : 'form'
}

function isNested(json: Json, depth: number, rule: (typeof NESTING)[Shape], count: { positions: number }): boolean {
  if (depth === 0) {
    count.positions += 1
    return count.positions <= LIMITS.positions && isPosition(json)
  }
  if (!Array.isArray(json) || json.length === 0) return false
  if (!json.every((one) => isNested(one, depth - 1, rule, count))) return false
  if (depth > 1) return true
  return json.length >= rule.least && (!rule.closed || String(json[0]) === String(json.at(-1)))
}

/** Longitude and latitude in degrees; a height in metres may follow. */
function isPosition(json: Json): boolean {
  if (!Array.isArray(json) || json.length < 2 || json.length > 3 || !json.every((one) => Number.isFinite(one)))
    return false
  return Math.abs(Number(json[0])) <= 180 && Math.abs(Number(json[1])) <= 90
}
