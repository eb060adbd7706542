import { type Document, type Plain, plain, type Template, type TemplateLanguage } from '@tallystick/templates'

/**
 * Looks in the text of a PDF for every field of a document: first its label, after the label of the field before, and after
 * it all that it says. Answers how many fields are shown, and what is missing.
 */
export function fieldsNotIn(
  text: string,
  form: Template,
  document: Document,
  language: TemplateLanguage,
): { shown: number; missing: string[] } {
  const paper = bare(text)
  const joinless = withoutJoint(paper)
  const missing: string[] = []
  let shown = 0
  let at = 0
  const hasWord = (word: string) => [...word.matchAll(UNMARKED)].every(([run]) => joinless.includes(withoutJoint(run)))
  const isThere = (said: string, from: number) => {
    if (paper.indexOf(bare(said), from) >= 0) return true
    // Columns and lines of both directions are told in another order: then each word for itself.
    return language === 'ar' && wordsOf(said).every((word) => paper.includes(bare(word)) || hasWord(word))
  }
  for (const section of plain(form, document, language)) {
    for (const { path, label, value } of section.fields) {
      shown += 1
      const found = paper.indexOf(bare(label), at)
      if (found < 0 && !isThere(label, 0)) {
        missing.push(`${path}: ${label}`)
        continue
      }
      if (found >= 0) at = found
      const lacking = textsOf(value).find((said) => !isThere(said, at))
      if (lacking !== undefined) missing.push(`${path}: ${lacking.slice(0, MOST_SHOWN)}`)
    }
  }
  return { shown, missing }
}

const MOST_SHOWN = 120

/** All that a value says, piece by piece. */
function textsOf(value: Plain): string[] {
  switch (value.kind) {
    case 'empty':
      return []
    case 'text':
    case 'place':
      return [value.text]
    case 'rich':
      return value.blocks.flatMap(({ lines }) => lines.map((line) => line.map(({ text }) => text).join('')))
    case 'list':
      return value.items
    case 'files':
      return value.files.map(({ name, title }) => title ?? name)
    case 'facts':
      return value.facts.flatMap(({ label, value: said }) => [label, said])
    case 'table':
      return [
        ...value.columns.map(({ label }) => label),
        ...value.rows.flatMap(({ head, cells }) => [...(head === undefined ? [] : [head]), ...cells.flatMap(textsOf)]),
      ]
  }
}

/** Letters and digits alone: without spaces, marks of direction, hyphens at ends of lines, and how a letter is joined. */
const bare = (text: string): string =>
  text
    .normalize('NFKC')
    .replace(/[^\p{L}\p{N}]/gu, '')
    .toLowerCase()

/** Words of one script each. */
const wordsOf = (text: string): string[] =>
  (text.normalize('NFKC').match(/[\p{Script=Arabic}\p{M}]+|[^\p{Script=Arabic}\p{M}]+/gu) ?? [])
    .flatMap((run) => run.split(/[^\p{L}\p{N}\p{M}]+/u))
    .filter((word) => bare(word) !== '')

/** Two letters and more without vowel marks: a letter and its marks are told by programs wherever they were set. */
const UNMARKED = /(?:[\p{L}\p{N}](?!\p{M})){2,}/gu

/** Lam and alef are set as one letter, which programs tell in either order. */
const withoutJoint = (text: string): string => text.replace(/[لاأإآ]/g, '')
