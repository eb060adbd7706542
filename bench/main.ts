import { loadavg } from 'node:os'
import { startDatabase } from './database.ts'
import { OPEN_SHARE } from './ledger.ts'
import { measureLists } from './lists.ts'
import { HELP, type Options, readOptions } from './options.ts'
import { preparePgbench } from './pgbench.ts'
import { hasProc, pssMB } from './process.ts'
import { jsonOf, type Results, tableOf } from './report.ts'
import { measureGrowth, measureHttp, measureLedger, measureVerify } from './sections.ts'

/** How far it is: on standard error, so that standard output holds the answer alone. */
function tell(text: string): void {
  process.stderr.write(`${new Date().toISOString().slice(11, 19)} ${text}\n`)
}

/** A part that fails is told, and what the others measured stays. */
async function part<T>(name: string, measure: () => Promise<T>): Promise<T | undefined> {
  try {
    return await measure()
  } catch (error) {
    tell(`${name} failed, its figures are missing: ${error instanceof Error ? error.message : String(error)}`)
    process.exitCode = 1
    return undefined
  }
}

async function run(options: Options): Promise<Results> {
  if (!hasProc()) throw new Error('The bench reads processor time and memory from /proc, so it runs on Linux only.')
  const [busy = 0] = loadavg()
  const server = await startDatabase(options.folder, options.postgres)
  try {
    const pgbench = await preparePgbench(server)
    const singleRow: number[] = []
    const singleRowP99Ms: number[] = []
    // Again and again: what else this machine does shows there.
    const baseline = async () => {
      tell('pgbench: single rows')
      const perSecond = await pgbench.singleRow(options.pgbenchSeconds)
      singleRow.push(perSecond)
      singleRowP99Ms.push(await pgbench.singleRowP99Ms(perSecond * OPEN_SHARE, options.pgbenchSeconds))
      return perSecond
    }
    const wanted = (section: Parameters<typeof options.sections.has>[0]) => options.sections.has(section)
    const ledger = wanted('ledger')
      ? await part('ledger', () => measureLedger(server, options, baseline, tell))
      : undefined
    const http = wanted('http') ? await part('http', () => measureHttp(server, options, baseline, tell)) : undefined
    // Lists have a baseline of their own.
    const isListsAlone = options.sections.size === 1 && wanted('lists')
    if (singleRow.length === 0 && !isListsAlone) await baseline()
    const databaseMB = await pssMB(await server.pids())
    if (!isListsAlone) tell('pgbench: double entry')
    const doubleEntry = isListsAlone ? undefined : await pgbench.doubleEntry(options.pgbenchSeconds)
    const growth = wanted('growth') ? await part('growth', () => measureGrowth(server, options, tell)) : undefined
    const verify = wanted('verify') ? await part('verify', () => measureVerify(options, tell)) : undefined
    const lists = wanted('lists') ? await part('lists', () => measureLists(server, options, tell)) : undefined
    const { version: postgres } = server
    return {
      postgres,
      pgbench: pgbench.version,
      busy,
      singleRow,
      singleRowP99Ms,
      doubleEntry,
      databaseMB,
      ledger,
      http,
      growth,
      verify,
      lists,
    }
  } finally {
    await server.close()
  }
}

try {
  const options = readOptions(process.argv.slice(2))
  if (options === 'help') {
    console.log(HELP)
  } else {
    const results = await run(options)
    console.log(options.json ? JSON.stringify(jsonOf(results)) : tableOf(results))
  }
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
  if (process.env.DEBUG) process.stderr.write(`${error instanceof Error ? error.stack : ''}\n`)
  process.exitCode = 1
}
