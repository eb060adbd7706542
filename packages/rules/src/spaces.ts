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
