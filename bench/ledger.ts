import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { join } from 'node:path'
import {
  CheckpointSigner,
  Integrator,
  isReceipt,
  newGenesis,
  PostgresLedger,
  repeat,
  signingKey,
} from '@tallystick/ledger'
import type { Server } from './database.ts'
import { closedLoop, type Measured, MOST_UNDER_WAY, median, type Operation, openLoop, times } from './load.ts'
import { type Deal, Market } from './market.ts'
import { makeWorld, send, type World } from './world.ts'

/** Callers of the closed loop: as many as four full groups. */
export const CALLERS = 400
/** Of the throughput, the load at which latency is measured. */
export const OPEN_SHARE = 0.7
/** Rounds of a measurement. */
const ROUNDS = 3
/** So long a process works before it is measured: it compiles its code, and learns what it is asked for. */
const WARM_SECONDS = 5
const INTEGRATOR_PAUSE_MS = 100
const SIGNER_PAUSE_MS = 500

/** A ledger with all that runs beside it in a server: integrator and signer. */
export interface Running {
  ledger: PostgresLedger
  world: World
  market: Market
  close(): Promise<void>
}

/** Tells a person how far it is. */
export type Tell = (text: string) => void

/** Founds a ledger in an empty database and fills it with a world. */
export async function foundLedger(server: Server, url: string, accounts: number, tell: Tell): Promise<Running> {
  const key = signingKey(generateKeyPairSync('ed25519').privateKey)
  const ledger = await PostgresLedger.open({ connectionString: url }, { mostWaiting: MOST_UNDER_WAY })
  const country = { code: 'XT', name: 'Exampleland' }
  const { genesis, documents } = newGenesis({ country, timeZone: 'UTC', test: true, keyFor: key.vkey })
  await ledger.found(genesis, documents)
  const stop = runBeside(ledger, new CheckpointSigner(ledger, key, join(server.folder, `${genesis.ledger}.json`)))
  const world = await makeWorld(ledger, { accounts, seed: 1, commit: someCommitments, onProgress: tell })
  return {
    ledger,
    world,
    market: new Market(world, 1),
    async close() {
      await stop()
      await ledger.close()
    },
  }
}

/** The ledger in another database that is a copy, without integrator and signer: they have signed what is there. */
export async function openCopy(url: string, like: Running): Promise<Running> {
  const ledger = await PostgresLedger.open({ connectionString: url }, { mostWaiting: MOST_UNDER_WAY })
  return { ledger, world: like.world, market: like.market.copy(2), close: () => ledger.close() }
}

function runBeside(ledger: PostgresLedger, signer: CheckpointSigner): () => Promise<void> {
  const integrator = new Integrator(ledger)
  const onError = (error: unknown) => console.error(`integrator or signer: ${String(error)}`)
  const loops = [
    repeat(() => integrator.step(), { pauseMs: INTEGRATOR_PAUSE_MS, onError }),
    repeat(() => signer.step(), { pauseMs: SIGNER_PAUSE_MS, onError }),
  ]
  return async () => {
    for (const loop of loops) await loop.stop()
  }
}

async function someCommitments(names: string[]): Promise<string[]> {
  return names.map(() => randomBytes(32).toString('hex'))
}

/** A transfer through the ledger's port. */
export function transferVia(ledger: PostgresLedger, next: () => Deal): Operation {
  return async () => {
    const { from, request, settle } = next()
    const outcome = await send(ledger, from.mandate, 'CreditsTransferred', request)
    settle(isReceipt(outcome))
    return isReceipt(outcome)
  }
}

/** Medians of several rounds. */
export interface Throughput {
  perSecond: number
  /** To single rows inserted before and after the same round. */
  ratio: number
  /** Latency at a share of what the same round has reached. */
  p50Ms: number
  p99Ms: number
  /** p99 at the same share of the throughput that is wanted, which does not grow with what is reached. */
  wantedP99Ms: number
}

/** Single rows that the database inserts in a second, now. */
export type Baseline = () => Promise<number>

export interface ThroughputOptions {
  clients: number
  seconds: number
  baseline: Baseline
  /** Share of the baseline that is wanted. */
  wanted: number
}

/**
 * Throughput by a closed loop, a third of the time in each of three rounds, then latency by an open loop at a share of it.
 * With the baseline between the rounds: a machine that is shared is now twice as fast and now half, and a ratio should not
 * tell of that.
 */
export async function throughputOf(
  operation: Operation,
  { clients, seconds, baseline, wanted }: ThroughputOptions,
): Promise<Throughput> {
  await closedLoop(clients, Math.min(WARM_SECONDS, seconds), operation)
  const rounds: { closed: Measured; open: Measured; atWanted: Measured; ratio: number }[] = []
  let before = await baseline()
  while (rounds.length < ROUNDS) {
    const closed = await closedLoop(clients, seconds / ROUNDS, operation)
    const open = await openLoop(closed.perSecond * OPEN_SHARE, seconds, operation)
    const atWanted = await openLoop(before * wanted * OPEN_SHARE, seconds, operation)
    const after = await baseline()
    rounds.push({ closed, open, atWanted, ratio: closed.perSecond / ((before + after) / 2) })
    before = after
    for (const { failed } of [closed, open, atWanted])
      if (failed > 0) throw new Error(`${failed} transfers were refused`)
  }
  return {
    perSecond: median(rounds.map(({ closed }) => closed.perSecond)),
    ratio: median(rounds.map(({ ratio }) => ratio)),
    p50Ms: median(rounds.map(({ open }) => open.p50Ms)),
    p99Ms: median(rounds.map(({ open }) => open.p99Ms)),
    wantedP99Ms: median(rounds.map(({ atWanted }) => atWanted.p99Ms)),
  }
}

/** Transfers until the log has so many entries. */
export async function growTo(running: Running, entries: number, tell: Tell): Promise<void> {
  const { size } = await running.ledger.head()
  const transfer = transferVia(running.ledger, () => running.market.random())
  await times(Math.max(0, entries - size), CALLERS, transfer, (done) => {
    if (done % 50_000 === 0) tell(`${size + done} of ${entries} entries`)
  })
}
