import type { KnownNames } from './names.ts'
import type { ProposalRow } from './proposal-store.ts'

/** The project that a proposal is about: that it names, or of which it names something. */
export function projectOf({ request }: ProposalRow, names: KnownNames): string | undefined {
  const { project, authorisation, period, reversal, batch } = request
  const of = [
    named(project, (id) => (names.project(id) ? id : undefined)),
    named(authorisation, (id) => names.authorisation(id)?.project),
    named(period, (id) => names.period(id)?.project),
    named(reversal, (id) => names.reversal(id)?.project),
    named(batch, (id) => names.batch(id)?.project),
  ]
  return of.find((id) => id !== undefined && id !== '')
}

function named(id: unknown, project: (id: string) => string | undefined): string | undefined {
  return typeof id === 'string' ? project(id) : undefined
}

/** The organisations that own it. */
export function ownersOf(project: string | undefined, names: KnownNames): string[] {
  const owners = (project === undefined ? undefined : names.project(project))?.owners ?? []
  return [...new Set(owners.map(({ account }) => names.account(account)?.organisation ?? ''))]
}
