import { holdsMarkup, type Taken, Unfit } from './verdict.ts'

const MOST_POSITIONS = 2_000_000
/** Texts of other kinds: pages, scripts, RTF. */
const OTHERS = /^\s*(?:<|#!|%PDF|\{\\rtf)/
/** A spreadsheet takes such a cell for a formula. */
const FORMULA = /(?:^|[\n\r,;\t])[ "']*[=+@|-](?![\d.\s,;]*(?:["\n\r,;\t]|$))/
const GEOMETRIES: Readonly<Record<string, number>> = {
  Point: 0,
  MultiPoint: 1,
  LineString: 1,
  MultiLineString: 2,
  Polygon: 2,
  MultiPolygon: 3,
}

/** Judges CSV and GeoJSON, which are texts. Throws `Unfit`. */
export function judgeText(bytes: Buffer): Taken {
  if (OTHERS.test(bytes.toString('latin1', 0, 1_024))) throw new Unfit('kind')
  const text = textOf(bytes)
  const isObject = /^\s*\{/.test(text)
  const json = isObject ? parsed(text) : undefined
  if (json !== undefined) return judgeGeoJson(json)
  if (/^\s*</.test(text) || holdsMarkup(text)) throw new Unfit('kind')
  if (!/[^\s,;"']/.test(text)) throw new Unfit('empty')
  return { kind: 'csv', notes: FORMULA.test(text) ? ['formulas'] : [] }
}

function textOf(bytes: Buffer): string {
  if (bytes.some((byte) => byte < 32 && byte !== 9 && byte !== 10 && byte !== 13)) throw new Unfit('kind')
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    throw new Unfit('text')
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function judgeGeoJson(json: unknown): Taken {
  const left = { positions: MOST_POSITIONS }
  if (!isObject(json)) throw new Unfit('kind')
  const { type } = json
  if (type === 'FeatureCollection') {
    const { features } = json
    if (!Array.isArray(features)) throw new Unfit('broken')
    for (const feature of features) judgeFeature(feature, left)
  } else if (type === 'Feature') judgeFeature(json, left)
  else if (type === 'GeometryCollection' || (typeof type === 'string' && Object.hasOwn(GEOMETRIES, type))) {
    judgeGeometry(json, left)
  } else throw new Unfit('kind')
  return { kind: 'geojson', notes: [] }
}

function judgeFeature(feature: unknown, left: { positions: number }): void {
  if (!isObject(feature) || feature.type !== 'Feature') throw new Unfit('broken')
  if (feature.geometry !== null) judgeGeometry(feature.geometry, left)
}

/** Collections of geometries hold none of their own. */
function judgeGeometry(geometry: unknown, left: { positions: number }, isWithin = false): void {
  if (!isObject(geometry)) throw new Unfit('broken')
  const { type, coordinates, geometries } = geometry
  if (type === 'GeometryCollection' && Array.isArray(geometries) && !isWithin) {
    for (const one of geometries) judgeGeometry(one, left, true)
    return
  }
  if (typeof type !== 'string' || !Object.hasOwn(GEOMETRIES, type)) throw new Unfit('broken')
  judgePositions(coordinates, GEOMETRIES[type] ?? 0, left)
}

function judgePositions(coordinates: unknown, depth: number, left: { positions: number }): void {
  if (!Array.isArray(coordinates)) throw new Unfit('broken')
  if (depth > 0) {
    for (const one of coordinates) judgePositions(one, depth - 1, left)
    return
  }
  left.positions -= 1
  if (left.positions < 0) throw new Unfit('bomb')
  const isPosition = coordinates.length >= 2 && coordinates.length <= 4
  if (!isPosition || coordinates.some((one) => typeof one !== 'number')) throw new Unfit('broken')
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
