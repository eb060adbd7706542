import { isolated } from '@tallystick/contract'
import type { Labelled, Paper, Paragraph, Section } from '../paper.ts'
import type { PaperLanguage } from '../words.ts'
import {
  type AuthorisationName,
  type DocumentName,
  type Issued,
  issuedPaper,
  type LetterSpeech,
  type ProjectName,
  speechOf,
} from './issued.ts'

export interface Registration extends Issued {
  project: ProjectName
  owners: readonly string[]
  /** Legal date from which it is registered. */
  registered: string
  scope: string
  methodology: string
  /** Documents that it was registered on. */
  grounds: readonly DocumentName[]
}

/** That a project is registered. */
export function certificateOfRegistration(facts: Registration, language: PaperLanguage): Paper {
  const speech = speechOf(facts, language)
  const project = speech.project(facts.project)
  const places = { project, registry: isolated(facts.registry), date: speech.day(facts.registered) }
  return issuedPaper(speech, facts, {
    kind: 'certificate',
    over: speech.say('registration.over'),
    title: isolated(facts.project.title),
    lead: speech.sentence('registration.lead', places, ['project']),
    facts: [
      speech.fact('fact.project', project),
      speech.fact('fact.owners', speech.names(facts.owners)),
      speech.fact('fact.scope', facts.scope),
      speech.fact('fact.methodology', isolated(facts.methodology)),
      ...speech.grounds(facts.grounds),
      ...speech.entryFacts(facts.entry),
    ],
    sections: [{ title: speech.say('registration.means'), blocks: [speech.paragraph('registration.may')] }],
  })
}

interface OfUnits extends Issued {
  project: ProjectName
  quantity: bigint
  unitType: string
  vintage: string
  /** Legal date of what is certified. */
  on: string
  /** As printed, each range by itself. */
  serials: readonly string[]
  /** The ITMO identifiers that the units have, where they have some. */
  itmos: readonly string[]
}

export interface Issuance extends OfUnits {
  period?: { from: string; to: string }
  authorisation: AuthorisationName
  /** Units of another registry, cancelled there, in whose place these are. */
  instead?: { registry: string; numbers: string }
  /** In the order of the numbers. */
  parts: readonly { to: string; account: string; first: bigint; last: bigint }[]
}

/** That units were issued, and to whom. */
export function certificateOfIssuance(facts: Issuance, language: PaperLanguage): Paper {
  const speech = speechOf(facts, language)
  const { period, vintage, instead } = facts
  return issuedPaper(speech, facts, {
    ...ofUnits(speech, facts, 'issuance'),
    lead: lead(speech, facts, 'issuance.lead', {}),
    facts: [
      ...unitFacts(speech, facts),
      ...(period ? [speech.fact('fact.period', span(speech, period))] : []),
      speech.authorisation(facts.authorisation),
      ...(instead ? [speech.fact('fact.instead', `${isolated(instead.registry)}: ${instead.numbers}`)] : []),
      ...serialFacts(speech, facts),
      ...speech.entryFacts(facts.entry),
    ],
    sections: [
      issuanceTable(speech, facts),
      { title: speech.say('issuance.means'), blocks: [speech.paragraph('issuance.each', { vintage })] },
    ],
  })
}

function issuanceTable(speech: LetterSpeech, { parts, quantity }: Issuance): Section {
  const number = (value: bigint) => speech.speech.number(value)
  return {
    title: speech.say('issuance.where'),
    blocks: [
      {
        block: 'table',
        columns: [
          { title: speech.say('issuance.to') },
          { title: speech.say('issuance.kind') },
          { title: speech.say('issuance.first'), align: 'end' },
          { title: speech.say('issuance.last'), align: 'end' },
          { title: speech.say('issuance.units'), align: 'end' },
        ],
        rows: [
          ...parts.map(({ to, account, first, last }) => ({
            cells: [
              isolated(to),
              speech.speech.code('account', account),
              number(first),
              number(last),
              number(last - first + 1n),
            ],
          })),
          { cells: [speech.say('issuance.total'), '', '', '', number(quantity)], total: true },
        ],
      },
    ],
  }
}

export interface Ended extends OfUnits {
  /** Number of the certificate, as the ledger allotted it. */
  certificate: string
  holder: string
  beneficiary?: string
  /** A word of the preset, such as `voluntary`. */
  purpose: string
}

/** That units were retired: the claim that somebody makes with them can be checked by it. */
export function certificateOfRetirement(facts: Ended, language: PaperLanguage): Paper {
  return certificateOfEnd(facts, language, 'retirement')
}

/** That units were cancelled. */
export function certificateOfCancellation(facts: Ended, language: PaperLanguage): Paper {
  return certificateOfEnd(facts, language, 'cancellation')
}

function certificateOfEnd(facts: Ended, language: PaperLanguage, end: 'retirement' | 'cancellation'): Paper {
  const speech = speechOf(facts, language)
  const { beneficiary, vintage } = facts
  const key = beneficiary ? (`${end}.lead` as const) : (`${end}.lead.plain` as const)
  return issuedPaper(speech, facts, {
    ...ofUnits(speech, facts, end),
    lead: lead(speech, facts, key, { beneficiary: isolated(beneficiary ?? ''), holder: isolated(facts.holder) }),
    facts: [
      speech.fact('fact.certificate', facts.certificate),
      speech.fact('fact.purpose', speech.speech.code('purpose', facts.purpose)),
      ...(beneficiary ? [speech.fact('fact.beneficiary', isolated(beneficiary))] : []),
      speech.fact('fact.holder', isolated(facts.holder)),
      ...unitFacts(speech, facts),
      ...serialFacts(speech, facts),
      ...speech.entryFacts(facts.entry),
    ],
    sections: [
      {
        title: speech.say(`${end}.means`),
        blocks: [speech.paragraph(`${end}.rest`, { vintage }), ...(beneficiary ? [speech.paragraph('said')] : [])],
      },
    ],
  })
}

function ofUnits(speech: LetterSpeech, { quantity }: OfUnits, kind: 'issuance' | 'retirement' | 'cancellation') {
  const tonnes = speech.tonnes(quantity)
  return {
    kind: 'certificate' as const,
    over: speech.say(`${kind}.over`),
    title: speech.say(`${kind}.title`, { tonnes }),
  }
}

type LeadKey = Parameters<LetterSpeech['sentence']>[0]

function lead(speech: LetterSpeech, facts: OfUnits, key: LeadKey, names: Record<string, string>) {
  const places = {
    ...names,
    tonnes: speech.tonnes(facts.quantity),
    vintage: facts.vintage,
    project: speech.project(facts.project),
    date: speech.day(facts.on),
  }
  return speech.sentence(key, places, ['beneficiary', 'project'])
}

function unitFacts(speech: LetterSpeech, { project, vintage, unitType }: OfUnits): Labelled[] {
  return [
    speech.fact('fact.project', speech.project(project)),
    speech.fact('fact.vintage', vintage),
    speech.fact('fact.unitType', unitType),
  ]
}

/** Each run of numbers on a line of its own. */
function serialFacts(speech: LetterSpeech, { serials, itmos }: OfUnits): Labelled[] {
  const lines = (texts: readonly string[]): Labelled['value'] => {
    const spans = texts.map((text) => [{ text: isolated(text), mono: true }])
    return spans.length === 1 ? (spans[0] ?? '') : spans.map((text): Paragraph => ({ block: 'paragraph', text }))
  }
  const named = itmos.length > 0 ? [{ label: speech.say('fact.itmos'), value: lines(itmos) }] : []
  return [{ label: speech.say('fact.serials'), value: lines(serials) }, ...named]
}

function span(speech: LetterSpeech, { from, to }: { from: string; to: string }): string {
  return speech.say('span', { first: speech.day(from), last: speech.day(to) })
}
