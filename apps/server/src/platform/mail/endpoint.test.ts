import { expect, it } from 'vitest'
import { endpointOf, isLocal } from './endpoint.ts'
import { isMailbox } from './outbox.ts'

it.each([
  ['mail.example.org', 'mail.example.org', 465, true],
  ['mail.example.org:465', 'mail.example.org', 465, true],
  ['mail.example.org:587', 'mail.example.org', 587, false],
  ['mail.example.org:25', 'mail.example.org', 25, false],
  ['smtps://mail.example.org', 'mail.example.org', 465, true],
  ['SMTPS://mail.example.org:2465/', 'mail.example.org', 2465, true],
  ['smtp://mail.example.org', 'mail.example.org', 587, false],
  ['smtp://[::1]:2525', '::1', 2525, false],
  ['127.0.0.1:2525', '127.0.0.1', 2525, false],
  ['mail_relay:25', 'mail_relay', 25, false],
])('%s is a server', (text, host, port, implicitTls) => {
  expect(endpointOf(text)).toEqual({ host, port, implicitTls })
})

it.each([
  '',
  'https://mail.example.org',
  'mail example',
  'a/b',
  'mail:0',
  'mail:70000',
  'mail?x',
  'smtp://',
  'a\r\nb.org',
])('%j is none', (text) => {
  expect(endpointOf(text)).toMatch(/^must be a host/)
})

it('says where name and password belong', () => {
  expect(endpointOf('smtps://user:secret@mail.example.org')).toMatch(/variables of their own/)
  expect(endpointOf('smtps://user:secret@mail.example.org')).not.toMatch(/secret/)
})

it('knows this machine', () => {
  expect(['localhost', '127.0.0.1', '127.9.9.9', '::1'].filter(isLocal)).toHaveLength(4)
  expect(['127.example.org', 'localhost.example.org', '10.0.0.1'].filter(isLocal)).toEqual([])
})

it.each(['ana@example.org', "o'neil+registry@example.org", 'ana@xn--bcher-kva.example', 'δοκιμή@παράδειγμα.δοκιμή'])(
  'mail can go to %s',
  (address) => expect(isMailbox(address)).toBe(true),
)

it.each([
  '',
  'ana',
  'ana@',
  '@example.org',
  'ana@example.org, eve@example.org',
  'ana@example.org\r\nRCPT TO:<eve@example.org>',
  'ana@example.org\nBcc: eve@example.org',
  'Ana <ana@example.org>',
  '"eve@evil.example x"@example.org',
  'ana@example.org>',
  'a b@example.org',
  'ana@exa\u0000mple.org',
  'ana@example.org\u2028',
  'ana@eve@example.org',
  `${'a'.repeat(65)}@example.org`,
  `ana@${'a'.repeat(252)}`,
])('none goes to %j', (address) => expect(isMailbox(address)).toBe(false))
