import { type Outcome, PostgresLedger, type Submission } from '@tallystick/ledger'

/** What a test asks of a ledger process. */
export type Asked =
  | { do: 'execute'; submission: Submission }
  /** The leaves of several streams, as one snapshot shows them or, of one, as the ledger reads it. */
  | { do: 'stream'; id: string }

export interface Question {
  id: number
  asked: Asked
}

export interface Reply {
  id: number
  outcome?: Outcome
  leaves?: string[]
  error?: string
}

const url = process.argv[2]
const ledger = await PostgresLedger.open({ connectionString: url })

async function answer({ id, asked }: Question): Promise<Reply> {
  try {
    if (asked.do === 'execute') return { id, outcome: await ledger.execute(asked.submission) }
    const entries = await ledger.stream(asked.id, 0, 1_000_000)
    return { id, leaves: entries.map(({ leaf }) => leaf) }
  } catch (error) {
    return { id, error: String(error) }
  }
}

process.on('message', (question: Question) => {
  answer(question).then((reply) => process.send?.(reply))
})
process.on('disconnect', () => process.exit(0))
process.send?.({ id: 0 })
