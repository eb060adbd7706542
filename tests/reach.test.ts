import { glob, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'

const root = join(import.meta.dirname, '..')
const { testsReaching } = await import(join(root, 'scripts/reach.mjs'))
const found: string[] = testsReaching('tests/support/database.ts', [
  'packages/ledger',
  'apps/server',
  'tests/import',
  'tests/e2e/contention',
])

it('tests that have a database are found, by themselves or through what they import, and no others', () => {
  expect(found).toEqual(
    expect.arrayContaining([
      'apps/server/src/credits/credits.test.ts',
      'packages/ledger/src/conformance/lane.test.ts',
      'tests/e2e/contention.test.ts',
      'tests/import/order.test.ts',
    ]),
  )
  expect(found).not.toContain('apps/server/src/platform/networks.test.ts')
  expect(found).not.toContain('tests/e2e/crash.test.ts')
})

it('whoever asks for a database, or for a registry on one, is among them', async () => {
  const missing: string[] = []
  for await (const test of glob('{packages/ledger,apps/server}/src/**/*.test.ts', { cwd: root })) {
    const text = await readFile(join(root, test), 'utf8')
    if (/\b(testDatabase|databaseWithTables)\(/.test(text) && !found.includes(test)) missing.push(test)
    if (/registry\.fixture\.ts'/.test(text) && !found.includes(test)) missing.push(test)
  }
  expect(missing).toEqual([])
})
