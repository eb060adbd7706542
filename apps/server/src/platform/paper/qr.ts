import encodeQR from 'qr'

/** A QR code as an SVG picture without a margin: whoever places it leaves four modules of white around. */
export function qrCode(text: string): string {
  const picture = encodeQR(text, 'svg', { ecc: 'medium', border: 1 })
  return picture.replace(/viewBox="0 0 (\d+) .*?"/, (_, size) => `viewBox="1 1 ${size - 2} ${size - 2}"`)
}
