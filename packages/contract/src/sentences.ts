import { type IndependenceTypes, independencePhrase } from './independence-sentences.ts'
import { type Family, LANGUAGES, type Language, localeOf } from './languages.ts'
import en from './locales/sentences.en.json' with { type: 'json' }
import es from './locales/sentences.es.json' with { type: 'json' }
import fr from './locales/sentences.fr.json' with { type: 'json' }
import { type MovementTypes, movementPhrase } from './movement-sentences.ts'
import { type PeriodTypes, periodPhrase } from './period-sentences.ts'
import { amountOf, type Names, type Phrase, Phrases, type Statement, type StatementOf } from './phrases.ts'
import { type Locale, Speech } from './texts.ts'
import { type CountryWords, oncePerWords, WORDS, withCountryWords } from './words.ts'

/** The words of every language for what entries say. */
const own: Family<typeof en> = { en, fr, es }

function textsIn(language: Language, words: CountryWords | undefined): Locale {
  return localeOf(language, withCountryWords({ ...WORDS[language], ...own[language] }, language, words))
}

/** Formats of numbers and dates are dear to make. */
const speechOnce = oncePerWords<Speech>()

/** How entries are put into words in a language, also those of the country; English where we do not have it. */
export function entrySpeech(lang: string, timeZone: string, words?: CountryWords): Speech {
  const language = LANGUAGES.find((one) => one === lang) ?? 'en'
  const make = () => new Speech(textsIn(language, words), textsIn('en', words), timeZone)
  return speechOnce(words, `${language} ${timeZone}`, make)
}

/** The one plain sentence of an entry or a proposal, ending with a full stop. */
export function sentenceOf(statement: Statement, names: Names, speech: Speech): string {
  const phrases = new Phrases(names, speech)
  const { key, count, places } = phraseOf(statement, phrases)
  return speech.say(key, { by: phrases.actor(statement.by), ...places }, count)
}

function phraseOf(statement: Statement, say: Phrases): Phrase {
  const { type } = statement
  switch (type) {
    case 'Genesis':
      return {
        key: statement.body.test ? 'Genesis.test' : 'Genesis',
        places: { country: statement.body.country.name },
      }
    case 'KeyRotated':
      return { key: type, places: {} }
    case 'DocumentAdopted': {
      const { version, document } = statement.body
      return { key: type, places: { version: String(version), document: say.code('document', document) } }
    }
    case 'ParametersAdopted': {
      const { name, version } = statement.body
      return { key: type, places: { name, version } }
    }
    case 'OrganisationRegistered':
    case 'OrganisationSuspended':
    case 'OrganisationReactivated':
    case 'MandateGranted':
    case 'MandateConfirmed':
    case 'MandateRevoked':
    case 'AccountsOpened':
    case 'AccountSuspended':
    case 'AccountReactivated':
      return aboutOrganisation(statement, say)
    case 'AccountPolicySet':
    case 'ReceiverTrusted':
    case 'ReceiverRemoved':
      return aboutPolicy(statement, say)
    case 'ProjectRegistered':
    case 'ProjectMoved':
    case 'DocumentSubmitted':
    case 'DocumentSigned':
    case 'FindingRaised':
    case 'FindingAnswered':
    case 'FindingAssessed':
    case 'OwnershipChanged':
    case 'IssuanceTermsSet':
    case 'PoolsNamed':
      return aboutProject(statement, say)
    case 'AffiliationRecorded':
    case 'AffiliationEnded':
    case 'CertifierAccredited':
    case 'AccreditationWithdrawn':
    case 'CertifierAssigned':
    case 'CertifierReleased':
    case 'ProjectCertified':
    case 'CertificationRevoked':
      return independencePhrase(statement satisfies StatementOf<IndependenceTypes>, say)
    case 'CreditingPeriodSet':
    case 'MonitoringPeriodOpened':
    case 'MonitoringPeriodMoved':
    case 'OutcomeCertified':
      return periodPhrase(statement satisfies StatementOf<PeriodTypes>, say)
    case 'QuantityAuthorised':
    case 'AuthorisationChanged':
    case 'BatchIssued':
    case 'OutcomeCarried':
    case 'UnitsConverted':
      return aboutIssuance(statement, say)
    case 'HoldPlaced':
    case 'HoldLifted':
    case 'HoldExpired':
      return aboutHold(statement, say)
    case 'EntryCorrected': {
      const { original, reason } = statement.body
      const said = phraseOf(original as unknown as Statement, say)
      const sentence = say.speech.say(said.key, { by: say.actor(original.by), ...said.places }, said.count)
      return { key: type, places: { sentence: sentence.replace(/\.$/, ''), reason: say.code('reason', reason) } }
    }
    case 'MirrorOpened':
    case 'MirrorRecorded':
    case 'MirrorLotRecorded':
    case 'MirrorProjectRecorded':
    case 'MirrorCorrected':
      return aboutMirror(statement, say)
    default:
      return movementPhrase(statement satisfies StatementOf<MovementTypes>, say)
  }
}

type OrganisationTypes =
  | 'OrganisationRegistered'
  | 'OrganisationSuspended'
  | 'OrganisationReactivated'
  | 'MandateGranted'
  | 'MandateConfirmed'
  | 'MandateRevoked'
  | 'AccountsOpened'
  | 'AccountSuspended'
  | 'AccountReactivated'

function aboutOrganisation(statement: StatementOf<OrganisationTypes>, say: Phrases): Phrase {
  const { type } = statement
  switch (type) {
    case 'OrganisationRegistered': {
      const { organisation, kind } = statement.body
      return { key: type, places: { organisation: say.organisation(organisation), kind: say.code('kind', kind) } }
    }
    case 'OrganisationSuspended':
    case 'OrganisationReactivated': {
      const { organisation, reason } = statement.body
      return { key: type, places: { organisation: say.organisation(organisation), reason: say.code('reason', reason) } }
    }
    case 'MandateGranted': {
      const { organisation, role, limit } = statement.body
      const places = {
        role: say.speech.role(role),
        organisation: say.organisation(organisation),
        limit: limit ? say.count(limit) : '',
      }
      return { key: limit === null ? type : `${type}.limited`, places }
    }
    case 'MandateConfirmed':
    case 'MandateRevoked': {
      const mandate = say.names.mandate(statement.body.mandate)
      return {
        key: type,
        places: { role: say.speech.role(mandate?.role ?? ''), organisation: say.organisation(mandate?.organisation) },
      }
    }
    case 'AccountsOpened': {
      const { organisation, accounts } = statement.body
      const kinds = say.speech.list(accounts.map(({ kind }) => say.code('account', kind)))
      const count = BigInt(accounts.length)
      return {
        key: type,
        count,
        places: { organisation: say.organisation(organisation), kinds, count: say.speech.number(count) },
      }
    }
    default: {
      const { account, reason } = statement.body
      return { key: type, places: { organisation: say.holder(account), reason: say.code('reason', reason) } }
    }
  }
}

function aboutPolicy(
  statement: StatementOf<'AccountPolicySet' | 'ReceiverTrusted' | 'ReceiverRemoved'>,
  say: Phrases,
): Phrase {
  const { type } = statement
  const organisation = say.holder(statement.body.account)
  if (type !== 'AccountPolicySet') {
    return { key: type, places: { organisation, receiver: say.holder(statement.body.receiver) } }
  }
  const { secondAbove, acceptance, trustedOnly } = statement.body.policy
  const units = secondAbove === null ? '' : say.count(secondAbove)
  const rules = [
    ...(secondAbove === null
      ? []
      : [say.speech.say(secondAbove === '0' ? 'policy.second' : 'policy.above', { units })]),
    ...(acceptance ? [say.speech.say('policy.acceptance')] : []),
    ...(trustedOnly ? [say.speech.say('policy.trusted')] : []),
  ]
  return { key: rules.length === 0 ? `${type}.none` : type, places: { organisation, rules: say.speech.list(rules) } }
}

type DocumentTypes = 'DocumentSubmitted' | 'DocumentSigned'
type LifeTypes = DocumentTypes | 'ProjectMoved' | 'FindingRaised' | 'FindingAnswered' | 'FindingAssessed'
type ProjectTypes = LifeTypes | 'ProjectRegistered' | 'OwnershipChanged' | 'IssuanceTermsSet' | 'PoolsNamed'

function aboutLife(statement: StatementOf<LifeTypes>, say: Phrases): Phrase {
  const { type } = statement
  if (type === 'ProjectMoved') {
    const { project: id, reason } = statement.body
    const project = say.project(id)
    const move = say.code('move', statement.body.move)
    if (reason === undefined) return { key: type, places: { project, move } }
    return { key: `${type}.reason`, places: { project, move, reason: say.code('reason', reason) } }
  }
  const project = say.subject(statement.body)
  switch (type) {
    case 'DocumentSubmitted':
      return submission(statement.body, project, say)
    case 'DocumentSigned': {
      const { document, organisation } = statement.body
      const places = { project, document: say.code('document', document) }
      if (organisation === null) return { key: type, places }
      return { key: `${type}.ink`, places: { ...places, organisation: say.organisation(organisation) } }
    }
    case 'FindingRaised': {
      const { kind, section } = statement.body
      const places = { project, kind: say.code('finding', kind), section: section ?? '' }
      return { key: section === null ? type : `${type}.section`, places }
    }
    case 'FindingAnswered':
      return { key: type, places: { project } }
    default:
      return { key: statement.body.outcome === 'closed' ? type : `${type}.open`, places: { project } }
  }
}

function submission(
  { document, agreement }: StatementOf<'DocumentSubmitted'>['body'],
  project: string,
  say: Phrases,
): Phrase {
  const places = { project, document: say.code('document', document) }
  if (!agreement) return { key: 'DocumentSubmitted', places }
  const sides = { seller: say.holder(agreement.seller), buyer: say.holder(agreement.buyer) }
  return { key: 'DocumentSubmitted.agreement', places: { ...places, ...sides } }
}

function aboutProject(statement: StatementOf<ProjectTypes>, say: Phrases): Phrase {
  const { type } = statement
  switch (type) {
    case 'ProjectMoved':
    case 'DocumentSubmitted':
    case 'DocumentSigned':
    case 'FindingRaised':
    case 'FindingAnswered':
    case 'FindingAssessed':
      return aboutLife(statement, say)
    case 'ProjectRegistered': {
      const { title, scope, methodology, owners } = statement.body
      const project = say.names.opened(title) ?? say.speech.say('unnamed.new-project')
      return { key: type, places: { project, scope, methodology, owners: say.owners(owners) } }
    }
    case 'OwnershipChanged': {
      const { project, owners } = statement.body
      return { key: type, places: { project: say.project(project), owners: say.owners(owners) } }
    }
    case 'IssuanceTermsSet': {
      const { project, buffer, exempt, reason } = statement.body
      const places = { project: say.project(project), buffer, exempt: say.codes('levy', exempt) }
      return {
        key: exempt.length > 0 ? `${type}.exempt` : type,
        places: { ...places, reason: say.code('reason', reason) },
      }
    }
    default: {
      const { buffer, shareOfProceeds, omge, host } = statement.body
      const named = Object.entries({ buffer, shareOfProceeds, omge, host }).filter(([, account]) => account !== null)
      const pools = named.map(([levy, account]) =>
        say.speech.say('pool', { levy: say.code('levy', levy), organisation: say.holder(account ?? '') }),
      )
      return { key: pools.length === 0 ? `${type}.none` : type, places: { pools: say.speech.list(pools) } }
    }
  }
}

type IssuanceTypes = 'QuantityAuthorised' | 'AuthorisationChanged' | 'BatchIssued' | 'OutcomeCarried' | 'UnitsConverted'

function aboutIssuance(statement: StatementOf<IssuanceTypes>, say: Phrases): Phrase {
  const { type } = statement
  switch (type) {
    case 'QuantityAuthorised': {
      const { project, quantity, unitType, purposes } = statement.body
      const places = {
        quantity: say.units(quantity, unitType),
        project: say.project(project),
        purposes: say.codes('purpose', purposes),
      }
      return { key: purposes.length > 0 ? type : `${type}.plain`, places }
    }
    case 'AuthorisationChanged':
      return aboutVersion(statement, say)
    case 'UnitsConverted': {
      const { to, source, vintage, authorisation } = statement.body
      const unitType = say.names.authorisation(authorisation)?.unitType ?? ''
      const quantity = say.units(String(amountOf(source.ranges)), unitType)
      const places = { quantity, vintage, to: say.holder(to), registry: say.code('registry', source.registry) }
      return { key: type, places: { ...places, ranges: say.ranges(source.ranges) } }
    }
    case 'OutcomeCarried': {
      const { authorisation, vintage, certified } = statement.body
      const ground = say.names.authorisation(authorisation)
      const places = { certified, unitType: ground?.unitType ?? '', vintage, project: say.project(ground?.project) }
      return { key: type, places }
    }
    default: {
      const { authorisation, vintage, quantity, monitoringPeriod } = statement.body
      const ground = say.names.authorisation(authorisation)
      const places = {
        quantity: say.units(quantity, ground?.unitType ?? ''),
        vintage,
        project: say.project(ground?.project),
        from: monitoringPeriod ? say.speech.legalDay(monitoringPeriod.from) : '',
        to: monitoringPeriod ? say.speech.legalDay(monitoringPeriod.to) : '',
      }
      return { key: monitoringPeriod ? `${type}.monitored` : type, places }
    }
  }
}

function aboutVersion({ type, body }: StatementOf<'AuthorisationChanged'>, say: Phrases): Phrase {
  const { authorisation, version, change, quantity, purposes, reason, effectiveFrom } = body
  const ground = say.names.authorisation(authorisation)
  const places = {
    version: String(version),
    quantity: say.units(quantity, ground?.unitType ?? ''),
    project: say.project(ground?.project),
    purposes: say.codes('purpose', purposes),
    from: say.speech.legalDay(effectiveFrom),
    reason: say.code('reason', reason),
  }
  if (change === 'revoke') return { key: `${type}.revoke`, places }
  return { key: purposes.length > 0 ? type : `${type}.plain`, places }
}

function aboutHold(statement: StatementOf<'HoldPlaced' | 'HoldLifted' | 'HoldExpired'>, say: Phrases): Phrase {
  const { type } = statement
  if (statement.type === 'HoldPlaced') {
    const { account, batch, range, reason } = statement.body
    return { key: type, places: { target: say.target(account ?? batch, range), reason: say.code('reason', reason) } }
  }
  return { key: type, places: { target: say.target(statement.streams?.[0]?.[0], null) } }
}

type MirrorTypes = 'MirrorOpened' | 'MirrorRecorded' | 'MirrorLotRecorded' | 'MirrorProjectRecorded' | 'MirrorCorrected'

function aboutMirror(statement: StatementOf<MirrorTypes>, say: Phrases): Phrase {
  const { type } = statement
  const registry = say.code('registry', statement.body.registry)
  if (statement.type === 'MirrorOpened') return { key: type, places: { registry } }
  const { code } = statement.body.project
  if (statement.type === 'MirrorProjectRecorded') return { key: type, places: { registry, code } }
  const { unitType, vintage } = statement.body
  const quantity = say.units(String(mirroredUnits(statement)), unitType)
  const places = { registry, code, vintage, quantity }
  if (statement.type === 'MirrorCorrected') {
    return { key: type, places: { ...places, index: say.speech.number(BigInt(statement.body.record.index)) } }
  }
  const day = (date: string | null) => (date === null ? say.speech.say('no-date') : say.speech.legalDay(date))
  const issuedOn = day(statement.body.issuedOn)
  if (statement.type === 'MirrorLotRecorded') return { key: type, places: { ...places, issuedOn } }
  const { fate, fateOn } = statement.body
  return { key: `${type}.${fate}`, places: { ...places, issuedOn, fateOn: day(fateOn) } }
}

function mirroredUnits(statement: StatementOf<'MirrorRecorded' | 'MirrorLotRecorded' | 'MirrorCorrected'>): bigint {
  if (statement.type === 'MirrorRecorded') return amountOf([statement.body.range])
  if (statement.type === 'MirrorLotRecorded') return BigInt(statement.body.quantity)
  const { taken } = statement.body
  return taken.kind === 'lot' ? BigInt(taken.quantity) : amountOf(taken.parts.map(({ range }) => range))
}
