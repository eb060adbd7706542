import { isolated } from '@tallystick/contract'
import type { Paper, Section } from '../paper.ts'
import type { PaperLanguage } from '../words.ts'
import { type DocumentName, type Issued, issuedPaper, type LetterSpeech, type ProjectName, speechOf } from './issued.ts'

interface OnConcept extends Issued {
  addressee: readonly string[]
  project: ProjectName
  owners: readonly string[]
  /** Legal date on which the concept note came in, and which it is. */
  submitted: string
  concept: DocumentName
}

export interface NoObjection extends OnConcept {
  /** Legal date by which the design document must be there, if there is one. */
  until?: string
}

export interface Objection extends OnConcept {
  /** A coded reason of the preset. */
  reason: string
  /** Paragraphs of the authority. */
  reasons: readonly string[]
  appeal?: { to: string; until: string }
}

/** That a project may be prepared further: after its concept note, before its design document. */
export function letterOfNoObjection(facts: NoObjection, language: PaperLanguage): Paper {
  const speech = speechOf(facts, language)
  const project = speech.project(facts.project)
  const { until } = facts
  return issuedPaper(speech, facts, {
    ...conceptLetter(speech, facts),
    over: speech.say('noObjection.over'),
    title: speech.say('noObjection.title', { project }),
    lead: speech.sentence('noObjection.lead', { authority: isolated(facts.authority), project }, ['project']),
    sections: [
      {
        blocks: [
          speech.paragraph('examined', { submitted: speech.day(facts.submitted) }),
          speech.paragraph('noObjection.next'),
          speech.paragraph('noObjection.not'),
          ...(until ? [speech.paragraph('noObjection.until', { until: speech.day(until) })] : []),
          speech.paragraph('noObjection.rests'),
        ],
      },
    ],
  })
}

/** That a concept note was rejected, why, and what can be done about it. */
export function letterOfObjection(facts: Objection, language: PaperLanguage): Paper {
  const speech = speechOf(facts, language)
  const project = speech.project(facts.project)
  const reason = speech.speech.code('reason', facts.reason)
  const { appeal } = facts
  return issuedPaper(speech, facts, {
    ...conceptLetter(speech, facts),
    over: speech.say('objection.over'),
    title: speech.say('objection.title', { project }),
    lead: speech.sentence('objection.lead', { authority: isolated(facts.authority), project, reason }, ['project']),
    sections: [
      { blocks: [speech.paragraph('examined', { submitted: speech.day(facts.submitted) })] },
      own(speech.say('objection.reasons'), facts.reasons),
      {
        title: speech.say('objection.means'),
        blocks: [
          speech.paragraph('objection.ends'),
          ...(appeal
            ? [speech.paragraph('objection.appeal', { body: isolated(appeal.to), until: speech.day(appeal.until) })]
            : []),
        ],
      },
    ],
  })
}

function conceptLetter(speech: LetterSpeech, { project, owners, concept, addressee }: OnConcept) {
  return {
    kind: 'letter' as const,
    addressee,
    facts: [
      speech.fact('fact.project', speech.project(project)),
      speech.fact('fact.owners', speech.names(owners)),
      ...speech.document('fact.concept', concept),
    ],
  }
}

export interface Authorised extends Issued {
  addressee: readonly string[]
  project: ProjectName
  owners: readonly string[]
  authorisation: { id: string; version: number }
  cooperativeApproach?: string
  quantity: bigint
  unitType: string
  /** Years of the outcomes. */
  from: string
  to: string
  /** Words of the preset, such as `NDC`. */
  purposes: readonly string[]
  /** Without one, the first international transfer is it. */
  firstTransfer?: 'authorisation' | 'issuance' | 'use-or-cancellation'
  /** Parties that may use the outcomes; none means any. */
  parties: readonly string[]
  entities: readonly string[]
  /** Paragraphs of the authority. */
  terms: readonly string[]
  changes: readonly string[]
}

/** That mitigation outcomes may be used under Article 6.2: what a cooperative approach asks for before a first transfer. */
export function letterOfAuthorisation(facts: Authorised, language: PaperLanguage): Paper {
  const speech = speechOf(facts, language)
  const project = speech.project(facts.project)
  const { authority, country, from, to } = facts
  const tonnes = speech.tonnes(facts.quantity)
  const firstTransfer = speech.speech.code('first', facts.firstTransfer ?? 'international')
  return issuedPaper(speech, facts, {
    kind: 'letter',
    addressee: facts.addressee,
    over: speech.say('authorisation.over'),
    title: speech.say('authorisation.title', { project }),
    lead: speech.sentence('authorisation.lead', { authority, country, tonnes, project }, ['tonnes', 'project']),
    facts: authorisationFacts(speech, facts, { tonnes, firstTransfer }),
    sections: [
      headed(speech.say('authorisation.what'), speech.say('authorisation.outcomes', { from, to })),
      headed(speech.say('authorisation.adjustment'), speech.say('authorisation.adjusts', { country, firstTransfer })),
      own(speech.say('authorisation.terms'), facts.terms),
      {
        title: speech.say('authorisation.changes'),
        blocks: [...own('', facts.changes).blocks, speech.paragraph('authorisation.keeps')],
      },
    ],
  })
}

function authorisationFacts(speech: LetterSpeech, facts: Authorised, said: { tonnes: string; firstTransfer: string }) {
  const { authorisation, parties, entities, cooperativeApproach } = facts
  const version = String(authorisation.version)
  return [
    speech.fact(
      'fact.authorisation',
      speech.say('fact.authorisation.value', { id: isolated(authorisation.id), version }),
    ),
    ...(cooperativeApproach ? [speech.fact('fact.approach', cooperativeApproach)] : []),
    speech.fact('fact.project', speech.project(facts.project)),
    speech.fact('fact.owners', speech.names(facts.owners)),
    speech.fact('fact.quantity', said.tonnes),
    speech.fact('fact.unitType', facts.unitType),
    speech.fact('fact.outcomes', speech.say('years', { from: facts.from, to: facts.to })),
    speech.fact('fact.firstTransfer', said.firstTransfer),
    speech.fact('fact.uses', speech.codes('purpose', facts.purposes)),
    speech.fact('fact.parties', parties.length > 0 ? speech.names(parties) : speech.say('fact.parties.any')),
    ...(entities.length > 0 ? [speech.fact('fact.entities', speech.names(entities))] : []),
  ]
}

function headed(title: string, text: string): Section {
  return { title, blocks: [{ block: 'paragraph', text }] }
}

/** What the authority wrote itself, in paragraphs. */
function own(title: string, paragraphs: readonly string[]): Section {
  return { title, blocks: paragraphs.map((text) => ({ block: 'paragraph', text: isolated(text) })) }
}
