import { country, date, first, last, number } from '../elements.ts'
import { serialFormat } from '../format.ts'
import { pattern } from '../pattern.ts'

const batch = number('batch')
const account = number('account')
const scope = number('scope', { max: 15n })
const project = number('project')
const from = date('from')
const to = date('to', 'from')
const flag = number('flag', { min: 0n, max: 1n })

/**
 * Verra as printed since 2020, such as `9301-70000001-70000250-VCS-VCU-999-VER-XT-14-1234-01012019-31122019-1`: batch,
 * numbers, account, country, one sectoral scope, project, first and last day of the vintage, and whether there are
 * additional certifications. The number of a VCU is unique by itself, so there is one space.
 */
export const verra = serialFormat({
  id: 'verra',
  space: pattern`VCU`,
  forms: [
    {
      pattern: pattern`${batch}-${first}-${last}-VCS-VCU-${account}-VER-${country}-${scope}-${project}-${from}-${to}-${flag}`,
    },
  ],
})
