/** One paper of the registry, before it has a form: `renderPdf` and `renderHtml` print the same one. */
export interface Paper {
  kind: 'document' | 'letter' | 'certificate'
  /** BCP 47 tag of the language that it is written in. */
  language: string
  direction: 'ltr' | 'rtl'
  /** The instant that the PDF gives as its date. With the rest of the paper it decides each byte of the PDF. */
  made: string
  head: Head
  /** What kind of paper it is, over the title. */
  over: string
  title: string
  /** One sentence that says it all. */
  lead?: Text
  status?: Status
  facts: readonly Labelled[]
  sections: readonly Section[]
  /** Lists the sections after the facts; only in PDF, where nothing scrolls. */
  contents?: boolean
  foot: Foot
  /** Across each page, until the paper is final. */
  watermark?: string
  /** On each page, such as that it comes from a test ledger. */
  banner?: string
  /** Files inside the PDF, which is PDF/A-3b then. */
  attachments?: readonly Attachment[]
  /** Nothing but title, what is over it and lead, on a page of so many points: what a signature shows in its place. */
  stamp?: { width: number; height: number }
}

/** Whose paper it is. */
export interface Head {
  registry: string
  authority?: string
  /** Of a letter: to whom, line by line. */
  addressee?: readonly string[]
  /** Of a letter: reference and date. */
  facts?: readonly Labelled[]
}

export interface Status {
  word: string
  /** Colours of states, as everywhere: `docs/paper.md`. */
  tone: 'grove' | 'lake' | 'bark' | 'sun' | 'ember' | 'stone'
}

/** Words in a row. Isolates (U+2068, U+2069) around what somebody else wrote are kept, other direction marks are not. */
export type Text = string | readonly Span[]
export interface Span {
  text: string
  bold?: boolean
  italic?: boolean
  /** In type of one width: serial numbers, hashes, ids. */
  mono?: boolean
  /** The text is an address of the web. */
  link?: boolean
}

/** What stands beside a label or in a cell. */
export type Value = Text | readonly Prose[]
export interface Labelled {
  label: string
  /** Empty prints as a dash. */
  value: Value
}

export interface Section {
  /** As people refer to it, such as `A.1`. */
  number?: string
  /** Without one, the blocks follow what stands before. */
  title?: string
  /** 1 for the upmost. */
  level?: 1 | 2 | 3
  blocks: readonly Block[]
}

export type Block = Prose | Values | Table | Signatures
export type Prose = Paragraph | List

export interface Paragraph {
  block: 'paragraph'
  text: Text
  /** Set apart: a note in small type, or what must not be overlooked. */
  tone?: 'note' | 'warning'
}

export interface List {
  block: 'list'
  ordered?: boolean
  items: readonly Text[]
}

export interface Values {
  block: 'values'
  items: readonly Labelled[]
}

export interface Table {
  block: 'table'
  caption?: string
  columns: readonly Column[]
  rows: readonly Row[]
}

export interface Column {
  title: string
  /** Numbers stand at the end, so that their digits meet. */
  align?: 'start' | 'end'
}

export interface Row {
  cells: readonly Value[]
  /** A sum of the rows above. */
  total?: boolean
}

export interface Signatures {
  block: 'signatures'
  slots: readonly Slot[]
}

export interface Slot {
  /** Under which `renderPdf` tells the place of the slot. */
  id: string
  /** In what capacity. */
  role: string
  name?: string
  organisation?: string
  /** Who has signed already: a line of text each, such as level and instant. */
  signed?: readonly string[]
}

export interface Foot {
  /** Of the document, such as `PDD-042`. */
  id: string
  version?: string
  /** Of the content, in hexadecimal digits. */
  sha256?: string
  /** The public page that checks this paper; also as a QR code. */
  check?: string
}

export interface Attachment {
  /** Letters, digits, dot, hyphen and underscore. */
  name: string
  media: string
  description: string
  bytes: Uint8Array
}
