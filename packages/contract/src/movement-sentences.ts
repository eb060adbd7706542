import type { MovementBodies } from './movement-bodies.ts'
import type { Phrase, Phrases, StatementOf } from './phrases.ts'

export type MovementTypes = Exclude<keyof MovementBodies, 'EntryCorrected'>

/** What an entry says that moves units, or keeps them where they are. */
export function movementPhrase(statement: StatementOf<MovementTypes>, say: Phrases): Phrase {
  const { type } = statement
  switch (type) {
    case 'CreditsRetired':
    case 'CreditsCancelled': {
      const { purpose, beneficiary } = statement.body
      return { key: beneficiary === null ? type : `${type}.for`, places: moved(statement.body, say, purpose) }
    }
    case 'CreditsTransferred': {
      const { agreement } = statement.body
      return { key: agreement ? `${type}.agreement` : type, places: moved(statement.body, say) }
    }
    case 'MovementProposed': {
      const { kind, purpose, agreement } = statement.body
      const key = agreement ? `${type}.${kind}.agreement` : `${type}.${kind}`
      return { key, places: moved(statement.body, say, purpose ?? undefined) }
    }
    case 'MovementApproved':
    case 'MovementDeclined':
    case 'MovementWithdrawn':
    case 'MovementExpired':
      return aboutWaiting(statement, say)
    case 'MovementHalted': {
      const organisation = say.organisation(statement.body.organisation)
      return { key: type, places: { ...aboutWaiting(statement, say).places, organisation } }
    }
    case 'FirstTransferRecorded': {
      const { batch, account, ranges } = statement.body
      return { key: type, places: moved({ batch, from: account, to: account, ranges }, say) }
    }
    case 'CreditsUsed':
      return { key: type, places: { ...moved(statement.body, say), year: statement.body.year } }
    case 'UnitsPledged': {
      const { account, to, reason } = statement.body
      const places = moved({ ...statement.body, from: account, to: account }, say)
      return { key: type, places: { ...places, to: say.organisation(to), reason: say.code('reason', reason) } }
    }
    case 'PledgeReleased':
    case 'PledgeExpired': {
      const streams = statement.streams ?? []
      return { key: type, places: { units: say.someOf(streams[0]?.[0]), from: say.holder(streams.at(-1)?.[0] ?? '') } }
    }
    case 'BufferContributed': {
      const { repays } = statement.body
      const places = { ...moved(statement.body, say), project: say.project(repays ?? undefined) }
      return { key: repays === null ? type : `${type}.repays`, places }
    }
    case 'ReversalReported':
    case 'ReversalDecided':
    case 'ReversalCompensated':
    case 'BufferCancelled':
      return aboutReversal(statement, say)
    default:
      return { key: type, places: moved(statement.body, say) }
  }
}

interface Units {
  batch: string
  from: string
  to: string
  ranges: readonly [string, string][]
  beneficiary?: string | null
}

function moved(body: Units, say: Phrases, purpose?: string): Record<string, string> {
  return {
    from: say.holder(body.from),
    to: say.holder(body.to),
    units: say.unitsOf(body),
    ranges: say.ranges(body.ranges),
    ...(purpose === undefined ? {} : { purpose: say.code('purpose', purpose) }),
    ...(body.beneficiary === undefined ? {} : { beneficiary: say.beneficiary(body.beneficiary) }),
  }
}

type WaitingTypes = 'MovementApproved' | 'MovementDeclined' | 'MovementWithdrawn' | 'MovementExpired' | 'MovementHalted'

/** A step names only the movement; its streams are the batch, the project, and the two accounts. */
function aboutWaiting({ type, streams = [] }: StatementOf<WaitingTypes>, say: Phrases): Phrase {
  const [from, to] = [streams.at(-2)?.[0] ?? '', streams.at(-1)?.[0] ?? '']
  return { key: type, places: { units: say.someOf(streams[0]?.[0]), from: say.holder(from), to: say.holder(to) } }
}

type ReversalTypes = 'ReversalReported' | 'ReversalDecided' | 'ReversalCompensated' | 'BufferCancelled'

function aboutReversal(statement: StatementOf<ReversalTypes>, say: Phrases): Phrase {
  const { type } = statement
  if (type === 'ReversalReported') {
    const { project, occurredOn, cause } = statement.body
    const places = { project: say.project(project), day: say.speech.legalDay(occurredOn) }
    return { key: type, places: { ...places, cause: say.code('reason', cause) } }
  }
  const project = say.project(say.names.reversal?.(statement.body.reversal)?.project)
  if (type !== 'ReversalDecided') return { key: type, places: { ...moved(statement.body, say), project } }
  const { decision, quantity, unitType } = statement.body
  const places = { project, quantity: quantity === null ? '' : say.count(quantity), unitType: unitType ?? '' }
  return { key: `${type}.${decision}`, places }
}
