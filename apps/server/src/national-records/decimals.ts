/** Decimals of the text form; sums and products of them are exact. */
const DECIMALS = 6

/** A number of millionths: what a decimal string of at most six decimals says. */
export function millionths(text: string): bigint {
  const isNegative = text.startsWith('-')
  const [whole = '0', fraction = ''] = (isNegative ? text.slice(1) : text).split('.')
  const value = BigInt(whole) * 10n ** BigInt(DECIMALS) + BigInt(fraction.padEnd(DECIMALS, '0').slice(0, DECIMALS))
  return isNegative ? -value : value
}

/** The decimal string of so many millionths, without needless zeros. */
export function decimalOf(value: bigint): string {
  const absolute = value < 0n ? -value : value
  const unit = 10n ** BigInt(DECIMALS)
  const fraction = `${absolute % unit}`.padStart(DECIMALS, '0').replace(/0+$/, '')
  return `${value < 0n ? '-' : ''}${absolute / unit}${fraction === '' ? '' : `.${fraction}`}`
}

/** Is the decimal what so many millionths are, rounded to the decimals that it is written with? */
export function isRounded(text: string, value: bigint): boolean {
  const written = text.split('.')[1]?.length ?? 0
  const unit = 10n ** BigInt(DECIMALS - written)
  const difference = millionths(text) - value
  return 2n * (difference < 0n ? -difference : difference) <= unit
}
