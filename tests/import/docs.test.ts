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

  it('has mappings for issuances and ends in one file', async () => {
    const target = await memoryTarget()
    const kivu = JSON.parse(/```json\n(\{ "name": "kivu-issuances"[\s\S]*?)```/.exec(page)?.[1] ?? '')
    const [, words, on] = /`"words": (\{ "Retired".*?\}), "on": (\{.*?\})`/.exec(page) ?? []
    const { issuedOn, ...ends } = { ...kivu, name: 'kivu-ends', kind: 'retirement' }
    ends.fate = { ...ends.fate, words: JSON.parse(words ?? ''), on: JSON.parse(on ?? '') }
    expect(issuedOn).toEqual(ends.fate.on)
    const [head = [], ...lines] = [...page.matchAll(/^ {4}(.*;KV-.*|Date;Operation.*)$/gm)].map(([, line]) =>
      line?.split(';'),
    )
    const rows = lines.map((values): Row => Object.fromEntries(head.map((name, at) => [name, values?.[at] ?? ''])))
    const file = await written(rows)
    const imported = async (mapping: object) => {
      const text = JSON.stringify({ ...mapping, separator: ',' })
      return importFile({ ...target, mapping: parseMapping(text, 'docs/import.md'), file })
    }
    expect(await imported(kivu)).toMatchObject({ rows: 2, accepted: 1, alreadyThere: 0, registry: { issued: '4500' } })
    const registry = { issued: '4500', active: '4400', retired: '100', cancelled: '0' }
    expect(await imported(ends)).toMatchObject({ rows: 2, accepted: 1, alreadyThere: 0, registry })
  })
})
