import { randomBytes, randomUUID } from 'node:crypto'
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { type ClientRequest, request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { docxWith } from '../../apps/server/src/platform/files/judge/samples.fixture.ts'
import { Api, registerProject, setUpCast, until } from '../support/api.ts'
import { freePort, type ServerProcess, startServer } from '../support/server.ts'

const MIB = 1_048_576
const GIB_2 = 2_147_483_648
const LIMIT = 25 * MIB
const MOST_GROWTH = 96 * MIB
const PIECE = Buffer.alloc(262_144, 'a,b\n')

let folder = ''
let env: Record<string, string> = {}
let server: ServerProcess
let project = ''
let token = ''

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'files-'))
  env = { DATA_DIR: folder, PORT: String(await freePort()) }
  server = await startServer(env)
  const cast = await setUpCast(server.url, (email) => server.linkFor(email), 'root@authority.example')
  project = (await registerProject(cast, ['100', '0'], '1000')).project.id
  const email = 'sender@developer.example'
  const [{ organisation }] = cast.developers
  await cast.officer.done('/national/users', { email, name: 'Sender', organisation, role: 'Admin' })
  token = (await new Api(server.url).send('POST', '/national/sessions', { token: await server.linkFor(email) })).body
    .token
})
afterAll(async () => {
  await server?.kill('SIGKILL')
  await rm(folder, { recursive: true, force: true })
})

interface Sent {
  status: number
  body: { code?: string; facts?: { fault?: string } }
  bytes: number
}

/** Sends pieces until so many bytes are sent or there is an answer. Whether the line is cut afterwards does not matter. */
function send(
  bytes: number,
  { headers = {}, begun = (_: ClientRequest) => undefined as unknown, name = 'large.csv' } = {},
): Promise<Sent> {
  return new Promise((resolve, reject) => {
    const sending = request(`${server.url}/national/projects/${project}/attachments?name=${name}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'idempotency-key': randomUUID(), ...headers },
    })
    let sent = 0
    let answered = false
    const more = () => {
      while (!answered && sent < bytes && !sending.destroyed) {
        sent += PIECE.length
        if (!sending.write(PIECE)) return void sending.once('drain', more)
      }
      if (sent >= bytes) sending.end()
    }
    sending.on('response', async (response) => {
      answered = true
      const body = JSON.parse(await text(response).catch(() => '{}'))
      resolve({ status: response.statusCode ?? 0, body, bytes: sent })
      sending.destroy()
    })
    sending.on('error', (error) => answered || reject(error))
    begun(sending)
    more()
  })
}

/** The most memory that the server has held since it was last asked. */
async function peakOf(pid: number | undefined): Promise<number> {
  const told = await readFile(`/proc/${pid}/status`, 'utf8')
  await writeFile(`/proc/${pid}/clear_refs`, '5')
  return Number(/VmHWM:\s+(\d+) kB/.exec(told)?.[1]) * 1024
}

const incoming = () => readdir(join(folder, 'files', 'incoming'))
const kept = async () =>
  (await readdir(join(folder, 'files', 'kept'), { recursive: true })).filter((name) => name.length > 60)

test('two gigabytes are broken off at the limit, and lie neither in memory nor on the disk', async () => {
  const { pid } = server.child
  await send(2 * MIB)
  await peakOf(pid)
  const before = await peakOf(pid)
  let most = 0
  const watch = setInterval(async () => {
    for (const name of await incoming())
      most = Math.max(most, (await stat(join(folder, 'files', 'incoming', name)).catch(() => ({ size: 0 }))).size)
  }, 5)
  const began = performance.now()
  const answer = await send(GIB_2, { headers: { 'transfer-encoding': 'chunked' } })
  clearInterval(watch)
  const growth = (await peakOf(pid)) - before
  const [sent, grown, lay] = [answer.bytes, growth, most].map((bytes) => Math.round(bytes / MIB))
  console.log(
    `2 GiB: ${answer.status} after ${sent} MiB sent, ${Math.round(performance.now() - began)} ms; memory +${grown} MiB, disk ${lay} MiB`,
  )
  expect(answer).toMatchObject({ status: 413, body: { code: 'too-large' } })
  expect(answer.bytes).toBeLessThan(LIMIT + 64 * MIB)
  expect(most).toBeLessThanOrEqual(LIMIT + PIECE.length)
  expect(growth).toBeLessThan(MOST_GROWTH)
  await until('an empty quarantine', async () => (await incoming()).length === 0)
}, 60_000)

test('whoever says beforehand that it is too large is answered before anything is read', async () => {
  const answer = await send(GIB_2, { headers: { 'content-length': String(GIB_2) } })
  expect(answer).toMatchObject({ status: 413, body: { code: 'too-large' } })
  expect(answer.bytes).toBeLessThan(64 * MIB)
  expect(await incoming()).toEqual([])
}, 60_000)

test('whoever may not is answered before anything is kept', async () => {
  const answer = await send(GIB_2, { headers: { authorization: 'Bearer nobody', 'transfer-encoding': 'chunked' } })
  expect(answer).toMatchObject({ status: 401 })
  expect(answer.bytes).toBeLessThan(64 * MIB)
}, 60_000)

test('a line that is cut in the middle leaves nothing, nor does a server that is killed', async () => {
  let sending: ClientRequest | undefined
  const cut = send(20 * MIB, { begun: (one) => (sending = one) }).catch(() => 'cut')
  await until('a file that arrives', async () => (await incoming()).length === 1)
  sending?.destroy()
  expect(await cut).toBe('cut')
  await until('an empty quarantine', async () => (await incoming()).length === 0)

  const before = await kept()
  const lost = send(2 * MIB).then(
    () => 'answered',
    () => 'lost',
  )
  await until('a file that arrives', async () => (await incoming()).length > 0)
  await server.kill('SIGKILL')
  await lost
  server = await startServer(env)
  const after = await kept()
  expect(after.length - before.length).toBeLessThanOrEqual(1)
  const answer = await new Api(server.url).get(`/national/projects/${project}/attachments`)
  expect(answer.items).toEqual([])
})

test('while a file is judged that takes long, everybody else is answered', async () => {
  const parts = Array.from({ length: 60 }, (_, at) => ({
    name: `word/${at}.xml`,
    content: `${'<a/>'.repeat(970_000)}${randomBytes(20_000).toString('hex')}`,
  }))
  const bomb = docxWith(...parts)
  const headers = { authorization: `Bearer ${token}`, 'idempotency-key': randomUUID() }
  const url = `${server.url}/national/projects/${project}/attachments?name=bomb.docx`
  const judged = fetch(url, { method: 'POST', headers, body: new Uint8Array(bomb) }).then((answer) => answer.status)
  let slowest = 0
  let asked = 0
  for (let status = 0; status === 0; asked += 1) {
    const began = performance.now()
    await new Api(server.url).get('/national/health')
    slowest = Math.max(slowest, performance.now() - began)
    status = await Promise.race([judged, new Promise<number>((resolve) => setTimeout(resolve, 5, 0))])
    if (status !== 0) expect([201, 422]).toContain(status)
  }
  console.log(
    `${bomb.length} bytes judged while ${asked} questions were answered, the slowest in ${Math.round(slowest)} ms`,
  )
  expect(asked).toBeGreaterThan(3)
}, 60_000)
