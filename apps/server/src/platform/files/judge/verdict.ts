/** Kinds of files that are taken: their media types, and the endings of their names; the first is given to them. */
export const KINDS = {
  pdf: { media: 'application/pdf', endings: ['pdf'] },
  docx: { media: 'application/vnd.openxmlformats-officedocument.wordprocessingml.document', endings: ['docx'] },
  xlsx: { media: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet', endings: ['xlsx'] },
  csv: { media: 'text/csv; charset=utf-8', endings: ['csv'] },
  geojson: { media: 'application/geo+json', endings: ['geojson', 'json'] },
  jpg: { media: 'image/jpeg', endings: ['jpg', 'jpeg'] },
  png: { media: 'image/png', endings: ['png'] },
} as const satisfies Readonly<Record<string, { media: string; endings: readonly string[] }>>

export type FileKind = keyof typeof KINDS

/** Why a file is not taken, in words that the contract has in each language. */
export const FAULTS = {
  empty: 'is empty',
  kind: 'is of none of the kinds that are taken',
  ending: 'is of another kind than its name says',
  broken: 'is cut off or damaged',
  'two-in-one': 'can be read as two kinds of files',
  behind: 'has something behind its end',
  active: 'holds something that runs when it is opened',
  macros: 'holds macros',
  embedded: 'holds other files that cannot be judged',
  remote: 'fetches something from elsewhere when it is opened',
  locked: 'is encrypted, so that it cannot be judged',
  bomb: 'unpacks to more than is taken',
  unusual: 'is written in an unusual way, in which much can be hidden',
  pixels: 'has too many pixels',
  text: 'is not a text in UTF-8',
  time: 'could not be judged in the time for it',
} as const

export type Fault = keyof typeof FAULTS

/**
 * What whoever opens a file is told: `formulas`: cells that a spreadsheet would compute; `links`: it names things elsewhere
 * that a reader may fetch; `opens`: it says what is shown first; `more`: something that is no picture stands behind it.
 */
export type Note = 'formulas' | 'links' | 'opens' | 'more'

export interface Taken {
  kind: FileKind
  notes: Note[]
}

export type Verdict = Taken | { fault: Fault }

/** A file that is not taken. Thrown while it is judged. */
export class Unfit extends Error {
  readonly fault: Fault

  constructor(fault: Fault) {
    super(FAULTS[fault])
    this.fault = fault
  }
}

/** What archives, programs and other documents begin with. */
const SIGNATURES = [
  '\xd0\xcf\x11\xe0',
  'PK\x03\x04',
  'PK\x05\x06',
  'MZ',
  '\x7fELF',
  '%PDF-',
  '{\\rt',
  '#!',
  'Rar!\x1a',
  '7z\xbc\xaf',
  'ITSF',
]

/** Does it begin as no part of another file should? `text` is in Latin-1. */
export function beginsForeign(text: string): boolean {
  return SIGNATURES.some((signature) => text.startsWith(signature))
}

/** Beginnings of what browsers and servers run. */
const MARKUP = /<(?:!doctype|html|head|body|script|svg|iframe|object|embed|meta|\?php)/i

/** Does it hold markup that a browser might take for a page? */
export function holdsMarkup(text: string): boolean {
  return MARKUP.test(text)
}
