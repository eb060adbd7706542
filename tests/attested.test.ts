import { readFileSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { declarations } from '@tallystick/rules'
import { expect, test } from 'vitest'
import { attestedLines } from '../scripts/rule-pages.ts'
import { publish } from './support/ledger-fixture.ts'
import { liveLedger, WHOLE_LIFE } from './support/ledger-life.ts'
import { filesOf, scratchFolder } from './support/log-files.ts'
import { tallystick } from './support/tallystick.ts'

/** The lines of a text from one on that begins so, as long as they are indented. */
function blockFrom(text: string, title: string): string[] {
  const lines = text.split('\n')
  const start = lines.indexOf(title)
  if (start < 0) throw new Error(`there is no line "${title}"`)
  const end = lines.findIndex((line, at) => at > start && !line.startsWith('  '))
  return lines.slice(start, end)
}

test('what verify prints as attested is what docs/rules.md says is', async () => {
  const fixture = await liveLedger('attested', WHOLE_LIFE)
  const { size } = await fixture.ledger.head()
  const entries = await fixture.ledger.entries(0, size)
  const types = new Set(entries.map(({ bytes }) => JSON.parse(new TextDecoder().decode(bytes)).type))
  // After this one the log is signed with another key; ledgers that live through it are verified elsewhere.
  expect(Object.keys(declarations).filter((type) => !types.has(type))).toEqual(['KeyRotated'])
  await publish(fixture.ledger, fixture.key)
  const folder = await scratchFolder()
  for (const [path, bytes] of await filesOf(fixture.ledger)) {
    await mkdir(dirname(join(folder, path)), { recursive: true })
    await writeFile(join(folder, path), bytes)
  }
  const { exitCode, stdout, stderr } = await tallystick(['verify', folder, '--vkey', fixture.vkey], {})
  expect([exitCode, stderr]).toEqual([0, ''])

  const page = readFileSync(join(import.meta.dirname, '../docs/rules.md'), 'utf8')
  const [title = '', ...documented] = blockFrom(page, attestedLines()[0] ?? '')
  const [printedTitle, ...printed] = blockFrom(stdout, title)
  expect(printedTitle).toBe(title)
  expect(printed).toEqual(documented.filter((line) => !line.startsWith('  KeyRotated:')))
  expect(documented.length).toBeGreaterThan(30)
})
