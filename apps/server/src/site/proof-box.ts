import type { CustodyEvent, Language } from '@tallystick/contract'
import { type Html, html } from '../platform/pages.ts'
import type { Services } from '../platform/services.ts'
import { moment, nothing, siteSpeech } from './speech.ts'

/** The newest entry about these units, and how anybody proves that it is in the log. */
export async function proofBox(
  services: Services,
  language: Language,
  events: readonly Pick<CustodyEvent, 'entry'>[],
): Promise<Html> {
  const speech = siteSpeech(services, language)
  const index = events.reduce((newest, { entry }) => Math.max(newest, entry.index), -1)
  if (index < 0) return nothing
  const checkpoint = await services.ledger.tree.checkpoint()
  const entry = html`<a href="/entries/${index}">${speech.number(index)}</a>`
  if (!checkpoint || checkpoint.size <= index) {
    return html`<section class="card seal waits"><img src="/assets/logo.svg" alt="" width="40" height="40"><div>
<h2>${speech.say('proof.waits')}</h2>
<p>${speech.html('proof.waits.text', { index: entry })}</p>
</div></section>`
  }
  const places = {
    index: entry,
    size: speech.number(checkpoint.size),
    at: moment(checkpoint.at, speech.texts.minute(checkpoint.at)),
  }
  return html`<section class="card seal"><img src="/assets/logo.svg" alt="" width="40" height="40"><div>
<h2>${speech.say('proof.proved')}</h2>
<p>${speech.html('proof.text', places)}</p>
<p><a class="button" href="/verify">${speech.say('proof.check')}</a></p>
<p><a href="/national/entries/${index}/receipt">${speech.say('proof.receipt')}</a></p>
</div></section>`
}
