import { connect } from 'node:net'
import { Problem } from '@tallystick/contract'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { expectStatus, type Person, type TestRegistry, testRegistry } from '../registry.fixture.ts'

let registry: TestRegistry
let officer: Person

beforeAll(async () => {
  registry = await testRegistry()
  officer = await registry.join(registry.root, registry.founded.genesis.authority, 'Admin')
})
afterAll(() => registry.close())

type Sent = { method?: string; url: string; headers?: Record<string, string>; payload?: string | Buffer }

async function ask(language: string | undefined, { method = 'GET', url, headers = {}, payload }: Sent) {
  const asked = language === undefined ? {} : { 'accept-language': language }
  const options = { method: method as 'GET', url, headers: { ...asked, ...headers } }
  const answer = await registry.app.inject(payload === undefined ? options : { ...options, payload })
  return { status: answer.statusCode, headers: answer.headers, body: answer.json() }
}

const command = (payload: string | Buffer, headers: Record<string, string> = {}): Sent => ({
  method: 'POST',
  url: '/national/organisations',
  headers: {
    authorization: `Bearer ${officer.token}`,
    'idempotency-key': `language-${Math.random()}`,
    'content-type': 'application/json',
    ...headers,
  },
  payload,
})

describe('an error', () => {
  it.each([
    ['fr-CH, fr;q=0.9, en;q=0.8', 'fr', 'Il n’y a rien ici.'],
    ['es-419', 'es', 'Aquí no hay nada.'],
    ['de', 'en', 'There is nothing here.'],
    [undefined, 'en', 'There is nothing here.'],
  ])('asked for in %s is told in %s', async (asked, language, title) => {
    const { status, headers, body } = await ask(asked, { url: '/national/nothing' })
    expect(status).toBe(404)
    expect(headers).toMatchObject({
      'content-type': 'application/problem+json',
      'content-language': language,
      vary: 'Accept-Language',
      'cache-control': 'no-store',
    })
    expect(body).toMatchObject({ title, detail: title, code: 'not-found', type: 'urn:tallystick:problem:not-found' })
  })

  it('made before or outside of a route is told in the language too', async () => {
    const cases: [Sent, number, string][] = [
      [{ method: 'DELETE', url: '/national/organisations' }, 405, 'Cette adresse n’accepte pas DELETE'],
      [command('{"kind":'), 400, 'La requête n’est pas bien formée'],
      [command('a=b', { 'content-type': 'text/plain' }), 415, 'Envoyez le corps en application/json'],
      [command(JSON.stringify({ name: 'x'.repeat(1_048_577) })), 413, 'La requête est plus grande'],
      [command('{}', { authorization: 'Bearer nobody' }), 401, 'Connectez-vous d’abord'],
      [command('{}', { 'idempotency-key': 'short' }), 400, 'L’Idempotency-Key doit avoir'],
      [{ url: '/national/%zz' }, 400, 'La requête n’est pas bien formée'],
      [{ url: `/national/projects/${'9'.repeat(400)}` }, 400, 'La requête n’est pas bien formée'],
      [{ url: '/national/projects?limit=1000' }, 400, 'La requête n’est pas bien formée'],
    ]
    for (const [sent, status, detail] of cases) {
      const answer = await ask('fr', sent)
      expect(answer.status).toBe(status)
      expect(answer.headers).toMatchObject({ 'content-language': 'fr', vary: 'Accept-Language' })
      expect(answer.body.detail).toContain(detail)
      expect(Problem.safeParse(answer.body).success).toBe(true)
    }
  })

  it('names each field in the language, whichever way it was found wrong', async () => {
    const sent = { kind: 'DROP TABLE', colour: 'green', contact: { email: 'nobody', website: 7 } }
    const { body } = await ask('es', command(JSON.stringify(sent)))
    const told = Object.fromEntries(body.errors.map(({ field, message }: Record<string, string>) => [field, message]))
    expect(told).toMatchObject({
      kind: 'debe ser un tipo de organización como developer',
      name: 'falta',
      colour: 'este campo no existe aquí',
      'contact.email': 'debe ser una dirección de correo electrónico',
    })
    const long = await ask('es', command(JSON.stringify({ kind: 'developer', name: 'x'.repeat(201) })))
    expect(long.body.errors).toEqual([
      { field: 'name', message: 'debe tener como máximo 200 caracteres', allowed: 'como máximo 200' },
    ])
    const deep = `{"kind":"developer","name":"x","contact":${'{"a":'.repeat(17)}1${'}'.repeat(18)}`
    expect((await ask('fr', command(deep))).body.errors[0]).toMatchObject({
      message: 'est imbriqué trop profondément',
      allowed: 'au plus 16 niveaux',
    })
  })

  it('has the same code, status, facts and fields in each language', async () => {
    const sent = command(JSON.stringify({ kind: 'DROP TABLE', name: 7 }))
    const [english, french, spanish] = await Promise.all([ask('en', sent), ask('fr', sent), ask('es', sent)])
    const machine = ({ status, body }: typeof english) => {
      const { title: _title, detail: _detail, instance: _instance, errors, ...rest } = body
      return { status, ...rest, fields: errors.map(({ field }: { field: string }) => field) }
    }
    expect(machine(french)).toEqual(machine(english))
    expect(machine(spanish)).toEqual(machine(english))
    expect(new Set([english, french, spanish].map(({ body }) => body.title)).size).toBe(3)
  })

  it('repeated under the same key is told in the language of the repetition', async () => {
    const sent = command(JSON.stringify({ kind: 'nonesuch', name: 'Sunfield' }))
    const first = await ask('fr', sent)
    const again = await ask('es', sent)
    expect(again.body.code).toBe(first.body.code)
    expect(first.headers['content-language']).toBe('fr')
    expect(again.headers['content-language']).toBe('es')
    expect(again.body.detail).not.toBe(first.body.detail)
  })
})

describe('what an entry says', () => {
  const told = async (language: string, url: string) => {
    const { status, headers, body } = await ask(language, {
      url,
      headers: { authorization: `Bearer ${officer.token}` },
    })
    expect(status).toBe(200)
    expect(headers).toMatchObject({
      'content-language': language,
      vary: 'Accept-Language',
      'cache-control': 'no-store',
    })
    return body
  }

  it('is told in the language that is asked for, in lists and alone', async () => {
    const { country } = registry.founded.genesis
    for (const [language, sentence] of [
      ['en', `The test ledger of ${country.name} begins.`],
      ['fr', `Le grand livre d’essai commence\u00a0: ${country.name}.`],
      ['es', `Comienza el libro mayor de prueba: ${country.name}.`],
    ] as const) {
      expect((await told(language, '/national/entries/0')).sentence).toBe(sentence)
      expect((await told(language, '/national/entries')).items[0].sentence).toBe(sentence)
    }
  })

  it('of a proposal is told in the language of each who reads it, also where its command is repeated', async () => {
    const account = await officer.post('/national/accounts', {
      organisation: officer.organisation,
      accounts: [{ kind: 'omge' }],
    })
    const [{ id: omge }] = expectStatus(account, 201).body.accounts as [{ id: string }]
    const sent = {
      method: 'POST',
      url: '/national/pools',
      headers: {
        authorization: `Bearer ${officer.token}`,
        'idempotency-key': 'language-of-a-proposal',
        'content-type': 'application/json',
      },
      payload: JSON.stringify({ buffer: null, shareOfProceeds: null, omge, host: null }),
    }
    const first = await ask('fr', sent)
    expect(first.status).toBe(202)
    const again = await ask('es', sent)
    expect(again.headers['idempotency-replayed']).toBe('true')
    expect(first.body.sentence).toContain('nomme les comptes')
    expect(again.body.sentence).toContain('nombra las cuentas')
    expect(again.body.id).toBe(first.body.id)
  })
})

describe('whoever has chosen a language', () => {
  const chosen = async (language: string | null) => {
    expectStatus(await officer.put('/national/users/current', { language }), 200)
  }
  const asked = async (headers: Record<string, string>) => {
    const { headers: answered } = await registry.app.inject({ url: '/national/proposals/0', headers })
    return answered['content-language']
  }
  const bearer = () => ({ authorization: `Bearer ${officer.token}` })
  const browser = () => ({ cookie: `tallystick_session=${officer.token}` })

  it('is answered in it, unless a program asks for another that is spoken here', async () => {
    await chosen('fr')
    expect(await asked(bearer())).toBe('fr')
    expect(await asked({ ...bearer(), 'accept-language': 'de' })).toBe('fr')
    expect(await asked({ ...bearer(), 'accept-language': 'es' })).toBe('es')
    expect(await asked({})).toBe('en')
    await chosen(null)
    expect(await asked(bearer())).toBe('en')
  })

  it('is answered in it whatever language the machine of the browser has', async () => {
    await chosen('es')
    expect(await asked({ ...browser(), 'accept-language': 'en-GB,en;q=0.9' })).toBe('es')
    await chosen(null)
    expect(await asked({ ...browser(), 'accept-language': 'fr' })).toBe('fr')
  })
})

describe('a page', () => {
  const open = (language: string, url: string) =>
    registry.app.inject({ method: 'GET', url, headers: { 'accept-language': language, accept: 'text/html' } })

  it.each([
    ['/sign-in?token=x', 'fr', 'Vous avez reçu un lien pour vous connecter', 200],
    ['/sign-in?token=x', 'es', 'Ha recibido un enlace para iniciar sesión', 200],
    ['/sign-in', 'fr', 'n’est pas un lien de connexion entier', 400],
    ['/registrations/confirm?token=x', 'es', 'Alguien solicitó acceso a este registro', 200],
    ['/', 'fr', 'Chaque crédit carbone, vérifiable par tous', 200],
    ['/verify', 'es', 'Compruébelo usted mismo', 200],
    ['/entries/0', 'fr', 'Le grand livre d’essai commence', 200],
    ['/entries/999', 'es', 'Esta página no existe', 404],
    ['/serials?q=nothing', 'fr', 'Ce n’est pas un numéro de série', 404],
    ['/serials/XT-ITMO-1-042-2024-0-1-250', 'es', 'Es un número de serie, pero aquí no se conocen', 404],
    ['/nowhere', 'fr', 'Cette page n’existe pas', 404],
    ['/nowhere', 'de', 'There is no such page', 404],
  ])('%s in %s', async (url, asked, words, status) => {
    const { statusCode, headers, body } = await open(asked, url)
    const language = asked === 'de' ? 'en' : asked
    expect(statusCode).toBe(status)
    expect(headers).toMatchObject({ 'content-language': language, vary: 'Accept-Language' })
    expect(body).toContain(`<html lang="${language}" dir="ltr">`)
    expect(body).toContain(words)
  })

  it('escapes what it was given, in every language', async () => {
    for (const language of ['en', 'fr', 'es']) {
      const { body } = await open(language, `/sign-in?token=${encodeURIComponent('"><script>{country}</script>')}`)
      expect(body).not.toContain('<script')
    }
  })
})

describe('a hostile header', () => {
  it.each([
    ['is very long', `${'fr-CH;q=0.001,'.repeat(1000)}es`, 'fr'],
    ['is one long tag', 'a'.repeat(10_000), 'en'],
    ['holds markup', '<script>alert(1)</script>, fr', 'fr'],
    ['holds bytes beyond ASCII', 'fr\u00e9, es', 'es'],
    ['holds names of prototypes', '__proto__, constructor, toString', 'en'],
  ])('that %s does no harm', async (_name, header, language) => {
    const { status, headers } = await ask(header, { url: '/national/nothing' })
    expect(status).toBe(404)
    expect(headers['content-language']).toBe(language)
  })

  it('has no say in what a header of the answer holds', async () => {
    const { headers } = await ask('fr\r\nset-cookie: a=b', { url: '/national/nothing' })
    expect(headers).toMatchObject({ 'content-language': 'en', vary: 'Accept-Language' })
    expect(headers['set-cookie']).toBeUndefined()
  })
})

describe('a fact with markup or places in it', () => {
  it('stays text, and is given back as it was sent', async () => {
    const text = '<img src=x onerror=alert(1)> {serial} $& {0}'
    const url = `/national/serials?text=${encodeURIComponent(text)}`
    for (const language of ['en', 'fr', 'es']) {
      const { headers, body } = await ask(language, { url })
      expect(headers['content-type']).toMatch(/^application\/(?:problem\+)?json/)
      expect(headers['x-content-type-options']).toBe('nosniff')
      expect(JSON.stringify(body)).not.toContain('{bound}')
    }
  })
})

describe('bytes that are no request', () => {
  const raw = (bytes: string) =>
    new Promise<string>((resolve, reject) => {
      const { port } = registry.app.server.address() as { port: number }
      let received = ''
      const socket = connect(port, '127.0.0.1', () => socket.write(bytes))
      socket.on('data', (data) => {
        received += data
      })
      socket.on('close', () => resolve(received))
      socket.on('error', reject)
    })

  beforeAll(() => registry.app.listen({ port: 0, host: '127.0.0.1' }))

  it.each([
    ['no HTTP', 'hello\r\n\r\n', 400, 'invalid-request'],
    ['headers without end', `GET / HTTP/1.1\r\nx: ${'x'.repeat(100_000)}\r\n\r\n`, 431, 'too-large'],
    ['NUL in a header', 'GET / HTTP/1.1\r\naccept-language: fr\0\r\n\r\n', 400, 'invalid-request'],
  ])('%s are answered with a problem in the language of the registry', async (_name, bytes, status, code) => {
    const answer = await raw(bytes)
    const [head = '', body = ''] = answer.split('\r\n\r\n', 2)
    expect(head).toMatch(new RegExp(`^HTTP/1.1 ${status} `))
    expect(head).toContain('content-type: application/problem+json')
    expect(head).toContain('content-language: en')
    const { data } = Problem.safeParse(JSON.parse(body))
    expect(data).toMatchObject({ code, status })
  })
})
