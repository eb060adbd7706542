import { type LoggedEntry, readEntry } from '@tallystick/contract'
import { countOf, fromWire, RunSet, sumOf } from '@tallystick/rules'
import { Gathered } from '../platform/gathered.ts'
import type { RecordLedger } from './rehearsal.ts'
import type { SerialsReading } from './row.ts'

const ENTRIES_A_READ = 500

/** Most records that are remembered of all projects; a single project may have more. */
const MOST_KEPT = 100_000

type Recorded = LoggedEntry<'MirrorRecorded'>['body']

/** What was read of a project. */
interface OfProject {
  /** How many entries of its stream. */
  revision: number
  /** The units that ended one way on one day, by `space fate day`. */
  ends: Map<string, RunSet>
  records: number
}

/**
 * The ends in the log that records of the other kind tell: for rows that tell issuance and end, those that tell the end
 * alone, and the other way round. Two files of one registry may tell the same end so.
 */
export class ToldEnds {
  readonly #ledger: Pick<RecordLedger, 'rows' | 'stream'>
  readonly #registry: string
  readonly #issued: boolean
  readonly #projects = new Map<string, OfProject>()
  readonly #news: Gathered<ReadonlyMap<string, OfProject>>
  #kept = 0

  /** `issued`: whether the records that are looked for say that their units were issued. */
  constructor(ledger: Pick<RecordLedger, 'rows' | 'stream'>, registry: string, issued: boolean) {
    this.#ledger = ledger
    this.#registry = registry
    this.#issued = issued
    this.#news = new Gathered((codes) => this.#readOn(codes))
  }

  /** Did all units of the row end as it says, on the day that it says, or on one that neither tells? */
  async tell({ project: code, space, fate, fateOn, first, last }: SerialsReading): Promise<boolean> {
    const project = (await this.#news.get([code])).get(code)
    const told = project?.ends.get(keyOf(space, fate, fateOn))?.pieces({ first, last }) ?? []
    return sumOf(told) === countOf({ first, last })
  }

  /** Reads what has come into the streams of these projects since they were read last. */
  async #readOn(codes: readonly string[]): Promise<Map<string, OfProject>> {
    const projects = codes.map((code) => [code, this.#projects.get(code) ?? this.#begin(code)] as const)
    const ids = codes.map((code) => `${this.#registry}/${code}`)
    const known = await this.#ledger.rows('foreign', ids)
    for (const [at, [, project]] of projects.entries()) {
      const id = known.get(ids[at] ?? '')?.id
      if (id) await this.#readStream(id, project)
    }
    this.#kept = [...this.#projects.values()].reduce((sum, { records }) => sum + records, 0)
    return new Map(projects)
  }

  /** Lets the projects go that were met first, so that what is kept does not grow with the file. */
  #begin(code: string): OfProject {
    for (const [other, { records }] of this.#projects) {
      if (this.#kept <= MOST_KEPT) break
      this.#projects.delete(other)
      this.#kept -= records
    }
    const project = { revision: 0, ends: new Map(), records: 0 }
    this.#projects.set(code, project)
    return project
  }

  async #readStream(id: string, project: OfProject): Promise<void> {
    for (let full = true; full; ) {
      const read = await this.#ledger.stream(id, project.revision, ENTRIES_A_READ)
      full = read.length === ENTRIES_A_READ
      project.revision += read.length
      const told = read.flatMap(({ index, bytes }) => {
        const entry = readEntry(bytes)
        return entry.type === 'MirrorRecorded' && this.#isTold(entry.body) ? [[`${index}`, entry.body] as const] : []
      })
      const corrected =
        told.length === 0
          ? new Map()
          : await this.#ledger.rows(
              'corrected',
              told.map(([index]) => index),
            )
      for (const [index, body] of told) if (!corrected.has(index)) keep(project, body)
    }
  }

  #isTold({ issued, fate }: Recorded): boolean {
    return issued === this.#issued && fate !== 'active'
  }
}

function keep(project: OfProject, { space, range, fate, fateOn }: Recorded): void {
  const key = keyOf(space, fate, fateOn)
  const runs = project.ends.get(key) ?? new RunSet()
  runs.assign({ space, ...fromWire(range), batch: '', class: '', account: '', attributes: '' })
  project.ends.set(key, runs)
  project.records += 1
}

function keyOf(space: string, fate: string, day: string | null): string {
  return `${space} ${fate} ${day ?? 'unknown'}`
}
