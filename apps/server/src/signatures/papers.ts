import type { DocumentSignatures } from '@tallystick/contract'
import { sha256Hex } from '@tallystick/rules'
import type { Template } from '@tallystick/templates'
import type { Paper, Section } from '../platform/paper/paper.ts'
import type { PaperLanguage } from '../platform/paper/words.ts'
import { withFields } from '../platform/paper-signing/sign.ts'
import { pdfOf, printedOf } from '../platform/printing.ts'
import { problem } from '../platform/problem.ts'
import type { Actor, Services } from '../platform/services.ts'
import { type PaperWords, paperWords } from './paper-words.ts'
import { maySee, sheetOf } from './sheet.ts'
import { slotsOn } from './slots-shown.ts'
import { evidenceIn, isRecordOf } from './store.ts'
import { wordsIn } from './words.ts'

/** A version of a document that is data, whole, as a paper. */
export interface WholePaper {
  paper: Paper
  template: Template
  /** Those whose SHA-256 is signed. */
  bytes: Uint8Array
}

/** What the room of documents tells of versions. */
export interface DocumentPapers {
  /** Undefined where the version is not kept as data. */
  whole(services: Services, version: Named, language: PaperLanguage): Promise<WholePaper | undefined>
  /** May somebody read all of it? */
  mayRead(services: Services, actor: Actor, version: Named): Promise<boolean>
}

interface Named {
  project: string
  sha256: string
}

type Version = Pick<DocumentSignatures, 'project' | 'document' | 'version' | 'sha256' | 'places'>

/** The PDF with the newest signature by a key, in which are all before it; and the language in which it is. */
export async function signedPaper(
  services: Services,
  { places }: Pick<Version, 'places'>,
): Promise<{ pdf: Buffer; language: PaperLanguage } | undefined> {
  const advanced = places
    .flatMap(({ signed }) => (signed?.level === 'AES' ? [signed] : []))
    .sort((a, b) => b.entry.index - a.entry.index)
  const [last] = advanced
  const kept = last && (await evidenceIn(services, [last.evidence])).get(last.evidence)
  // Erased with the name of whoever signed.
  if (!last || !kept?.pdf) return undefined
  const { pdf, record, bytes } = kept
  if (!isRecordOf(bytes, last.evidence) || record.proof.pdf !== sha256Hex(pdf)) {
    throw new Error(`The PDF of the signature ${last.evidence} is not the one that was signed`)
  }
  return { pdf, language: (record.proof.language as PaperLanguage | undefined) ?? 'en' }
}

/** A PDF that nobody has signed with a key yet, with a field in each place that can be; that of a document, or of its sheet. */
export async function paperToSign(
  services: Services,
  documents: DocumentPapers,
  of: DocumentSignatures,
  language: PaperLanguage,
): Promise<{ pdf: Uint8Array; language: PaperLanguage }> {
  const whole = await documents.whole(services, of, language)
  const words = paperWords(services, language)
  const paper = whole ? await ownPaper(services, whole, of, words) : await sheetOf(services, of, language)
  const { pdf, slots } = await printedOf(services.papers, paper)
  const open = of.places.filter(({ signed, levels }) => !signed && levels.some((one) => one !== 'SES' && one !== 'WET'))
  const fields = slots.flatMap((slot) => {
    const place = open.find((one) => one.slot === slot.id)
    return place ? [{ ...slot, title: words.role(place, whole?.template) }] : []
  })
  return { pdf: await withFields(pdf, fields), language: whole ? language : wordsIn(services, language).language }
}

/** The paper of a document, with the places for signatures at its end; its data go with it. */
async function ownPaper(
  services: Services,
  { paper: { status: _, ...paper }, template, bytes }: WholePaper,
  of: Version,
  words: PaperWords,
): Promise<Paper> {
  const version = String(of.version)
  const slots = await slotsOn(services, of, words, template)
  const section: Section = {
    title: words.say('signatures'),
    level: 1,
    blocks: [
      { block: 'paragraph', tone: 'note', text: words.say('note', { version }) },
      { block: 'signatures', slots },
    ],
  }
  const data = {
    name: `${of.document.slice(0, 60)}-v${version}.json`,
    media: 'application/json',
    ...{ description: words.say('attached'), bytes },
  }
  return { ...paper, sections: [...paper.sections, section], attachments: [data] }
}

/** What is to be seen where somebody has signed with a key. */
export async function stampOf(
  services: Services,
  { language, size, name, organisation, at }: Stamp,
): Promise<Uint8Array> {
  const words = paperWords(services, language)
  return pdfOf(services.papers, {
    ...{ kind: 'document', language, direction: words.dir, made: at.toISOString(), stamp: size },
    ...{ title: name, over: organisation, lead: words.signed('AES', at.toISOString()) },
    ...{ head: { registry: '' }, facts: [], sections: [], foot: { id: '' } },
  })
}

interface Stamp {
  language: PaperLanguage
  /** Of its place, in points. */
  size: { width: number; height: number }
  /** As in the certificate. */
  name: string
  organisation: string
  at: Date
}

/** Whoever reads the whole document, and who has a part in the project or a place on it. Throws a problem for others. */
export async function requireReader(
  services: Services,
  documents: DocumentPapers,
  actor: Actor,
  of: DocumentSignatures,
): Promise<void> {
  if (await maySee(services, actor, of)) return
  if (!(await documents.mayRead(services, actor, of))) throw problem('forbidden')
}
