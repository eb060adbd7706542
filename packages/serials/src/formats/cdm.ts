import { again, code, first, last, number } from '../elements.ts'
import { serialFormat } from '../format.ts'
import { pattern } from '../pattern.ts'

const party = code('party', 'A-Z', 2, 2)
const type = number('type', { min: 5n, max: 5n })
const original = number('originalPeriod', { max: 99n })
const applicable = number('applicablePeriod', { max: 99n })
const activity = number('activity', { min: 0n, max: 7n })
const project = number('project', { max: 9_999_999n })

const one = pattern`${party}-${type}-${first}-${original}-${applicable}-${activity}-${project}`

const [party2, type2, original2, applicable2, activity2, project2] = [
  again(party),
  again(type),
  again(original),
  again(applicable),
  again(activity),
  again(project),
]

const block = pattern`${party}-${type}-${first}-${original}-${applicable}-${activity}-${project} - ${party2}-${type2}-${last}-${original2}-${applicable2}-${activity2}-${project2}`

/**
 * Certified emission reductions of the CDM, one unit as `XT-5-1001-2-2-0-7014`, a block as its two ends:
 * `XT-5-1001-2-2-0-7014 - XT-5-1300-2-2-0-7014`. Originating party, unit type 5, number, original and applicable
 * commitment period, land-use activity (0: none), project. Party and type make the space (DES for registries, annex F).
 * One unit may also be written as a block; the fact `form` keeps that.
 */
export const cdm = serialFormat({
  id: 'cdm',
  space: pattern`${party}/${type}`,
  forms: [
    { pattern: one },
    { pattern: block, facts: (values) => (values.first === values.last ? { form: 'block' } : {}) },
  ],
})
