import { cpus, totalmem } from 'node:os'
import type { Throughput } from './ledger.ts'
import { type ListsResult, WANTED_MS } from './lists.ts'
import { median } from './load.ts'
import type { GrowthResult, HttpResult, LedgerResult, VerifyResult } from './sections.ts'

/** All that a run has measured; a part that was left out is undefined. */
export interface Results {
  postgres: string
  pgbench: string
  /** Load average of the last minute before the run: what else this machine does. */
  busy: number
  /** Durable inserts of single rows by pgbench a second, each time that they were measured. */
  singleRow: number[]
  /** p99 of the same at 70 % of that load, in milliseconds: what the machine itself keeps waiting. */
  singleRowP99Ms: number[]
  doubleEntry: number | undefined
  /** PSS of the database's processes after the load. */
  databaseMB: number
  ledger?: LedgerResult | undefined
  http?: HttpResult | undefined
  growth?: GrowthResult | undefined
  verify?: VerifyResult | undefined
  lists?: ListsResult[] | undefined
}

/** The one object that the bench ends with; `null` for what was left out. */
export function jsonOf({ singleRow, ledger, http, growth, verify, lists }: Results) {
  const pgbench = median(singleRow)
  const ratio = (result: Throughput | undefined) => rounded(result?.ratio, 3)
  return {
    ledger: ledger ? { random: shown(ledger.random), hot: shown(ledger.hot) } : null,
    http: http ? shown(http.throughput) : null,
    pgbenchSingleRowTps: rounded(pgbench),
    ratioToPgbench: {
      ledgerRandom: ratio(ledger?.random),
      ledgerHot: ratio(ledger?.hot),
      http: ratio(http?.throughput),
    },
    acceptToProofP99Ms: rounded(http?.acceptToProofP99Ms),
    verifyEntriesPerSecond: rounded(verify?.entriesPerSecond),
    verifyCores: verify?.cores ?? null,
    growth: growth ? { p50: rounded(growth.p50, 3), cpu: rounded(growth.cpu, 3), p99: rounded(growth.p99, 3) } : null,
    pssMB: http ? { rest: rounded(http.restMB), load: rounded(http.loadMB) } : null,
    lists: lists ? lists.map(shownLists) : null,
  }
}

function shownLists({ projects, reads, baseline }: ListsResult) {
  return {
    projects,
    p95Ms: Object.fromEntries(reads.map(({ what, p95Ms }) => [what, rounded(p95Ms, 1)])),
    cpuMs: Object.fromEntries(reads.map(({ what, cpuMs }) => [what, rounded(cpuMs, 1)])),
    baselineP95Ms: rounded(baseline.p95Ms, 1),
  }
}

function shown({ perSecond, p50Ms, p99Ms }: Throughput) {
  return {
    transfersPerSecond: rounded(perSecond),
    p50Ms: rounded(p50Ms, 1),
    p99At70Ms: rounded(p99Ms, 1),
  }
}

function rounded(value: number | undefined, digits = 0): number | null {
  return value === undefined ? null : Number(value.toFixed(digits))
}

/** The same for people, with what it was measured on and beside. */
export function tableOf(results: Results): string {
  const { growth, pssMB, lists: _, ...json } = jsonOf(results)
  const [cpu] = cpus()
  const rows: [string, string][] = [
    ['machine', `${cpus().length} × ${cpu?.model.trim()}, ${Math.round(totalmem() / 1e9)} GB, Node ${process.version}`],
    ['load before the run', results.busy.toFixed(2)],
    ['database', `PostgreSQL ${results.postgres}, durable, default settings of a new registry`],
    [
      'single-row inserts',
      results.singleRow.length === 0
        ? ''
        : `${json.pgbenchSingleRowTps} /s (${results.pgbench}, -M prepared -c 64 -j 2; ${results.singleRow.map((tps) => tps.toFixed(0)).join(', ')})`,
    ],
    ['the same at 70 %', p99s(results.singleRowP99Ms)],
    ['five-statement double entry', results.doubleEntry === undefined ? '' : `${results.doubleEntry.toFixed(0)} /s`],
    ['ledger, random accounts', line(results.ledger?.random)],
    ['ledger, one hot account', line(results.ledger?.hot)],
    ['HTTP', line(results.http?.throughput)],
    ['accept to proof, p99', unit(json.acceptToProofP99Ms, 'ms')],
    [
      'verify with replay',
      json.verifyCores ? `${json.verifyEntriesPerSecond} entries/s on ${json.verifyCores} cores` : '',
    ],
    ['growth, large to small', growth ? `p50 × ${growth.p50}, CPU × ${growth.cpu}, p99 × ${growth.p99}` : ''],
    ['memory of the server (PSS)', pssMB ? `${pssMB.rest} MB at rest, ${pssMB.load} MB under load` : ''],
    ['memory of the database (PSS)', unit(rounded(results.databaseMB), 'MB')],
    ...(results.lists ?? []).flatMap(listRows),
  ]
  const width = Math.max(...rows.map(([name]) => name.length))
  return rows
    .filter(([, value]) => value !== '')
    .map(([name, value]) => `${name.padEnd(width)}  ${value}`)
    .join('\n')
}

/** One line for each read: what it takes, and beside it what the database alone takes for as many rows. */
function listRows({ projects, reads, baseline }: ListsResult): [string, string][] {
  const beside = `${baseline.what} from the database alone: p95 ${rounded(baseline.p95Ms, 1)} ms`
  const slow = reads.filter(({ p95Ms }) => p95Ms > WANTED_MS).map(({ what }) => what)
  return [
    [
      `${projects} projects`,
      `${slow.length === 0 ? 'all' : `all but ${slow.join(', ')}`} under ${WANTED_MS} ms p95; ${beside}`,
    ],
    ...reads.map(({ what, p50Ms, p95Ms, cpuMs }): [string, string] => [
      `  ${what}`,
      `p50 ${rounded(p50Ms, 1)} ms, p95 ${rounded(p95Ms, 1)} ms, processor ${rounded(cpuMs, 1)} ms`,
    ]),
  ]
}

function p99s(all: readonly number[]): string {
  if (all.length === 0) return ''
  return `p99 ${rounded(median(all), 1)} ms (${all.map((ms) => ms.toFixed(1)).join(', ')})`
}

function line(result: Throughput | undefined): string {
  if (!result) return ''
  const { transfersPerSecond, p50Ms, p99At70Ms } = shown(result)
  const [ratio, wanted] = [rounded(result.ratio, 3), rounded(result.wantedP99Ms, 1)]
  return `${transfersPerSecond} transfers/s = ${ratio} × single rows; at 70 %: p50 ${p50Ms} ms, p99 ${p99At70Ms} ms; at 70 % of what is wanted: p99 ${wanted} ms`
}

function unit(value: number | null, name: string): string {
  return value === null ? '' : `${value} ${name}`
}
