import type { Reporter, TestModule } from 'vitest/node'

/** Prints `N passed, N failed, N skipped` as the last line of a run. */
export default class ClosingLine implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], errors: readonly unknown[]): void {
    const count = { passed: 0, failed: 0, skipped: 0 }
    for (const module of modules) {
      for (const test of module.children.allTests()) {
        const state = test.result().state
        count[state === 'passed' || state === 'failed' ? state : 'skipped'] += 1
      }
      if (module.state() === 'failed' && [...module.children.allTests()].length === 0) count.failed += 1
    }
    count.failed += errors.length > 0 && count.failed === 0 ? 1 : 0
    process.once('exit', () => console.log(`${count.passed} passed, ${count.failed} failed, ${count.skipped} skipped`))
  }
}
