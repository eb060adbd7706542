import encodeQR from 'qr'

/** A QR code as an SVG picture without a margin: whoever places it leaves four modules of white around. */
export function qrCode(text: string): string {
  const rows = encodeQR(text, 'raw', { ecc: 'medium', border: 1 })
    .slice(1, -1)
    .map((row) => row.slice(1, -1))
  const bars = rows.flatMap((row, y) => barsOf(row).map(([from, to]) => `M${from} ${y}h${to - from}v1h${from - to}z`))
  const size = rows.length
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${size} ${size}"><path d="${bars.join('')}" fill="#16241d"/></svg>`
}

/** From where to where modules are dark. */
function barsOf(row: readonly boolean[]): [number, number][] {
  const edges = [...row, false].flatMap((dark, x) => (dark === (row[x - 1] ?? false) ? [] : [x]))
  return edges.flatMap((from, at) => (at % 2 === 0 ? [[from, edges[at + 1] ?? row.length]] : []))
}
