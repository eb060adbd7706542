import { describe, expect, it } from 'vitest'
import { progressBar } from './progress-bar.ts'

function drawn(columns: number | undefined, isTTY = true) {
  const lines: string[] = []
  let now = 0
  const terminal = { isTTY, write: (text: string) => lines.push(text), ...(columns === undefined ? {} : { columns }) }
  const bar = progressBar(terminal, () => now)
  return { lines, bar, wait: (ms: number) => (now += ms) }
}

describe('the bar of an import', () => {
  it('tells how far it is, how fast, and how long it will take', () => {
    const { lines, bar, wait } = drawn(120)
    wait(30_000)
    bar.show({ rows: 250_000, read: 0.25 })
    expect(lines).toEqual([
      `\r\u001b[K${'█'.repeat(10)}${'░'.repeat(30)}  25 % · 250,000 rows · 8,333 rows/s · 1:30 left`,
    ])
    bar.clear()
    expect(lines.at(-1)).toBe('\r\u001b[K')
  })

  it('is drawn ten times a second at most, and never wider than the terminal', () => {
    const { lines, bar, wait } = drawn(30)
    for (let rows = 0; rows < 1000; rows += 1) {
      bar.show({ rows, read: rows / 1000 })
      wait(1)
    }
    expect(lines).toHaveLength(10)
    for (const line of lines) expect(line.replace('\r\u001b[K', '').length).toBeLessThan(30)
  })

  it('counts rows only where the file has no size', () => {
    const { lines, bar, wait } = drawn(undefined)
    wait(2_000)
    bar.show({ rows: 3_000, read: undefined })
    expect(lines).toEqual(['\r\u001b[K3,000 rows · 1,500 rows/s'])
  })

  it('is not drawn where there is no terminal', () => {
    const { lines, bar } = drawn(80, false)
    bar.show({ rows: 1, read: 0.5 })
    bar.clear()
    expect(lines).toEqual([])
  })
})
