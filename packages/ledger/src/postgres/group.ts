/** Most commands in one transaction. */
const MAX_GROUP = 200

interface Waiting<In, Out> {
  input: In
  resolve(output: Out): void
  reject(error: unknown): void
}

/**
 * Gathers calls and hands them on in groups, one group at a time: what arrives while a group runs makes the next one.
 */
export class Grouping<In, Out> {
  readonly #run: (inputs: In[]) => Promise<Out[]>
  #waiting: Waiting<In, Out>[] = []
  #running: Promise<void> | undefined

  /** `run` answers one output for each input, in their order; if it fails, every call of the group fails. */
  constructor(run: (inputs: In[]) => Promise<Out[]>) {
    this.#run = run
  }

  call(input: In): Promise<Out> {
    const answer = new Promise<Out>((resolve, reject) => this.#waiting.push({ input, resolve, reject }))
    this.#running ??= this.#drain()
    return answer
  }

  /** Resolves when nothing waits and nothing runs. */
  async idle(): Promise<void> {
    while (this.#running) await this.#running
  }

  async #drain(): Promise<void> {
    // Calls of the same turn of the event loop share a group.
    await new Promise((resolve) => setImmediate(resolve))
    while (this.#waiting.length > 0) {
      const group = this.#waiting.splice(0, MAX_GROUP)
      try {
        const outputs = await this.#run(group.map(({ input }) => input))
        for (const [at, { resolve }] of group.entries()) resolve(outputs[at] as Out)
      } catch (error) {
        for (const { reject } of group) reject(error)
      }
    }
    this.#running = undefined
  }
}
