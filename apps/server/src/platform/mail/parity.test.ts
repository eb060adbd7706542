import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { isTemplate, TEMPLATES, templateOf } from './templates.ts'
import { TEXTS } from './texts.ts'

const page = readFileSync(new URL('../../../../../docs/mail.md', import.meta.url), 'utf8')
const section = page.slice(page.indexOf('## Beside the open-source peer'), page.indexOf('## Words'))
const table = section
  .split('\n')
  .filter((line) => line.startsWith('| `'))
  .map((line) => {
    const [theirs = '', ours = '', who = ''] = line.split('|').slice(1)
    const named = (cell: string) => [...cell.matchAll(/`([\w-]+)`/g)].map(([, name = '']) => name)
    return { theirs: named(theirs), ours: named(ours), who: who.trim() }
  })

/** The mails of the open-source peer, as its documents name them. */
const PEER = `ORGANISATION_CREATE ORGANISATION_REGISTRATION ORGANISATION_REGISTRATION_REJECTED USER_CREATE API_KEY_EMAIL
FORGOT_PASSOWRD CHANGE_PASSOWRD PROGRAMME_CREATE PROGRAMME_APPROVED PROGRAMME_AUTHORISATION PROGRAMME_REJECTION
DOCUMENT_APPROVED CREDIT_ISSUANCE CREDIT_TRANSFER_REQUISITIONS CREDIT_TRANSFER_GOV CREDIT_TRANSFER_GOV_CANCELLATION
CREDIT_TRANSFER_GOV_REJECTED CREDIT_TRANSFER_GOV_ACCEPTED_TO_INITIATOR CREDIT_TRANSFER_GOV_ACCEPTED_TO_RECEIVER
CREDIT_TRANSFER_CANCELLATION CREDIT_TRANSFER_ACCEPTED CREDIT_TRANSFER_REJECTED
CREDIT_TRANSFER_CANCELLATION_SYS_TO_INITIATOR CREDIT_TRANSFER_CANCELLATION_SYS_TO_SENDER CREDIT_SEND_DEVELOPER
CREDIT_RETIREMENT_BY_DEV CREDIT_RETIREMENT_BY_GOV CREDIT_RETIREMENT_CANCEL CREDIT_RETIREMENT_RECOGNITION
CREDIT_RETIREMENT_NOT_RECOGNITION CREDIT_RETIREMENT_CANCEL_SYS_TO_INITIATOR CREDIT_RETIREMENT_CANCEL_SYS_TO_GOV
PROGRAMME_CERTIFICATION PROGRAMME_CERTIFICATION_REVOKE_BY_CERT PROGRAMME_CERTIFICATION_REVOKE_BY_GOVT_TO_PROGRAMME
PROGRAMME_CERTIFICATION_REVOKE_BY_GOVT_TO_CERT PROGRAMME_CERTIFICATION_REVOKE_BY_SYSTEM
PROGRAMME_DEVELOPER_ORG_DEACTIVATION CERTIFIER_ORG_DEACTIVATION ORG_REACTIVATION INF_CREATE INF_ASSIGN INF_APPROVE
INF_REJECT PDD_CREATE PDD_APPROVAL_IC_TO_PD PDD_IC_REJECT PDD_APPROVAL_IC_TO_DNA PDD_APPROVAL_DNA_TO_PD
PDD_APPROVAL_DNA_TO_IC PDD_DNA_REJECT_TO_PD PDD_DNA_REJECT_TO_IC VALIDATION_SUBMITTED VALIDATION_SUBMITTED_TO_DNA
VALIDATION_APPROVED_TO_PD VALIDATION_APPROVED_TO_IC VALIDATION_REJECTED_TO_PD VALIDATION_REJECTED_TO_IC
MONITORING_UPLOADED MONITORING_APPROVE MONITORING_REJECT VERIFICATION_CREATE_TO_PD VERIFICATION_CREATE_TO_DNA
VERIFICATION_APPROVED_TO_PD VERIFICATION_APPROVED_TO_IC VERIFICATION_REJECTED_TO_PD VERIFICATION_REJECTED_TO_IC`.split(
  /\s+/,
)

describe('the table of docs/mail.md', () => {
  it('has every mail of the open-source peer, once', () => {
    expect(table.flatMap(({ theirs }) => theirs).toSorted()).toEqual(PEER.toSorted())
  })

  it('names for each a mail that there is, and who gets it', () => {
    for (const { theirs, ours, who } of table) {
      expect(ours.length, theirs.join()).toBeGreaterThan(0)
      expect(
        ours.filter((name) => !isTemplate(name)),
        theirs.join(),
      ).toEqual([])
      expect(who, theirs.join()).not.toBe('')
    }
  })
})

/** How a subject begins that says what to do, or that there is nothing to do. */
const BEGINS: Record<keyof typeof TEXTS, RegExp> = {
  en: /^(Accept|Act|Answer|Approve|Ask|Assess|Begin|Check|Choose|Confirm|Contact|Decide|For your information|Go on|Look again|Make good|Nothing to do|Prepare|Propose|Read|Sign|Stop|Take|Your (password|request))\b|^An API key of yours/,
  fr: /^(Adressez-vous|À (accepter|approuver|demander|lire|prendre|proposer|revoir|vérifier)|Commencez|Compensez|Confirmez|Connectez-vous|Contactez|Choisissez|Décidez|Évaluez|Lisez|Passez|Plus rien à faire|Pour information|Préparez|Répondez|Reprenez|Signez|Suspendez|Vérifiez|Votre (mot de passe|demande)|L’une de vos clés|Une de vos clés|Assurez-vous)(?![\p{L}])/u,
  es: /^(Acepte|Apruebe|Comience|Compense|Compruebe|Compruébelo|Confirme|Consulte|Contacte|Dé|Decida|Deténgase|Elija|Evalúe|Firme|Inicie|Lea|Para su información|Prepare|Propóngalo|Puede continuar|Responda|Revise|Revísela|Revíselo|Siga|Solicítelo|Su (contraseña|solicitud)|Téngalo en cuenta|Ya no hay nada que hacer|Se revocó una de sus claves|Una de sus claves|Una clave)(?![\p{L}])/u,
}

describe.each(Object.keys(BEGINS) as (keyof typeof TEXTS)[])('subjects in %s', (language) => {
  it.each(Object.keys(TEMPLATES))('%s says what to do', (name) => {
    const texts: Record<string, unknown> = TEXTS[language]
    expect(texts[`${name}.subject`]).toMatch(BEGINS[language])
  })

  it('of what must be acted on is not for information', () => {
    const texts: Record<string, unknown> = TEXTS[language]
    const idle = /^(For your information|Pour information|Para su información)/
    for (const name of Object.keys(TEMPLATES).filter(isTemplate)) {
      if (templateOf(name).essential) expect(texts[`${name}.subject`], name).not.toMatch(idle)
    }
  })
})
