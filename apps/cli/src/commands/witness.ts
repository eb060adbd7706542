import { access, readFile } from 'node:fs/promises'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { LockedError, type WatchedLog, type Witness, WitnessError, withWitness } from '@tallystick/ledger'
import { sha256Bytes } from '@tallystick/rules'
import { onShutdown, StartupError } from '@tallystick/server/process'
import { parsePolicy, parseVkey, TlogError, type Vkey } from '@tallystick/tlog'
import { parse, UsageError } from '../command.ts'
import { text } from '../texts.ts'
import { witnessServer } from './witness-http.ts'

const FOLDER = './witness'
const PORT = '3031'

/** Runs a witness until it is told to stop. Throws UsageError and StartupError. */
export async function witnessCommand(args: string[]): Promise<void> {
  const { values } = parse(args, {
    vkey: { type: 'string', multiple: true },
    origin: { type: 'string' },
    policy: { type: 'string' },
    name: { type: 'string' },
    host: { type: 'string' },
    port: { type: 'string' },
  })
  const port = portOf(values.port ?? PORT)
  const logs = await logsOf(values)
  const folder = values.data ?? FOLDER
  await refuseRegistry(folder)
  const stopping = Promise.withResolvers<void>()
  const done = run({ folder, logs, name: values.name }, async (witness) => {
    const server = await listen(witness, values.host ?? 'localhost', port)
    tell(witness, urlOf(server, values.host ?? 'localhost'), values.json === true)
    await stopping.promise
    await close(server)
  })
  onShutdown(async () => {
    stopping.resolve()
    await done
  })
  await done
}

async function run(
  options: Parameters<typeof withWitness>[0],
  work: (witness: Witness) => Promise<void>,
): Promise<void> {
  try {
    await withWitness(options, work)
  } catch (error) {
    if (error instanceof WitnessError || error instanceof LockedError) throw new StartupError(error.message)
    throw error
  }
}

interface Named {
  vkey?: string[] | undefined
  origin?: string | undefined
  policy?: string | undefined
}

/** The logs that the command line names; several keys of one name are of one log. */
async function logsOf({ vkey = [], origin, policy }: Named): Promise<WatchedLog[]> {
  if (origin !== undefined && vkey.length === 0) throw new UsageError(text('witnessOriginAlone'))
  const given = vkey.map((one) => keyOf(one))
  const keys = new Map<string, Vkey[]>()
  const add = (name: string, key: Vkey) => keys.set(name, [...(keys.get(name) ?? []), key])
  for (const key of given) add(origin ?? key.name, key)
  for (const key of policy === undefined ? [] : await policyKeys(policy)) add(key.name, key)
  if (keys.size === 0) throw new UsageError(text('witnessNoLog'))
  return [...keys].map(([name, known]) => ({ origin: name, keys: known }))
}

function keyOf(given: string): Vkey {
  try {
    const vkey = parseVkey(sha256Bytes, given.trim())
    if (vkey.kind === 'ed25519') return vkey
  } catch (error) {
    if (!(error instanceof TlogError)) throw error
    throw new UsageError(text('witnessBadVkey', { reason: error.message }))
  }
  throw new UsageError(text('witnessBadVkey', { reason: text('witnessKeyOfWitness') }))
}

async function policyKeys(file: string): Promise<Vkey[]> {
  const bytes = await readFile(file)
  try {
    const { logs } = parsePolicy(sha256Bytes, bytes)
    return logs.map(({ vkey }) => vkey).filter((vkey) => vkey !== null)
  } catch (error) {
    if (!(error instanceof TlogError)) throw error
    throw new UsageError(text('witnessBadPolicy', { file, reason: error.message }))
  }
}

/** A witness of a registry that has its folder would be the registry. */
async function refuseRegistry(folder: string): Promise<void> {
  for (const name of ['ledger.json', 'signer']) {
    const isThere = await access(join(folder, name)).then(
      () => true,
      () => false,
    )
    if (isThere) throw new UsageError(text('witnessInRegistry', { folder }))
  }
}

function portOf(given: string): number {
  const port = /^\d{1,5}$/.test(given) ? Number(given) : 65_536
  if (port <= 65_535) return port
  throw new UsageError(text('witnessBadPort', { port: given }))
}

async function listen(witness: Witness, host: string, port: number): Promise<Server> {
  const server = witnessServer(witness, (error) => console.error(error))
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => {
      reject(new StartupError(text('witnessPort', { host, port, reason: error.message })))
    })
    server.listen(port, host, resolve)
  })
  return server
}

function urlOf(server: Server, host: string): string {
  const { port } = server.address() as AddressInfo
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`
}

function tell(witness: Witness, url: string, json: boolean): void {
  const { vkey } = witness
  const logs = witness.logs()
  const lines = logs.map(({ origin, size, at }) =>
    size === null || at === null ? text('witnessLogNew', { origin }) : text('witnessLog', { origin, size, at }),
  )
  console.log(json ? JSON.stringify({ vkey, url, logs }) : [text('witnessReady', { vkey, url }), ...lines].join('\n'))
}

/** Those who wait for an answer get it. */
function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve())
    server.closeIdleConnections()
  })
}
