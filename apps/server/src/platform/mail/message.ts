import type { CountryWords, Speech } from '@tallystick/contract'
import type { Genesis } from '@tallystick/rules'
import { type Html, html } from '../pages.ts'
import { type TemplateName, templateOf } from './templates.ts'
import { harmless, itemInWords, speechIn, type Values, wordsOf } from './texts.ts'

/** A mail with what it says still in parts, as the outbox keeps it. */
export interface Mail {
  id: string
  template: TemplateName
  language: string
  email: string
  name: string
  params: Values
  /** Where its action leads. */
  link: string
  /** Of the reader's own; null where every mail to him is essential. */
  token: string | null
  createdAt: Date
}

/** A mail as it is handed over: the same again, byte by byte, when it is handed over once more. */
export interface Message {
  id: string
  messageId: string
  date: Date
  to: { name: string; address: string }
  fromName: string
  subject: string
  text: string
  html: string
  language: string
  /** Switches off what is not essential; null in what is. */
  unsubscribe: string | null
  /** A temporary password that stands in it. */
  password?: string
}

export interface Sender {
  genesis: Pick<Genesis, 'country' | 'timeZone' | 'test' | 'origin'>
  publicUrl: string
  /** What the preset in force calls its codes. */
  words?: () => CountryWords | undefined
}

/** Writes a mail in its language. Both parts say the same; there is no picture, and nothing is loaded from anywhere. */
export function messageOf(sender: Sender, mail: Mail): Message {
  const { genesis, publicUrl, words } = sender
  const speech = speechIn(mail.language, genesis, words?.())
  const { essential, why } = templateOf(mail.template)
  const registry = speech.say('registry', { country: harmless(genesis.country.name) })
  const values = Object.entries(mail.params).map(([name, value]) => [name, wordsOf(speech, genesis, value)] as const)
  const places = { ...Object.fromEntries(values), registry }
  const say = (part: string) => speech.say(`${mail.template}.${part}`, places)
  const name = harmless(mail.name, 100)
  const unsubscribe = essential || mail.token === null ? null : `${publicUrl}/mail/unsubscribe?token=${mail.token}`
  const paragraphs: Paragraph[] = [
    [name === '' ? speech.say('greeting.unnamed') : speech.say('greeting', { name })],
    ...say('body')
      .split('\n\n')
      .map((paragraph) => paragraph.split('\n')),
    ...itemsOf(speech, genesis, mail.params),
    [speech.say('link', { action: say('action') }), { link: mail.link }],
    [speech.say(`why.${why}`)],
    ...(unsubscribe === null ? [] : [[speech.say('unsubscribe'), { link: unsubscribe }]]),
    ...(genesis.test ? [[speech.say('test')]] : []),
    speech.say('signature', { registry, url: publicUrl }).split('\n'),
  ]
  const { lang, dir } = speech
  const { password } = mail.params
  return {
    ...(typeof password === 'string' ? { password } : {}),
    id: mail.id,
    messageId: messageIdOf(genesis.origin, mail.id),
    date: mail.createdAt,
    to: { name, address: mail.email },
    fromName: registry,
    subject: harmless(say('subject')),
    text: `${paragraphs.map((lines) => lines.map(plain).join('\n')).join('\n\n')}\n`,
    html: page(lang, dir, harmless(say('subject')), paragraphs).text,
    language: lang,
    unsubscribe,
  }
}

/** What a mail lists, each with where it leads. */
function itemsOf(speech: Speech, genesis: Sender['genesis'], params: Values): Paragraph[] {
  const { items: list } = params
  if (typeof list !== 'object' || !('items' in list)) return []
  const { items, more } = list
  const lines = items.map((item): Paragraph => [itemInWords(speech, genesis, item), { link: item.link }])
  return more === 0 ? lines : [...lines, [speech.say('more', { count: speech.number(BigInt(more)) })]]
}

type Line = string | { link: string }
type Paragraph = Line[]

function plain(line: Line): string {
  return typeof line === 'string' ? line : line.link
}

function page(lang: string, dir: string, title: string, paragraphs: readonly Paragraph[]): Html {
  const line = (one: Line) => (typeof one === 'string' ? one : html`<a href="${one.link}">${one.link}</a>`)
  const lines = (all: Paragraph) => all.map((one, at) => html`${at > 0 && html`<br>\n`}${line(one)}`)
  return html`<!doctype html>
<html lang="${lang}" dir="${dir}">
<head><meta charset="utf-8"><title>${title}</title></head>
<body>
${paragraphs.map((all) => html`<p>${lines(all)}</p>\n`)}</body>
</html>
`
}

/** The Message-ID of a row, for ever the same: receivers know a mail again by it that comes once more. */
export function messageIdOf(origin: string, id: string): string {
  const host = origin
    .replace(/[^A-Za-z0-9.-]+/g, '.')
    .replace(/\.{2,}/g, '.')
    .replace(/^[.-]+|[.-]+$/g, '')
  return `<${id}@${host === '' ? 'registry.invalid' : host}>`
}
