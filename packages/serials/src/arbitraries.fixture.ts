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

const cdm = fc
  .record({
    party: country,
    range,
    tail: fc.tuple(upTo(99), upTo(99), upTo(7, 0), upTo(9_999_999)),
    asOne: fc.boolean(),
  })
  .map(({ party, range: { first, last }, tail, asOne }) => {
    const [start, end] = [first, last].map((unit) => [party, 5, unit, ...tail].join('-'))
    return asOne ? `${start}` : `${start} - ${end}`
  })

/** Made-up serial texts of each format. */
export const serialTexts = { national, verra, 'gold-standard': goldStandard, cdm }

/** A made-up serial text with the id of its format. */
export const anySerialText = fc.oneof(
  national.map((text) => ({ format: 'national' as const, text })),
  verra.map((text) => ({ format: 'verra' as const, text })),
  goldStandard.map((text) => ({ format: 'gold-standard' as const, text })),
  cdm.map((text) => ({ format: 'cdm' as const, text })),
)
