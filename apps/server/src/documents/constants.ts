import { nameOf } from '@tallystick/calculators'
import type { Document, Json, Problem, Template } from '@tallystick/templates'
import { setInForce } from '../platform/country-parameters.ts'
import { leavesIn, memberOf } from '../platform/document-leaves.ts'
import type { Services } from '../platform/services.ts'
import ar from './locales/constants.ar.json' with { type: 'json' }
import en from './locales/constants.en.json' with { type: 'json' }
import es from './locales/constants.es.json' with { type: 'json' }
import fr from './locales/constants.fr.json' with { type: 'json' }

const CHECK = 'constants-not-in-force'
const message = { en: en[CHECK], fr: fr[CHECK], es: es[CHECK], ar: ar[CHECK] }

/**
 * Warnings of calculations that were made with other constants than those that the country has in force. They are no
 * errors: a later set changes no earlier result.
 */
export async function constantsProblems(
  services: Pick<Services, 'ledger'>,
  template: Template,
  document: Document,
): Promise<Problem[]> {
  const calculations = leavesIn(template, document).filter(({ type, json }) => type === 'calc' && json !== null)
  const inForce = calculations.length === 0 ? undefined : await setInForce(services)
  if (!inForce) return []
  const { id, version, hash } = nameOf(inForce)
  return calculations.flatMap(({ path, json }): Problem[] => {
    const sets = memberOf(memberOf(json, 'result'), 'parameterSet')
    const country = memberOf(sets, 'country')
    if (memberOf(country, 'hash') === hash) return []
    const params = { used: saidOf(country ?? memberOf(sets, 'reference')), now: `${id} ${version}` }
    return [{ path, code: 'check', check: CHECK, severity: 'warning', params, message }]
  })
}

function saidOf(set: Json): string {
  const [id, version] = ['id', 'version'].map((key) => memberOf(set, key))
  return [id, version].map((one) => String(one).slice(0, 40)).join(' ')
}
