import { repeat } from '@tallystick/ledger'
import { openContent } from '../content.ts'
import { gatherMails } from './gather.ts'
import { Mailer } from './mailer.ts'
import { smtpTransport } from './transport.ts'

/** A mailer that also gathers, in a process of its own, to be killed: what it is told stands in its one argument. */
const { url, host, port, origin } = JSON.parse(process.argv[2] ?? '{}') as Record<string, string>
const pool = await openContent(String(url), 'create')
const genesis = { country: { code: 'XT', name: 'Exampleland' }, timeZone: 'UTC', test: true, origin: String(origin) }
const connections = 4
const endpoint = { host: String(host), port: Number(port), implicitTls: false }
const common = { from: 'registry@example.org', auth: undefined, tls: 'required' as const }
const transport = smtpTransport({ ...common, endpoint, connections, silenceMs: 700 })
const sender = { genesis, publicUrl: 'https://registry.example' }
const log = { info: console.log, warn: console.log }
const mailer = new Mailer({ pool, sender, transport, log, connections, leaseMs: 4_000, lookMs: 200, pauseMs: 20 })
const gather = repeat(() => gatherMails(pool, { language: 'en', publicUrl: sender.publicUrl }), {
  pauseMs: 20,
  onError: () => undefined,
})
process.on('SIGTERM', async () => {
  await gather.stop()
  await mailer.stop(1_000)
  await pool.end()
  process.exit(0)
})
