import { setTimeout as delay } from 'node:timers/promises'
import { Connections, type Reply } from '../client.ts'
import type { Person } from '../people.ts'

/** Connections to each server. */
const CONNECTIONS = 128
/** What `Retry-After` says. */
const RETRY_AFTER_MS = 1_000
/** A client that lost its connection tries again soon, and ever less often. */
const FIRST_PAUSE_MS = 20
const LONGEST_PAUSE_MS = 500

/** Clients who do as they are told: sent again, under the same key, after 503 and after a lost connection. */
export interface Caller {
  get(path: string): Promise<Reply | undefined>
  post(person: Person, path: string, body: object, key: string): Promise<Reply | undefined>
  /** From now on nothing is sent again after so many milliseconds; what has no answer then is undefined. */
  endIn(ms: number): void
  close(): void
}

/** `onError` is told of every attempt that was not answered with less than 500. */
export function openCaller(urls: readonly string[], onError: (kind: string) => void): Caller {
  const servers = urls.map((url) => new Connections(url, CONNECTIONS))
  let [turn, end] = [0, Number.POSITIVE_INFINITY]
  const untilAnswered = async (ask: (server: Connections) => Promise<Reply>) => {
    // One after the other, as a balancer would; after a failure the next one is tried.
    turn += 1
    for (let at = turn, pauseMs = FIRST_PAUSE_MS; ; at += 1) {
      const server = servers[at % servers.length]
      const reply = await (server && ask(server).catch(() => undefined))
      if (reply && reply.status < 500) return reply
      onError(reply ? `${reply.status} ${codeOf(reply)}` : 'connection')
      if (performance.now() > end) return undefined
      await delay(reply ? RETRY_AFTER_MS : pauseMs)
      pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)
    }
  }
  return {
    get: (path) => untilAnswered((server) => server.send('GET', path, {})),
    post: ({ token }, path, body, key) => {
      const headers = { authorization: `Bearer ${token}`, 'idempotency-key': key }
      const text = JSON.stringify(body)
      return untilAnswered((server) => server.send('POST', path, headers, text))
    },
    endIn(ms) {
      end = performance.now() + ms
    },
    close() {
      for (const server of servers) server.close()
    },
  }
}

/** The code of a problem document. */
export function codeOf({ body }: Reply): string {
  return /"code":"([a-z-]+)"/.exec(body)?.[1] ?? ''
}
