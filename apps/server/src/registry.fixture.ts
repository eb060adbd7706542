import { generateKeyPairSync, hash, randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { statusesOf } from '@tallystick/contract'
import { CheckpointSigner, Integrator, PostgresLedger, signingKey } from '@tallystick/ledger'
import type { FastifyInstance, LightMyRequestResponse } from 'fastify'
import { databaseWithTables } from '../../../tests/support/database.ts'
import { createApp } from './app.ts'
import { openContent } from './platform/content.ts'
import { localFiles } from './platform/files/local.ts'
import { openQuarantine } from './platform/files/quarantine.ts'
import { invite } from './platform/invitations.ts'
import { consoleNotify } from './platform/notify.ts'
import { Openings } from './platform/openings.ts'
import { paperRenderer } from './platform/paper/renderer.ts'
import { passwordHasher } from './platform/password-hash.ts'
import type { Services } from './platform/services.ts'
import { newSignInLink } from './platform/sign-in-links.ts'
import { type Founded, foundRegistry, type Setup } from './system/founding.ts'

export const ROOT_EMAIL = 'root@example.org'

type Body = Record<string, unknown>

export interface Answer {
  status: number
  body: Body
  headers: LightMyRequestResponse['headers']
}

interface Sent {
  /** Idempotency-Key; a new one by default, none for null. */
  key?: string | null
  headers?: Record<string, string>
}

/** Somebody who sends requests: nobody in particular, or one who is signed in. */
export interface Person {
  get(path: string): Promise<Answer>
  post(path: string, body?: unknown, sent?: Sent): Promise<Answer>
  put(path: string, body?: unknown, sent?: Sent): Promise<Answer>
  delete(path: string, sent?: Sent): Promise<Answer>
  token: string
  organisation: string
}

/** A registry on a database of its own, served without a network. */
export interface TestRegistry {
  app: FastifyInstance
  services: Services
  founded: Founded
  /** Links that were told to people, by e-mail address, the newest last. */
  links: Map<string, string[]>
  /** Links by which addresses are confirmed, likewise. */
  confirmations: Map<string, string[]>
  /** First passwords that were told to people, by e-mail address. */
  temporary: Map<string, string>
  /** Whatever else was told to people. */
  messages: string[]
  nobody: Person
  root: Person
  /** A user of an organisation, added by `by` and signed in. */
  join(by: Person, organisation: string, role: string, email?: string): Promise<Person>
  /** An organisation with its first Admin. */
  newOrganisation(by: Person, name: string): Promise<{ id: string; admin: Person }>
  signIn(email: string): Promise<Person>
  /** Signs a checkpoint over everything that is in the log now. */
  publish(): Promise<void>
  /** Lets time pass. */
  pass(milliseconds: number): void
  close(): Promise<void>
}

/** A password that everybody of a test registry may have. */
export const PASSWORD = 'nine quiet herons'

/** Hashes as the product does, at a cost for tests. */
const QUICK = { logN: 4, r: 1, p: 1 }

async function makeTables(connectionString: string): Promise<void> {
  const ledger = await PostgresLedger.open({ connectionString })
  await ledger.close()
  await (await openContent(connectionString, 'create')).end()
}

export async function testRegistry({
  onboarding = 'link',
  ...setup
}: Setup & { onboarding?: Services['onboarding'] } = {}): Promise<TestRegistry> {
  const database = await databaseWithTables(makeTables)
  let late = 0
  const clock = () => new Date(Date.now() + late)
  const ledger = await PostgresLedger.open({ connectionString: database.url }, { clock })
  const pool = await openContent(database.url, 'create')
  const signer = signingKey(generateKeyPairSync('ed25519').privateKey)
  const key = async () => signer
  const signed = `${tmpdir()}/signed-${randomUUID()}.json`
  const founded = await foundRegistry({ pool, ledger, clock, key }, { rootEmail: ROOT_EMAIL, ...setup })
  const links = new Map<string, string[]>()
  const confirmations = new Map<string, string[]>()
  const temporary = new Map<string, string>()
  const messages: string[] = []
  const folder = await mkdtemp(join(tmpdir(), 'files-'))
  const incoming = join(folder, 'incoming')
  await openQuarantine(incoming)
  const papers = paperRenderer()
  const services: Services = {
    pool,
    files: { store: await localFiles(folder), incoming, maxBytes: 2 ** 21, maxDocumentBytes: 2 ** 22 },
    papers,
    ledger,
    genesis: founded.genesis,
    openings: new Openings(pool),
    notify: {
      ...consoleNotify((text) => messages.push(text)),
      async signInLink({ email }, { url }) {
        links.set(email, [...(links.get(email) ?? []), url])
      },
      async passwordLink({ email }, { url }) {
        links.set(email, [...(links.get(email) ?? []), url])
      },
      async temporaryPassword({ email }, { password }) {
        temporary.set(email, password)
      },
      async confirmAddress({ email }, { url }) {
        confirmations.set(email, [...(confirmations.get(email) ?? []), url])
      },
    },
    onboarding,
    hasher: passwordHasher(QUICK),
    signingSecret: async () => hash('sha256', 'secret of a test', 'buffer'),
    clock,
    language: 'en',
    publicUrl: 'http://localhost:3030',
    sourceUrl: 'https://example.org/source',
    version: '0.0.0-test',
    modules: ['national'],
  }
  const app = await createApp(services)

  const signedIn = (body: Body): Person => {
    const session = body.session as { organisation: { id: string } }
    return person(app, String(body.token), session.organisation.id)
  }
  const signInWithPassword = async (email: string): Promise<Person> => {
    const first = temporary.get(email)
    temporary.delete(email)
    const wish = { email, password: first ?? PASSWORD }
    const { body } = expectStatus(await person(app).post('/national/sessions/password', wish, { key: null }), 201)
    if (first === undefined) return signedIn(body)
    const change = { old: first, password: PASSWORD }
    return signedIn(expectStatus(await signedIn(body).put('/national/passwords/current', change), 200).body)
  }
  const signIn = async (email: string): Promise<Person> => {
    if (onboarding === 'password') return signInWithPassword(email)
    const { rows } = await pool.query<{ id: string }>('SELECT id FROM content_user WHERE email = $1', [email])
    const url = links.get(email)?.pop() ?? (await newSignInLink(services, pool, rows[0]?.id ?? '')).url
    const { body } = await person(app).post('/national/sessions', { token: url }, { key: null })
    return signedIn(body)
  }
  if (onboarding === 'password') await invite(services, { ...founded.root, id: founded.root.user })
  const addAndSignIn: TestRegistry['join'] = async (by, organisation, role, email = `${randomUUID()}@example.org`) => {
    expectStatus(await by.post('/national/users', { email, name: `A ${role}`, organisation, role }), 201)
    return signIn(email)
  }
  return {
    app,
    services,
    founded,
    links,
    confirmations,
    temporary,
    messages,
    nobody: person(app),
    root: await signIn(founded.root.email),
    join: addAndSignIn,
    signIn,
    async newOrganisation(by, name) {
      const { body } = expectStatus(await by.post('/national/organisations', { kind: 'developer', name }), 201)
      const id = String(body.id)
      return { id, admin: await addAndSignIn(by, id, 'Admin') }
    },
    async publish() {
      await new Integrator(ledger).catchUp()
      await new CheckpointSigner(ledger, signer, signed, clock).step()
    },
    pass(milliseconds) {
      late += milliseconds
    },
    async close() {
      await app.close()
      papers.close()
      await ledger.close()
      await pool.end()
      await database.close()
      await rm(signed, { force: true })
      await rm(folder, { recursive: true })
    },
  }
}

export function person(app: FastifyInstance, token = '', organisation = ''): Person {
  const send = async (method: 'GET' | 'POST' | 'PUT' | 'DELETE', path: string, body?: unknown, sent: Sent = {}) => {
    const { key = randomUUID(), headers = {} } = sent
    const answer = await app.inject({
      method,
      url: path,
      headers: {
        ...(token ? { authorization: `Bearer ${token}` } : {}),
        ...(key === null || method === 'GET' ? {} : { 'idempotency-key': key }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { payload: isRaw(body) ? body : JSON.stringify(body) }),
    })
    refuseUndeclared(app, method, path, answer.statusCode)
    const json = /json/.test(String(answer.headers['content-type']))
    return { status: answer.statusCode, body: json ? answer.json() : {}, headers: answer.headers }
  }
  return {
    token,
    organisation,
    get: (path) => send('GET', path),
    post: (path, body, sent) => send('POST', path, body, sent),
    put: (path, body, sent) => send('PUT', path, body, sent),
    delete: (path, sent) => send('DELETE', path, undefined, sent),
  }
}

/** A text, or the bytes of a file, which are sent as they are. */
function isRaw(body: unknown): body is string | Buffer {
  return typeof body === 'string' || Buffer.isBuffer(body)
}

/** Every status that a test meets, but for failures, must be one that the OpenAPI document names. */
function refuseUndeclared(app: FastifyInstance, method: string, address: string, status: number): void {
  const [path = ''] = address.split('?', 1)
  const operation = app.operations.find(
    (one) => one.method === method && new RegExp(`^${one.path.replace(/\{\w+\}/g, '[^/]+')}$`).test(path),
  )
  if (!operation || status === 500 || statusesOf(operation).has(status)) return
  throw new Error(`${method} ${operation.path} answers ${status}, which OpenAPI does not declare`)
}

/** The body of an answer that is to have the status. */
export async function done(answer: Promise<Answer>, status = 201): Promise<Body> {
  return expectStatus(await answer, status).body
}

/** The answer, if it has the status; otherwise an error that shows it. */
export function expectStatus(answer: Answer, status: number): Answer {
  if (answer.status !== status) throw new Error(`${answer.status} instead of ${status}: ${JSON.stringify(answer.body)}`)
  return answer
}
