import { code, country, first, last, number, year } from '../elements.ts'
import { serialFormat } from '../format.ts'
import { pattern } from '../pattern.ts'

const type = code('type', 'A-Z0-9', 1, 4)
const project = number('project')
const projectType = number('projectType', { max: 9_999n })
const developer = number('developer')
const state = code('state', 'A-Z', 2, 3)
const vintage = year('vintage', 1990, 2099)
const issuance = number('issuance')

/**
 * Climate Action Reserve, such as `CAR-1-XT-1335-31-983-KS-2025-9205-1 to 5000`: type of unit (`1` climate reserve tonne,
 * `ROC` registry offset credit), country, project, number of the project type, number of the developer, state, vintage,
 * number of the issuance, numbers. They begin at 1 in each issuance, so the printed prefix is the space.
 */
export const climateActionReserve = serialFormat({
  id: 'climate-action-reserve',
  space: pattern`CAR-${type}-${country}-${project}-${projectType}-${developer}-${state}-${vintage}-${issuance}`,
  forms: [
    {
      pattern: pattern`CAR-${type}-${country}-${project}-${projectType}-${developer}-${state}-${vintage}-${issuance}-${first} to ${last}`,
    },
  ],
})
