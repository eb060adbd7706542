import type { Comment } from '@tallystick/contract'
import { type KnownNames, namesIn } from '../platform/names.ts'
import type { Services } from '../platform/services.ts'
import { currentRound, isOpen, roundsOf } from './rounds.ts'
import { type CommentRow, commentPage } from './store.ts'

/** A comment as everybody may see it. */
export function commentShown(names: KnownNames, row: CommentRow): Comment {
  const { id, round, number, name, language, text, commitment, key, hidden_reason: reason, hidden_at: hiddenAt } = row
  const isHidden = reason !== null
  const by = names.organisationRef(names.mandate(row.answered_by ?? '')?.organisation ?? '')
  return {
    id,
    round: Number(round),
    number,
    name: isHidden ? null : name,
    language,
    text: isHidden ? null : text,
    confirmedAt: row.confirmed_at.toISOString(),
    hidden: reason !== null && hiddenAt !== null ? { reason, at: hiddenAt.toISOString() } : null,
    answer:
      row.answer !== null && row.answered_at !== null
        ? { text: row.answer, at: row.answered_at.toISOString(), by }
        : null,
    commitment,
    key: isHidden ? null : key,
  }
}

export async function commentsShown(services: Services, rows: readonly CommentRow[]): Promise<Comment[]> {
  const names = await namesIn(
    services,
    rows.map(({ answered_by }) => answered_by),
  )
  return rows.map((row) => commentShown(names, row))
}

/** So many comments stand on the page of a project. */
const MOST_ON_PAGE = 30

/** What the page of a project shows of its comments. */
export interface CommentsOnPage {
  /** While comments may be sent: until when. */
  until: string | null
  comments: Comment[]
  /** Are there more than these? */
  more: boolean
}

/** Undefined where the project was never open to comments. */
export async function commentsOnPage(services: Services, project: string): Promise<CommentsOnPage | undefined> {
  const [current, kept] = await Promise.all([currentRound(services, project), roundsOf(services, project, 1)])
  if (!current && kept.length === 0) return undefined
  const rows = await commentPage(services, project, undefined, MOST_ON_PAGE + 1)
  return {
    until: current && isOpen(services, current) ? current.endsAt.toISOString() : null,
    comments: await commentsShown(services, rows.slice(0, MOST_ON_PAGE)),
    more: rows.length > MOST_ON_PAGE,
  }
}
