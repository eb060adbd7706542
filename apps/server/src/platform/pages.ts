import { ISOLATES, withoutDirections } from '@tallystick/contract'
import type { FastifyReply } from 'fastify'

/** Markup that is safe to send. */
export class Html {
  readonly text: string

  constructor(text: string) {
    this.text = text
  }
}

type Part = Html | string | number | bigint | null | undefined | false | readonly Part[]

/** Markup with its values escaped; nested markup stays, lists are joined, nothing prints as nothing. */
export function html(strings: TemplateStringsArray, ...values: readonly Part[]): Html {
  return new Html(strings.map((text, at) => text + shown(values[at])).join(''))
}

function shown(value: Part): string {
  if (value === null || value === undefined || value === false) return ''
  if (value instanceof Html) return value.text
  if (typeof value === 'object') return value.map(shown).join('')
  return escaped(String(value))
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
}

/** A text that somebody wrote: whatever it holds, it does not turn the words and numbers beside it. */
export function written(text: string): Html {
  return html`<bdi>${withoutDirections(text)}</bdi>`
}

/** A sentence in which each text that somebody wrote stands between isolates. */
export function writtenSentence(sentence: string): Html {
  const [open, close] = ISOLATES
  const [start = '', ...rest] = sentence.split(open)
  return html`${start}${rest.map((piece) => {
    const [inside = '', after = ''] = piece.split(close)
    return html`${written(inside)}${after}`
  })}`
}

/** Sends a page. */
export function sendHtml(reply: FastifyReply, page: Html, status = 200): FastifyReply {
  return reply.code(status).type('text/html; charset=utf-8').header('cache-control', 'no-store').send(page.text)
}
