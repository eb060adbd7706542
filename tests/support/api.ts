import { randomBytes } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'

export interface Answer {
  status: number
  headers: Headers
  // biome-ignore lint/suspicious/noExplicitAny: a test reads whatever came
  body: any
}

/** A client of the national API that knows nothing but HTTP. */
export class Api {
  readonly base: string
  readonly #token: string | undefined

  constructor(base: string, token?: string) {
    this.base = base
    this.#token = token
  }

  /** The same person at another process. */
  at(base: string): Api {
    return new Api(base, this.#token)
  }

  async send(method: string, path: string, body?: unknown, key?: string): Promise<Answer> {
    const headers: Record<string, string> = {}
    if (body !== undefined) headers['content-type'] = 'application/json'
    if (this.#token) headers.authorization = `Bearer ${this.#token}`
    if (key) headers['idempotency-key'] = key
    const text = body === undefined ? null : JSON.stringify(body)
    const response = await fetch(this.base + path, { method, headers, body: text, redirect: 'manual' })
    const received = await response.text()
    return { status: response.status, headers: response.headers, body: parsed(received, response.headers) }
  }

  /** Sends a file as it is. */
  async sendFile(path: string, bytes: Buffer, key: string): Promise<Answer> {
    const headers: Record<string, string> = { 'content-type': 'application/octet-stream', 'idempotency-key': key }
    if (this.#token) headers.authorization = `Bearer ${this.#token}`
    const response = await fetch(this.base + path, { method: 'POST', headers, body: new Uint8Array(bytes) })
    const received = await response.text()
    return { status: response.status, headers: response.headers, body: parsed(received, response.headers) }
  }

  /** The bytes of a file; undefined where there is none. */
  async bytes(path: string): Promise<Buffer | undefined> {
    const headers: Record<string, string> = this.#token ? { authorization: `Bearer ${this.#token}` } : {}
    const response = await fetch(this.base + path, { headers })
    if (response.status === 404) return undefined
    if (response.status !== 200) throw new Error(`GET ${path}: ${response.status} ${await response.text()}`)
    return Buffer.from(await response.arrayBuffer())
  }

  /** A command; whatever the answer is, but that the ledger is busy: then it is sent again, as clients are told to. */
  async command(path: string, body: unknown, key = randomBytes(16).toString('hex')): Promise<Answer> {
    return until(`an answer to POST ${path}`, async () => {
      const answer = await this.send('POST', path, body, key)
      return answer.status !== 503 && answer
    })
  }

  /** A command that must succeed. */
  async done(path: string, body: unknown, key?: string) {
    const answer = await this.command(path, body, key)
    if (answer.status >= 300) throw new Error(`POST ${path}: ${answer.status} ${JSON.stringify(answer.body)}`)
    return answer.body
  }

  async get(path: string) {
    const answer = await this.send('GET', path)
    if (answer.status >= 300) throw new Error(`GET ${path}: ${answer.status} ${JSON.stringify(answer.body)}`)
    return answer.body
  }
}

function parsed(text: string, headers: Headers): unknown {
  return headers.get('content-type')?.includes('json') && text !== '' ? JSON.parse(text) : text
}

/** Signs in with the link that somebody was sent. */
export async function signIn(base: string, link: string): Promise<Api> {
  const answer = await new Api(base).send('POST', '/national/sessions', { token: link })
  if (answer.status !== 201) throw new Error(`sign-in: ${answer.status} ${JSON.stringify(answer.body)}`)
  return new Api(base, answer.body.token)
}

export interface Developer {
  api: Api
  organisation: string
  holding: string
}

/** People and accounts that every tale needs: two officers, two developers. */
export interface Cast {
  root: Api
  officer: Api
  second: Api
  developers: [Developer, Developer]
}

/**
 * Sets up the cast over HTTP alone. `linkFor` gives the link that was sent to an e-mail address. Keys are fixed by `tale`,
 * so that it can be told again.
 */
export async function setUpCast(
  base: string,
  linkFor: (email: string) => Promise<string>,
  rootEmail: string,
): Promise<Cast> {
  const root = await signIn(base, await linkFor(rootEmail))
  const authority = (await root.get('/national/sessions/current')).organisation.id
  const person = async (by: Api, email: string, organisation: string) => {
    await by.done('/national/users', { email, name: email.split('@')[0], organisation, role: 'Admin' })
    return signIn(base, await linkFor(email))
  }
  const officer = await person(root, 'officer@authority.example', authority)
  const second = await person(root, 'second@authority.example', authority)
  const developer = async (name: string): Promise<Developer> => {
    const { id } = await officer.done('/national/organisations', { kind: 'developer', name })
    const opened = await officer.done('/national/accounts', { organisation: id })
    const holding = opened.accounts.find(({ kind }: { kind: string }) => kind === 'holding').id
    return {
      api: await person(officer, `${name.split(' ')[0]?.toLowerCase()}@developer.example`, id),
      organisation: id,
      holding,
    }
  }
  return {
    root,
    officer,
    second,
    developers: [await developer('Sunfield Power'), await developer('Green Port Trading')],
  }
}

/** Registers a project of both developers and authorises a quantity; answers the authorisation. */
export async function registerProject(cast: Cast, shares: [string, string], quantity: string) {
  const [a, b] = cast.developers
  const owners = [
    { account: a.holding, share: shares[0] },
    { account: b.holding, share: shares[1] },
  ].filter(({ share }) => share !== '0')
  const project = await a.api.done('/national/projects', {
    title: 'Salt Lake solar plant',
    sectoralScope: '1',
    methodology: 'AMS-I.D',
    owners,
  })
  await cast.officer.done(`/national/projects/${project.id}/moves`, { move: 'register' })
  const authorisation = await cast.officer.done(`/national/projects/${project.id}/authorisations`, {
    unitType: 'ITMO',
    quantity,
    purposes: ['NDC', 'OIMP_OP'],
    firstTransfer: 'authorisation',
    cooperativeApproach: 'CA0001',
  })
  return { project, authorisation }
}

/** Issues a batch: proposed by one officer, approved by the other. Answers the batch. */
export async function issue(cast: Cast, authorisation: string, vintage: string, quantity: string) {
  const proposal = await cast.officer.done('/national/batches', { authorisation, vintage, quantity })
  const accepted = await cast.second.done(`/national/proposals/${proposal.id}/approvals`, { sha256: proposal.sha256 })
  const { streams } = (await cast.officer.get(`/national/entries/${accepted.entry.index}`)).entry
  return cast.officer.get(`/national/batches/${streams[0][0]}`)
}

/** Waits for a condition, with a bound. */
export async function until<T>(what: string, ask: () => Promise<T | undefined | false>, boundMs = 100_000): Promise<T> {
  for (const end = Date.now() + boundMs; ; ) {
    const found = await ask()
    if (found) return found
    if (Date.now() > end) throw new Error(`waited ${boundMs} ms in vain: ${what}`)
    await delay(25)
  }
}
