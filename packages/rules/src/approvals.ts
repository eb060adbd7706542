import type { PermissionTable } from './permissions.ts'

/** Who gives an approval that is asked for: mandates of these roles; `null`: of the holder, who might have done the same. */
export type Asked = readonly string[] | null

/** The approvals that the permission table asks for, each for itself. */
export function askedFor({ approvals }: PermissionTable, action: string): string[][] {
  const requirements = Object.hasOwn(approvals, action) ? (approvals[action] ?? []) : []
  return requirements.flatMap(({ count, by }) => Array.from({ length: count }, () => by))
}

/** Who approves: a role, and whether as a further mandate of the holder. */
export interface Approver {
  role: string
  isHolder: boolean
}

export function serves({ role, isHolder }: Approver, asked: Asked): boolean {
  return asked === null ? isHolder : asked.includes(role)
}

/**
 * Gives each of so many approvers one of so many places that he can take, or none: as many get one as can, whatever the
 * order in which they came, and whoever could get one among those before him keeps one. Answers with the place of each.
 */
export function assign(
  approvers: number,
  places: number,
  canTake: (approver: number, place: number) => boolean,
): (number | undefined)[] {
  const taker: (number | undefined)[] = Array.from({ length: places }, () => undefined)
  // Moves others to where they can go, too, so that there is room for one more.
  const seat = (approver: number, tried: Set<number>): boolean => {
    for (let place = 0; place < places; place += 1) {
      if (tried.has(place) || !canTake(approver, place)) continue
      tried.add(place)
      const other = taker[place]
      if (other !== undefined && !seat(other, tried)) continue
      taker[place] = approver
      return true
    }
    return false
  }
  for (let approver = 0; approver < approvers; approver += 1) seat(approver, new Set())
  return Array.from({ length: approvers }, (_, approver) => {
    const place = taker.indexOf(approver)
    return place < 0 ? undefined : place
  })
}

/** Those of the approvers who together give all that is asked for, one each; undefined where something is missing. */
export function chosenFor<Given extends Approver>(
  asked: readonly Asked[],
  given: readonly Given[],
): Given[] | undefined {
  const places = assign(given.length, asked.length, (at, place) => {
    const approver = given[at]
    return approver !== undefined && serves(approver, asked[place] ?? null)
  })
  const chosen = given.filter((_, at) => places[at] !== undefined)
  return chosen.length === asked.length ? chosen : undefined
}
