import { mkdtemp, rm } from 'node:fs/promises'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { exportLog, FolderSource, verifyLog } from '@tallystick/ledger'
import { sha256Bytes } from '@tallystick/rules'
import { parseVkey } from '@tallystick/tlog'
import { publish } from './ledger-fixture.ts'
import { transfersOnly } from './ledger-life.ts'

/**
 * Measures `verify` with replay over a log of transfers: `node tests/support/measure-verify.ts [entries] [runs]`. Prints
 * entries a second of each run, with the cores that there are and the processor time that it took.
 */
const [entries = 100_000, runs = 3] = process.argv.slice(2).map(Number)
const fixture = await transfersOnly('measure', entries)
await publish(fixture.ledger, fixture.key)
const folder = await mkdtemp(join(tmpdir(), 'tallystick-measure-'))
try {
  await exportLog(fixture.ledger, folder)
  const vkey = parseVkey(sha256Bytes, fixture.vkey)
  for (let run = 1; run <= runs; run += 1) {
    const started = { ms: performance.now(), cpu: process.cpuUsage() }
    const report = await verifyLog(new FolderSource(folder), { vkey })
    const seconds = (performance.now() - started.ms) / 1000
    const { user, system } = process.cpuUsage(started.cpu)
    const perSecond = Math.round(report.entries.size / seconds)
    console.log(
      `run ${run}: ${report.outcome}, ${report.entries.size} entries in ${seconds.toFixed(2)} s = ${perSecond} entries/s`,
      `on ${availableParallelism()} cores, ${((user + system) / 1e6).toFixed(2)} s of processor time`,
    )
  }
} finally {
  await rm(folder, { recursive: true, force: true })
}
