import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { importFile } from '../../apps/server/src/import/import.ts'
import en from '../../apps/server/src/import/locales/en.json' with { type: 'json' }
import { mappingNames, parseMapping } from '../../apps/server/src/import/mapping.ts'
import { type Row, tableFolder } from './files.ts'
import { memoryTarget } from './ledgers.ts'

const written = tableFolder()
const page = await readFile(join(import.meta.dirname, '../../docs/import.md'), 'utf8')

describe('docs/import.md', () => {
  it.each(Object.keys(en))('explains %s', (code) => expect(page).toContain(`\`${code}\``))

  it('names every mapping', async () => {
    for (const name of await mappingNames()) expect(page).toContain(`\`${name}\``)
  })

  it('has an example that works', async () => {
    const mapping = parseMapping(/```json\n(\{\n {2}"name"[\s\S]*?)```/.exec(page)?.[1] ?? '', 'docs/import.md')
    const [head = '', ...lines] = /( {4}Retired On,.*\n)( {4}.*\n)+/.exec(page)?.[0].trimEnd().split('\n') ?? []
    const names = head.trim().split(',')
    const rows = lines.map((line): Row => {
      const values = line.trim().match(/"[^"]*"|[^,]+/g) ?? []
      return Object.fromEntries(names.map((name, at) => [name, values[at]?.replaceAll('"', '') ?? '']))
    })
    expect(rows).toHaveLength(2)
    const report = await importFile({ ...(await memoryTarget()), mapping, file: await written(rows) })
    expect(report).toMatchObject({ accepted: 2, refused: [], tonnes: { retired: '1000', cancelled: '50' } })
  })
})
