import { expect, test } from 'vitest'
import { compare } from './compare.ts'
import { compute } from './compute.ts'
import { save } from './document.ts'
import { worked } from './mini.fixture.ts'
import { plain } from './plain.ts'
import type { Document, Template } from './template.ts'
import { template } from './templates.ts'
import { validate } from './validate.ts'

const PAGE = `${'The plant feeds electricity into the grid and displaces that of others. '.repeat(40)}\n\n- one\n- **two**\n\n`

/** A design document that prints to more than sixty pages: long texts, and long tables. */
function long(pdd: Template): Document {
  const parameter = (n: number) => ({
    parameter: `p${n}`,
    unit: 't',
    description: PAGE.slice(0, 400),
    source: 'Record',
    value: String(n),
    method: PAGE.slice(0, 300),
    purpose: ['BE'],
  })
  const rows = <T>(count: number, row: (n: number) => T): T[] => Array.from({ length: count }, (_, n) => row(n))
  const values: Document['values'] = {
    A2: {
      locations: rows(300, (n) => ({
        name: `Site ${n}`,
        province: 'North',
        geo: { type: 'Point', coordinates: [n / 10, 1] },
      })),
    },
    B4: { baseline: PAGE.repeat(9) },
    B5: { evidence: PAGE.repeat(12) },
    B61: { choices: PAGE.repeat(15) },
    B62: { fixed: rows(150, parameter) },
    B64: { yearly: rows(20, (n) => ({ vintage: String(2025 + n), be: `${n}.5`, pe: '0.25', le: '0' })) },
    B71: {
      monitored: rows(150, (n) => ({
        ...parameter(n + 150),
        frequency: 'Monthly',
        quality: 'Checked',
        responsible: 'Manager',
      })),
    },
    C: { crediting: { start: '2025-01-01', end: '2044-12-31' } },
    D: { analysis: PAGE.repeat(9) },
  }
  return compute(pdd, { template: 'PDD', version: 1, values })
}

/** The middle of several runs, in milliseconds. */
function middle(runs: number, work: (run: number) => void): number {
  const times = Array.from({ length: runs }, (_, run) => worked(() => work(run)))
  return times.sort((a, b) => a - b)[runs >> 1] ?? 0
}

test('a long document is saved field by field, checked, compared and shown in a moment', () => {
  const pdd = template('PDD')
  if (!pdd) throw new Error('there is no PDD')
  const document = long(pdd)
  expect(JSON.stringify(document).length).toBeGreaterThan(300_000)
  const spent = {
    text: middle(9, (run) => save(pdd, document, 'B5.evidence', `${PAGE.repeat(12)}${run}`)),
    cell: middle(9, (run) => save(pdd, document, 'B64.yearly.3.be', String(run))),
    row: middle(9, (run) => save(pdd, document, 'B71.monitored.20', { parameter: `other ${run}` })),
    check: middle(9, () => validate(pdd, document, { final: true })),
    compare: middle(9, () => compare(pdd, document, structuredClone(document))),
    plain: middle(9, () => plain(pdd, document, 'fr')),
  }
  if (process.env.SPEED) console.log(spent)
  expect(Math.max(spent.text, spent.cell, spent.row)).toBeLessThan(50)
  expect(Math.max(spent.check, spent.compare, spent.plain)).toBeLessThan(500)
})
