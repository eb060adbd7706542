import { hash } from 'node:crypto'
import { CertificateFile, isolated } from '@tallystick/contract'
import { invariant } from '@tallystick/rules'
import { isOf } from '../platform/entries.ts'
import {
  certificateOfCancellation,
  certificateOfIssuance,
  certificateOfRegistration,
  certificateOfRetirement,
} from '../platform/paper/letters/certificates.ts'
import { type Issued, type LetterSpeech, speechOf } from '../platform/paper/letters/issued.ts'
import {
  letterOfAuthorisation,
  letterOfNoObjection,
  letterOfObjection,
  letterOfRevocation,
} from '../platform/paper/letters/letters.ts'
import type { Paper } from '../platform/paper/paper.ts'
import type { PaperLanguage } from '../platform/paper/words.ts'
import type { Services } from '../platform/services.ts'
import { dayIn } from './day.ts'
import { type Evidence, evidenceOf } from './evidence.ts'
import { authorisationFacts, decisionFacts, endFacts, issuanceFacts, registrationFacts } from './facts.ts'
import { type Known, projectIn } from './issued.ts'

/** A paper that lacks only its proof. */
export interface Printable {
  /** Papers with the same hash say the same. */
  sha256: string
  evidence: Evidence
  /** As a page, which has no proof inside. */
  page(): Paper
  /** With its certificate and the receipt of its entry inside. */
  proved(file: string, receipt: string): Paper
}

/** What is known of a paper, and how it is put into words. */
export interface Asked extends Known {
  services: Services
  speech: LetterSpeech
  evidence: Evidence
  project: string
  issued: Issued
}

/** The paper of an entry, in a language: the same for the same entry, and the same standing. */
export async function printable(services: Services, known: Known, language: PaperLanguage): Promise<Printable> {
  const { row, shown, names } = known
  const project = projectIn(row, names)
  const evidence = await evidenceOf(services, row, project)
  const speech = speechOf(services.genesis, language)
  const issued = issuedOf(services, known, speech)
  const [facts, print] = await saidIn({ ...known, services, speech, evidence, project, issued }, language)
  const numbers = (_: string, value: unknown) => (typeof value === 'bigint' ? `${value}` : value)
  const number = 'certificate' in evidence.facts ? evidence.facts.certificate : row.index
  const name = 'certificate' in evidence.facts ? `certificate-${number}` : `${shown.kind}-${number}`
  return {
    sha256: hash('sha256', JSON.stringify([language, shown.kind, row.leaf, facts], numbers)),
    evidence,
    page: () => print(facts),
    proved: (file, receipt) => {
      const foot = { ...issued.foot, sha256: hash('sha256', file) }
      const attachments = [
        attached(`${name}.json`, 'application/json', speech.say('attached.certificate'), file),
        attached(`${name}.tlog-proof`, 'text/plain', speech.say('attached.proof'), receipt),
      ]
      return print({ ...facts, foot, attachments })
    },
  }
}

/** The bytes of the certificate as they are attached, and as they are given out. */
export async function fileText(evidence: Evidence, wait: boolean): Promise<string> {
  return JSON.stringify(CertificateFile.parse(await evidence.file(wait)))
}

function attached(name: string, media: string, description: string, text: string) {
  return { name, media, description, bytes: Buffer.from(text) }
}

function issuedOf({ genesis, publicUrl }: Services, { row, shown, names }: Known, speech: LetterSpeech): Issued {
  const { timeZone, country } = genesis
  const { index, entry } = row
  const { standing, reference } = shown
  const place = { country: isolated(country.name) }
  const { organisation = '' } = names.mandate(entry.by) ?? {}
  const decider = names.organisation(organisation)
  const isDecision = shown.kind !== 'retirement' && shown.kind !== 'cancellation'
  const own = isDecision && decider?.authority === false ? decider.name : null
  return {
    ...{ registry: speech.say('registry', place), authority: own ?? speech.say('authority', place) },
    ...{ country: country.name, reference, date: dayIn(timeZone, entry.at), made: entry.at },
    ...{ timeZone, test: genesis.test, signatures: [] },
    foot: { id: reference, check: `${publicUrl}${shown.page}` },
    entry: { index, at: entry.at, ledger: genesis.origin },
    ...(standing.state !== 'stands' &&
      standing.by && { since: { how: standing.state, index: standing.by.index, at: standing.by.at } }),
  }
}

type Print<Facts> = (facts: Facts, language: PaperLanguage) => Paper
type Said = [facts: Issued, print: (facts: Issued) => Paper]

/** What the paper says, and who puts it on paper. */
async function saidIn(asked: Asked, language: PaperLanguage): Promise<Said> {
  const { row, shown } = asked
  if (isOf(row, 'ProjectMoved')) {
    if (shown.kind === 'registration')
      return said(await registrationFacts(asked, row), certificateOfRegistration, language)
    const { objection, noObjection } = await decisionFacts(asked, row)
    return shown.kind === 'objection'
      ? said(objection, letterOfObjection, language)
      : said(noObjection, letterOfNoObjection, language)
  }
  if (isOf(row, 'BatchIssued') || isOf(row, 'UnitsConverted')) {
    return said(await issuanceFacts(asked, row), certificateOfIssuance, language)
  }
  if (isOf(row, 'QuantityAuthorised') || isOf(row, 'AuthorisationChanged')) {
    const { change, ...facts } = await authorisationFacts(asked, row)
    if (shown.kind === 'authorisation') {
      return said({ ...facts, ...(change && { change }) }, letterOfAuthorisation, language)
    }
    invariant(change, 'a revocation has its reason')
    return said({ ...facts, change }, letterOfRevocation, language)
  }
  if (isOf(row, 'CreditsRetired')) return said(endFacts(asked, row), certificateOfRetirement, language)
  invariant(isOf(row, 'CreditsCancelled'), 'papers are of these types of entries')
  return said(endFacts(asked, row), certificateOfCancellation, language)
}

function said<Facts extends Issued>(facts: Facts, print: Print<Facts>, language: PaperLanguage): Said {
  return [facts, (changed) => print({ ...facts, ...changed }, language)]
}
