import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'vitest'
import type { Answer, Api } from './api.ts'
import { testDatabase } from './database.ts'
import { type ServerProcess, startServer } from './server.ts'
import { tallystick } from './tallystick.ts'

/** Two `national` processes on one PostgreSQL; the first also integrates, signs and prints mail. */
export interface TwoNationals {
  servers: [ServerProcess, ServerProcess]
  /** A person at one process or the other, in turns. */
  inTurns(api: Api, at: number): Api
  /** Holds the rows against the log, and the log against the rules, as a stranger would. */
  checkWhole(): Promise<void>
  close(): Promise<void>
}

export async function startTwoNationals(): Promise<TwoNationals> {
  const folder = await mkdtemp(join(tmpdir(), 'two-nationals-'))
  const database = await testDatabase()
  const start = (name: string, modules: string) =>
    startServer({ DATABASE_URL: database.url, DATA_DIR: join(folder, name), RUN_MODULE: modules })
  const first = await start('one', 'national,integrator,signer,mailer')
  const servers: TwoNationals['servers'] = [first, await start('two', 'national')]
  return {
    servers,
    inTurns: (api, at) => api.at((servers[at % 2] ?? first).url),
    async checkWhole() {
      const env = { DATABASE_URL: database.url, DATA_DIR: join(folder, 'one') }
      expect(await tallystick(['reconcile', '--json'], env)).toMatchObject({ exitCode: 0, json: { differences: [] } })
      const exported = await tallystick(['export-log', join(folder, 'log'), '--json'], env)
      expect(exported, exported.stderr).toMatchObject({ exitCode: 0 })
      const verified = await tallystick(['verify', join(folder, 'log'), '--vkey', exported.json.vkey], {})
      expect(verified, verified.stdout).toMatchObject({ exitCode: 0 })
    },
    async close() {
      await Promise.all(servers.map((server) => server.kill()))
      await database.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** How many answers had which status. */
export function statuses(answers: readonly Answer[]): Record<number, number> {
  const counts: Record<number, number> = {}
  for (const { status } of answers) counts[status] = (counts[status] ?? 0) + 1
  return counts
}
