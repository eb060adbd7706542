import type { createApp } from '@tallystick/server'

type App = Awaited<ReturnType<typeof createApp>>

/** A signed-in person's view of the national API, inside this process. */
export class Client {
  readonly #app: App
  readonly #token: string
  /** Every command so far had been carried out before. */
  repeated = true

  private constructor(app: App, token: string) {
    this.#app = app
    this.#token = token
  }

  static async signIn(app: App, link: string): Promise<Client> {
    const answer = await app.inject({ method: 'POST', url: '/national/sessions', payload: { token: link } })
    return new Client(app, read(answer.statusCode, answer.body, 'token'))
  }

  /** A command under a fixed key. Answers what the field at `path` says. */
  async command(key: string, url: string, payload: object, path: string): Promise<string> {
    const headers = { authorization: `Bearer ${this.#token}`, 'idempotency-key': `demo-${key}` }
    const answer = await this.#app.inject({ method: 'POST', url, headers, payload })
    if (answer.headers['idempotency-replayed'] !== 'true') this.repeated = false
    return read(answer.statusCode, answer.body, path)
  }

  async get(url: string, path: string): Promise<string> {
    const headers = { authorization: `Bearer ${this.#token}` }
    const answer = await this.#app.inject({ method: 'GET', url, headers })
    return read(answer.statusCode, answer.body, path)
  }
}

/** The text or number at a dotted path of a JSON answer. Throws what the registry said where it refused. */
function read(status: number, body: string, path: string): string {
  if (status >= 300) throw new Error(body)
  let value: unknown = JSON.parse(body)
  for (const name of path.split('.')) {
    value = typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined
  }
  if (typeof value !== 'string' && typeof value !== 'number') throw new Error(`no ${path} in ${body}`)
  return String(value)
}
