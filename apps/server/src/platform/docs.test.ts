import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { configTable } from './config.ts'

test('docs/configuration.md holds the table that the code makes', async () => {
  const page = await readFile(new URL('../../../../docs/configuration.md', import.meta.url), 'utf8')
  expect(page).toContain(configTable())
})
