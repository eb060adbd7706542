import { writeFileSync } from 'node:fs'
import type { Reporter, TestModule } from 'vitest/node'

/** How a run ended. */
export type Counts = { passed: number; failed: number; skipped: number }

/**
 * Prints why tests were skipped, and `N passed, N failed, N skipped` as the last line of a run. With
 * `CLOSING_COUNTS_FILE` the counts go into that file instead, for a caller who has more to count.
 */
export default class ClosingLine implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], errors: readonly unknown[]): void {
    const counts: Counts = { passed: 0, failed: 0, skipped: 0 }
    const reasons: string[] = []
    for (const module of modules) {
      for (const test of module.children.allTests()) {
        const result = test.result()
        counts[result.state === 'passed' || result.state === 'failed' ? result.state : 'skipped'] += 1
        if (result.state !== 'skipped') continue
        reasons.push(`  ${module.relativeModuleId} > ${test.fullName}${result.note ? `: ${result.note}` : ''}`)
      }
      counts.failed += failuresOutsideTests(module)
    }
    counts.failed += errors.length
    const file = process.env.CLOSING_COUNTS_FILE
    if (file) writeFileSync(file, JSON.stringify(counts))
    process.once('exit', () => {
      if (reasons.length > 0) console.log(`Skipped:\n${reasons.join('\n')}`)
      if (!file) console.log(`${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`)
    })
  }
}

/** A file that does not load, or a hook that throws, fails without a failed test. */
function failuresOutsideTests(module: TestModule): number {
  const suites = [...module.children.allSuites()]
  return [module, ...suites].reduce((sum, part) => sum + part.errors().length, 0)
}
