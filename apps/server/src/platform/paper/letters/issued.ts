import { isolated, type Speech } from '@tallystick/contract'
import type { Attachment, Foot, Labelled, Paper, Paragraph, Section, Slot, Span, Text } from '../paper.ts'
import { type PaperFamily, type PaperLanguage, paperSpeech } from '../words.ts'
import ar from './locales/ar.json' with { type: 'json' }
import en from './locales/en.json' with { type: 'json' }
import es from './locales/es.json' with { type: 'json' }
import fr from './locales/fr.json' with { type: 'json' }

/** What letters and certificates have in common. Texts that people wrote are given as they are. */
export interface Issued {
  /** As the registry calls itself in the language of the paper. */
  registry: string
  country: string
  authority: string
  reference: string
  /** Legal date of the paper, `YYYY-MM-DD`. */
  date: string
  /** When it was made, for the file. */
  made: string
  timeZone: string
  foot: Foot
  /** The entry that decides what the paper says; null while the paper is a draft. */
  entry: LedgerEntry | null
  /** The entry that has overtaken it since, and how: the paper says so on each page. */
  since?: Overtaken
  signatures: readonly Slot[]
  attachments?: readonly Attachment[]
  /** Comes from a ledger in which nothing is real. */
  test?: boolean
}

export interface LedgerEntry {
  index: number
  at: string
  /** Origin of the ledger. */
  ledger: string
}

/** `void`: its entry was taken back. `superseded`, `revoked`: of an authorisation. `over`, `paused`: the project has moved on. */
export interface Overtaken extends Pick<LedgerEntry, 'index' | 'at'> {
  how: keyof typeof OVERTAKEN
}

const OVERTAKEN = { void: 'ember', superseded: 'stone', revoked: 'ember', over: 'stone', paused: 'sun' } as const

export interface ProjectName {
  title: string
  number: string
}

/** A version of an authorisation, by the reference of its letter. */
export interface AuthorisationName {
  reference: string
  version: number
}

/** A document by its bytes. */
export interface DocumentName {
  name: string
  version: string
  sha256: string
}

export type TextKey = keyof typeof en
type Places = Readonly<Record<string, string>>

const texts: PaperFamily<typeof en> = { en, fr, es, ar }

/** The words of letters and certificates. */
export class LetterSpeech {
  readonly language: PaperLanguage
  readonly speech: Speech

  constructor(language: PaperLanguage, timeZone: string) {
    this.language = language
    this.speech = paperSpeech(texts, language, timeZone)
  }

  say(key: TextKey, places: Places = {}, count?: bigint): string {
    return this.speech.say(key, places, count)
  }

  /** A sentence in which some places stand out. */
  sentence(key: TextKey, places: Places, bold: readonly string[]): Span[] {
    return this.speech.pieces(key).map((piece) => {
      if ('words' in piece) return { text: piece.words }
      return { text: places[piece.place] ?? '', bold: bold.includes(piece.place) }
    })
  }

  paragraph(key: TextKey, places: Places = {}): Paragraph {
    return { block: 'paragraph', text: this.say(key, places) }
  }

  fact(key: TextKey, value: Text): Labelled {
    return { label: this.say(key), value }
  }

  tonnes(quantity: bigint): string {
    return this.say('tonnes', { count: this.speech.number(quantity) }, quantity)
  }

  /** Title and number, the title as its owner wrote it. */
  project({ title, number }: ProjectName): string {
    return this.say('project', { title: isolated(title), number })
  }

  day(date: string): string {
    return this.speech.legalDay(date)
  }

  codes(list: string, codes: readonly string[]): string {
    return this.speech.list(codes.map((code) => this.speech.code(list, code)))
  }

  names(names: readonly string[]): string {
    return this.speech.list(names.map(isolated))
  }

  authorisation({ reference, version }: AuthorisationName): Labelled {
    return this.fact(
      'fact.authorisation',
      this.say('fact.authorisation.value', { id: reference, version: `${version}` }),
    )
  }

  /** Documents that a decision was taken on, each with its SHA-256 on a line of its own. */
  grounds(documents: readonly DocumentName[]): Labelled[] {
    const lines = documents.flatMap(({ name, version, sha256 }): Paragraph[] => [
      { block: 'paragraph', text: this.say('fact.document', { name: isolated(name), version }) },
      { block: 'paragraph', text: [{ text: sha256, mono: true }] },
    ])
    return lines.length > 0 ? [{ label: this.say('fact.grounds'), value: lines }] : []
  }

  entryFacts(entry: LedgerEntry | null): Labelled[] {
    if (!entry) return []
    const value = this.say('fact.entry.value', {
      index: this.speech.number(BigInt(entry.index)),
      at: this.speech.minute(entry.at),
    })
    return [this.fact('fact.entry', value), this.fact('fact.ledger', [{ text: entry.ledger, mono: true }])]
  }
}

/** Formats of numbers and dates are dear to make. */
const speeches = new Map<string, LetterSpeech>()

export function speechOf({ timeZone }: Pick<Issued, 'timeZone'>, language: PaperLanguage): LetterSpeech {
  const key = `${language} ${timeZone}`
  const speech = speeches.get(key) ?? new LetterSpeech(language, timeZone)
  speeches.set(key, speech)
  return speech
}

/** What differs from one letter or certificate to the other. */
export interface Content extends Pick<Paper, 'kind' | 'over' | 'title' | 'facts'> {
  lead: Text
  sections: readonly Section[]
  addressee?: readonly string[]
}

/** The paper around it: head, draft or overtaken, the entry that decides, places for signatures, proof, foot. */
export function issuedPaper(speech: LetterSpeech, issued: Issued, content: Content): Paper {
  const { entry, since, signatures } = issued
  const unsettled = since?.how ?? (entry ? undefined : 'draft')
  const { addressee, sections, ...said } = content
  const places = since && { index: speech.speech.number(BigInt(since.index)), at: speech.speech.minute(since.at) }
  const closing: Section[] = [
    { blocks: entry && content.kind === 'letter' ? [speech.paragraph('entry', entryPlaces(speech, entry))] : [] },
    ...proofSection(speech, issued, content.kind),
    { blocks: signatures.length > 0 ? [{ block: 'signatures', slots: signatures }] : [] },
  ]
  return {
    ...said,
    language: speech.language,
    direction: speech.speech.dir,
    made: issued.made,
    head: {
      registry: issued.registry,
      authority: issued.authority,
      ...(addressee && { addressee }),
      facts: [speech.fact('reference', issued.reference), speech.fact('date', speech.day(issued.date))],
    },
    ...(unsettled && { status: { word: speech.say(unsettled), tone: since ? OVERTAKEN[since.how] : 'stone' } }),
    sections: [
      ...(unsettled
        ? [{ blocks: [{ ...speech.paragraph(`${unsettled}.note`, places), tone: 'warning' as const }] }]
        : []),
      ...sections,
      ...closing,
    ],
    foot: issued.foot,
    ...(unsettled && { watermark: speech.say(unsettled) }),
    ...(issued.test && { banner: speech.say('test') }),
    ...(issued.attachments && { attachments: issued.attachments }),
  }
}

function entryPlaces(speech: LetterSpeech, { index, at, ledger }: LedgerEntry): Places {
  return { index: speech.speech.number(BigInt(index)), at: speech.speech.minute(at), ledger: isolated(ledger) }
}

/** How anybody checks a paper, with us and without; the last lines of a letter name the page already. */
function proofSection(speech: LetterSpeech, { foot, attachments = [] }: Issued, kind: Content['kind']): Section[] {
  const { check = '' } = foot
  const command = { text: 'tallystick verify --certificate FILE.pdf --vkey KEY', mono: true }
  const proved = attachments.length > 0
  if (kind === 'letter') {
    const text = [{ text: `${speech.say('proof.file')} ` }, command]
    return proved ? [{ blocks: [{ block: 'paragraph', text }] }] : []
  }
  const page = speech
    .sentence('proof.page', { check }, [])
    .map((span) => (span.text === check ? { ...span, link: true } : span))
  const blocks: Paragraph[] = [
    ...(check ? [{ block: 'paragraph' as const, text: page }] : []),
    ...(proved ? [speech.paragraph('proof.file'), { block: 'paragraph' as const, text: [command] }] : []),
  ]
  return blocks.length > 0 ? [{ title: speech.say('proof'), blocks }] : []
}
