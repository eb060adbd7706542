import { isolated } from '@tallystick/contract'
import type { Labelled, Paper, Section } from '../paper.ts'
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

interface Decided extends Issued {
  project: ProjectName
  /** To whom the letter goes. */
  owners: readonly string[]
  /** Legal date on which the project came before the authority. */
  submitted: string
  /** Documents that it was decided on. */
  grounds: readonly DocumentName[]
}

export interface NoObjection extends Decided {
  /** Legal date after which it may lapse, if there is one. */
  until?: string
}

export interface Objection extends Decided {
  /** A coded reason of the preset. */
  reason: string
  /** Paragraphs of the authority. */
  reasons: readonly string[]
  /** Legal date until which an appeal may be made, if one may. */
  appeal?: string
}

/** That a project may be prepared further. */
export function letterOfNoObjection(facts: NoObjection, language: PaperLanguage): Paper {
  const speech = speechOf(facts, language)
  const project = speech.project(facts.project)
  const { until } = facts
  return issuedPaper(speech, facts, {
    ...decision(speech, facts),
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

/** That a project goes no further, why, and what can be done about it. */
export function letterOfObjection(facts: Objection, language: PaperLanguage): Paper {
  const speech = speechOf(facts, language)
  const project = speech.project(facts.project)
  const reason = speech.speech.code('reason', facts.reason)
  const { appeal, reasons } = facts
  return issuedPaper(speech, facts, {
    ...decision(speech, facts),
    over: speech.say('objection.over'),
    title: speech.say('objection.title', { project }),
    lead: speech.sentence('objection.lead', { authority: isolated(facts.authority), project, reason }, ['project']),
    sections: [
      { blocks: [speech.paragraph('examined', { submitted: speech.day(facts.submitted) })] },
      ...(reasons.length > 0 ? [own(speech.say('objection.reasons'), reasons)] : []),
      {
        title: speech.say('objection.means'),
        blocks: [
          speech.paragraph('objection.ends'),
          ...(appeal ? [speech.paragraph('objection.appeal', { until: speech.day(appeal) })] : []),
        ],
      },
    ],
  })
}

function decision(speech: LetterSpeech, { project, owners, grounds }: Decided) {
  return {
    kind: 'letter' as const,
    addressee: owners,
    facts: [
      speech.fact('fact.project', speech.project(project)),
      speech.fact('fact.owners', speech.names(owners)),
      ...speech.grounds(grounds),
    ],
  }
}

export interface Authorised extends Issued {
  project: ProjectName
  owners: readonly string[]
  authorisation: AuthorisationName
  cooperativeApproach?: string
  quantity: bigint
  unitType: string
  /** Words of the preset, such as `NDC`; with none, the units are for use at home. */
  purposes: readonly string[]
  /** Without one, the first international transfer is it. */
  firstTransfer?: 'authorisation' | 'issuance' | 'use-or-cancellation'
  /** Of a later version: a coded reason, and the legal date from which it holds. */
  change?: { reason: string; from: string }
}

/** That mitigation outcomes may be used under Article 6.2, or issued for use at home: the version of an authorisation. */
export function letterOfAuthorisation(facts: Authorised, language: PaperLanguage): Paper {
  const speech = speechOf(facts, language)
  const { purposes } = facts
  const places = authorisationPlaces(speech, facts)
  const isAbroad = purposes.length > 0
  return issuedPaper(speech, facts, {
    kind: 'letter',
    addressee: facts.owners,
    over: speech.say('authorisation.over'),
    title: speech.say('authorisation.title', places),
    lead: speech.sentence(isAbroad ? 'authorisation.lead' : 'authorisation.lead.home', places, ['tonnes', 'project']),
    facts: authorisationFacts(speech, facts, places),
    sections: [
      headed(speech.say('authorisation.what'), speech.say('authorisation.outcomes')),
      headed(
        speech.say('authorisation.adjustment'),
        speech.say(isAbroad ? 'authorisation.adjusts' : 'authorisation.home', places),
      ),
      {
        title: speech.say('authorisation.changes'),
        blocks: [
          {
            block: 'paragraph',
            text: `${speech.say('authorisation.keeps')} ${speech.say('authorisation.more')}`,
          },
        ],
      },
    ],
  })
}

/** That an authorisation has come to its end. */
export function letterOfRevocation(
  facts: Authorised & Required<Pick<Authorised, 'change'>>,
  language: PaperLanguage,
): Paper {
  const speech = speechOf(facts, language)
  const places = authorisationPlaces(speech, facts)
  return issuedPaper(speech, facts, {
    kind: 'letter',
    addressee: facts.owners,
    over: speech.say('revocation.over'),
    title: speech.say('revocation.title', places),
    lead: speech.sentence('revocation.lead', places, ['project']),
    facts: authorisationFacts(speech, facts, places),
    sections: [headed(speech.say('revocation.means'), speech.say('revocation.ends', places))],
  })
}

function authorisationPlaces(speech: LetterSpeech, facts: Authorised): Record<string, string> {
  const { change, authority, country, authorisation } = facts
  return {
    ...{ authority: isolated(authority), country: isolated(country), reference: authorisation.reference },
    project: speech.project(facts.project),
    tonnes: speech.tonnes(facts.quantity),
    firstTransfer: speech.speech.code('first', facts.firstTransfer ?? 'international'),
    ...(change && { reason: speech.speech.code('reason', change.reason), from: speech.day(change.from) }),
  }
}

function authorisationFacts(speech: LetterSpeech, facts: Authorised, places: Record<string, string>): Labelled[] {
  const { cooperativeApproach, purposes, change } = facts
  const { reason = '', from = '', tonnes = '', firstTransfer = '' } = places
  return [
    speech.authorisation(facts.authorisation),
    ...(change ? [speech.fact('fact.effective', from), speech.fact('fact.reason', reason)] : []),
    ...(cooperativeApproach ? [speech.fact('fact.approach', cooperativeApproach)] : []),
    speech.fact('fact.project', speech.project(facts.project)),
    speech.fact('fact.quantity', tonnes),
    speech.fact('fact.unitType', facts.unitType),
    ...(purposes.length > 0
      ? [speech.fact('fact.uses', speech.codes('purpose', purposes)), speech.fact('fact.firstTransfer', firstTransfer)]
      : []),
  ]
}

function headed(title: string, text: string): Section {
  return { title, blocks: [{ block: 'paragraph', text }] }
}

/** What the authority wrote itself, in paragraphs. */
function own(title: string, paragraphs: readonly string[]): Section {
  return { title, blocks: paragraphs.map((text) => ({ block: 'paragraph', text: isolated(text) })) }
}
