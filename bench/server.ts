import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { readConfig } from '../apps/server/src/platform/config.ts'
import { consoleNotify } from '../apps/server/src/platform/notify.ts'
import { openRegistry } from '../apps/server/src/registry.ts'
import { type ServerProcess, startServer } from '../tests/support/server.ts'
import { Connections } from './client.ts'
import { freshName, type Server } from './database.ts'
import type { Operation } from './load.ts'
import { type Deal, Market } from './market.ts'
import { signInAll } from './people.ts'
import { pssMB } from './process.ts'
import { makeWorld } from './world.ts'

/** Kept-alive connections of the load. */
const CONNECTIONS = 128
const REST_MS = 5_000
const WATCH_MS = 500

/** A registry that is served by a process of its own, with people who are signed in. */
export interface Served {
  process: ServerProcess
  connections: Connections
  market: Market
  /** Session token of each holder's person, by mandate. */
  tokens: Map<string, string>
  /** PSS of the server at rest, before any load. */
  restMB: number
  close(): Promise<void>
}

/** Fills a database as the server itself would, then starts the server on it and leaves it in peace for a moment. */
export async function serveWorld(
  server: Server,
  accounts: number,
  tell: (text: string) => void,
  more: Record<string, string> = {},
): Promise<Served> {
  const env = { DATABASE_URL: await server.create(freshName('http')), DATA_DIR: join(server.folder, 'registry') }
  const { world, tokens } = await fill(env, accounts, tell)
  const running = await startServer({ ...env, ...more })
  await delay(REST_MS)
  const connections = new Connections(running.url, CONNECTIONS)
  return {
    process: running,
    connections,
    market: new Market(world, 3),
    tokens,
    restMB: await pssMB([running.child.pid ?? 0]),
    async close() {
      connections.close()
      await running.kill()
    },
  }
}

async function fill(env: Record<string, string>, accounts: number, tell: (text: string) => void) {
  const registry = await openRegistry(readConfig({ ...env, ROOT_EMAIL: 'root@authority.example' }), {
    log: { info: () => undefined, warn: tell },
    notify: consoleNotify(() => undefined),
  })
  try {
    const { ledger, openings } = registry.services
    const commit = (names: string[]) => openings.commitAll(names)
    const world = await makeWorld(ledger, { accounts, seed: 3, commit, onProgress: tell })
    const people = await signInAll(
      env.DATABASE_URL ?? '',
      world.holders.map(({ mandate }) => mandate),
    )
    return { world, tokens: new Map(people.map(({ mandate, token }) => [mandate, token])) }
  } finally {
    await registry.close()
  }
}

/** Sends a deal as its giver; answers the index of its entry, or undefined where it was refused. */
export async function transferOver({ connections, tokens }: Served, deal: Deal): Promise<number | undefined> {
  const { from, request, settle } = deal
  const headers = {
    authorization: `Bearer ${tokens.get(from.mandate)}`,
    'idempotency-key': randomBytes(16).toString('hex'),
  }
  const { status, body } = await connections.send('POST', '/national/transfers', headers, JSON.stringify(request))
  settle(status === 201)
  return status === 201 ? (JSON.parse(body) as { id: number }).id : undefined
}

export function transferOverHttp(served: Served): Operation {
  return async () => (await transferOver(served, served.market.random())) !== undefined
}

/** The largest PSS of the server while something goes on. */
export async function largestPss<T>(served: Served, work: () => Promise<T>): Promise<{ result: T; loadMB: number }> {
  let [loadMB, over] = [0, false]
  const watch = async () => {
    while (!over) {
      loadMB = Math.max(loadMB, await pssMB([served.process.child.pid ?? 0]))
      await delay(WATCH_MS)
    }
  }
  const watching = watch()
  const result = await work().finally(() => {
    over = true
  })
  await watching
  return { result, loadMB }
}

const POLL_MS = 20
const PROOF_MS = 30_000

/** Milliseconds from the answer to a transfer until a signed checkpoint that covers it is published. */
export async function acceptToProofMs(served: Served): Promise<number> {
  const index = await transferOver(served, served.market.random())
  const accepted = performance.now()
  while (index !== undefined && performance.now() - accepted < PROOF_MS) {
    const { body } = await served.connections.send('GET', '/log/checkpoint', {})
    if (Number(body.split('\n')[1]) > index) return performance.now() - accepted
    await delay(POLL_MS)
  }
  throw new Error(index === undefined ? 'a transfer was refused' : `entry ${index} had no proof within 30 s`)
}
