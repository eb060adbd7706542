import { documentBytes } from '@tallystick/rules'
import { anApprover, anOfficer } from './choices.ts'
import { defineCommand, hashFrom } from './command.ts'
import { approvalReasons, mandateReasons, officers, where } from './reasons.ts'

/** The sets that a country may adopt: of one name and version there are two. */
const sets = [
  { name: 'country', version: '1', bytes: bytesOf('1') },
  { name: 'country', version: '2', bytes: bytesOf('2') },
  { name: 'country', version: '2', bytes: bytesOf('2', '0.7') },
]

function bytesOf(version: string, value?: string): Uint8Array {
  const entry = {
    ...{ key: 'fnrb', value, unit: '1', source: 'Survey', sourceVersion: '1' },
    ...{ validFrom: null, validTo: null, verifiedBy: null, verifiedAt: null },
  }
  return documentBytes({ id: 'country', version, entries: value === undefined ? [] : [entry] })
}

/** The parameters that may be adopted. */
export function nextParameters(): readonly { name: string; version: string; bytes: Uint8Array }[] {
  return sets
}

interface Adoption extends Record<string, unknown> {
  number: number
  name: string
  version: string
  sha256: string
}

export const parametersAdopted = defineCommand<Adoption>({
  type: 'ParametersAdopted',
  weight: 0.5,
  generate: (model, choose) => {
    const by = anOfficer(model, choose)
    const [sha256, { name, version }] = choose.pick([...model.sets])
    const number = model.adopted.length + (choose.rarely(8) ? 2 : 1)
    const request = { number, name, version, sha256: choose.rarely(12) ? hashFrom('none') : sha256 }
    return {
      by,
      request: choose.rarely(12) ? { ...request, version: '3' } : request,
      approvers: anApprover(model, choose, by),
    }
  },
  reasons: (model, { by, request: { number, name, version, sha256 }, approvers = [] }) => {
    const found = model.sets.get(sha256)
    const under = model.adopted.filter((one) => one.name === name && one.version === version)
    return [
      ...mandateReasons(model, by, { may: officers }),
      ...where(found?.name !== name || found.version !== version, 'document-unknown'),
      ...where(number !== model.adopted.length + 1, 'version-not-next'),
      ...where(model.adopted.at(-1)?.sha256 === sha256, 'nothing-changes'),
      ...where(
        under.some((one) => one.sha256 !== sha256),
        'already-exists',
      ),
      ...approvalReasons(model, by, approvers),
    ]
  },
  carryOut: (model, { request: { name, version, sha256 } }) => {
    model.adopted.push({ name, version, sha256 })
    return {}
  },
})
