import type { LoggedEntry } from '@tallystick/contract'
import { declarations } from '@tallystick/rules'

/** Actions of the permission table under which entries of each type are written; one may end with a star. */
const declared: ReadonlyMap<string, readonly string[]> = new Map(
  Object.entries(declarations).map(([type, { actions }]) => [type, actions]),
)

export function isEntryType(type: string): boolean {
  return declared.has(type)
}

/** Types of which an entry may have been written under an action, or under one that begins so and ends with a star. */
export function typesFor(action: string): string[] {
  return [...declared].flatMap(([type, actions]) => (actions.some((one) => meet(one, action)) ? [type] : []))
}

/** The actions that an entry is, or may be: of several that its type may have, all where the entry does not tell. */
export function actionsOf(entry: LoggedEntry, roleOf: (mandate: string) => string | undefined): string[] {
  const told = toldBy(entry, roleOf)
  const actions = declared.get(entry.type) ?? []
  return actions.flatMap((action) => {
    if (!action.endsWith('*')) return [action]
    return told === undefined ? [] : [`${action.slice(0, -1)}${told}`]
  })
}

/** What stands in the place of the star. */
function toldBy(entry: LoggedEntry, roleOf: (mandate: string) => string | undefined): string | undefined {
  switch (entry.type) {
    case 'ProjectMoved':
    case 'MonitoringPeriodMoved':
      return entry.body.move
    case 'DocumentSubmitted':
      return entry.body.document
    case 'DocumentSigned':
      return entry.body.level === 'WET' ? 'ink' : entry.body.allotted.capacity
    case 'MandateGranted':
      return entry.body.role
    case 'MandateConfirmed':
    case 'MandateRevoked':
      return roleOf(entry.body.mandate)
    default:
      return undefined
  }
}

/** Is an action what was asked for? */
export function isAsked(action: string, asked: string): boolean {
  return asked.endsWith('.*') ? action.startsWith(asked.slice(0, -1)) : action === asked
}

/** Can an action of a declaration be one that is asked for? Both may end with a star. */
function meet(declaration: string, asked: string): boolean {
  if (!declaration.endsWith('*')) return isAsked(declaration, asked)
  const [one, other] = [declaration.slice(0, -1), asked.endsWith('.*') ? asked.slice(0, -1) : asked]
  return asked.endsWith('.*') ? one.startsWith(other) || other.startsWith(one) : other.startsWith(one)
}
