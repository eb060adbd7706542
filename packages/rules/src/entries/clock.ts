import type { Law } from '../documents.ts'
import { SYSTEM_ROLE } from '../permissions.ts'
import type { Move } from '../preset.ts'

/** Does the move wait for a time that comes by itself? */
function isTimed({ needs = {} }: Move): boolean {
  return needs.days !== undefined || needs.creditingEnds !== undefined
}

/**
 * The moves that the registry takes by itself once all is there that they need: those that the permission table gives to
 * the system, that wait for a time, and for which nobody is asked for an approval or a reason. A move that waits for
 * nothing is never one of them, or a project could go round in a circle for ever.
 */
export function movesOfClock({ preset, permissions }: Law): Move[] {
  return preset.project.moves.filter((move) => {
    const action = `projects.move.${move.name}`
    return (
      isTimed(move) &&
      move.reason !== true &&
      permissions.actions[action]?.[SYSTEM_ROLE] === 'any' &&
      (permissions.approvals[action] ?? []).length === 0
    )
  })
}
