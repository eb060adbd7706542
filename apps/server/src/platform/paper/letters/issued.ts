import { isolated, type Locale, Speech } from '@tallystick/contract'
import type { Attachment, Foot, Labelled, Paper, Paragraph, Section, Slot, Span, Status, Text } from '../paper.ts'
import type { PaperFamily, PaperLanguage } from '../words.ts'
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
  /** Address, telephone and the like of the authority. */
  address?: readonly string[]
  reference: string
  /** Legal date of the paper, `YYYY-MM-DD`. */
  date: string
  /** When it was made, for the file. */
  made: string
  timeZone: string
  foot: Foot
  /** The entry that decides what the paper says; null while the paper is a draft. */
  entry: LedgerEntry | null
  /** The entry that took it back, if one did: the paper says that it is void. */
  takenBack?: Pick<LedgerEntry, 'index' | 'at'>
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

export interface ProjectName {
  title: string
  number: string
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
/** Digits are those of serial numbers in every language, so that a number on paper can be compared with the ledger. */
const LOCALES: Readonly<Record<PaperLanguage, Omit<Locale, 'texts'>>> = {
  en: { lang: 'en-GB', dir: 'ltr' },
  fr: { lang: 'fr', dir: 'ltr' },
  es: { lang: 'es', dir: 'ltr' },
  ar: { lang: 'ar-u-nu-latn', dir: 'rtl' },
}

/** The words of letters and certificates. */
export class LetterSpeech {
  readonly language: PaperLanguage
  readonly speech: Speech

  constructor(language: PaperLanguage, timeZone: string) {
    this.language = language
    const locale = { ...LOCALES[language], texts: texts[language] }
    this.speech = new Speech(locale, { ...LOCALES.en, texts: en }, timeZone)
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

  document(key: TextKey, { name, version, sha256 }: DocumentName): Labelled[] {
    const value = this.say('fact.document', { name: isolated(name), version })
    return [this.fact(key, value), this.fact('fact.hash', [{ text: sha256, mono: true }])]
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

export function speechOf({ timeZone }: Issued, language: PaperLanguage): LetterSpeech {
  return new LetterSpeech(language, timeZone)
}

/** What differs from one letter or certificate to the other. */
export interface Content extends Pick<Paper, 'kind' | 'over' | 'title' | 'facts'> {
  lead: Text
  sections: readonly Section[]
  status?: Status
  addressee?: readonly string[]
}

/** The paper around it: head, draft or void, the entry that decides, places for signatures, foot. */
export function issuedPaper(speech: LetterSpeech, issued: Issued, content: Content): Paper {
  const { entry, takenBack, signatures } = issued
  const unsettled = takenBack ? 'void' : entry ? undefined : 'draft'
  const { status: settled, addressee, ...said } = content
  const status = unsettled ? ({ word: speech.say(unsettled), tone: takenBack ? 'ember' : 'stone' } as const) : settled
  const closing: Section[] = [
    { blocks: entry && content.kind === 'letter' ? [speech.paragraph('entry', entryPlaces(speech, entry))] : [] },
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
      lines: issued.address ?? [],
      ...(addressee && { addressee }),
      facts: [speech.fact('reference', issued.reference), speech.fact('date', speech.day(issued.date))],
    },
    ...(status && { status }),
    sections: [...warnings(speech, issued), ...content.sections, ...closing],
    foot: issued.foot,
    ...(unsettled && { watermark: speech.say(unsettled) }),
    ...(issued.test && { banner: speech.say('test') }),
    ...(issued.attachments && { attachments: issued.attachments }),
  }
}

function entryPlaces(speech: LetterSpeech, { index, at, ledger }: LedgerEntry): Places {
  return { index: speech.speech.number(BigInt(index)), at: speech.speech.minute(at), ledger: isolated(ledger) }
}

function warnings(speech: LetterSpeech, { entry, takenBack }: Issued): Section[] {
  const warning = (text: string): Section => ({ blocks: [{ block: 'paragraph', text, tone: 'warning' }] })
  if (takenBack) {
    const { index, at } = takenBack
    const places = { index: speech.speech.number(BigInt(index)), at: speech.speech.minute(at) }
    return [warning(speech.say('void.note', places))]
  }
  return entry ? [] : [warning(speech.say('draft.note'))]
}

/** How anybody checks a certificate, with us and without. */
export function proofSection(speech: LetterSpeech, { foot, attachments = [] }: Issued): Section {
  const { check = '' } = foot
  const checked = speech
    .sentence('proof.page', { check }, [])
    .map((span) => (span.text === check ? { ...span, link: true } : span))
  return {
    title: speech.say('proof'),
    blocks: [
      ...(check ? [{ block: 'paragraph' as const, text: checked }] : []),
      ...(attachments.length > 0
        ? [
            speech.paragraph('proof.file'),
            {
              block: 'paragraph' as const,
              text: [{ text: 'tallystick verify --certificate FILE.pdf --vkey KEY', mono: true }],
            },
          ]
        : []),
    ],
  }
}
