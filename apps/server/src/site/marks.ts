import { type Html, html } from '../platform/pages.ts'

/** What a mark stands for; each has one colour and one shape everywhere. */
export type Mark =
  | 'held'
  | 'transferred'
  | 'on-hold'
  | 'retired'
  | 'cancelled'
  | 'used'
  | 'abroad'
  | 'active'
  | 'not-issued'
  | 'not-recorded'
  | 'recorded'
  | 'several'
  | 'decided'
  | 'document'
  | 'finding'
  | 'party'

const shapes: Readonly<Record<Mark, Html>> = {
  held: html`<circle cx="6" cy="6" r="5"/>`,
  transferred: html`<path d="M1 1h5l5 5-5 5H1l5-5z"/>`,
  'on-hold': html`<path d="M1 1h3.5v10H1zM7.5 1H11v10H7.5z"/>`,
  retired: html`<path d="M1 1h10v10H1z"/>`,
  cancelled: html`<path d="M2.5 1 6 4.5 9.5 1 11 2.5 7.5 6 11 9.5 9.5 11 6 7.5 2.5 11 1 9.5 4.5 6 1 2.5z"/>`,
  used: html`<path d="M6 1 11 6 6 11 1 6zM4.5 5.2 4 6l1.6 1.8L8.4 5l-.8-.8-2 2z"/>`,
  abroad: html`<path d="M1 5h6V1.5L11.5 6 7 10.5V7H1z"/>`,
  active: html`<path d="M6 1a5 5 0 1 0 0 10A5 5 0 0 0 6 1zm0 2a3 3 0 1 1 0 6 3 3 0 0 1 0-6z"/>`,
  'not-issued': html`<path d="M1 5h10v2H1z"/>`,
  'not-recorded': html`<path d="M1 5h4v2H1zM7 5h4v2H7z"/>`,
  several: html`<path d="M1 1h10v4H1zM1 7h4v4H1zM7 7h4v4H7z"/>`,
  decided: html`<path d="M1 .5h2V12H1zM3 1h8L8.5 4 11 7H3z"/>`,
  document: html`<path d="M2 .5h5l3 3v8H2zM4 6h4V5H4zm0 2h4V7H4z" fill-rule="evenodd"/>`,
  finding: html`<path d="M6 .5 11.8 11H.2zM5.3 4v3.6h1.4V4zm0 4.3v1.3h1.4V8.3z" fill-rule="evenodd"/>`,
  party: html`<path d="M6 .5a2.6 2.6 0 1 1 0 5.2A2.6 2.6 0 0 1 6 .5zM1 11.5a5 5 0 0 1 10 0z"/>`,
  recorded: html`<path d="M6 0.5 11.5 6 6 11.5 0.5 6z"/>`,
}

/** A small shape in its colour; what it means stands beside it in words. */
export function mark(name: Mark): Html {
  return html`<svg class="mark ${name}" viewBox="0 0 12 12" width="12" height="12" aria-hidden="true">${shapes[name]}</svg>`
}

/** A word in a coloured chip. */
export function chip(name: Mark, word: string): Html {
  return html`<span class="chip ${name}">${mark(name)}${word}</span>`
}
