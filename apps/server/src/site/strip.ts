import { type Html, html } from '../platform/pages.ts'
import { type Mark, mark } from './marks.ts'
import type { SiteSpeech } from './speech.ts'

/** A length of the strip in one colour. */
export interface Stretch {
  mark: Mark
  label: string
  first: bigint
  last: bigint
}

export interface StripOptions {
  /** What the picture shows, for whoever cannot see it. */
  title: string
  /** The part that was asked for: it is framed. */
  framed?: { first: bigint; last: bigint }
}

/** What hatches are filled with: once on a page. */
export const hatch = html`<svg class="hatch" width="0" height="0" aria-hidden="true"><defs><pattern id="hatch" width="8" height="8" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect class="ground" width="8" height="8"/><rect class="line" width="3" height="8"/></pattern></defs></svg>`

/** Shares of the whole with at most three decimals, in per cent. */
function percent(part: bigint, whole: bigint): string {
  return String(Number((part * 100_000n) / whole) / 1000)
}

/** Width of a figure in per cent of the narrowest strip, so that a number stands only where it fits. */
const FIGURE_PERCENT = 3.2

/** Numbers drawn to scale, with a legend whose counts add up to the whole. */
export function strip(speech: SiteSpeech, stretches: readonly Stretch[], { title, framed }: StripOptions): Html {
  const joined = cutAt(joinEqual(stretches), framed)
  const [start, end] = [joined[0]?.first ?? 0n, joined.at(-1)?.last ?? 0n]
  const whole = end - start + 1n
  const at = (number: bigint) => percent(number - start, whole)
  return html`<svg class="strip" role="img" aria-label="${title}" width="100%" height="36">
${joined.map((one) => {
  const size = one.last - one.first + 1n
  const figure = speech.number(size)
  const fits = Number(percent(size, whole)) > figure.length * FIGURE_PERCENT
  const middle = percent(2n * (one.first - start) + size, 2n * whole)
  return html`<rect class="${one.mark}" x="${at(one.first)}%" width="${percent(size, whole)}%" height="36"/>${fits && html`<text class="${one.mark}" x="${middle}%" y="23" text-anchor="middle">${figure}</text>`}`
})}
${joined.slice(1).map((one) => html`<line x1="${at(one.first)}%" x2="${at(one.first)}%" y1="0" y2="36"/>`)}
${framed && html`<rect class="frame" x="${at(framed.first)}%" y="1.5" width="${percent(framed.last - framed.first + 1n, whole)}%" height="33"/>`}
</svg>
${legend(speech, joined)}`
}

function legend(speech: SiteSpeech, stretches: readonly Stretch[]): Html {
  const counts = new Map<string, { mark: Mark; count: bigint }>()
  for (const { label, mark: name, first, last } of stretches) {
    const count = (counts.get(label)?.count ?? 0n) + last - first + 1n
    counts.set(label, { mark: name, count })
  }
  const items = [...counts].map(
    ([label, { mark: name, count }]) => html`<li>${mark(name)}${label} <b>${speech.number(count)}</b></li>\n`,
  )
  return html`<ul class="legend">${items}</ul>`
}

/** Cuts where the frame begins and ends, so that no figure stands across its line. */
function cutAt(stretches: readonly Stretch[], frame: StripOptions['framed']): Stretch[] {
  const cuts = frame ? [frame.first, frame.last + 1n] : []
  return cuts.reduce<Stretch[]>(
    (parts, cut) =>
      parts.flatMap((part) =>
        part.first < cut && cut <= part.last
          ? [
              { ...part, last: cut - 1n },
              { ...part, first: cut },
            ]
          : [part],
      ),
    [...stretches],
  )
}

function joinEqual(stretches: readonly Stretch[]): Stretch[] {
  const joined: Stretch[] = []
  for (const stretch of stretches) {
    const before = joined.at(-1)
    if (
      before &&
      before.mark === stretch.mark &&
      before.label === stretch.label &&
      before.last + 1n === stretch.first
    ) {
      joined[joined.length - 1] = { ...before, last: stretch.last }
    } else {
      joined.push(stretch)
    }
  }
  return joined
}
