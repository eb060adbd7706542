import { problemOf } from '@tallystick/contract'
import { randomId, type Submission } from '@tallystick/ledger'
import { type Genesis, invariant, type Refusal, sha256Hex, toWire } from '@tallystick/rules'
import type { Openings } from '../platform/openings.ts'
import type { Mapping } from './mapping.ts'
import { type Flaw, flaw, ImportError } from './messages.ts'
import { type Answer, isWritten, type RecordLedger, type Written } from './rehearsal.ts'
import type { Reading, SerialsReading } from './row.ts'
import { ToldEnds } from './told-ends.ts'

/** What became of a row. */
export type Verdict = 'accepted' | 'alreadyThere' | Flaw

/** Writes rows of one mapping as mirror records, in the name of the ledger's own system. */
export class Recorder {
  readonly #ledger: RecordLedger
  readonly #openings: Pick<Openings, 'commitAll'>
  readonly #mapping: Mapping
  readonly #system: string
  readonly #sender: string
  /** Was the registry known before this import? If not, none of its rows can be there. */
  readonly #wasOpen: boolean
  readonly #toldEnds: ToldEnds
  #opening: Promise<void> | undefined

  private constructor(
    ledger: RecordLedger,
    openings: Pick<Openings, 'commitAll'>,
    mapping: Mapping,
    { system }: Genesis,
    wasOpen: boolean,
  ) {
    this.#ledger = ledger
    this.#openings = openings
    this.#mapping = mapping
    this.#system = system
    this.#sender = `import:${mapping.registry}`
    this.#wasOpen = wasOpen
    this.#toldEnds = new ToldEnds(ledger, mapping.registry, mapping.kind === 'retirement')
  }

  static async on(ledger: RecordLedger, openings: Pick<Openings, 'commitAll'>, mapping: Mapping): Promise<Recorder> {
    const genesis = await ledger.genesis()
    invariant(genesis, 'the ledger is founded before anything is imported')
    const registry = await ledger.row('registry', mapping.registry)
    return new Recorder(ledger, openings, mapping, genesis, registry !== undefined)
  }

  /** Records rows of which no two share a serial number; answers in their order. */
  async record(readings: readonly Reading[]): Promise<Verdict[]> {
    if (readings.length === 0) return []
    const there = await this.#alreadyThere(readings)
    const fresh = readings.filter((_, at) => !there[at])
    const verdicts = (await this.#recordFresh(fresh)).values()
    return there.map((known): Verdict => {
      if (known) return known
      const { value } = verdicts.next()
      invariant(value, 'every fresh row has its verdict')
      return value
    })
  }

  /** Rows that are in the log are not sent again, so that their facts are not stored a second time. */
  async #alreadyThere(readings: readonly Reading[]): Promise<(Verdict | undefined)[]> {
    if (!this.#wasOpen) return readings.map(() => undefined)
    const keys = await Promise.all(readings.map((reading) => this.#ledger.loggedKey(this.#keyOf(reading))))
    const known = await this.#ledger.rows('key', keys)
    const indexes = [...known.values()].map(({ index }) => `${index}`)
    const corrected = indexes.length === 0 ? new Map() : await this.#ledger.rows('corrected', indexes)
    return keys.map((key): Verdict | undefined => {
      const row = known.get(key)
      const by = row && corrected.get(`${row.index}`)
      return by ? flaw(this.#column, 'taken-back', { index: `${by.index}` }) : row && 'alreadyThere'
    })
  }

  async #recordFresh(readings: readonly Reading[]): Promise<Verdict[]> {
    if (readings.length === 0) return []
    this.#opening ??= this.#openRegistry()
    await this.#opening
    const commitments = await this.#openings.commitAll(readings.map(({ facts }) => facts))
    const outcomes = await Promise.allSettled(
      readings.map((reading, at) => {
        const commitment = commitments[at]
        invariant(commitment, 'every row has its commitment')
        return this.#recordRow(reading, commitment)
      }),
    )
    return outcomes.map((outcome): Verdict => {
      if (outcome.status === 'rejected') throw outcome.reason
      return outcome.value
    })
  }

  async #recordRow(reading: Reading, facts: string): Promise<Verdict> {
    const outcome = await this.#submit(reading, facts)
    const isEnded = 'refused' in outcome && outcome.refused === 'already-retired' && reading.about === 'serials'
    if (!isEnded || !(await this.#toldEnds.tell(reading))) return this.#verdict(reading, outcome)
    return this.#recordRest(reading, facts)
  }

  /** Of a row whose end another file has told: the issuance, if the row tells it, too. */
  async #recordRest(reading: SerialsReading, facts: string): Promise<Verdict> {
    if (this.#mapping.kind === 'retirement') return 'alreadyThere'
    return this.#verdict(reading, await this.#submit({ ...reading, fate: 'active', fateOn: null }, facts))
  }

  #keyOf({ identity }: Reading) {
    return { sender: this.#sender, id: identity }
  }

  #submit(reading: Reading, facts: string): Promise<Answer> {
    const { registry, kind } = this.#mapping
    const request = { registry, project: { id: randomId(), code: reading.project }, facts }
    return this.#ledger.execute({
      by: this.#system,
      key: this.#keyOf(reading),
      requestHash: sha256Hex(reading.identity),
      ...commandOf(reading, request, kind !== 'retirement'),
    })
  }

  /** The column that a refusal of the ledger is about. */
  get #column(): string {
    const { project } = this.#mapping
    if (this.#mapping.kind === 'project') return project.column
    return (this.#mapping.serial ?? this.#mapping.quantity).column
  }

  /** Two imports may come here at once: they share the key, so one entry is written and both go on. */
  async #openRegistry(): Promise<void> {
    const { registry } = this.#mapping
    if (this.#wasOpen) return
    const outcome = await this.#ledger.execute({
      type: 'MirrorOpened',
      by: this.#system,
      key: { sender: this.#sender, id: 'open' },
      requestHash: sha256Hex(`open ${registry}`),
      request: { registry, active: randomId(), retired: randomId(), cancelled: randomId() },
    })
    if (isWritten(outcome) || (await this.#ledger.row('registry', registry))) return
    throw unready(outcome)
  }

  #verdict(reading: Reading, outcome: Answer): Verdict {
    if (isWritten(outcome)) return outcome.repeated ? 'alreadyThere' : 'accepted'
    if ('conflict' in outcome || !ofTheRow.has(outcome.refused)) throw unready(outcome)
    const column = this.#column
    const { first = '', last = '', known = '', fate = '' } = outcome.detail
    if (outcome.refused === 'already-retired') return flaw(column, 'already-retired', { first, last, fate })
    if (outcome.refused === 'class-differs' && reading.about === 'serials') {
      const [registry = '', project = '', vintage = '', unitType = ''] = known.replace(/^mirror:/, '').split('/')
      const here = { thisProject: reading.project, thisVintage: reading.vintage, thisUnitType: reading.unitType }
      return flaw(column, 'class-differs', { first, last, registry, project, vintage, unitType, ...here })
    }
    return flaw(column, 'not-taken', { reason: sentence(outcome) })
  }
}

/** The entry that a row asks for. */
function commandOf(
  reading: Reading,
  ofProject: { registry: string; project: { id: string; code: string }; facts: string },
  issued: boolean,
): Pick<Submission, 'type' | 'request'> {
  if (reading.about === 'project') return { type: 'MirrorProjectRecorded', request: ofProject }
  const { vintage, unitType, issuedOn } = reading
  if (reading.about === 'lot') {
    const request = { ...ofProject, vintage, unitType, quantity: `${reading.quantity}`, issuedOn }
    return { type: 'MirrorLotRecorded', request }
  }
  const { space, fate, fateOn } = reading
  const units = { vintage, unitType, issued, issuedOn: issued ? issuedOn : null, fate, fateOn }
  return { type: 'MirrorRecorded', request: { ...ofProject, space, range: toWire(reading), ...units } }
}

/** Refusals that speak of a row; any other says that no row can be written now. */
const ofTheRow: ReadonlySet<Refusal['refused']> = new Set([
  'class-differs',
  'already-retired',
  'lot-too-large',
  'too-fragmented',
  'malformed',
  'too-large',
])

function unready(outcome: Exclude<Answer, Written>): ImportError {
  const reason = 'conflict' in outcome ? problemOf('key-reused').detail : sentence(outcome)
  return new ImportError('ledger-unready', { reason })
}

function sentence({ refused, detail }: Refusal): string {
  return problemOf(refused, detail).detail
}
