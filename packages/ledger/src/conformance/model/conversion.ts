import { anAccount, anApprover, anOfficer } from './choices.ts'
import { type Choose, defineCommand, knownId, someId } from './command.ts'
import { addBatch, groundReasons, isFirstByIssuance } from './issuance.ts'
import type { Model, WireRange } from './naive.ts'
import {
  accountReasons,
  approvalReasons,
  codeReasons,
  conflictReasons,
  mandateReasons,
  officers,
  where,
} from './reasons.ts'
import { ascending, firstTransfer, firstTransferReasons, itmosOf, rangesOf, serialsIn } from './units.ts'

interface Conversion extends Record<string, unknown> {
  batch: string
  authorisation: string
  vintage: string
  to: string
  reason: string
  source: { registry: string; space: string; ranges: WireRange[] }
}

/** Units of one vintage that stand cancelled abroad, or any numbers. */
function someSource(model: Model, choose: Choose): { ranges: WireRange[]; vintage: string } {
  const vintage = choose.pick(['2020', '2020', '2020', '2021'])
  const cancelled = [...(model.abroad.get('elsewhere:S') ?? [])].filter(
    ([, unit]) =>
      unit.fate === 'cancelled' &&
      unit.registry === 'elsewhere' &&
      unit.class.includes(`/${vintage}/`) &&
      !unit.isConverted,
  )
  if (cancelled.length > 0 && !choose.rarely(6)) {
    const numbers = cancelled.map(([number]) => number).sort(ascending)
    const from = choose.below(numbers.length)
    return { vintage, ranges: rangesOf(numbers.slice(from, from + 1 + choose.below(12))) }
  }
  const first = choose.below(130)
  return { vintage, ranges: [[`${first}`, `${Math.max(0, first + choose.below(6) - (choose.rarely(16) ? 9 : 0))}`]] }
}

function sourceReasons({ registries, abroad }: Model, { vintage, source: { registry, space, ranges } }: Conversion) {
  if (!registries.has(registry)) return ['registry-unknown']
  const isDisordered = ranges.some(
    ([first, last], at) => BigInt(last) < BigInt(first) || BigInt(first) <= BigInt(ranges[at - 1]?.[1] ?? -1),
  )
  const units = serialsIn(ranges).map((number) => abroad.get(space)?.get(number))
  return [
    ...where(isDisordered, 'ranges-disorder'),
    ...where(
      units.some((unit) => unit?.fate !== 'cancelled' || unit.registry !== registry),
      'not-cancelled',
    ),
    ...where(
      units.some((unit) => unit?.isConverted),
      'already-converted',
    ),
    ...where(
      units.some((unit) => unit !== undefined && unit.class.split('/')[2] !== vintage),
      'vintage-wrong',
    ),
  ]
}

function isMarked({ authorisations }: Model, id: string): boolean {
  const authorisation = authorisations.get(id)
  return authorisation !== undefined && isFirstByIssuance(authorisation)
}

export const unitsConverted = defineCommand<Conversion>({
  type: 'UnitsConverted',
  weight: 2,
  generate: (model, choose) => {
    const by = anOfficer(model, choose)
    const { ranges, vintage } = someSource(model, choose)
    const request = {
      batch: someId(model, choose, 'converted', 16),
      authorisation: knownId(model.authorisations.keys(), choose),
      vintage: choose.rarely(16) ? '2024' : vintage,
      to: anAccount(model, choose, 'holding'),
      reason: choose.rarely(16) ? 'whim' : 'registry-transition',
      source: { registry: choose.rarely(16) ? 'faraway' : 'elsewhere', space: 'elsewhere:S', ranges },
    }
    return { by, request, approvers: anApprover(model, choose, by) }
  },
  reasons: (model, { by, request, approvers = [] }) => {
    const quantity = BigInt(serialsIn(request.source.ranges).length)
    return [
      ...mandateReasons(model, by, { may: officers, quantity }),
      ...conflictReasons(model, [by, ...approvers], model.authorisations.get(request.authorisation)?.project ?? ''),
      ...where(model.batches.has(request.batch) || model.streams.has(request.batch), 'already-exists'),
      ...accountReasons(model, request.to, 'holding'),
      ...sourceReasons(model, request),
      ...where(request.vintage > model.now.slice(0, 4), 'vintage-wrong'),
      ...groundReasons(model, request.authorisation, quantity),
      ...where(isMarked(model, request.authorisation), ...firstTransferReasons(model, request.authorisation, quantity)),
      ...codeReasons('change', request.reason),
      ...approvalReasons(model, by, approvers, { officers: 1, quantity }),
    ]
  },
  carryOut: (model, { request }) => {
    const { ranges, space } = request.source
    const numbers = serialsIn(ranges)
    for (const number of numbers) {
      const unit = model.abroad.get(space)?.get(number)
      if (unit) unit.isConverted = true
    }
    const accounts = numbers.map(() => request.to)
    const first = addBatch(model, request, accounts)
    const serials = accounts.map((_, at) => first + BigInt(at))
    if (isMarked(model, request.authorisation)) firstTransfer(model, request.batch, serials)
    return { says: { allotted: { first: `${first}`, itmos: itmosOf(model, request.batch, serials) } } }
  },
})
