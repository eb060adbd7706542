import pg from 'pg'
import { WRITING } from './enter.ts'
import { type Written, write } from './write.ts'

/** A connection that was opened, and the token that the writing leaves that was sent last on it; empty: none. */
interface Opened {
  client: pg.Client
  ready: Promise<unknown>
  turn: string
}

/** The one connection on which groups are written that were decided ahead, each sent without waiting for the one before. */
export class Line {
  readonly #config: pg.ClientConfig
  #opened: Opened | undefined

  constructor(config: pg.ClientConfig) {
    this.#config = config
  }

  /** Does what was sent last leave this token? What is sent now is then looked at when that has ended. */
  ends(turn: string): boolean {
    return this.#opened !== undefined && this.#opened.turn === turn
  }

  /** As `write`. An error closes the connection: whatever was sent behind it fails too. */
  async write(written: Written, { checkClock }: { checkClock: boolean }): Promise<boolean> {
    const opened = this.#opened ?? this.#open()
    opened.turn = written.turn
    try {
      await opened.ready
      return await write(opened.client, written, { checkClock })
    } catch (error) {
      this.#close(opened)
      throw error
    }
  }

  async end(): Promise<void> {
    if (this.#opened) await this.#opened.client.end()
  }

  #open(): Opened {
    // The types do not know `pipeline` yet.
    const config: pg.ClientConfig & { pipeline: true } = { ...this.#config, pipeline: true }
    const client = new pg.Client(config)
    const ready = client.connect().then(() => client.query(WRITING))
    const opened = { client, ready, turn: '' }
    client.on('error', () => this.#close(opened))
    this.#opened = opened
    return opened
  }

  #close(opened: Opened): void {
    if (this.#opened === opened) this.#opened = undefined
    void opened.client.end().catch(() => undefined)
  }
}
