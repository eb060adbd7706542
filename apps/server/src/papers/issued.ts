import type { IssuedPaper, PaperKind, PaperStanding } from '@tallystick/contract'
import { entryAt, entryNaming, isOf, type LogRow, placeOf } from '../platform/entries.ts'
import { type KnownNames, namesIn } from '../platform/names.ts'
import type { Services } from '../platform/services.ts'
import { takenBack } from '../platform/taken-back.ts'
import { kindOf, type PaperRow, type PresetAt, presetsOf } from './kinds.ts'

/** A paper with the entry that it is of, and what is known of that. */
export interface Known {
  row: PaperRow
  shown: IssuedPaper
  names: KnownNames
  presetAt: PresetAt
}

/** Those of these entries that papers are of, each with how it stands now. */
export async function papersOf(services: Services, rows: readonly LogRow[]): Promise<Known[]> {
  const presetAt = await presetsOf(services)
  const made = rows.flatMap((row) => {
    const kind = kindOf(row, presetAt)
    return kind ? [{ kind, row: row as PaperRow }] : []
  })
  const own = made.map(({ row }) => row)
  const entries = own.map(({ entry }) => entry)
  const [names, back] = await Promise.all([namesIn(services, entries), takenBack(services, own)])
  return Promise.all(
    made.map(async ({ kind, row }): Promise<Known> => {
      const project = projectIn(row, names)
      const by = back.get(row.index)
      const standing: PaperStanding = by
        ? { state: 'void', by }
        : await standingOf(services, { kind, row, names, presetAt }, project)
      const { index } = row
      const shown: IssuedPaper = {
        ...{ kind, reference: referenceOf(kind, row), standing, entry: placeOf(row) },
        project: project === '' ? null : names.projectRef(project),
        batch: 'batch' in row.entry.body ? row.entry.body.batch : null,
        ...{ page: `/papers/${index}`, pdf: `/national/papers/${index}/paper.pdf` },
      }
      return { row, shown, names, presetAt }
    }),
  )
}

/** The paper of the entry at an index, if there is one. */
export async function paperAt(services: Services, index: number): Promise<Known | undefined> {
  const row = await entryAt(services, index)
  const [known] = row ? await papersOf(services, [row]) : []
  return known
}

/** The id of the project that a paper is about; empty for units of another Party. */
export function projectIn({ entry: { body } }: PaperRow, names: KnownNames): string {
  if ('project' in body) return body.project
  if ('authorisation' in body) return names.authorisation(body.authorisation)?.project ?? ''
  return names.batch(body.batch)?.project ?? ''
}

const LETTERS: Readonly<Record<PaperKind, string>> = {
  ...{ 'no-objection': 'N', objection: 'O', registration: 'R', authorisation: 'A', revocation: 'V' },
  ...{ issuance: 'I', retirement: 'C', cancellation: 'C' },
}

/** A letter for the kind, and a number: of the certificate where the ledger gave one, else of the entry. */
export function referenceOf(kind: PaperKind, row: LogRow): string {
  const isEnd = isOf(row, 'CreditsRetired') || isOf(row, 'CreditsCancelled')
  const number = isEnd ? row.entry.body.allotted.certificate : row.index
  return `${LETTERS[kind]}-${String(number).padStart(6, '0')}`
}

/** What has overtaken a paper whose entry was not taken back. */
async function standingOf(
  services: Services,
  { kind, row, names, presetAt }: Pick<Known, 'row' | 'names' | 'presetAt'> & { kind: PaperKind },
  project: string,
): Promise<PaperStanding> {
  if (isOf(row, 'QuantityAuthorised') || isOf(row, 'AuthorisationChanged')) {
    const { authorisation } = row.entry.body
    const own = isOf(row, 'AuthorisationChanged') ? row.entry.body.version : 1
    if (names.authorisation(authorisation)?.version === own) return STANDS
    const last = await entryNaming(services, 'AuthorisationChanged', project, ['authorisation', authorisation])
    if (!last || last.index <= row.index) return STANDS
    return { state: last.entry.body.change === 'revoke' ? 'revoked' : 'superseded', by: placeOf(last) }
  }
  const standing = isOf(row, 'ProjectMoved') ? names.project(project) : undefined
  if (!standing || standing.entered.index === row.index) return STANDS
  const { ends, mayIssue } = presetAt(Number.POSITIVE_INFINITY).project
  const isOver = kind === 'objection' || ends.includes(standing.state)
  const isResting = kind === 'registration' && !mayIssue.includes(standing.state)
  const by = isOver || isResting ? await entryAt(services, standing.entered.index) : undefined
  return by ? { state: isOver ? 'over' : 'paused', by: placeOf(by) } : STANDS
}

const STANDS: PaperStanding = { state: 'stands', by: null }
