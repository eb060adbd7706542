/** Most keys in one question. */
const MOST_KEYS = 1_000

/** What one caller asks for. */
interface Asked<Row> {
  keys: readonly string[]
  resolve(rows: ReadonlyMap<string, Row>): void
  reject(error: unknown): void
}

/**
 * Reads by key, gathered: what is asked for while one question is at the database makes the next one, whoever asks. A
 * question leaves after it was asked for, so every caller sees what was committed before. Nothing is kept.
 */
export class Gathered<Row> {
  readonly #read: (keys: string[]) => Promise<ReadonlyMap<string, Row>>
  #waiting: Asked<Row>[] = []
  #running = false

  /** `read` answers the rows under some of these keys; what it leaves out is not there. */
  constructor(read: (keys: string[]) => Promise<ReadonlyMap<string, Row>>) {
    this.#read = read
  }

  /** Rows by key, at least those under the keys that were asked for; what is not there is left out. */
  get(keys: readonly string[]): Promise<ReadonlyMap<string, Row>> {
    if (keys.length === 0) return Promise.resolve(new Map())
    return new Promise((resolve, reject) => {
      this.#waiting.push({ keys, resolve, reject })
      if (!this.#running) void this.#drain()
    })
  }

  async #drain(): Promise<void> {
    this.#running = true
    while (this.#waiting.length > 0) {
      const asked = this.#next()
      try {
        const rows = await this.#read([...new Set(asked.flatMap(({ keys }) => keys))])
        for (const { resolve } of asked) resolve(rows)
      } catch (error) {
        for (const { reject } of asked) reject(error)
      }
    }
    this.#running = false
  }

  /** As many callers as one question may hold, at least one. */
  #next(): Asked<Row>[] {
    let keys = 0
    const end = this.#waiting.findIndex((asked, at) => {
      keys += asked.keys.length
      return at > 0 && keys > MOST_KEYS
    })
    return this.#waiting.splice(0, end < 0 ? this.#waiting.length : end)
  }
}
