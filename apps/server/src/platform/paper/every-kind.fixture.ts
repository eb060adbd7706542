import * as certificates from './letters/certificates.ts'
import * as given from './letters/facts.fixture.ts'
import * as letters from './letters/letters.ts'
import type { Paper } from './paper.ts'
import { arabic, hindi, russian, sample } from './samples.fixture.ts'
import { PAPER_LANGUAGES, type PaperLanguage } from './words.ts'

/** Every kind of certificate, by name. */
export function certificatesIn(language: PaperLanguage): Record<string, Paper> {
  return {
    registration: certificates.certificateOfRegistration(given.registration, language),
    issuance: certificates.certificateOfIssuance(given.issuance, language),
    retirement: certificates.certificateOfRetirement(given.retirement, language),
    cancellation: certificates.certificateOfCancellation(given.retirement, language),
  }
}

function lettersIn(language: PaperLanguage): Record<string, Paper> {
  return {
    'no-objection': letters.letterOfNoObjection(given.noObjection, language),
    objection: letters.letterOfObjection(given.objection, language),
    authorisation: letters.letterOfAuthorisation(given.authorised, language),
    revocation: letters.letterOfRevocation(given.revoked, language),
  }
}

/** A paper of each kind in each language, and documents in each script. */
export function everyKind(): [name: string, Paper][] {
  const spoken = PAPER_LANGUAGES.flatMap((language) =>
    Object.entries({ ...lettersIn(language), ...certificatesIn(language) }).map(([name, paper]): [string, Paper] => [
      `${name}-${language}`,
      paper,
    ]),
  )
  const documents = { document: sample({ contents: true }), arabic: arabic(), hindi: hindi(), russian: russian() }
  return [...spoken, ...Object.entries(documents)]
}
