// Serves a registry that is there already, in a process of its own, for tests that kill it. Prints the port.
import { hash } from 'node:crypto'
import type { AddressInfo } from 'node:net'
import { PostgresLedger } from '@tallystick/ledger'
import { createApp } from '../app.ts'
import { openContent } from '../platform/content.ts'
import { localFiles } from '../platform/files/local.ts'
import { consoleNotify } from '../platform/notify.ts'
import { Openings } from '../platform/openings.ts'
import { paperRenderer } from '../platform/paper/renderer.ts'
import { passwordHasher } from '../platform/password-hash.ts'
import type { Services } from '../platform/services.ts'

/** `dies`: where it kills itself: once the PDF is kept and before the ledger has it, or once the ledger has it. */
const { url = '', folder = '', dies = '' } = JSON.parse(process.argv[2] ?? '{}') as Record<string, string>
const clock = () => new Date()
const ledger = await PostgresLedger.open({ connectionString: url }, { clock })
const pool = await openContent(url, 'create')
const genesis = await ledger.genesis()
if (!genesis) throw new Error('there is no registry')
const execute = ledger.execute.bind(ledger)
ledger.execute = async (command) => {
  if (dies === 'kept') process.kill(process.pid, 'SIGKILL')
  const outcome = await execute(command)
  if (dies === 'written') process.kill(process.pid, 'SIGKILL')
  return outcome
}
const services: Services = {
  ...{ pool, ledger, genesis, clock, openings: new Openings(pool), papers: paperRenderer() },
  files: { store: await localFiles(folder), incoming: folder, maxBytes: 1, maxDocumentBytes: 1 },
  notify: consoleNotify(() => undefined),
  onboarding: 'link',
  hasher: passwordHasher({ logN: 4, r: 1, p: 1 }),
  signingSecret: async () => hash('sha256', 'secret of a test', 'buffer'),
  ...{ language: 'en', publicUrl: 'http://localhost:3030', sourceUrl: 'https://example.org/source' },
  ...{ version: '0.0.0-test', modules: ['national'] },
}
const app = await createApp(services)
await app.listen({ host: '127.0.0.1', port: 0 })
process.stdout.write(`${(app.server.address() as AddressInfo).port}\n`)
