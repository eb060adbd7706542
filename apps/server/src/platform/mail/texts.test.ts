import { entrySpeech } from '@tallystick/contract'
import { Preset, shippedPresets, shippedSources } from '@tallystick/rules'
import { describe, expect, it } from 'vitest'
import { messageOf } from './message.ts'
import { TEMPLATES, type Template } from './templates.ts'
import { TEXTS, type Value } from './texts.ts'

const places = (text: unknown) => [...new Set(String(text).match(/\{\w+\}/g) ?? [])].toSorted()
const languages = Object.entries(TEXTS) as [string, Record<string, string>][]

describe('the words of mails', () => {
  it.each(languages)('%s has the keys and the places of English, and no empty text', (_language, texts) => {
    expect(Object.keys(texts).toSorted()).toEqual(Object.keys(TEXTS.en).toSorted())
    for (const [key, text] of Object.entries(TEXTS.en)) expect([key, places(texts[key])]).toEqual([key, places(text)])
    expect(Object.entries(texts).filter(([, text]) => text.trim() === '')).toEqual([])
  })

  it.each(languages)(
    '%s has subject, body, action and reason of each mail, which name what it is given',
    (_, texts) => {
      for (const [name, { places: given, why }] of Object.entries(TEMPLATES) as [string, Template][]) {
        for (const part of ['subject', 'body', 'action']) {
          const text = texts[`${name}.${part}`]
          expect(text, `${name}.${part}`).toBeTypeOf('string')
          const allowed = ['registry', ...given].map((place) => `{${place}}`)
          expect(allowed, `${name}.${part}`).toEqual(expect.arrayContaining(places(text)))
        }
        expect(texts[`why.${why}`], `why.${why}`).toBeTypeOf('string')
      }
    },
  )

  it.each(shippedPresets)('has a word for each state, move, document and task of %s', (name) => {
    const { project, period, documents, certifiers } = Preset.parse(shippedSources[name].preset)
    const machines = [project, ...(period ? [period] : [])]
    const codes = [
      ...machines.flatMap(({ states, moves }) => [
        ...states.map((state) => `state.${state}`),
        ...moves.map((move) => `move.${move.name}`),
      ]),
      ...documents.map(({ kind }) => `document.${kind}`),
      ...certifiers.tasks.map((task) => `task.${task}`),
    ]
    expect(codes.filter((code) => !Object.hasOwn(TEXTS.en, code))).toEqual([])
  })

  it.each(shippedPresets)('has a word for each reason and kind of affiliation of %s', (name) => {
    const { purposes } = Preset.parse(shippedSources[name].preset)
    const { authorisation, retirement, cancellation, affiliation, ...reasons } = purposes
    const said = entrySpeech('fr', 'UTC')
    const codes = [
      ...Object.values(reasons)
        .flat()
        .map((code) => `reason.${code}`),
      ...affiliation.map((kind) => `affiliation.${kind}`),
    ]
    expect(codes.filter((code) => !said.has(code))).toEqual([])
  })

  it('has no text that no mail and no page says', () => {
    const frame =
      /^(registry|government|organisation\.unnamed|project|greeting|link|signature|test|unsubscribe|more|step\.|waits\.|page\.\w+)/
    const lists = /^(state|movement|move|document|task|role|kind)\.[\w-]+$/
    const used = new Set([
      ...Object.keys(TEMPLATES).flatMap((name) => ['subject', 'body', 'action'].map((part) => `${name}.${part}`)),
      ...(Object.values(TEMPLATES) as Template[]).map(({ why }) => `why.${why}`),
    ])
    expect(Object.keys(TEXTS.en).filter((key) => !used.has(key) && !frame.test(key) && !lists.test(key))).toEqual([])
  })
})

const genesis = {
  country: { code: 'XT', name: 'Exampleland' },
  timeZone: 'Africa/Windhoek',
  test: true,
  origin: 'registry.example/ledger',
}
const sender = { genesis, publicUrl: 'https://registry.example' }
const values: Record<string, Value> = {
  expiresAt: { instant: '2026-11-23T10:00:00.000Z' },
  quantity: { number: '1234567' },
  kind: { code: 'retirement', list: 'movement' },
  project: { project: 7, title: 'Centrale solaire <du Sel>' },
  sender: { organisation: null, authority: true },
  receiver: { organisation: 'Harbour & Sons', authority: false },
  organisation: { organisation: null, authority: false },
  owners: {
    organisations: [
      { organisation: 'A', authority: false },
      { organisation: 'B', authority: false },
    ],
  },
  proposer: { organisation: 'Sunfield', authority: false },
  state: { code: 'made-up', list: 'state' },
  steps: {
    steps: [
      { kind: 'move', name: 'register' },
      { kind: 'document', name: 'made-up' },
    ],
  },
  document: { code: 'concept-note', list: 'document' },
  task: { code: 'validation', list: 'task' },
  holder: { organisation: 'Sunfield', authority: false },
  certifier: { organisation: 'Verity', authority: false },
  count: { number: '12' },
}

const mail = (template: keyof typeof TEMPLATES, language: string, more = {}) =>
  messageOf(sender, {
    id: 'a'.repeat(32),
    template,
    language,
    email: 'ana@example.org',
    name: 'Ana',
    params: Object.fromEntries(
      TEMPLATES[template].places.map((place: string) => [place, values[place] ?? 'words'] as const),
    ),
    link: 'https://registry.example/entries/7?a=1&b=2',
    token: 'T'.repeat(43),
    createdAt: new Date('2026-11-23T09:00:00.000Z'),
    ...more,
  })

describe('a mail', () => {
  const all = Object.keys(TEMPLATES) as (keyof typeof TEMPLATES)[]
  it.each(all.flatMap((name) => languages.map(([language]) => [name, language] as const)))(
    '%s in %s is filled wholly, greets by name, has its link, and the same in both parts',
    (name, language) => {
      const { subject, text, html, unsubscribe } = mail(name, language)
      expect(`${subject}${text}${html}`).not.toMatch(/[{}]|undefined|null/)
      expect(subject.length).toBeLessThan(140)
      expect(text).toContain('Ana')
      expect(text).toContain('\nhttps://registry.example/entries/7?a=1&b=2\n')
      expect(unsubscribe === null).toBe(TEMPLATES[name].essential)
      const words = html
        .replace(/<head>.*<\/head>|<[^>]+>/gs, ' ')
        .replace(/&#(\d+);/g, (_, code) => String.fromCodePoint(Number(code)))
        .replace('<!doctype html>', '')
      expect(words.replace(/\s+/g, ' ').trim()).toBe(text.replace(/\s+/g, ' ').trim())
      expect(html).not.toMatch(/<(img|script|style|link)\b|src=|url\(/)
      expect(html).not.toContain('<du')
    },
  )

  it('says numbers and times as its language does', () => {
    expect(mail('movement-accept', 'en').text).toContain('1,234,567')
    expect(mail('movement-accept', 'fr').text).toMatch(/1\s234\s567/u)
    expect(mail('movement-accept', 'es').text).toContain('1.234.567')
    expect(mail('sign-in-link', 'fr').text).toContain('23 novembre 2026')
    expect(mail('movement-accept', 'es').text).toContain('Gobierno (Exampleland)')
  })

  it('has a Message-ID of its row and the ledger, and is the same each time it is written', () => {
    expect(mail('sign-in-link', 'en').messageId).toBe(`<${'a'.repeat(32)}@registry.example.ledger>`)
    expect(mail('sign-in-link', 'en')).toEqual(mail('sign-in-link', 'en'))
    const odd = messageOf({ ...sender, genesis: { ...genesis, origin: '//é<x>@y/..' } }, { ...mailOf() })
    expect(odd.messageId).toMatch(/^<[0-9a-f]{32}@x\.y>$/)
  })

  it.each([
    ['a header', 'Ana\r\nBcc: victim@example.org'],
    ['a line', 'Ana\u2028\u0085Bcc: x'],
    ['turned writing', 'Ana\u202egro.elpmaxe'],
    ['markup', '<a href="https://evil.example">click</a>'],
    ['half a character', 'Ana\ud800'],
  ])('is not bent by a name with %s', (_what, name) => {
    const { to, text, html, subject } = mail('sign-in-link', 'en', { name })
    expect(to.name).not.toMatch(/[\r\n\u2028\u0085\u202e]/)
    expect(to.name.isWellFormed()).toBe(true)
    expect(text.split('\n').filter((line) => line.startsWith('Bcc:'))).toEqual([])
    expect(html).not.toContain('href="https://evil')
    expect(subject).not.toMatch(/[\r\n]/)
  })
})

describe('a mail that lists things', () => {
  const items = [
    {
      text: 'transfer-received.subject',
      places: { quantity: { number: '1000' }, sender: values.sender },
      link: 'https://x/1',
    },
    { text: 'waits.finding.answer', places: { finding: 'CAR 2', project: values.project }, link: 'https://x/2' },
  ] as const
  const params = { count: { number: '5' }, items: { items, more: 3 } }

  it.each(languages)('says each in a line with its link, and how many more there were, in %s', (language) => {
    const { subject, text, html, unsubscribe } = mail('digest', language, { params })
    expect(subject).toContain('5')
    expect(`${subject}${text}`).not.toMatch(/[{}]|undefined|null|waits\.|\.subject/)
    for (const { link } of items) expect(text).toContain(`\n${link}\n`)
    expect(text).toContain('CAR 2')
    expect(text).toMatch(/… (and|et|y) 3/)
    expect(html).toContain('href="https://x/2"')
    expect(unsubscribe).toContain('/mail/unsubscribe?token=')
  })

  it('is not bent by what it lists', () => {
    const evil = {
      text: 'waits.finding.answer',
      places: { finding: 'X\r\nBcc: a@b.c', project: values.project },
      link: 'https://x',
    }
    const { text } = mail('reminder', 'en', { params: { count: { number: '1' }, items: { items: [evil], more: 0 } } })
    expect(text.split('\n').filter((line) => line.startsWith('Bcc:'))).toEqual([])
  })
})

function mailOf() {
  const rest = { name: '', params: values, link: 'https://x', token: null, createdAt: new Date(0) }
  return { id: 'b'.repeat(32), template: 'sign-in-link' as const, language: 'xx', email: 'a@example.org', ...rest }
}
