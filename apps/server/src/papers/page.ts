import type { IssuedPaper } from '@tallystick/contract'
import type { Paper } from '../platform/paper/paper.ts'
import type { PaperLanguage } from '../platform/paper/words.ts'
import type { Services } from '../platform/services.ts'
import { paperAt } from './issued.ts'
import { printable } from './paper.ts'

/** What the paper of an entry says today, and how it stands; undefined where there is none. */
export async function shownPaper(
  services: Services,
  index: number,
  language: PaperLanguage,
): Promise<{ shown: IssuedPaper; paper: Paper } | undefined> {
  const known = await paperAt(services, index)
  return known && { shown: known.shown, paper: (await printable(services, known, language)).page() }
}
