import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { freshName, type Server } from './database.ts'
import {
  type Baseline,
  CALLERS,
  foundLedger,
  growTo,
  openCopy,
  type Running,
  type Tell,
  type Throughput,
  throughputOf,
  transferVia,
} from './ledger.ts'
import { closedLoop, median, openLoop, quantile } from './load.ts'
import type { Options } from './options.ts'
import { cpuSeconds } from './process.ts'
import { acceptToProofMs, largestPss, serveWorld, transferOverHttp } from './server.ts'

/** Clients of the closed loop over HTTP. */
const HTTP_CLIENTS = 64
/** A server that was just started compiles its code while it works: it is measured as one that has run for a while. */
const COMPILED_SECONDS = 15
const WARM_SECONDS = 2
/** Throughput that is wanted, as a share of single rows. */
const WANTED = { ledger: 0.3, http: 0.1 }
/** What the measuring of `verify` prints of a run that found nothing wrong. */
const VERIFIED =
  /^run \d+: (?:whole|identity-not-checked), (\d+) of (\d+) entries in [\d.]+ s; (\d+) entries\/s on (\d+) cores/gm
const MEASURE_VERIFY = fileURLToPath(new URL('../tests/support/measure-verify.ts', import.meta.url))

export interface LedgerResult {
  random: Throughput
  hot: Throughput
}

/** The ledger's port, in this process: transfers among all accounts at random, and with one account in each of them. */
export async function measureLedger(
  server: Server,
  { accounts, seconds }: Options,
  baseline: Baseline,
  tell: Tell,
): Promise<LedgerResult> {
  const running = await foundLedger(server, await server.create(freshName('ledger')), accounts, tell)
  try {
    tell('ledger: random accounts')
    const load = { clients: CALLERS, seconds, baseline, wanted: WANTED.ledger }
    const random = await throughputOf(
      transferVia(running.ledger, () => running.market.random()),
      load,
    )
    tell('ledger: one hot account')
    const hot = await throughputOf(
      transferVia(running.ledger, () => running.market.hot()),
      load,
    )
    return { random, hot }
  } finally {
    await running.close()
  }
}

export interface HttpResult {
  throughput: Throughput
  acceptToProofP99Ms: number
  restMB: number
  loadMB: number
}

/** The whole way: a server of its own, people signed in, an idempotency key with each request. */
export async function measureHttp(
  server: Server,
  options: Options,
  baseline: Baseline,
  tell: Tell,
): Promise<HttpResult> {
  const served = await serveWorld(server, options.accounts, tell)
  try {
    tell('http: throughput and latency')
    const operation = transferOverHttp(served)
    await closedLoop(HTTP_CLIENTS, COMPILED_SECONDS, operation)
    const { result: throughput, loadMB } = await largestPss(served, () =>
      throughputOf(operation, { clients: HTTP_CLIENTS, seconds: options.seconds, baseline, wanted: WANTED.http }),
    )
    tell('http: from accept to proof')
    const samples: number[] = []
    const sample = async () => {
      const end = performance.now() + options.seconds * 1000
      while (performance.now() < end) samples.push(await acceptToProofMs(served))
    }
    const half = openLoop(throughput.perSecond / 2, options.seconds, operation)
    await Promise.all([half, ...Array.from({ length: 8 }, sample)])
    return { throughput, acceptToProofP99Ms: quantile(samples, 0.99), restMB: served.restMB, loadMB }
  } finally {
    await served.close()
  }
}

export interface GrowthResult {
  p50: number
  cpu: number
  p99: number
}

interface Stretch {
  p50: number
  p99: number
  cpu: number
}

/**
 * The same load on a small and on a large ledger, by turns. The small one is a fresh copy each time, to stay small; both are
 * opened anew, so that neither knows more of its state than the other. Without integrator and signer.
 */
export async function measureGrowth(server: Server, options: Options, tell: Tell): Promise<GrowthResult> {
  const { small, large, runs, seconds } = options.growth
  const smallName = freshName('small')
  const made = await foundLedger(server, await server.create(smallName), options.accounts, tell)
  await growTo(made, small, tell)
  await made.close()
  const largeUrl = await server.create(freshName('large'), smallName)
  let grown = await openCopy(largeUrl, made)
  const stretches: { small: Stretch[]; large: Stretch[] } = { small: [], large: [] }
  try {
    await growTo(grown, large, tell)
    const perSecond = await onCopy(server, made, smallName, pace)
    tell(`growth: ${Math.round(perSecond)} transfers a second on ${small} and on ${large} entries, ${runs} runs each`)
    const load = (running: Running) => stretch(server, running, { perSecond, seconds })
    for (let run = 0; run < runs; run += 1) {
      stretches.small.push(await onCopy(server, made, smallName, load))
      await grown.close()
      grown = await openCopy(largeUrl, grown)
      stretches.large.push(await load(grown))
    }
  } finally {
    await grown.close()
  }
  const ratio = (of: (stretch: Stretch) => number) => median(stretches.large.map(of)) / median(stretches.small.map(of))
  return { p50: ratio(({ p50 }) => p50), cpu: ratio(({ cpu }) => cpu), p99: ratio(({ p99 }) => p99) }
}

/** A load that a small ledger takes easily: a third of what it can take. */
async function pace(running: Running): Promise<number> {
  const operation = transferVia(running.ledger, () => running.market.random())
  await closedLoop(CALLERS, WARM_SECONDS, operation)
  return (await closedLoop(CALLERS, WARM_SECONDS, operation)).perSecond / 3
}

async function stretch(
  server: Server,
  running: Running,
  { perSecond, seconds }: { perSecond: number; seconds: number },
): Promise<Stretch> {
  const operation = transferVia(running.ledger, () => running.market.random())
  await openLoop(perSecond, WARM_SECONDS, operation)
  const before = await cpuOf(server)
  const { p50Ms, p99Ms, done } = await openLoop(perSecond, seconds, operation)
  return { p50: p50Ms, p99: p99Ms, cpu: ((await cpuOf(server)) - before) / done }
}

/** Processor time of this process and of the database's. */
async function cpuOf(server: Server): Promise<number> {
  return cpuSeconds([process.pid, ...(await server.pids())])
}

async function onCopy<T>(
  server: Server,
  like: Running,
  from: string,
  work: (running: Running) => Promise<T>,
): Promise<T> {
  const name = freshName('copy')
  const running = await openCopy(await server.create(name, from), like)
  try {
    return await work(running)
  } finally {
    await running.close()
    await server.drop(name)
  }
}

export interface VerifyResult {
  entriesPerSecond: number
  cores: number
}

/** `verify` with replay, measured by the program that is there for that. */
export async function measureVerify({ verify }: Options, tell: Tell): Promise<VerifyResult> {
  tell('verify')
  const args = ['--disable-warning=ExperimentalWarning', MEASURE_VERIFY, String(verify.entries), String(verify.runs)]
  const env = { ...process.env, NODE_OPTIONS: '' }
  const { stdout } = await promisify(execFile)(process.execPath, args, { maxBuffer: 1_000_000, env })
  const runs = [...stdout.matchAll(VERIFIED)].filter(([, replayed, size]) => replayed === size)
  if (runs.length !== verify.runs) throw new Error(`verify was not measured:\n${stdout}`)
  return { entriesPerSecond: median(runs.map(([, , , perSecond]) => Number(perSecond))), cores: Number(runs[0]?.[4]) }
}
