import type { Fate, Mapping } from './mapping.ts'
import { isFlaw } from './messages.ts'
import type { RefusedRow } from './refused-rows.ts'
import type { RecordLedger } from './rehearsal.ts'
import type { JudgedRow } from './window.ts'

/** Decimal strings. */
export interface Tonnes {
  issued: string
  active: string
  retired: string
  cancelled: string
}

/** What became of a file, without its refused rows. */
export interface ImportSums {
  file: string
  /** Rows of the file: accepted, already there and refused together. */
  rows: number
  accepted: number
  /** Rows that were imported before as this very row, and ends that rows with the issuance have told. */
  alreadyThere: number
  /** The file's own sums over the rows that are accepted or already there. */
  tonnes: Tonnes
  /** What is known of the registry afterwards, each unit counted once. */
  registry: Tonnes
}

export interface ImportReport extends ImportSums {
  refused: RefusedRow[]
}

type Sums = Record<'issued' | Fate, bigint>

/** Counts the rows of one file. */
export class Tally {
  rows = 0
  readonly #kind: Mapping['kind']
  readonly #sums: Sums = { issued: 0n, active: 0n, retired: 0n, cancelled: 0n }
  #accepted = 0
  #alreadyThere = 0

  constructor(kind: Mapping['kind']) {
    this.#kind = kind
  }

  count({ read, verdict }: JudgedRow): void {
    this.rows += 1
    if (isFlaw(read) || isFlaw(verdict)) return
    if (verdict === 'accepted') this.#accepted += 1
    else this.#alreadyThere += 1
    if (read.about === 'project') return
    if (this.#kind !== 'retirement') this.#sums.issued += read.quantity
    this.#sums[read.fate] += read.quantity
  }

  sums(file: string, registry: Tonnes): ImportSums {
    return {
      file,
      rows: this.rows,
      accepted: this.#accepted,
      alreadyThere: this.#alreadyThere,
      tonnes: onWire(this.#sums),
      registry,
    }
  }
}

/**
 * The report as JSON, piece by piece: on one line, or a line for each member and for each refused row. `dryRun`: every row
 * was judged, and nothing changed.
 */
export async function* reportText(
  { tonnes, registry, ...counts }: ImportSums & { dryRun: boolean },
  refused: AsyncIterable<string>,
  isPretty: boolean,
): AsyncGenerator<string> {
  const [line, inner, space] = isPretty ? ['\n  ', '\n    ', ' '] : ['', '', '']
  const member = (name: string, json: string) => `${line}${JSON.stringify(name)}:${space}${json}`
  yield `{${Object.entries(counts)
    .map(([name, value]) => `${member(name, JSON.stringify(value))},`)
    .join('')}`
  yield member('refused', '[')
  let before = ''
  for await (const row of refused) {
    yield `${before}${inner}${row}`
    before = ','
  }
  yield before === '' ? ']' : `${line}]`
  for (const [name, sums] of Object.entries({ tonnes, registry })) yield `,${member(name, JSON.stringify(sums))}`
  yield isPretty ? '\n}\n' : '}'
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
