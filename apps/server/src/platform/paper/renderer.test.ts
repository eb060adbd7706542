import { readFileSync } from 'node:fs'
import { getPriority } from 'node:os'
import { describe, expect, it } from 'vitest'
import type { Paper } from './paper.ts'
import { PaperError, type PaperRenderer, paperRenderer, type RendererOptions } from './renderer.ts'
import { across, sample } from './samples.fixture.ts'

/** Takes long: rows are measured one by one. */
const slow = (rows = 3000): Paper => sample({ sections: [{ title: 'Rows', blocks: [across(8, rows)] }] })
const small = sample({ sections: [] })

async function withRenderer(options: RendererOptions, use: (renderer: PaperRenderer) => Promise<void>): Promise<void> {
  const renderer = paperRenderer(options)
  try {
    await use(renderer)
  } finally {
    renderer.close()
  }
}

const reasonOf = (promise: Promise<unknown>) =>
  promise.then(
    () => 'none',
    (error: unknown) => (error instanceof PaperError ? error.reason : error),
  )

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 20))
}

describe('papers are set in processes of their own', () => {
  it('which are killed where one hangs, and replaced', () =>
    withRenderer({ workers: 1, timeoutMs: 400 }, async (renderer) => {
      const hung = reasonOf(renderer.renderPdf(small))
      const [before = 0] = renderer.processes
      process.kill(before, 'SIGSTOP')
      expect(await hung).toBe('timeout')
      await until(() => !isAlive(before))
      const next = reasonOf(renderer.renderPdf(small))
      expect(renderer.processes).toHaveLength(1)
      expect(renderer.processes).not.toContain(before)
      await next
    }))

  it('whose death is told to whoever waits for the paper, and to nobody else', () =>
    withRenderer({ workers: 1 }, async (renderer) => {
      const lost = reasonOf(renderer.renderPdf(slow()))
      const next = renderer.renderPdf(small)
      await until(() => renderer.processes.length === 1)
      const [process_ = 0] = renderer.processes
      process.kill(process_, 'SIGSEGV')
      expect(await lost).toBe('crashed')
      expect((await next).pages).toBe(1)
      expect(renderer.processes).not.toContain(process_)
    }))

  it('of which there are two at most, and others wait in a queue that has an end', () =>
    withRenderer({ workers: 2, queue: 3 }, async (renderer) => {
      const waiting = Array.from({ length: 5 }, () => renderer.renderPdf(small))
      expect(renderer.processes).toHaveLength(2)
      expect(await reasonOf(renderer.renderPdf(small))).toBe('busy')
      expect((await Promise.all(waiting)).map(({ pages }) => pages)).toEqual([1, 1, 1, 1, 1])
    }))

  it('which go when they have nothing to do, or have grown too big', async () => {
    await withRenderer({ workers: 1, idleMs: 50 }, async (renderer) => {
      await renderer.renderPdf(small)
      await until(() => renderer.processes.length === 0)
      expect((await renderer.renderPdf(small)).pages).toBe(1)
    })
    await withRenderer({ workers: 1, memoryBytes: 1 }, async (renderer) => {
      await renderer.renderPdf(small)
      expect(renderer.processes).toEqual([])
      expect((await renderer.renderPdf(small)).pages).toBe(1)
    })
  })

  it.skipIf(process.platform !== 'linux')('which stand back, and know nothing of the server', () =>
    withRenderer({ workers: 1 }, async (renderer) => {
      process.env.DB_PASSWORD_OF_TEST = 'secret'
      await renderer.renderPdf(small)
      delete process.env.DB_PASSWORD_OF_TEST
      const [pid = 0] = renderer.processes
      expect(getPriority(pid)).toBeGreaterThan(getPriority())
      expect(readFileSync(`/proc/${pid}/oom_score_adj`, 'utf8').trim()).toBe('1000')
      expect(readFileSync(`/proc/${pid}/environ`, 'utf8')).not.toContain('DB_PASSWORD_OF_TEST')
    }),
  )

  it('and what cannot be set is refused, and the process stays', () =>
    withRenderer({ workers: 1 }, async (renderer) => {
      await renderer.renderPdf(small)
      const [before] = renderer.processes
      expect(await reasonOf(renderer.renderPdf(sample({ made: 'yesterday' })))).toBe('refused')
      expect(renderer.processes).toEqual([before])
    }))

  it('and what is too large is not handed over', () =>
    withRenderer({}, async (renderer) => {
      const text = 'x'.repeat(33 * 1024 * 1024)
      expect(await reasonOf(renderer.renderPdf(sample({ lead: text })))).toBe('too-large')
      expect(await reasonOf(renderer.renderPdf(slow(5001)))).toBe('too-large')
      expect(renderer.processes).toEqual([])
    }))

  it('and refuses what still waits when it is closed', async () => {
    const renderer = paperRenderer({ workers: 1 })
    const asked = [renderer.renderPdf(slow()), renderer.renderPdf(small)].map(reasonOf)
    renderer.close()
    expect(await Promise.all(asked)).toEqual(['closed', 'closed'])
    expect(await reasonOf(renderer.renderPdf(small))).toBe('closed')
    expect(renderer.processes).toEqual([])
  })
})
