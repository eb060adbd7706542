import { country, first, last, number, year } from '../elements.ts'
import { serialFormat } from '../format.ts'
import { pattern } from '../pattern.ts'

const project = number('project')
const projectType = number('projectType', { max: 999n })
const vintage = year('vintage', 1990, 2099)
const issuance = number('issuance')

/**
 * Gold Standard's own serials, such as `GS1-1-XT-GS1234-16-2024-30001-1-500`: country, project, number of the project
 * type, vintage, number of the issuance, numbers. They begin at 1 in each issuance, so the printed prefix is the space.
 */
export const goldStandard = serialFormat({
  id: 'gold-standard',
  space: pattern`GS1-1-${country}-GS${project}-${projectType}-${vintage}-${issuance}`,
  forms: [
    {
      pattern: pattern`GS1-1-${country}-GS${project}-${projectType}-${vintage}-${issuance}-${first}-${last}`,
    },
  ],
})
