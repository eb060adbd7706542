import pg from 'pg'
import type { Power } from './role-powers.ts'

const MOST_OBJECTS = 5

/** For a person: what these roles can do besides what they need, a line for each statement that takes it away. */
export function excessSentences(excess: readonly Power[]): string[] {
  const byRemedy = new Map<string, Power[]>()
  for (const power of causes(excess)) {
    const remedy = remedyFor(power)
    byRemedy.set(remedy, [...(byRemedy.get(remedy) ?? []), power])
  }
  return [...byRemedy].map(([remedy, powers]) => `${sentence(powers)} Run: ${remedy};`)
}

/**
 * The causes alone: what a role has through another, or as everybody, it has by itself as well; whoever owns a thing has
 * every right on it.
 */
function causes(excess: readonly Power[]): Power[] {
  const isOfSame = (a: Power, b: Power) => a.role === b.role && a.kind === b.kind && a.object === b.object
  const isCause = (cause: Power, power: Power) => {
    if (cause.via !== power.via && power.via !== power.role) return false
    const isOwned = cause.privilege === 'OWNER' && power.privilege !== 'OWNER'
    return isOwned || (cause.via !== power.via && cause.privilege === power.privilege && cause.column === power.column)
  }
  return excess.filter((power) => !excess.some((other) => isOfSame(other, power) && isCause(other, power)))
}

function remedyFor({ role, via, kind, object, column, privilege }: Power): string {
  const name = pg.escapeIdentifier(role)
  if (via !== role && via !== 'PUBLIC') return `REVOKE ${pg.escapeIdentifier(via)} FROM ${name}`
  const place = placeOf(kind, object)
  if (privilege === 'OWNER') return `ALTER ${place} OWNER TO …`
  const columns = column === null ? '' : ` (${pg.escapeIdentifier(column)})`
  return `REVOKE ${privilege}${columns} ON ${place} FROM ${via === 'PUBLIC' ? 'PUBLIC' : name}`
}

function placeOf(kind: Power['kind'], object: string): string {
  // A function is named with the types of what it takes, quoted by PostgreSQL.
  if (kind === 'function') return `FUNCTION ${object}`
  return `${kind === 'column' ? 'TABLE' : kind.toUpperCase()} ${pg.escapeIdentifier(object)}`
}

function sentence(powers: readonly Power[]): string {
  const [{ role, via } = { role: '', via: '' }] = powers
  const roles = [...new Set(powers.map((power) => power.role))]
  const through = via === role ? '' : via === 'PUBLIC' ? ' like everybody' : ` as a member of ${via}`
  const rightsOn = new Map<string, Set<string>>()
  for (const { kind, object, column, privilege, isGrantable } of powers) {
    const place = `${kind === 'column' ? 'table' : kind} ${object}`
    const given = isGrantable && privilege !== 'OWNER' ? ' WITH GRANT OPTION' : ''
    const right = `${privilege}${column === null ? '' : ` (${column})`}${given}`
    rightsOn.set(place, (rightsOn.get(place) ?? new Set()).add(right))
  }
  const parts = [...rightsOn].map(([place, rights]) => `${[...rights].join(', ')} on ${place}`)
  const more = parts.length > MOST_OBJECTS ? ` and ${parts.length - MOST_OBJECTS} more` : ''
  const whose = roles.length === 1 ? `${role} has` : `${roles.join(', ')} have`
  return `${whose}${through}: ${parts.slice(0, MOST_OBJECTS).join('; ')}${more}.`
}
