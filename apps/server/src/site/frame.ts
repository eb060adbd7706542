import type { Language } from '@tallystick/contract'
import { layout } from '../platform/layout.ts'
import { type Html, html } from '../platform/pages.ts'
import type { Services } from '../platform/services.ts'
import { type SiteSpeech, siteSpeech } from './speech.ts'
import { hatch } from './strip.ts'

/** A public page with its search box at the top. */
export function frame(
  services: Services,
  language: Language,
  title: string,
  body: Html,
  { search = true, styles = [] }: { search?: boolean; styles?: readonly string[] } = {},
): Html {
  const masthead = html`${search && searchForm(siteSpeech(services, language), { place: 'top' })}`
  return layout(services, {
    title,
    body: html`${body}${hatch}`,
    styles: ['states.css', 'site.css', ...styles],
    masthead,
    language,
  })
}

interface SearchOptions {
  place: 'top' | 'wide'
  value?: string
  hint?: string
}

/** The one search box. At the top of a page its label is for screen readers only. */
export function searchForm(speech: SiteSpeech, { place, value = '', hint }: SearchOptions): Html {
  const id = `q-${place}`
  return html`<form class="search ${place}" role="search" action="/serials" method="get">
<label for="${id}">${speech.say('search.label')}</label>
<span class="box"><input id="${id}" name="q" type="search" value="${value}" maxlength="300" autocomplete="off" spellcheck="false" placeholder="${speech.say('search.placeholder')}"${hint === undefined ? '' : html` aria-describedby="${id}-hint"`}>
<button class="button">${speech.say('search.button')}</button></span>
${hint !== undefined && html`<span class="over" id="${id}-hint">${hint}</span>`}
</form>`
}
