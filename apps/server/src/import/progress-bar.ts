import type { Progress } from './import.ts'

/** What a bar is drawn on: standard error, which stays free of results. */
export interface Terminal {
  isTTY?: boolean
  columns?: number
  write(text: string): unknown
}

const PER_SECOND = 10
const MOST_CELLS = 40
const CLEAR_LINE = '\r\u001b[K'

/** Draws how far an import is, on one line of a terminal; nothing where there is none. `now` in milliseconds. */
export function progressBar(terminal: Terminal, now: () => number = () => performance.now()) {
  const started = now()
  let drawn = Number.NEGATIVE_INFINITY
  return {
    show(progress: Progress): void {
      const at = now()
      if (!terminal.isTTY || at - drawn < 1000 / PER_SECOND) return
      drawn = at
      terminal.write(`${CLEAR_LINE}${lineOf(progress, (at - started) / 1000).slice(0, (terminal.columns ?? 80) - 1)}`)
    },
    clear(): void {
      if (terminal.isTTY) terminal.write(CLEAR_LINE)
    },
  }
}

function lineOf({ rows, read }: Progress, seconds: number): string {
  const perSecond = seconds > 0 ? Math.round(rows / seconds) : 0
  const counts = `${grouped(rows)} rows · ${grouped(perSecond)} rows/s`
  if (read === undefined) return counts
  const filled = Math.round(read * MOST_CELLS)
  const bar = `${'█'.repeat(filled)}${'░'.repeat(MOST_CELLS - filled)}`
  const left = read > 0 ? ` · ${clock((seconds / read) * (1 - read))} left` : ''
  return `${bar} ${String(Math.floor(read * 100)).padStart(3)} % · ${counts}${left}`
}

function clock(seconds: number): string {
  const whole = Math.round(seconds)
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60]
  const rest = String(whole % 60).padStart(2, '0')
  return hours > 0 ? `${hours}:${String(minutes).padStart(2, '0')}:${rest}` : `${minutes}:${rest}`
}

/** 1,234,567 */
export function grouped(count: number | string): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, ',')
}
