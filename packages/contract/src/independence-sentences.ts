import type { Phrase, Phrases, StatementOf } from './phrases.ts'

/** Who is close to whom, who may certify what, and who does. */
export type IndependenceTypes =
  | 'AffiliationRecorded'
  | 'AffiliationEnded'
  | 'CertifierAccredited'
  | 'AccreditationWithdrawn'
  | 'CertifierAssigned'
  | 'CertifierReleased'
  | 'ProjectCertified'
  | 'CertificationRevoked'

export function independencePhrase(statement: StatementOf<IndependenceTypes>, say: Phrases): Phrase {
  const { type } = statement
  switch (type) {
    case 'AffiliationRecorded': {
      const [first, second] = statement.body.organisations.map((id) => say.organisation(id))
      const kind = say.code('affiliation', statement.body.kind)
      return { key: type, places: { first: first ?? '', second: second ?? '', kind } }
    }
    case 'AffiliationEnded': {
      const [first, second] = statement.body.organisations.map((id) => say.organisation(id))
      const reason = say.code('reason', statement.body.reason)
      return { key: type, places: { first: first ?? '', second: second ?? '', reason } }
    }
    case 'CertifierAccredited': {
      const { organisation, body, scopes, from, to } = statement.body
      const accreditor = say.names.opened(body) ?? say.speech.say('unnamed.body')
      const days = { from: say.speech.legalDay(from), to: say.speech.legalDay(to) }
      const places = { organisation: say.organisation(organisation), body: accreditor, ...days }
      return { key: type, count: BigInt(scopes.length), places: { ...places, scopes: say.speech.list(scopes) } }
    }
    case 'AccreditationWithdrawn': {
      const { organisation, reason } = statement.body
      return { key: type, places: { organisation: say.organisation(organisation), reason: say.code('reason', reason) } }
    }
    case 'CertifierAssigned': {
      const { project, task, organisation } = statement.body
      const places = { project: say.project(project), organisation: say.organisation(organisation) }
      return { key: type, places: { ...places, task: say.code('task', task) } }
    }
    case 'ProjectCertified':
      return { key: type, places: { project: say.project(statement.body.project) } }
    case 'CertificationRevoked': {
      const { project, organisation, reason } = statement.body
      const places = { project: say.project(project), organisation: say.organisation(organisation) }
      return { key: type, places: { ...places, reason: say.code('reason', reason) } }
    }
    default: {
      const { project, task, reason } = statement.body
      const places = { project: say.project(project), reason: say.code('reason', reason) }
      return { key: type, places: { ...places, task: say.code('task', task) } }
    }
  }
}
