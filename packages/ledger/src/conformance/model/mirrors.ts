import { anApprover, anOfficer, mostly } from './choices.ts'
import { type Choose, defineCommand, hashFrom, someId } from './command.ts'
import { type Fate, type Model, newAccount, type UnitAbroad } from './naive.ts'
import { approvalReasons, type May, mandateReasons, officers } from './reasons.ts'
import { serialsIn } from './units.ts'

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
      model.accounts.set(account, newAccount(model.authority, `mirror-${fate}`))
      model.streams.add(account)
    }
    return {}
  },
})

interface OfProject {
  registry: string
  project: { id: string; code: string }
}

interface OfClass extends OfProject {
  vintage: string
  unitType: string
}

interface Row extends OfClass, Record<string, unknown> {
  space: string
  range: [string, string]
  issued: boolean
  issuedOn: null
  fate: Fate
  fateOn: null
  facts: string
}

const classOf = ({ registry, project, vintage, unitType }: OfClass) =>
  `mirror:${registry}/${project.code}/${vintage}/${unitType}`

function knownUnits(model: Model, row: Row) {
  const units = model.abroad.get(row.space)
  return serialsIn([row.range]).flatMap((number) => units?.get(number) ?? [])
}

function someClass(model: Model, choose: Choose): OfClass {
  const code = choose.rarely(12) ? '78' : '77'
  return {
    registry: choose.rarely(16) ? 'faraway' : 'elsewhere',
    project: { id: someId(model, choose, `foreign ${code}`, 3), code },
    vintage: choose.rarely(12) ? '2021' : '2020',
    unitType: 'VCU',
  }
}

function projectReasons(model: Model, { registry, project }: OfProject): string[] {
  const isFirst = !model.foreign.has(`${registry}/${project.code}`)
  return [
    ...(model.registries.has(registry) ? [] : ['registry-unknown']),
    ...(isFirst && model.streams.has(project.id) ? ['already-exists'] : []),
  ]
}

/** The project as it stands in the entry: under the id that it had before. */
function knowProject(model: Model, { registry, project: { id, code } }: OfProject): OfProject['project'] {
  const known = model.foreign.get(`${registry}/${code}`) ?? id
  model.foreign.set(`${registry}/${code}`, known)
  model.streams.add(known)
  return { id: known, code }
}

export const mirrorProjectRecorded = defineCommand<OfProject & { facts: string } & Record<string, unknown>>({
  type: 'MirrorProjectRecorded',
  weight: 0.5,
  generate: (model, choose) => {
    const { registry, project } = someClass(model, choose)
    return { by: mostly(model, choose, model.system), request: { registry, project, facts: hashFrom('facts') } }
  },
  reasons: (model, { by, request }) => [
    ...mandateReasons(model, by, { may: recorders }),
    ...projectReasons(model, request),
  ],
  carryOut: (model, { request }) => ({ says: { project: knowProject(model, request) } }),
})

interface LotRow extends OfClass, Record<string, unknown> {
  quantity: string
  issuedOn: null
  facts: string
}

export const mirrorLotRecorded = defineCommand<LotRow>({
  type: 'MirrorLotRecorded',
  weight: 1,
  generate: (model, choose) => ({
    by: mostly(model, choose, model.system),
    request: {
      ...someClass(model, choose),
      quantity: choose.rarely(24) ? '999999999999999' : `${1 + choose.below(90)}`,
      issuedOn: null,
      facts: hashFrom('facts'),
    },
  }),
  reasons: (model, { by, request }) => {
    const quantity = (model.lots.get(classOf(request))?.quantity ?? 0n) + BigInt(request.quantity)
    return [
      ...mandateReasons(model, by, { may: recorders }),
      ...projectReasons(model, request),
      ...(quantity > 999_999_999_999_999n ? ['lot-too-large'] : []),
    ]
  },
  carryOut: (model, { request }) => {
    const quantity = (model.lots.get(classOf(request))?.quantity ?? 0n) + BigInt(request.quantity)
    model.lots.set(classOf(request), { registry: request.registry, quantity })
    return { says: { project: knowProject(model, request) } }
  },
})

export const mirrorRecorded = defineCommand<Row>({
  type: 'MirrorRecorded',
  weight: 3,
  generate: (model, choose) => {
    const first = choose.below(130)
    const fate = choose.pick<Fate>(['active', 'retired', 'cancelled'])
    return {
      by: mostly(model, choose, model.system),
      request: {
        ...someClass(model, choose),
        space: 'elsewhere:S',
        range: [`${first}`, `${first + choose.below(40)}`],
        issued: fate === 'active' || choose.rarely(2),
        issuedOn: null,
        fate,
        fateOn: null,
        facts: hashFrom('facts'),
      },
    }
  },
  reasons: (model, { by, request }) => {
    const known = knownUnits(model, request)
    return [
      ...mandateReasons(model, by, { may: recorders }),
      ...projectReasons(model, request),
      ...(known.some((unit) => unit.class !== classOf(request)) ? ['class-differs'] : []),
      ...(request.fate !== 'active' && known.some(({ fate }) => fate !== 'active') ? ['already-retired'] : []),
    ]
  },
  carryOut: (model, { request }) => {
    const units = model.abroad.get(request.space) ?? new Map()
    model.abroad.set(request.space, units)
    for (const number of serialsIn([request.range])) {
      const known = units.get(number)
      units.set(number, {
        class: classOf(request),
        registry: request.registry,
        isIssued: request.issued || known?.isIssued === true,
        fate: request.fate === 'active' ? (known?.fate ?? 'active') : request.fate,
        isConverted: known?.isConverted === true,
      })
    }
    return { says: { project: knowProject(model, request) } }
  },
})

function isKnownUnderOtherId({ foreign }: Model, { registry, project }: OfProject): boolean {
  return (foreign.get(`${registry}/${project.code}`) ?? project.id) !== project.id
}

type Before = 'unknown' | 'active' | 'evidenced'

interface UnitsTaken {
  kind: 'units'
  space: string
  issued: boolean
  fate: Fate
  parts: { range: [string, string]; before: Before }[]
}

interface Correction extends OfClass, Record<string, unknown> {
  record: { index: number; leaf: string }
  taken: UnitsTaken | { kind: 'lot'; quantity: string }
  reason: string
}

/** What a record may have left of a unit that is known, with its class; or anything. */
function someCorrection(model: Model, choose: Choose): OfClass & Pick<Correction, 'taken'> {
  const space = 'elsewhere:S'
  const known = [...(model.abroad.get(space) ?? [])]
  if (known.length === 0 || choose.rarely(3)) return { ...someClass(model, choose), taken: someTaken(choose) }
  const [number, unit] = choose.pick(known)
  const [registry = '', code = '', vintage = '', unitType = ''] = unit.class.replace('mirror:', '').split('/')
  const id = model.foreign.get(`${registry}/${code}`) ?? ''
  const range: [string, string] = [`${number}`, `${number + BigInt(choose.below(3))}`]
  const { fate, isIssued: issued } = unit
  const before = choose.pick<Before>(['unknown', 'unknown', 'active', 'evidenced'])
  // Whoever ended a unit that had been seen active need not have said that it was issued.
  const said = before === 'evidenced' ? { issued: true, fate: 'active' as const } : { issued, fate }
  const taken: UnitsTaken = { kind: 'units', space, ...said, parts: [{ range, before }] }
  return { registry, project: { id, code }, vintage, unitType, taken }
}

function someTaken(choose: Choose): Correction['taken'] {
  if (choose.rarely(4)) return { kind: 'lot', quantity: `${1 + choose.below(60)}` }
  const fate = choose.pick<Fate>(['active', 'retired', 'cancelled'])
  let next = choose.below(130)
  const parts = Array.from({ length: 1 + choose.below(2) }, () => {
    const first = next
    next += 1 + choose.below(8) + (choose.rarely(8) ? -2 : 0)
    const before = choose.pick<Before>(['unknown', 'active', 'evidenced'])
    return { range: [`${first}`, `${Math.max(first, next - 1)}`] as [string, string], before }
  })
  return { kind: 'units', space: 'elsewhere:S', issued: choose.rarely(2), fate, parts }
}

/** Can a record that says this have left the unit so, if it was that before? */
function isLeft({ issued, fate }: UnitsTaken, before: Before, unit: UnitAbroad): boolean {
  // What was converted is not undone by taking back what the conversion stood on.
  if (unit.isConverted) return false
  if (before === 'unknown') return unit.fate === fate && unit.isIssued === issued && (issued || fate !== 'active')
  if (before === 'active') return fate !== 'active' && unit.fate === fate && unit.isIssued
  return issued && fate === 'active' && unit.fate !== 'active' && unit.isIssued
}

function takenReasons(model: Model, request: Correction): string[] {
  const { taken } = request
  if (taken.kind === 'lot') {
    return (model.lots.get(classOf(request))?.quantity ?? 0n) < BigInt(taken.quantity) ? ['changed-since'] : []
  }
  const { space, parts } = taken
  const isInOrder = parts.every(({ range }, at) => at === 0 || BigInt(range[0]) > BigInt(parts[at - 1]?.range[1] ?? 0))
  const isAsLeft = parts.every(({ range, before }) =>
    serialsIn([range]).every((number) => {
      const unit = model.abroad.get(space)?.get(number)
      return unit !== undefined && unit.class === classOf(request) && isLeft(taken, before, unit)
    }),
  )
  return [...(isInOrder ? [] : ['ranges-disorder']), ...(isAsLeft ? [] : ['changed-since'])]
}

function takeBack(model: Model, request: Correction): void {
  const { taken, registry } = request
  if (taken.kind === 'lot') {
    const quantity = (model.lots.get(classOf(request))?.quantity ?? 0n) - BigInt(taken.quantity)
    model.lots.set(classOf(request), { registry, quantity })
    return
  }
  const units = model.abroad.get(taken.space)
  for (const { range, before } of taken.parts) {
    for (const number of serialsIn([range])) {
      const unit = units?.get(number)
      if (before === 'unknown') units?.delete(number)
      else if (before === 'active') units?.set(number, { ...knownUnit(unit), fate: 'active' })
      else units?.set(number, { ...knownUnit(unit), isIssued: false })
    }
  }
}

function knownUnit<Unit>(unit: Unit | undefined): Unit {
  if (unit === undefined) throw new Error('what is taken back was known')
  return unit
}

export const mirrorCorrected = defineCommand<Correction>({
  type: 'MirrorCorrected',
  weight: 1.5,
  generate: (model, choose) => {
    const by = anOfficer(model, choose)
    const request = {
      ...someCorrection(model, choose),
      // Which entry was wrong is attested; it need only be one of the log.
      record: { index: choose.rarely(20) ? 1_000_000 : 1 + choose.below(14), leaf: hashFrom('leaf') },
      reason: hashFrom('reason'),
    }
    return { by, request, approvers: anApprover(model, choose, by) }
  },
  reasons: (model, { by, request, approvers = [] }) => [
    ...mandateReasons(model, by, { may: officers }),
    ...projectReasons(model, request),
    ...(request.record.index === 1_000_000 ? ['allocation-wrong'] : []),
    ...(model.corrected.has(request.record.index) ? ['already-exists'] : []),
    ...takenReasons(model, request),
    // The entry names the project under the id that it has; approvals may bind what was asked for before it had one.
    ...(isKnownUnderOtherId(model, request) && approvers.length > 0 ? ['perhaps approval-mismatch'] : []),
    ...approvalReasons(model, by, approvers),
  ],
  carryOut: (model, { request }) => {
    takeBack(model, request)
    model.corrected.add(request.record.index)
    return { says: { project: knowProject(model, request) } }
  },
})
