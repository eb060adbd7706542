import type { Fate, Mapping } from './mapping.ts'
import type { Flaw } from './messages.ts'
import type { Verdict } from './recorder.ts'
import type { RecordLedger } from './rehearsal.ts'
import type { Reading } from './row.ts'

/** Decimal strings. */
export interface Tonnes {
  issued: string
  active: string
  retired: string
  cancelled: string
}

export interface ImportReport {
  file: string
  /** Rows of the file: accepted, already there and refused together. */
  rows: number
  accepted: number
  /** Rows that were imported before as this very row. */
  alreadyThere: number
  refused: { row: number; column: string; reason: string }[]
  /** The file's own sums over the rows that are accepted or already there. */
  tonnes: Tonnes
  /** What is known of the registry afterwards, each unit counted once. */
  registry: Tonnes
}

type Sums = Record<'issued' | Fate, bigint>

/** Counts the rows of one file. */
export class Tally {
  rows = 0
  readonly #kind: Mapping['kind']
  readonly #sums: Sums = { issued: 0n, active: 0n, retired: 0n, cancelled: 0n }
  readonly #refused: ImportReport['refused'] = []
  #accepted = 0
  #alreadyThere = 0

  constructor(kind: Mapping['kind']) {
    this.#kind = kind
  }

  refuse(row: number, { column, reason }: Flaw): void {
    this.rows += 1
    this.#refused.push({ row, column, reason })
  }

  count(reading: Reading, verdict: Verdict): void {
    if (typeof verdict === 'object') {
      this.refuse(reading.row, verdict)
      return
    }
    this.rows += 1
    if (verdict === 'accepted') this.#accepted += 1
    else this.#alreadyThere += 1
    if (reading.about === 'project') return
    if (this.#kind !== 'retirement') this.#sums.issued += reading.quantity
    this.#sums[reading.fate] += reading.quantity
  }

  report(file: string, registry: Tonnes): ImportReport {
    return {
      file,
      rows: this.rows,
      accepted: this.#accepted,
      alreadyThere: this.#alreadyThere,
      refused: this.#refused.toSorted((a, b) => a.row - b.row),
      tonnes: onWire(this.#sums),
      registry,
    }
  }
}

function onWire({ issued, active, retired, cancelled }: Sums): Tonnes {
  return { issued: `${issued}`, active: `${active}`, retired: `${retired}`, cancelled: `${cancelled}` }
}

/** What the ledger holds of a registry. Units known by their end alone count as issued. */
export async function registryTonnes(ledger: RecordLedger, registry: string): Promise<Tonnes> {
  const accounts = await ledger.row('registry', registry)
  const held = async (account: string | undefined): Promise<bigint> => {
    const balances = account === undefined ? [] : await ledger.balances(account)
    return balances.reduce((sum, { balance }) => sum + balance.credits - balance.debits, 0n)
  }
  const active = await held(accounts?.active)
  const retired = await held(accounts?.retired)
  const cancelled = await held(accounts?.cancelled)
  return onWire({ issued: active + retired + cancelled, active, retired, cancelled })
}
