import { setTimeout as delay } from 'node:timers/promises'
import { formatNote, type NoteSignature, parseNote, type Vkey } from '@tallystick/tlog'
import type { Checkpoint, Ledger } from './port.ts'
import type { CheckpointSigner } from './signer.ts'
import { type Submitted, submitCheckpoint, type WitnessTarget } from './witness-client.ts'

/** How a witness stands to this log, for its operator. */
export interface WitnessState {
  /** Name of its key. */
  name: string
  url: string
  /** The size that it has cosigned last, as far as is known. */
  size: number | null
  /** Time of its last cosignature, UTC. */
  at: string | null
  /** Why it has not cosigned the latest checkpoint; null while all is well. */
  reason: string | null
}

export interface CosignersOptions {
  /** How long publishing waits for witnesses that answered in time before. */
  patienceMs?: number
}

const PATIENCE_MS = 500
/** No witness is sent more than one checkpoint in this time. */
const BETWEEN_MS = 1_000
const LONGEST_PAUSE_MS = 60_000
const STEP_MS = 50

interface Witness {
  target: WitnessTarget
  size: number | null
  at: string | null
  reason: string | null
  /** Failures since the last answer. */
  failures: number
  /** Did it answer within the patience of publishing, when it was last asked? */
  isPrompt: boolean
  /** When it may be asked again, by the monotonic clock. */
  notBefore: number
  running: Promise<void> | undefined
}

/**
 * Asks witnesses to cosign what is signed. A checkpoint is published with what comes within half a second from those
 * that answered in time before; nobody waits for the others, who are asked again, at most once a second each, with
 * longer and longer pauses while they fail. What comes later is added to the note of the checkpoint while it is the latest.
 */
export class Cosigners {
  readonly #ledger: Pick<Ledger, 'tree'>
  readonly #witnesses: readonly Witness[]
  readonly #patienceMs: number
  /** Cosignatures of the latest checkpoint. */
  #gathered: { text: string; lines: Map<Vkey, NoteSignature> } = { text: '', lines: new Map() }
  #knowsSizes = false

  constructor(
    ledger: Pick<Ledger, 'tree'>,
    targets: readonly WitnessTarget[],
    { patienceMs = PATIENCE_MS }: CosignersOptions = {},
  ) {
    this.#ledger = ledger
    this.#patienceMs = patienceMs
    this.#witnesses = targets.map((target) => ({
      target,
      size: null,
      at: null,
      reason: null,
      failures: 0,
      isPrompt: true,
      notBefore: 0,
      running: undefined,
    }))
  }

  /** May a checkpoint be signed now, so that all who are well can be asked for it? Untrue for a second at most. */
  get isReady(): boolean {
    return this.#witnesses.every((witness) => !isWell(witness) || isFree(witness))
  }

  state(): WitnessState[] {
    return this.#witnesses.map(({ target, size, at, reason }) => {
      return { name: target.vkey.name, url: target.url, size, at, reason }
    })
  }

  /** Stores a signed checkpoint with the cosignatures that come in time. */
  async publish(checkpoint: Checkpoint): Promise<boolean> {
    await this.#learnSizes()
    this.#turnTo(checkpoint.note)
    const awaited = this.#witnesses.filter(isWell)
    this.#askAll(checkpoint)
    const patience = new AbortController()
    const answers = Promise.all(awaited.map(({ running }) => running))
    await Promise.race([
      answers,
      delay(this.#patienceMs, undefined, { signal: patience.signal }).catch(() => undefined),
    ])
    patience.abort()
    for (const witness of awaited) if (witness.running) witness.isPrompt = false
    return this.#ledger.tree.putCheckpoint({ ...checkpoint, note: this.#cosigned(checkpoint.note) })
  }

  /**
   * Adds to the latest checkpoint what has come since it was published, and asks again who has not cosigned it. Answers
   * whether every witness has.
   */
  async step(): Promise<boolean> {
    const latest = await this.#ledger.tree.checkpoint()
    if (!latest) return false
    await this.#learnSizes()
    this.#turnTo(latest.note)
    const note = this.#cosigned(latest.note)
    if (note !== latest.note) await this.#ledger.tree.putCosigned({ ...latest, note })
    this.#askAll({ ...latest, note })
    return this.#gathered.lines.size === this.#witnesses.length
  }

  /** Asks until every witness has cosigned the latest checkpoint, or the time is over. */
  async gather(longestMs: number): Promise<void> {
    for (const end = performance.now() + longestMs; !(await this.step()) && performance.now() < end; ) {
      await delay(STEP_MS)
    }
  }

  /** What stands in the published checkpoint is what a witness has cosigned at least: it need not be asked for. */
  async #learnSizes(): Promise<void> {
    if (this.#knowsSizes) return
    const latest = await this.#ledger.tree.checkpoint()
    this.#knowsSizes = true
    if (!latest) return
    for (const witness of this.#witnesses) if (lineOf(latest.note, witness.target.vkey)) witness.size = latest.size
  }

  /** Begins to gather for this checkpoint, with what its note has already. */
  #turnTo(note: string): void {
    const { text } = parseNote(note)
    if (text === this.#gathered.text) return
    const lines = new Map<Vkey, NoteSignature>()
    for (const { target } of this.#witnesses) {
      const line = lineOf(note, target.vkey)
      if (line) lines.set(target.vkey, line)
    }
    this.#gathered = { text, lines }
  }

  #cosigned(note: string): string {
    const { text, signatures } = parseNote(note)
    const missing = this.#witnesses.flatMap(({ target: { vkey } }) => {
      const line = this.#gathered.lines.get(vkey)
      return line && !lineOf(note, vkey) ? [line] : []
    })
    return missing.length === 0 ? note : formatNote({ text, signatures: [...signatures, ...missing] })
  }

  /** Asks everybody whose cosignature is missing and who may be asked now. */
  #askAll(checkpoint: Checkpoint): void {
    for (const witness of this.#witnesses) {
      if (this.#gathered.lines.has(witness.target.vkey) || !isFree(witness)) continue
      witness.notBefore = performance.now() + BETWEEN_MS
      witness.running = this.#ask(witness, checkpoint).finally(() => {
        witness.running = undefined
      })
    }
  }

  async #ask(witness: Witness, checkpoint: Checkpoint): Promise<void> {
    const began = performance.now()
    const read = this.#ledger.tree.read.bind(this.#ledger.tree)
    const oldSize = witness.size ?? 0
    const submitted = await submitCheckpoint(witness.target, checkpoint, { oldSize, read }).catch(
      (error: unknown): Submitted => ({ reason: error instanceof Error ? error.message : String(error) }),
    )
    if ('line' in submitted) {
      Object.assign(witness, { size: checkpoint.size, at: instantOf(submitted.time), reason: null, failures: 0 })
      witness.isPrompt = performance.now() - began <= this.#patienceMs
      const { text, lines } = this.#gathered
      if (parseNote(checkpoint.note).text === text) lines.set(witness.target.vkey, submitted.line)
      return
    }
    const isNews = 'size' in submitted && submitted.size !== witness.size && submitted.size <= checkpoint.size
    if ('size' in submitted) witness.size = submitted.size
    // To learn its size is no failure: the next time it is asked from there.
    if (isNews) return
    witness.reason = reasonOf(submitted, checkpoint.size)
    witness.failures += 1
    witness.notBefore = performance.now() + Math.min(BETWEEN_MS * 2 ** (witness.failures - 1), LONGEST_PAUSE_MS)
  }
}

/**
 * One round of a process that signs: signs what is new, unless witnesses were asked a moment ago, and goes after
 * cosignatures that are missing. The signer publishes through `cosigners`. Answers whether a checkpoint was published.
 */
export async function signingRound(signer: CheckpointSigner, cosigners: Cosigners | undefined): Promise<boolean> {
  const isPublished = (cosigners?.isReady ?? true) && (await signer.step())
  await cosigners?.step()
  return isPublished
}

function isWell({ failures, isPrompt }: Witness): boolean {
  return failures === 0 && isPrompt
}

function isFree({ running, notBefore }: Witness): boolean {
  return running === undefined && performance.now() >= notBefore
}

function lineOf(note: string, vkey: Vkey): NoteSignature | undefined {
  return parseNote(note).signatures.find(({ name, keyId }) => name === vkey.name && keyId === vkey.id)
}

function reasonOf(submitted: { size: number } | { reason: string }, size: number): string {
  if ('reason' in submitted) return submitted.reason
  if (submitted.size > size) return `it has cosigned ${submitted.size} entries, more than the ${size} of this log`
  return `it says again that it has cosigned ${submitted.size} entries, with the proof from there before it`
}

function instantOf(seconds: number): string {
  return new Date(seconds * 1_000).toISOString()
}
