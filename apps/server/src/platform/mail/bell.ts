/** Wakes those who wait for it, all at once. Rung while nobody waits, the next one does not wait. */
export class Bell {
  #rung = false
  #sleepers = new Set<() => void>()

  ring(): void {
    this.#rung = this.#sleepers.size === 0
    for (const wake of this.#sleepers) wake()
    this.#sleepers.clear()
  }

  /** Until it rings, or so long. */
  async wait(ms: number): Promise<void> {
    if (this.#rung) {
      this.#rung = false
      return
    }
    await new Promise<void>((resolve) => {
      const wake = () => {
        clearTimeout(timer)
        this.#sleepers.delete(wake)
        resolve()
      }
      const timer = setTimeout(wake, ms)
      this.#sleepers.add(wake)
    })
  }
}
