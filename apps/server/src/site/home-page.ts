import type { Language } from '@tallystick/contract'
import { type Html, html, writtenSentence } from '../platform/pages.ts'
import type { Services } from '../platform/services.ts'
import { frame, searchForm } from './frame.ts'
import { mark } from './marks.ts'
import { EXAMPLE } from './nothing-page.ts'
import { type Totals, totals } from './queries.ts'
import type { PublicReads } from './reads.ts'
import { moment, type SiteSpeech, siteSpeech } from './speech.ts'
import { type Stretch, strip } from './strip.ts'

const LATEST = 10

/** One search box, the sums, and the latest entries of the log. */
export async function homePage(services: Services, language: Language, reads: PublicReads): Promise<Html> {
  const speech = siteSpeech(services, language)
  const [all, latest] = await Promise.all([totals(services), reads.newest(LATEST, language)])
  const title = speech.say('home', { country: services.genesis.country.name })
  const body = html`<h1>${title}</h1>
<p class="lead">${speech.say('home.lead')}</p>
${searchForm(speech, { place: 'wide', hint: speech.say('search.hint', { example: EXAMPLE }) })}
<section aria-labelledby="totals"><h2 id="totals">${speech.say('home.totals')}</h2>
${all.home.issued > 0n ? homeTotals(speech, all.home) : html`<p>${speech.say('home.none')}</p>`}
${[...all.recorded].map(([registry, sums]) => recordedTotals(speech, registry, sums))}
${all.recorded.size > 0 && html`<p class="over">${speech.say('home.recorded.note')}</p>`}
<p class="over">${speech.html('home.asof', { at: moment(all.at, speech.texts.minute(all.at)) })}</p>
</section>
<section aria-labelledby="latest"><h2 id="latest">${speech.say('home.latest')}</h2>
<ul class="latest">
${latest.map(({ index, at, sentence }) => html`<li><a href="/entries/${index}">${speech.number(index)}</a> <span>${writtenSentence(sentence)}</span> <span class="over">${moment(at, speech.texts.minute(at))}</span></li>\n`)}</ul>
<p class="over"><a href="/national/entries">${speech.say('home.all')}</a></p>
</section>`
  return frame(services, language, title, body, { search: false })
}

function homeTotals(speech: SiteSpeech, { issued, held, retired, cancelled, used, abroad }: Totals): Html {
  const parts = [
    { mark: 'held', label: speech.say('state.held'), count: held },
    { mark: 'retired', label: speech.say('state.retired'), count: retired },
    { mark: 'cancelled', label: speech.say('state.cancelled'), count: cancelled },
    { mark: 'used', label: speech.say('state.used'), count: used },
    { mark: 'abroad', label: speech.say('state.abroad'), count: abroad },
  ] as const
  let first = 1n
  const stretches = parts
    .filter(({ count }) => count > 0n)
    .map(({ mark: name, label, count }): Stretch => {
      first += count
      return { mark: name, label, first: first - count, last: first - 1n }
    })
  const total = speech.counted('tonnes', issued)
  return html`<p class="figure">${total}</p>
${strip(speech, stretches, { title: total })}
<p class="over">${speech.say('home.sum')}</p>`
}

function recordedTotals(speech: SiteSpeech, registry: string, sums: Totals): Html {
  const words = [
    speech.counted('count.active', sums.held),
    speech.counted('count.retired', sums.retired),
    speech.counted('count.cancelled', sums.cancelled),
  ]
  const name = speech.say('home.recorded', { registry: speech.registry(registry) })
  return html`<p class="recorded">${mark('recorded')}<span><b>${name}</b>: ${speech.counted('tonnes', sums.issued)}, ${speech.texts.list(words)}</span></p>`
}
