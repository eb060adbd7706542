import { defineCommand, hashFrom, mostly, someId } from './command.ts'
import { type Fate, type May, type Model, mandateReasons } from './naive.ts'

const recorders: May = { 'system/system': 'any', 'government/Admin': 'any' }

interface Opening extends Record<Fate, string> {
  registry: string
}

export const mirrorOpened = defineCommand<Opening & Record<string, unknown>>({
  type: 'MirrorOpened',
  weight: 2,
  generate: (model, choose) => ({
    by: mostly(model, choose, model.system),
    request: {
      registry: choose.rarely(4) ? 'faraway' : 'elsewhere',
      active: someId(model, choose, 'active', 3),
      retired: someId(model, choose, 'retired', 3),
      cancelled: someId(model, choose, 'cancelled', 3),
    },
  }),
  reasons: (model, { by, request: { registry, active, retired, cancelled } }) => {
    const ids = [active, retired, cancelled]
    const isUsed = model.registries.has(registry) || ids.some((id) => model.accounts.has(id) || model.streams.has(id))
    return [
      ...mandateReasons(model, by, { may: recorders }),
      ...(isUsed || new Set(ids).size < ids.length ? ['already-exists'] : []),
    ]
  },
  carryOut: (model, { request: { registry, active, retired, cancelled } }) => {
    const opened = { active, retired, cancelled }
    model.registries.set(registry, opened)
    for (const [fate, account] of Object.entries(opened)) {
      model.accounts.set(account, { organisation: model.authority, kind: `mirror-${fate}`, active: true })
      model.streams.add(account)
    }
    return {}
  },
})

interface Row extends Record<string, unknown> {
  registry: string
  space: string
  range: [string, string]
  project: { id: string; code: string }
  vintage: string
  unitType: string
  issued: boolean
  issuedOn: null
  fate: Fate
  fateOn: null
  facts: string
}

const classOf = ({ registry, project, vintage, unitType }: Row) =>
  `mirror:${registry}/${project.code}/${vintage}/${unitType}`

function numbersOf({ range: [first, last] }: Row): bigint[] {
  return Array.from({ length: Number(BigInt(last) - BigInt(first)) + 1 }, (_, at) => BigInt(first) + BigInt(at))
}

function knownUnits(model: Model, row: Row) {
  const units = model.abroad.get(row.space)
  return numbersOf(row).flatMap((number) => units?.get(number) ?? [])
}

export const mirrorRecorded = defineCommand<Row>({
  type: 'MirrorRecorded',
  weight: 3,
  generate: (model, choose) => {
    const first = choose.below(130)
    const fate = choose.pick<Fate>(['active', 'retired', 'cancelled'])
    const code = choose.rarely(12) ? '78' : '77'
    return {
      by: mostly(model, choose, model.system),
      request: {
        registry: choose.rarely(16) ? 'faraway' : 'elsewhere',
        space: 'elsewhere:S',
        range: [`${first}`, `${first + choose.below(40)}`],
        project: { id: someId(model, choose, `foreign ${code}`, 3), code },
        vintage: choose.rarely(12) ? '2021' : '2020',
        unitType: 'VCU',
        issued: fate === 'active' || choose.rarely(2),
        issuedOn: null,
        fate,
        fateOn: null,
        facts: hashFrom('facts'),
      },
    }
  },
  reasons: (model, { by, request }) => {
    const accounts = model.registries.get(request.registry)
    const known = knownUnits(model, request)
    const isFirstOfProject = !model.foreign.has(`${request.registry}/${request.project.code}`)
    return [
      ...mandateReasons(model, by, { may: recorders }),
      ...(accounts ? [] : ['registry-unknown']),
      ...(isFirstOfProject && model.streams.has(request.project.id) ? ['already-exists'] : []),
      ...(known.some((unit) => unit.class !== classOf(request)) ? ['class-differs'] : []),
      ...(request.fate !== 'active' && known.some(({ fate }) => fate !== 'active') ? ['already-retired'] : []),
    ]
  },
  carryOut: (model, { request }) => {
    const foreign = `${request.registry}/${request.project.code}`
    const id = model.foreign.get(foreign) ?? request.project.id
    model.foreign.set(foreign, id)
    model.streams.add(id)
    const units = model.abroad.get(request.space) ?? new Map()
    model.abroad.set(request.space, units)
    for (const number of numbersOf(request)) {
      const known = units.get(number)
      units.set(number, {
        class: classOf(request),
        registry: request.registry,
        isIssued: request.issued || known?.isIssued === true,
        fate: request.fate === 'active' ? (known?.fate ?? 'active') : request.fate,
      })
    }
    return { project: { id, code: request.project.code } }
  },
})
