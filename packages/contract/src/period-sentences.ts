import type { Phrase, Phrases, StatementOf } from './phrases.ts'

/** When outcomes count, when they were measured, and what they are. */
export type PeriodTypes = 'CreditingPeriodSet' | 'MonitoringPeriodOpened' | 'MonitoringPeriodMoved' | 'OutcomeCertified'

export function periodPhrase(statement: StatementOf<PeriodTypes>, say: Phrases): Phrase {
  const { type } = statement
  switch (type) {
    case 'CreditingPeriodSet': {
      const { project, kind, from, to } = statement.body
      const places = { project: say.project(project), from: say.speech.legalDay(from), to: say.speech.legalDay(to) }
      return { key: type, places: { ...places, kind: say.code('crediting', kind) } }
    }
    case 'MonitoringPeriodOpened':
      return { key: type, places: { period: say.periodOf(statement.body) } }
    case 'MonitoringPeriodMoved': {
      const { period, move, reason } = statement.body
      const places = { period: say.period(period), move: say.code('move', move) }
      if (reason === undefined) return { key: type, places }
      return { key: `${type}.reason`, places: { ...places, reason: say.code('reason', reason) } }
    }
    default: {
      const { period, outcomes } = statement.body
      const said = outcomes.map(({ vintage, certified }) =>
        say.speech.say('outcome', { vintage, certified: say.speech.decimal(certified) }),
      )
      return { key: type, places: { period: say.period(period), outcomes: say.speech.list(said) } }
    }
  }
}
