import fc from 'fast-check'

const letter = fc.constantFrom(...'ABCDEFGHIJKLMNOPQRSTUVWXYZ')
const alphanumeric = fc.constantFrom(...'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789')
const country = fc.string({ unit: letter, minLength: 2, maxLength: 2 })
const upTo = (max: number, min = 1) => fc.integer({ min, max })
const id = upTo(999_999_999)

const MAX_NUMBER = 999_999_999_999_999n

/** First and last number, small and large, often one unit. */
export const range = fc
  .tuple(
    fc.oneof(fc.bigInt({ min: 1n, max: 999n }), fc.bigInt({ min: 1n, max: MAX_NUMBER })),
    fc.oneof(fc.constant(0n), fc.bigInt({ min: 0n, max: 99_999n })),
  )
  .map(([first, more]) => ({ first, last: first + more > MAX_NUMBER ? MAX_NUMBER : first + more }))

const ddmmyyyy = (day: Date) =>
  [day.getUTCDate(), day.getUTCMonth() + 1, day.getUTCFullYear()].map((part) => `${part}`.padStart(2, '0')).join('')

const period = fc
  .tuple(
    fc.date({ min: new Date('1900-01-01'), max: new Date('2099-12-31'), noInvalidDate: true }),
    fc.date({ min: new Date('1900-01-01'), max: new Date('2099-12-31'), noInvalidDate: true }),
  )
  .map(([a, b]) => (a < b ? [a, b] : [b, a]).map(ddmmyyyy).join('-'))

const national = fc
  .record({
    country,
    type: fc.string({ unit: alphanumeric, minLength: 3, maxLength: 4 }),
    scope: upTo(15),
    project: fc.oneof(upTo(99), id).map((project) => `${project}`.padStart(3, '0')),
    vintage: upTo(2099, 2000),
    blank: fc.oneof(fc.constant('0'), fc.string({ unit: alphanumeric, maxLength: 4 })),
    range,
  })
  .map(({ range: { first, last }, ...it }) => [...Object.values(it), first, last].join('-'))

const verra = fc
  .record({ batch: id, range, account: id, country, scope: upTo(15), project: id, period, flag: upTo(1, 0) })
  .map(({ batch, range: { first, last }, account, ...it }) =>
    [batch, first, last, 'VCS-VCU', account, 'VER', it.country, it.scope, it.project, it.period, it.flag].join('-'),
  )

const goldStandard = fc
  .record({ country, project: id, type: upTo(999), vintage: upTo(2099, 1990), issuance: id, range })
  .map(({ range: { first, last }, ...it }) =>
    ['GS1-1', it.country, `GS${it.project}`, it.type, it.vintage, it.issuance, first, last].join('-'),
  )

const periods = fc.tuple(upTo(99), upTo(99)).map((both) => both.join('-'))

const day = fc
  .date({ min: new Date('1900-01-01'), max: new Date('2099-12-31'), noInvalidDate: true })
  .map((date) => date.toISOString().slice(0, 10))

/** Activity, project, and what a unit of the type has besides. */
const kyotoKinds = [
  { type: 1, tail: fc.constant('0-0') },
  { type: 2, tail: upTo(7).map((activity) => `${activity}-0`) },
  { type: 3, tail: fc.tuple(fc.constant(0), upTo(9_999_999), upTo(2)).map((tail) => tail.join('-')) },
  { type: 4, tail: fc.tuple(upTo(7), upTo(9_999_999), upTo(2)).map((tail) => tail.join('-')) },
  { type: 5, tail: fc.tuple(upTo(7, 0), upTo(9_999_999)).map((tail) => tail.join('-')) },
  { type: 6, tail: fc.tuple(fc.constant(1), upTo(9_999_999), day).map((tail) => tail.join('-')) },
  { type: 7, tail: fc.tuple(fc.constant(1), upTo(9_999_999), day).map((tail) => tail.join('-')) },
]

const kyoto = fc
  .constantFrom(...kyotoKinds)
  .chain(({ type, tail }) => fc.tuple(fc.constant(type), tail))
  .chain(([type, tail]) => {
    const form = fc.constantFrom('one', 'ends', 'range')
    return fc.record({ type: fc.constant(type), tail: fc.constant(tail), party: country, range, periods, form })
  })
  .map(({ type, tail, party, range: { first, last }, periods, form }) => {
    if (form === 'range') return [party, type, first, last, periods, tail].join('-')
    const [start = '', end] = [first, last].map((unit) => [party, type, unit, periods, tail].join('-'))
    return form === 'one' ? start : `${start} - ${end}`
  })

const climateActionReserve = fc
  .record({
    type: fc.constantFrom('1', 'ROC'),
    country,
    project: id,
    projectType: upTo(9_999),
    developer: id,
    state: fc.string({ unit: letter, minLength: 2, maxLength: 3 }),
    vintage: upTo(2099, 1990),
    issuance: id,
    range,
  })
  .map(({ range: { first, last }, ...it }) => `CAR-${Object.values(it).join('-')}-${first} to ${last}`)

const artTrees = fc
  .record({
    programme: fc.constantFrom('ART', 'FCPF'),
    country,
    project: id,
    vintage: upTo(2099, 1990),
    issuance: id,
    range,
  })
  .map(({ range: { first, last }, ...it }) => `${Object.values(it).join('-')}-${first} to ${last}`)

/** Made-up serial texts of each format. */
export const serialTexts = {
  national,
  verra,
  'gold-standard': goldStandard,
  'climate-action-reserve': climateActionReserve,
  'art-trees': artTrees,
  kyoto,
}

/** A made-up serial text with the id of its format. */
export const anySerialText = fc.oneof(
  national.map((text) => ({ format: 'national' as const, text })),
  verra.map((text) => ({ format: 'verra' as const, text })),
  goldStandard.map((text) => ({ format: 'gold-standard' as const, text })),
  climateActionReserve.map((text) => ({ format: 'climate-action-reserve' as const, text })),
  artTrees.map((text) => ({ format: 'art-trees' as const, text })),
  kyoto.map((text) => ({ format: 'kyoto' as const, text })),
)
