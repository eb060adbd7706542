/** Most keys in one question. */
const MOST_KEYS = 1_000

/** What one caller asks for. */
interface Asked<Answer> {
  keys: readonly string[]
  resolve(answer: Answer): void
  reject(error: unknown): void
}

/**
 * Reads by key, gathered: what is asked for in one turn of the event loop, or while one question is at the database,
 * makes the next one, whoever asks. A question leaves after it was asked for, so every caller sees what was committed
 * before. Nothing is kept.
 */
export class Gathered<Answer> {
  readonly #read: (keys: string[]) => Promise<Answer>
  #waiting: Asked<Answer>[] = []
  #running = false

  /** `read` answers a question about some keys, each named once. All who asked for them share its answer. */
  constructor(read: (keys: string[]) => Promise<Answer>) {
    this.#read = read
  }

  /** The answer to a question about these keys, and maybe others. */
  get(keys: readonly string[]): Promise<Answer> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ keys, resolve, reject })
      if (!this.#running) void this.#drain()
    })
  }

  async #drain(): Promise<void> {
    this.#running = true
    await new Promise((resolve) => setImmediate(resolve))
    while (this.#waiting.length > 0) {
      const asked = this.#next()
      try {
        const answer = await this.#read([...new Set(asked.flatMap(({ keys }) => keys))])
        for (const { resolve } of asked) resolve(answer)
      } catch (error) {
        for (const { reject } of asked) reject(error)
      }
    }
    this.#running = false
  }

  /** As many callers as one question may hold, at least one. */
  #next(): Asked<Answer>[] {
    let keys = 0
    const end = this.#waiting.findIndex((asked, at) => {
      keys += asked.keys.length
      return at > 0 && keys > MOST_KEYS
    })
    return this.#waiting.splice(0, end < 0 ? this.#waiting.length : end)
  }
}
