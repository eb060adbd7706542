import { z } from 'zod'
import { member } from './place.ts'
import { type GEOMETRIES, type Json, LIMITS } from './template.ts'

type Shape = (typeof GEOMETRIES)[number]

/** Longitude and latitude in degrees; a height in metres may follow. */
const position = z.custom<number[]>((json) => {
  if (!Array.isArray(json) || json.length < 2 || json.length > 3 || !json.every(Number.isFinite)) return false
  return Math.abs(json[0]) <= 180 && Math.abs(json[1]) <= 90
})
const line = (least: number) => z.array(position).min(least)
const ring = line(4).refine((all) => String(all[0]) === String(all.at(-1)))
const some = <T extends z.ZodType>(form: T) => z.array(form).min(1)

/** Coordinates of each shape: lines have two positions at least, rings are closed. */
const COORDINATES: Record<Shape, z.ZodType> = {
  Point: position,
  MultiPoint: some(position),
  LineString: line(2),
  MultiLineString: some(line(2)),
  Polygon: some(ring),
  MultiPolygon: some(some(ring)),
}

/** How many positions stand in coordinates: lists of no lists. */
const positionsIn = (json: Json): number => JSON.stringify(json).split(/\[(?!\[)/).length - 1

/** Whether a value is a GeoJSON geometry (RFC 7946) of one of these shapes, on the globe. */
export function geometryFault(json: Json, shapes: readonly Shape[]): 'form' | 'size' | undefined {
  const shape = shapes.find((one) => one === member(json, 'type'))
  const coordinates = member(json, 'coordinates') ?? null
  if (!shape || Object.keys(json as object).length !== 2) return 'form'
  if (positionsIn(coordinates) > LIMITS.positions) return 'size'
  return COORDINATES[shape].safeParse(coordinates).success ? undefined : 'form'
}
