import type { Language } from '@tallystick/contract'
import { type formats, print, recognise, type Serial } from '@tallystick/serials'
import { type Html, html, written } from '../platform/pages.ts'
import type { Services } from '../platform/services.ts'
import { frame, searchForm } from './frame.ts'
import { broken } from './serial-page.ts'
import { type SiteSpeech, siteSpeech } from './speech.ts'

/** Made-up texts, one of each form that is known. */
const EXAMPLES: readonly (readonly [format: Exclude<keyof typeof formats, 'gold-standard-any'>, text: string])[] = [
  ['national', 'XT-ITMO-1-042-2024-0-1201-1450'],
  ['itmo', 'CA0001-XTX01-XTX-1201-2024 - CA0001-XTX01-XTX-1450-2024'],
  ['verra', '9301-70000001-70000250-VCS-VCU-999-VER-XT-14-1234-01012019-31122019-1'],
  ['gold-standard', 'GS1-1-XT-GS1234-16-2024-30001-1-500'],
  ['climate-action-reserve', 'CAR-1-XT-1234-31-99-KS-2024-9001-1 to 500'],
  ['art-trees', 'ART-XT-101-2023-11-1 to 500'],
  ['kyoto', 'XT-5-1001-2-2-0-7014 - XT-5-1300-2-2-0-7014'],
]

export const EXAMPLE = EXAMPLES[0]?.[1] ?? ''

/** Nothing was found: how the text was read, and what could be typed. `closest` is how the numbers are known. */
export function nothingPage(services: Services, language: Language, text: string, closest?: string): Html {
  const speech = siteSpeech(services, language)
  const found = recognise(text)
  const body = html`<h1>${speech.say('nothing')}</h1>
${text !== '' && html`<p class="asked">${speech.html('nothing.asked', { text: html`<q class="mono">${written(shortened(text))}</q>` })}</p>`}
${explanation(speech, text, found, closest)}
${searchForm(speech, { place: 'wide', value: text.slice(0, 300), hint: speech.say('nothing.hint') })}
<h2>${speech.say('nothing.formats')}</h2>
<table>
<tbody>
${EXAMPLES.map(([format, example]) => html`<tr><th scope="row">${speech.under('format', format)}</th><td><span class="mono">${broken(example)}</span></td></tr>\n`)}</tbody>
</table>`
  return frame(services, language, speech.say('nothing'), body, { search: false })
}

function explanation(speech: SiteSpeech, text: string, found: Serial[], closest: string | undefined): Html {
  const [serial] = found
  if (text === '') return html`<p class="lead">${speech.say('nothing.empty')}</p>`
  if (!serial) return html`<p class="lead">${speech.say('nothing.unclear')}</p>`
  if (found.length > 1) {
    return html`<p class="lead">${speech.say('nothing.several')}</p><ul>${found.map((one) => html`<li>${serialLink(print(one))}</li>`)}</ul>`
  }
  const { first, last } = serial.range
  const pairs = [
    [speech.say('read.format'), speech.under('format', serial.format)],
    [speech.say('read.serial'), html`<span class="mono">${broken(print(serial))}</span>`],
    [speech.say('read.space'), html`<span class="mono">${serial.space}</span>`],
    [speech.say('read.numbers'), speech.say('range', { first: speech.number(first), last: speech.number(last) })],
  ] as const
  return html`<p class="lead">${speech.say('nothing.unknown')}</p>
${closest !== undefined && html`<p>${speech.html('nothing.closest', { serial: serialLink(closest) })}</p>`}
<h2>${speech.say('nothing.understood')}</h2>
<dl class="read">${pairs.map(([name, value]) => html`<dt>${name}</dt><dd>${value}</dd>`)}</dl>`
}

function serialLink(serial: string): Html {
  return html`<a class="mono" href="/serials/${encodeURIComponent(serial)}">${broken(serial)}</a>`
}

function shortened(text: string): string {
  return text.length > 200 ? `${text.slice(0, 200)}…` : text
}
