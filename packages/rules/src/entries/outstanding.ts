import { invariant } from '../invariant.ts'
import type { Posting, Put, RowKey, Rows, State } from '../state.ts'

/**
 * Units of a project that its holders have: those in accounts of the kind `holding`. What was retired, cancelled, used or
 * left the country has come to an end, and what is in the buffer insures others, too. Transfers between holders change
 * nothing of it, and do not look at it.
 */
function isHeld(account: Rows['account'] | undefined): boolean {
  return account?.kind === 'holding'
}

/** The row that a movement between two accounts changes, as far as they are known; none where it changes nothing. */
export function outstandingReads(state: State, project: string, from: string, to: string): RowKey[] {
  if (project === '' || isHeld(state.peek('account', from)) === isHeld(state.peek('account', to))) return []
  return [{ kind: 'outstanding', id: project }]
}

/** What holders have of a project after these postings of its units. */
export function outstandingPuts(state: State, project: string, postings: readonly Posting[]): Put[] {
  if (project === '') return []
  const held = (account: string, amount: bigint) => (isHeld(state.get('account', account)) ? amount : 0n)
  const more = postings.reduce((sum, { from, to, amount }) => sum + held(to, amount) - held(from, amount), 0n)
  if (more === 0n) return []
  const units = (state.get('outstanding', project)?.units ?? 0n) + more
  invariant(units >= 0n, 'holders have no fewer units of a project than none')
  return [{ kind: 'outstanding', id: project, row: { units } }]
}
