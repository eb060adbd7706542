import { setTimeout as delay } from 'node:timers/promises'
import pg from 'pg'
import { errorCode } from '../error-code.ts'
import { StartupError } from '../startup-error.ts'
import { createDatabase, createStatement } from './create-database.ts'

/** Where a PostgreSQL of the operator is: one URL, or its parts. `host` may be the folder of a Unix socket. */
export type ExternalAddress =
  | { readonly url: string }
  | { readonly host: string; readonly port: number; readonly user: string; readonly password?: string | undefined }

export type External = { readonly url: string; readonly version: string; readonly place: string }

const OLDEST = 15
const NEWEST = 18
const UNREACHABLE = [
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOENT',
  'ECONNRESET',
]
const CONNECT_TIMEOUT_MS = 10_000

/** A server that recovers after a crash says so until it is done; we wait for that as long as this. */
const RECOVERY_MS = 60_000
const PAUSE_MS = 200
const STARTING_UP = '57P03'

/**
 * Checks that a database answers and suits us; makes it if it is missing and the role may, unless `mustExist` says what
 * to tell the operator then. Throws StartupError.
 */
export async function openExternal(address: ExternalAddress, database: string, mustExist?: string): Promise<External> {
  const url = databaseUrl(address, database)
  const place = placeOf(url)
  try {
    return { url: url.href, version: await check(url.href), place }
  } catch (error) {
    if (errorCode(error) !== '3D000') throw explain(error, place)
  }
  if (mustExist !== undefined) throw new StartupError(`There is no database ${place}. ${mustExist}`)
  await makeDatabase(url, place)
  return {
    url: url.href,
    version: await check(url.href).catch((error) => Promise.reject(explain(error, place))),
    place,
  }
}

/** The URL of an address; a URL without a database gets the given one. */
export function databaseUrl(address: ExternalAddress, database: string): URL {
  if ('url' in address) {
    const url = new URL(address.url)
    if (url.pathname.length <= 1) url.pathname = `/${encodeURIComponent(database)}`
    return url
  }
  const url = new URL('postgres://localhost')
  url.username = encodeURIComponent(address.user)
  if (address.password !== undefined) url.password = encodeURIComponent(address.password)
  url.pathname = `/${encodeURIComponent(database)}`
  if (address.host.startsWith('/')) url.searchParams.set('host', address.host)
  else url.hostname = address.host
  url.port = String(address.port)
  return url
}

/** Address and database without user and password, for messages. */
function placeOf(url: URL): string {
  const host = url.searchParams.get('host') ?? url.hostname
  return `${host}:${url.port || 5432}${url.pathname}`
}

async function check(url: string): Promise<string> {
  return withClient(url, async (client) => {
    const { rows } = await client.query<{ version: string; number: number; encoding: string }>(
      `SELECT split_part(current_setting('server_version'), ' ', 1) AS version,
              current_setting('server_version_num')::integer AS number,
              current_setting('server_encoding') AS encoding`,
    )
    const [server] = rows
    const major = Math.floor((server?.number ?? 0) / 10_000)
    if (!server || major < OLDEST || major > NEWEST) {
      throw new StartupError(`PostgreSQL ${server?.version} is not supported: it must be ${OLDEST} to ${NEWEST}.`)
    }
    if (server.encoding !== 'UTF8') {
      throw new StartupError(
        `The database has the encoding ${server.encoding}: it must be UTF8. Create it with ENCODING 'UTF8'.`,
      )
    }
    return server.version
  })
}

async function makeDatabase(url: URL, place: string): Promise<void> {
  const name = decodeURIComponent(url.pathname.slice(1))
  const maintenance = new URL(url)
  maintenance.pathname = '/postgres'
  try {
    await withClient(maintenance.href, (client) => createDatabase(client, name))
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new StartupError(
      `The database ${place} does not exist and cannot be made (${reason}). Run: ${createStatement(name)};`,
    )
  }
}

async function withClient<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  for (const end = Date.now() + RECOVERY_MS; ; await delay(PAUSE_MS)) {
    try {
      return await connectOnce(url, work)
    } catch (error) {
      if (errorCode(error) !== STARTING_UP || Date.now() > end) throw error
    }
  }
}

async function connectOnce<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: CONNECT_TIMEOUT_MS })
  client.on('error', () => {})
  try {
    await client.connect()
    return await work(client)
  } finally {
    await client.end().catch(() => {})
  }
}

function explain(error: unknown, place: string): Error {
  if (error instanceof StartupError) return new StartupError(`${place}: ${error.message}`)
  const code = errorCode(error)
  const message = error instanceof Error ? error.message : String(error)
  if (UNREACHABLE.includes(code) || /timeout expired|timed out/i.test(message)) {
    return new StartupError(
      `No PostgreSQL answers at ${place} (${code || 'no answer in 10 s'}). Is it running, and are DATABASE_URL, or DB_HOST and DB_PORT, right?`,
    )
  }
  if (code.startsWith('28') || /password/.test(message)) {
    return new StartupError(
      `PostgreSQL at ${place} does not let us in: ${message}. Check DATABASE_URL, or DB_USER and DB_PASSWORD.`,
    )
  }
  return new StartupError(`PostgreSQL at ${place} cannot be used: ${message}`)
}
