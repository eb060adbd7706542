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
