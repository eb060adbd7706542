import type { EntryBodies, EntryType } from './entry-bodies.ts'
import en from './locales/sentences.en.json' with { type: 'json' }
import { isolated, type Locale, Speech } from './texts.ts'

/** The words of every language for what entries say. */
const english: Locale = { lang: 'en-GB', dir: 'ltr', texts: en }
const locales: Readonly<Record<string, Locale>> = { en: english }

/** How entries are put into words in a language; English where we do not have it. */
export function entrySpeech(lang: string, timeZone: string): Speech {
  const known = `${lang} ${timeZone}`
  const speech = speeches.get(known) ?? new Speech(locales[lang] ?? english, english, timeZone)
  speeches.set(known, speech)
  return speech
}

/** Formats of numbers and dates are dear to make. */
const speeches = new Map<string, Speech>()

export interface ProjectName {
  number: number
  /** Null where the text is no longer kept. */
  title: string | null
}

export interface BatchName {
  project: string
  vintage: string
  unitType: string
  first: bigint
  last: bigint
}

/** What ids and commitments stand for, as far as it is known. */
export interface Names {
  country: string
  /** Organisation that a mandate acts for, and as what. */
  mandate(id: string): { organisation: string; role: string } | undefined
  account(id: string): { organisation: string; kind: string } | undefined
  organisation(id: string): { name: string | null; authority: boolean } | undefined
  project(id: string): ProjectName | undefined
  batch(id: string): BatchName | undefined
  authorisation(id: string): { project: string; unitType: string } | undefined
  /** The text behind a commitment, if it is still kept. */
  opened(commitment: string): string | undefined
}

/** The same names, each text that people wrote isolated: its direction does not reach the words beside it. */
export function isolating(names: Names): Names {
  const orNull = (text: string | null) => (text === null ? null : isolated(text))
  return {
    country: names.country,
    mandate: (id) => names.mandate(id),
    account: (id) => names.account(id),
    batch: (id) => names.batch(id),
    authorisation: (id) => names.authorisation(id),
    organisation(id) {
      const known = names.organisation(id)
      return known && { ...known, name: orNull(known.name) }
    },
    project(id) {
      const known = names.project(id)
      return known && { ...known, title: orNull(known.title) }
    },
    opened(commitment) {
      const text = names.opened(commitment)
      return text === undefined ? undefined : isolated(text)
    },
  }
}

/** What a sentence is made from: an entry, or a proposal before it is one. What the ledger allots is not looked at. */
export type Statement = {
  [Type in EntryType]: {
    type: Type
    by: string
    body: Omit<EntryBodies[Type], 'allotted'>
    streams?: readonly (readonly [string, ...unknown[]])[]
  }
}[EntryType]

/** The one plain sentence of an entry or a proposal, ending with a full stop. */
export function sentenceOf(statement: Statement, names: Names, speech: Speech): string {
  const phrases = new Phrases(names, speech)
  const { key, count, places } = phraseOf(statement, phrases)
  return speech.say(key, { by: phrases.actor(statement.by), ...places }, count)
}

interface Phrase {
  key: string
  count?: bigint
  places: Record<string, string>
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
    case 'OrganisationRegistered':
    case 'MandateGranted':
    case 'MandateRevoked':
    case 'AccountsOpened':
    case 'AccountSuspended':
    case 'AccountReactivated':
      return aboutOrganisation(statement, say)
    case 'ProjectRegistered':
    case 'ProjectMoved':
    case 'QuantityAuthorised':
    case 'BatchIssued':
      return aboutProject(statement, say)
    case 'CreditsTransferred':
    case 'CreditsRetired':
    case 'CreditsCancelled':
      return aboutMovement(statement, say)
    case 'HoldPlaced':
    case 'HoldLifted':
      return aboutHold(statement, say)
    case 'MirrorOpened':
    case 'MirrorRecorded':
    case 'MirrorLotRecorded':
    case 'MirrorProjectRecorded':
    case 'MirrorCorrected':
      return aboutMirror(statement, say)
    default:
      return { key: type satisfies never, places: {} }
  }
}

type StatementOf<Type extends EntryType> = Extract<Statement, { type: Type }>

type OrganisationTypes =
  | 'OrganisationRegistered'
  | 'MandateGranted'
  | 'MandateRevoked'
  | 'AccountsOpened'
  | 'AccountSuspended'
  | 'AccountReactivated'

function aboutOrganisation(statement: StatementOf<OrganisationTypes>, say: Phrases): Phrase {
  const { type } = statement
  switch (type) {
    case 'OrganisationRegistered': {
      const { organisation, kind } = statement.body
      return { key: type, places: { organisation: say.organisation(organisation), kind } }
    }
    case 'MandateGranted': {
      const { organisation, role, limit } = statement.body
      const places = { role, organisation: say.organisation(organisation), limit: limit ? say.count(limit) : '' }
      return { key: limit === null ? type : `${type}.limited`, places }
    }
    case 'MandateRevoked': {
      const mandate = say.names.mandate(statement.body.mandate)
      return { key: type, places: { role: mandate?.role ?? '', organisation: say.organisation(mandate?.organisation) } }
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

type ProjectTypes = 'ProjectRegistered' | 'ProjectMoved' | 'QuantityAuthorised' | 'BatchIssued'

function aboutProject(statement: StatementOf<ProjectTypes>, say: Phrases): Phrase {
  const { type } = statement
  switch (type) {
    case 'ProjectRegistered': {
      const { title, scope, methodology, owners } = statement.body
      const shares = owners.map(({ account, share }) =>
        say.speech.say('owner', { organisation: say.holder(account), share }),
      )
      const project = say.names.opened(title) ?? say.speech.say('unnamed.new-project')
      return { key: type, places: { project, scope, methodology, owners: say.speech.list(shares) } }
    }
    case 'ProjectMoved': {
      const { project, move } = statement.body
      return { key: type, places: { project: say.project(project), move } }
    }
    case 'QuantityAuthorised': {
      const { project, quantity, unitType, purposes } = statement.body
      const places = {
        quantity: say.units(quantity, unitType),
        project: say.project(project),
        purposes: say.speech.list(purposes.map((purpose) => say.code('purpose', purpose))),
      }
      return { key: purposes.length > 0 ? type : `${type}.plain`, places }
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

type MovementTypes = 'CreditsTransferred' | 'CreditsRetired' | 'CreditsCancelled'

function aboutMovement(statement: StatementOf<MovementTypes>, say: Phrases): Phrase {
  const { type, body } = statement
  const places = {
    from: say.holder(body.from),
    to: say.holder(body.to),
    units: say.unitsOf(body),
    ranges: say.ranges(body.ranges),
  }
  if (statement.type === 'CreditsTransferred') return { key: type, places }
  const { purpose, beneficiary } = statement.body
  return {
    key: beneficiary === null ? type : `${type}.for`,
    places: { ...places, purpose: say.code('purpose', purpose), beneficiary: say.beneficiary(beneficiary) },
  }
}

function aboutHold(statement: StatementOf<'HoldPlaced' | 'HoldLifted'>, say: Phrases): Phrase {
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

/** How many units the ranges hold. */
export function amountOf(ranges: readonly (readonly [string, string])[]): bigint {
  return ranges.reduce((sum, [first, last]) => sum + BigInt(last) - BigInt(first) + 1n, 0n)
}

/** At most this many ranges are named in a sentence. */
const MAX_NAMED_RANGES = 5

/** Names and numbers in words. */
class Phrases {
  readonly names: Names
  readonly speech: Speech

  constructor(names: Names, speech: Speech) {
    this.names = names
    this.speech = speech
  }

  code(list: string, code: string): string {
    return this.speech.code(list, code)
  }

  count(quantity: string): string {
    return this.speech.number(BigInt(quantity))
  }

  units(quantity: string, unitType: string): string {
    return `${this.count(quantity)} ${unitType}`
  }

  /** Who acts: the organisation behind the mandate. */
  actor(mandate: string): string {
    const known = this.names.mandate(mandate)
    return known?.role.startsWith('system/') ? this.speech.say('system') : this.organisation(known?.organisation)
  }

  organisation(id: string | undefined): string {
    const known = id === undefined ? undefined : this.names.organisation(id)
    if (known?.name) return known.name
    return known?.authority
      ? this.speech.say('government', { country: this.names.country })
      : this.speech.say('unnamed.organisation')
  }

  /** The organisation of an account. */
  holder(account: string): string {
    return this.organisation(this.names.account(account)?.organisation)
  }

  project(id: string | undefined): string {
    const known = id === undefined ? undefined : this.names.project(id)
    if (!known) return this.speech.say('unknown')
    const { title } = known
    const number = String(known.number)
    return title === null
      ? this.speech.say('unnamed.project', { number })
      : this.speech.say('project', { title, number })
  }

  beneficiary(commitment: string | null): string {
    const name = commitment === null ? undefined : this.names.opened(commitment)
    return name ?? this.speech.say('unnamed.beneficiary')
  }

  /** `250 ITMO of vintage 2024 from …`. */
  unitsOf({ batch, ranges }: { batch: string; ranges: readonly [string, string][] }): string {
    const known = this.names.batch(batch)
    const quantity = this.units(String(amountOf(ranges)), known?.unitType ?? '')
    return this.speech.say('batch', { quantity, vintage: known?.vintage ?? '', project: this.project(known?.project) })
  }

  ranges(ranges: readonly [string, string][]): string {
    const named = ranges.slice(0, MAX_NAMED_RANGES).map(([first, last]) => this.range(first, last))
    const more = BigInt(ranges.length - named.length)
    if (more === 0n) return this.speech.list(named)
    return this.speech.say('ranges.more', { ranges: named.join(', '), count: this.speech.number(more) }, more)
  }

  range(first: string, last: string): string {
    const [from, to] = [this.count(first), this.count(last)]
    return first === last ? from : this.speech.say('range', { first: from, last: to })
  }

  /** What a hold stands on: an account, a batch or a range of one. */
  target(id: string | null | undefined, range: readonly [string, string] | null): string {
    if (!id) return this.speech.say('unknown')
    const batch = this.names.batch(id)
    if (!batch) return this.speech.say('target.account', { organisation: this.holder(id) })
    const [first, last] = range ?? [String(batch.first), String(batch.last)]
    const { unitType, vintage } = batch
    const places = { unitType, vintage, project: this.project(batch.project) }
    return this.speech.say(range ? 'target.range' : 'target.batch', {
      ...places,
      first: this.count(first),
      last: this.count(last),
    })
  }
}
