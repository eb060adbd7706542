import type { Difference } from '@tallystick/contract'
import { canonicalJson } from '@tallystick/rules'

type Members = Readonly<Record<string, unknown>>

/** What differs between two descriptions, by the names of their fields. A list differs as a whole. */
export function differences(from: Members, to: Members, within = ''): Difference[] {
  const names = [...new Set([...Object.keys(from), ...Object.keys(to)])].sort()
  return names.flatMap((name): Difference[] => {
    const [before, after] = [memberOf(from, name), memberOf(to, name)]
    const field = within === '' ? name : `${within}.${name}`
    if (isObject(before) && isObject(after)) return differences(before, after, field)
    return canonicalJson(before) === canonicalJson(after) ? [] : [{ field, from: before, to: after }]
  })
}

function memberOf(members: Members, name: string): unknown {
  return Object.hasOwn(members, name) ? (members[name] ?? null) : null
}

function isObject(value: unknown): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
