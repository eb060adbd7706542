import { hash } from 'node:crypto'
import { CertificateFile, isolated } from '@tallystick/contract'
import { certificateFacts } from '@tallystick/ledger'
import { encodeEntry } from '@tallystick/rules'
import type { z } from 'zod'
import type { LogRow } from '../platform/entries.ts'
import { namesIn } from '../platform/names.ts'
import {
  certificateOfCancellation,
  certificateOfRetirement,
  type Ended,
} from '../platform/paper/letters/certificates.ts'
import { LetterSpeech } from '../platform/paper/letters/issued.ts'
import type { Paper } from '../platform/paper/paper.ts'
import type { PaperLanguage } from '../platform/paper/words.ts'
import type { Services } from '../platform/services.ts'
import { takenBack } from '../platform/taken-back.ts'
import { showEnds } from './answers.ts'

type End = LogRow<'CreditsRetired' | 'CreditsCancelled'>

/** What a paper of a certificate rests on; it lacks only the proof. */
export interface CertificatePaper {
  /** Certificates with the same hash are the same paper. */
  sha256: string
  /** With the receipt of the entry inside. */
  paper(receipt: string): Paper
}

/** What is proved of a retirement or a cancellation, with the openings that may be shown. */
export async function certificateFile(services: Services, row: End): Promise<z.input<typeof CertificateFile>> {
  const { entry, index } = row
  const { beneficiary } = entry.body
  const opened = beneficiary === null ? undefined : (await services.openings.open([beneficiary])).get(beneficiary)
  const openings = opened ? [{ field: 'body.beneficiary', ...opened }] : []
  const plain = { ...entry, body: { ...entry.body } }
  return {
    entry: Buffer.from(encodeEntry(plain)).toString('base64'),
    openings,
    facts: certificateFacts(plain, openings),
    takenBack: (await takenBack(services, [row])).get(index) ?? null,
  }
}

/** The certificate as a paper that carries the bytes of its file, and its receipt, inside. */
export async function certificatePaper(
  services: Services,
  row: End,
  language: PaperLanguage,
): Promise<CertificatePaper> {
  const file = JSON.stringify(CertificateFile.parse(await certificateFile(services, row)))
  const facts = await endedFacts(services, row, language, hash('sha256', file))
  const { certificate } = facts
  const print = row.entry.type === 'CreditsRetired' ? certificateOfRetirement : certificateOfCancellation
  const numbers = (_: string, value: unknown) => (typeof value === 'bigint' ? `${value}` : value)
  return {
    sha256: hash('sha256', JSON.stringify([language, row.entry.type, facts], numbers)),
    paper: (receipt) => {
      const attachments = [
        attached(`certificate-${certificate}.json`, 'application/json', 'The entry with its openings', file),
        attached(`certificate-${certificate}.tlog-proof`, 'text/plain', 'The receipt of the entry', receipt),
      ]
      return print({ ...facts, attachments }, language)
    },
  }
}

function attached(name: string, media: string, description: string, text: string) {
  return { name, media, description, bytes: Buffer.from(text) }
}

async function endedFacts(services: Services, row: End, language: PaperLanguage, sha256: string): Promise<Ended> {
  const { entry, index } = row
  const names = await namesIn(services, entry)
  const end = (await showEnds(services, [row], names))(row)
  const { genesis, publicUrl } = services
  const { timeZone, country } = genesis
  const speech = new LetterSpeech(language, timeZone)
  const place = { country: isolated(country.name) }
  const code = `C-${String(end.certificate).padStart(6, '0')}`
  const day = dayIn(timeZone, entry.at)
  const name = end.beneficiary?.name
  return {
    ...{ registry: speech.say('registry', place), authority: speech.say('authority', place), country: country.name },
    ...{ reference: code, date: day, made: entry.at, timeZone, test: genesis.test, signatures: [] },
    foot: { id: code, sha256, check: `${publicUrl}/entries/${index}` },
    entry: { index, at: entry.at, ledger: genesis.origin },
    ...(end.takenBack && { takenBack: { index: end.takenBack.index, at: end.takenBack.at } }),
    project: { title: end.project?.title ?? UNKNOWN, number: `${end.project?.number ?? UNKNOWN}` },
    ...{ quantity: BigInt(end.quantity), unitType: end.unitType, vintage: `${end.vintage}`, on: day },
    ...{ certificate: String(end.certificate), holder: end.from.organisation.name ?? UNKNOWN, purpose: end.purpose },
    ...(name && { beneficiary: name }),
    serials: end.ranges.map(({ serial }) => serial),
  }
}

/** Erased, or of another Party. */
const UNKNOWN = '—'

/** The legal day of an instant, `YYYY-MM-DD`. */
function dayIn(timeZone: string, at: string): string {
  const format = new Intl.DateTimeFormat('en', { timeZone, year: 'numeric', month: '2-digit', day: '2-digit' })
  const parts = new Map(format.formatToParts(new Date(at)).map(({ type, value }) => [type, value]))
  return `${parts.get('year')}-${parts.get('month')}-${parts.get('day')}`
}
