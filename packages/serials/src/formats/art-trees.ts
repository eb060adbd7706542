import { code, country, first, last, number, year } from '../elements.ts'
import { serialFormat } from '../format.ts'
import { pattern } from '../pattern.ts'

const programme = code('programme', 'A-Z', 2, 8)
const project = number('project')
const vintage = year('vintage', 1990, 2099)
const issuance = number('issuance')

/**
 * The ART registry, such as `ART-XT-102-2021-11-2759599 to 2760598`: crediting programme (`ART`: TREES, `FCPF`), country,
 * number of the jurisdictional programme, vintage, number of the issuance, numbers. They begin at 1 in each issuance, so the
 * printed prefix is the space.
 */
export const artTrees = serialFormat({
  id: 'art-trees',
  space: pattern`${programme}-${country}-${project}-${vintage}-${issuance}`,
  forms: [{ pattern: pattern`${programme}-${country}-${project}-${vintage}-${issuance}-${first} to ${last}` }],
})
