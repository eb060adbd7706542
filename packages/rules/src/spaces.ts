import { alpha3Of } from '@tallystick/serials'

/** The number space of units issued here: one sequence per country and unit type, so the number alone is unique. */
export function homeSpace(country: string, unitType: string): string {
  return `national:${country}/${unitType}`
}

/** What units issued here are: one project's vintage of one unit type. */
export function homeClass(project: string, vintage: string, unitType: string): string {
  return `${project}/${vintage}/${unitType}`
}

/** What units recorded from another registry are. */
export function mirrorClass(registry: string, project: string, vintage: string, unitType: string): string {
  return `mirror:${registry}/${project}/${vintage}/${unitType}`
}

/** The printed serial of units issued here, but for its two numbers: `XT-ITMO-1-042-2024-0`. */
export function homePrefix(units: {
  country: string
  unitType: string
  scope: string
  project: number
  vintage: string
}): string {
  const { country, unitType, scope, project, vintage } = units
  return [country, unitType, scope, String(project).padStart(3, '0'), vintage, '0'].join('-')
}

/** What the identifiers of a sequence of ITMOs have in common (6/CMA.4 annex I, para 5). */
export interface ItmoSeries {
  cooperativeApproach: string
  /** Originating Party registry, such as `KEN01`. */
  registry: string
  /** First transferring Party, such as `KEN`. */
  party: string
  vintage: string
}

/** The number space of one sequence of ITMOs. */
export function itmoSpace({ cooperativeApproach, registry, party, vintage }: ItmoSeries): string {
  return `itmo:${cooperativeApproach}-${registry}-${party}-${vintage}`
}

/** What ITMOs of another Party are, once they are held here. */
export function itmoClass(series: ItmoSeries): string {
  return itmoSpace(series)
}

/** The sequence in which this country's registry numbers the ITMOs that it transfers first. */
export function homeSeries(country: string, cooperativeApproach: string, vintage: string): ItmoSeries {
  const party = alpha3Of(country)
  return { cooperativeApproach, registry: `${party}01`, party, vintage }
}

/** Identifier of an ITMO with `#` in the place of its number: `CA0001-KEN01-KEN-#-2024`. */
export function itmoPrefix({ cooperativeApproach, registry, party, vintage }: ItmoSeries): string {
  return `${cooperativeApproach}-${registry}-${party}-#-${vintage}`
}
