import { existsSync, readFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { parse } from 'csv-parse/sync'
import { expect, test } from 'vitest'
import { calculate } from './calculate.ts'
import { roundHalfUp } from './decimal.ts'
import { isRefused } from './problem.ts'

const root = resolve(import.meta.dirname, '../../..')
const registries = resolve(root, process.env.REGISTRY_DATA ?? '../shared/data/registries')
const file = resolve(dirname(registries), 'undp/project-credit-cases.csv')
const absent = !existsSync(file)
if (absent) console.log(`skipped: no credit cases at ${file} (set REGISTRY_DATA)`)

/** Names of the older registry in ours: `HealthCenter` is `health-centre`. */
const consumerOf = (name: string) =>
  name
    .replaceAll(/([a-z])([A-Z])/g, '$1-$2')
    .toLowerCase()
    .replace('center', 'centre')

test.skipIf(absent)('what an older registry creates with so many credits comes out here, in whole credits', () => {
  const rows: Record<string, string>[] = parse(readFileSync(file), { bom: true, columns: true, trim: true })
  const wanted = rows.filter(({ status_code, credits }) => status_code === '201' && credits !== '')
  const found = wanted.map((row) => {
    const { days = '', agri_landArea = '', agri_landAreaUnit = '' } = row
    const { solar_energyGeneration = '', solar_unit = '', solar_consumerGroup = '' } = row
    const result =
      row.programme_sector === 'Agriculture'
        ? calculate('UNDP-AGRI-RICE', {
            area: { value: agri_landArea, unit: agri_landAreaUnit },
            duration: { value: days, unit: 'd' },
          })
        : calculate('UNDP-SOLAR', {
            consumer: consumerOf(solar_consumerGroup),
            yearlyEnergy: { value: solar_energyGeneration, unit: solar_unit },
          })
    if (isRefused(result) || result.of !== 'reduction') throw new Error(JSON.stringify({ row, result }))
    return roundHalfUp(result.er, 0)
  })
  expect(found).toHaveLength(59)
  expect(found).toEqual(wanted.map(({ credits }) => credits))
})
