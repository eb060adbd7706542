import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { FolderSource, verifyLog } from '@tallystick/ledger'
import { seedFolder } from './seed-ledger.ts'

/**
 * Measures `verify` with replay: `node tests/support/measure-verify.ts [entries] [runs] [folder]`. Makes a log of
 * transfers and retirements in the folder, unless one is there already, and prints for each run entries a second, with
 * the cores that there are, the processor time that it took, as a whole and for the first and the last tenth, and the
 * memory; beside it how long a fixed piece of work took in the same minute, to compare runs on a computer that others use.
 */
const [entries = 100_000, runs = 3] = process.argv.slice(2, 4).map(Number)
const given = process.argv[4]
const folder = given ?? (await mkdtemp(join(tmpdir(), 'tallystick-measure-')))
try {
  if (!existsSync(join(folder, 'checkpoint'))) await seedFolder(folder, { seed: 'measure', entries })
  for (let run = 1; run <= runs; run += 1) console.log(`run ${run}:`, await measure())
} finally {
  if (given === undefined) await rm(folder, { recursive: true, force: true })
}

async function measure(): Promise<string> {
  const fixed = fixedWorkMs()
  const started = { ms: performance.now(), cpu: process.cpuUsage() }
  const tenths: number[] = [0]
  let mostPss = 0
  const watch = setInterval(async () => {
    mostPss = Math.max(mostPss, await pssMb())
  }, 1_000)
  const { outcome, entries } = await verifyLog(new FolderSource(folder), {
    onProgress: (done, size) => {
      if (done >= (tenths.length * size) / 10) tenths.push(cpuMsSince(started.cpu))
    },
  })
  clearInterval(watch)
  const seconds = (performance.now() - started.ms) / 1000
  const cpuMs = cpuMsSince(started.cpu)
  const tenth = (from = 0, to = 0) => ((to - from) / (entries.size / 10_000)).toFixed(1)
  return [
    `${outcome}, ${entries.replayed} of ${entries.size} entries in ${seconds.toFixed(2)} s`,
    `${Math.round(entries.size / seconds)} entries/s on ${availableParallelism()} cores`,
    `${(cpuMs / (entries.size / 1000)).toFixed(1)} ms of processor time for 1,000`,
    `of the first tenth ${tenth(tenths[0], tenths[1])} ms, of the last ${tenth(tenths.at(-2), tenths.at(-1))} ms`,
    `PSS at most ${Math.max(mostPss, await pssMb())} MB`,
    `fixed work ${fixed} ms`,
  ].join('; ')
}

function cpuMsSince(start: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(start)
  return (user + system) / 1000
}

/** SHA-256 of 64 MB, on one core. */
function fixedWorkMs(): number {
  const block = new Uint8Array(1024 * 1024)
  const started = performance.now()
  const hash = createHash('sha256')
  for (let at = 0; at < 64; at += 1) hash.update(block)
  hash.digest()
  return Math.round(performance.now() - started)
}

/** Memory of this process, shared pages divided; 0 where the system does not tell. */
async function pssMb(): Promise<number> {
  const rollup = await readFile('/proc/self/smaps_rollup', 'utf8').catch(() => '')
  return Math.round(Number(/^Pss:\s+(\d+) kB/m.exec(rollup)?.[1] ?? 0) / 1024)
}
