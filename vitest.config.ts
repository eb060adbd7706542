import { defineConfig } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

/** What starts processes of its own waits more than it works: it begins first, and the others fill the time. */
class LongFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const [long, others] = [true, false].map((isLong) =>
      files.filter(({ moduleId }) => moduleId.includes('/tests/e2e/') === isLong),
    )
    return [...(long ?? []), ...(await super.sort(others ?? []))]
  }
}

export default defineConfig({
  test: {
    include: ['packages/**/*.test.ts', 'apps/**/*.test.ts', 'tests/**/*.test.ts'],
    globalSetup: ['./tests/support/cluster.ts'],
    testTimeout: 120_000,
    hookTimeout: 120_000,
    maxWorkers: 2,
    // Modules are read once for all files of a worker: to read them anew took a third of the processor time.
    isolate: false,
    setupFiles: ['./tests/support/own-time.ts'],
    sequence: { sequencer: LongFirst },
    reporters: ['default', './scripts/closing-line.ts'],
  },
})
