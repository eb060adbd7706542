import { createConnection, type Socket } from 'node:net'

/** How long a connection may be silent. */
const ANSWER_MS = 60_000

export interface Reply {
  status: number
  body: string
}

/** A request that is under way on a connection. */
interface Pending {
  resolve(reply: Reply): void
  reject(error: Error): void
}

/**
 * Kept-alive connections to one server on this machine, one request at a time on each. It reads just enough of HTTP/1.1 for answers
 * that say their length, so that the load costs little beside what is measured. A request fails with an Error where its
 * connection breaks or nothing comes in time; the next one gets a new connection.
 */
export class Connections {
  readonly #port: number
  readonly #host: string
  readonly #free: Connection[] = []
  readonly #waiting: ((connection: Connection) => void)[] = []
  #open = 0
  readonly #most: number

  constructor(url: string, most: number) {
    const { hostname, port } = new URL(url)
    this.#host = hostname
    this.#port = Number(port)
    this.#most = most
  }

  async send(method: string, path: string, headers: Record<string, string>, body = ''): Promise<Reply> {
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
    const length = body === '' ? '' : `content-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n`
    const connection = await this.#take()
    try {
      return await connection.send(
        `${method} ${path} HTTP/1.1\r\nhost: ${this.#host}:${this.#port}\r\n${lines.join('')}${length}\r\n${body}`,
      )
    } finally {
      this.#give(connection)
    }
  }

  close(): void {
    for (const connection of this.#free.splice(0)) connection.close()
  }

  #take(): Connection | Promise<Connection> {
    for (let free = this.#free.pop(); free; free = this.#free.pop()) {
      if (!free.broken) return free
      this.#open -= 1
    }
    if (this.#open >= this.#most) return new Promise((resolve) => this.#waiting.push(resolve))
    this.#open += 1
    return this.#connect()
  }

  #give(connection: Connection): void {
    const next = this.#waiting.shift()
    if (next) next(connection.broken ? this.#connect() : connection)
    else this.#free.push(connection)
  }

  #connect(): Connection {
    return new Connection(createConnection({ host: this.#host, port: this.#port, noDelay: true }))
  }
}

class Connection {
  readonly #socket: Socket
  #received = ''
  #pending: Pending | undefined
  #broken: Error | undefined

  constructor(socket: Socket) {
    this.#socket = socket
    socket.setEncoding('latin1')
    socket.on('data', (text) => this.#take(String(text)))
    socket.on('error', (error) => this.#break(error))
    socket.on('close', () => this.#break(new Error('the server closed the connection')))
    socket.setTimeout(ANSWER_MS, () => socket.destroy(new Error('no answer came in time')))
  }

  get broken(): boolean {
    return this.#broken !== undefined
  }

  send(request: string): Promise<Reply> {
    return new Promise((resolve, reject) => {
      if (this.#broken) return reject(this.#broken)
      this.#pending = { resolve, reject }
      this.#socket.write(request)
    })
  }

  close(): void {
    this.#socket.destroy()
  }

  #break(error: Error): void {
    this.#broken ??= error
    this.#pending?.reject(error)
  }

  #take(text: string): void {
    this.#received += text
    const end = this.#received.indexOf('\r\n\r\n')
    if (end < 0) return
    const length = Number(/\r\ncontent-length: (\d+)/i.exec(this.#received)?.[1] ?? 0)
    const whole = end + 4 + length
    if (this.#received.length < whole) return
    const reply = { status: Number(this.#received.slice(9, 12)), body: this.#received.slice(end + 4, whole) }
    this.#received = this.#received.slice(whole)
    const pending = this.#pending
    this.#pending = undefined
    pending?.resolve(reply)
  }
}
