/** Wakes those who wait for it, all at once. Rung while nobody waits, the next one does not wait. */
export class Bell {
  #isRung = false
  #isStuck = false
  readonly #sleepers = new Set<() => void>()

  ring(): void {
    this.#isRung = this.#sleepers.size === 0
    for (const wake of this.#sleepers) wake()
    this.#sleepers.clear()
  }

  /** From now on it rings without end. */
  stick(): void {
    this.#isStuck = true
    this.ring()
  }

  /** Until it rings, or so long. */
  async wait(ms: number): Promise<void> {
    const isRung = this.#isRung || this.#isStuck
    this.#isRung = false
    if (isRung) return
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
