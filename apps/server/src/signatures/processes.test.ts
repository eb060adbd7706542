import { type ChildProcess, spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import { isOnlySigned } from '../platform/paper-signing/revisions.ts'
import { verifyPdf } from '../platform/paper-signing/verify.ts'
import { done } from '../registry.fixture.ts'
import { type Papers, papersToSign, type Signer, signer } from './signing.fixture.ts'
import { TURN_MS } from './turn.ts'

const SCRIPT = fileURLToPath(new URL('./signing-process.fixture.ts', import.meta.url))

let all: Papers
let folder: string
let ada: Signer
let ben: Signer
let chi: Signer
const children = new Set<ChildProcess>()

beforeAll(async () => {
  all = await papersToSign()
  folder = mkdtempSync(join(tmpdir(), 'processes-'))
  const { registry, owner, officers, emails } = all
  ada = await signer(registry, owner, emails.owner, 'Ada Núñez')
  ben = await signer(registry, officers[0], emails.officers[0], 'Ben Okoye')
  chi = await signer(registry, officers[1], emails.officers[1], 'Chi')
}, 300_000)
afterEach(() => {
  for (const child of children) child.kill('SIGKILL')
  children.clear()
})
afterAll(async () => {
  rmSync(folder, { recursive: true, force: true })
  await all?.registry.close()
})

/** Another process that serves the same registry. */
async function another(dies = ''): Promise<{ child: ChildProcess; url: string }> {
  const url = all.registry.services.pool.options.connectionString
  const child = spawn(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', SCRIPT, JSON.stringify({ url, folder, dies })],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  )
  children.add(child)
  const [port] = await once(child.stdout ?? child, 'data')
  return { child, url: `http://127.0.0.1:${String(port).trim()}` }
}

/** Sends the last step of a signature to a process; undefined where it did not live to answer. */
async function send(url: string, { who }: Signer, body: object, key: string = randomUUID()) {
  const headers = {
    ...{ authorization: `Bearer ${who.token}`, 'content-type': 'application/json', 'idempotency-key': key },
  }
  const request = { method: 'POST', headers, body: JSON.stringify(body) }
  try {
    for (;;) {
      const { status } = await fetch(`${url}/national/signatures/advanced`, request)
      // Those before took longer than anybody waits.
      if (status !== 429) return status
    }
  } catch {
    return undefined
  }
}

const at = () => `${all.path}/documents/project-design/signatures`

/** Who has signed, so the PDF; and in which places, so the ledger. Both tell of as many. */
async function signed(): Promise<string[]> {
  const pdf = await all.bytes(all.owner, `${at()}/paper`)
  const { signatures } = verifyPdf(pdf)
  const { places } = await done(all.registry.nobody.get(at()), 200)
  const taken = (places as { signed: object | null }[]).filter((place) => place.signed !== null)
  expect(signatures).toHaveLength(taken.length)
  if (signatures.length > 0) expect(await isOnlySigned(pdf)).toBe(true)
  return signatures.map(({ name }) => name).toSorted()
}

it('two processes at the same moment lose no signature', async () => {
  const [one, other] = await Promise.all([another(), another()])
  for (let round = 0; round < 2; round += 1) {
    const place = await all.submitted()
    await done(ada.sign({ ...place, slot: 'owner' }))
    const bodies = [
      await ben.ready({ ...place, slot: 'first-officer' }),
      await chi.ready({ ...place, slot: 'second-officer' }),
    ]
    const answers = await Promise.all([send(one.url, ben, bodies[0] ?? {}), send(other.url, chi, bodies[1] ?? {})])
    expect(answers).toEqual([201, 201])
    expect(await signed()).toEqual(['Ada Núñez', 'Ben Okoye', 'Chi'])
  }
}, 300_000)

it('a process that is killed between PDF and ledger has signed nothing, and nobody waits for long', async () => {
  const { url } = await another('kept')
  const place = await all.submitted()
  await done(ada.sign({ ...place, slot: 'owner' }))
  const body = await ben.ready({ ...place, slot: 'first-officer' })
  expect(await send(url, ben, body)).toBeUndefined()
  // Its PDF was kept, and is shown to nobody.
  const { rows } = await all.registry.services.pool.query(
    `SELECT 1 FROM content_signature WHERE convert_from(record, 'UTF8') LIKE $1 AND convert_from(record, 'UTF8') LIKE $2`,
    [`%${place.sha256}%`, '%first-officer%'],
  )
  expect(rows).toHaveLength(1)
  expect(await signed()).toEqual(['Ada Núñez'])
  all.registry.pass(TURN_MS)
  await done(ben.sign({ ...place, slot: 'first-officer' }))
  expect(await signed()).toEqual(['Ada Núñez', 'Ben Okoye'])
}, 300_000)

it('a process that is killed once the ledger has it has signed; who sends it again is answered so', async () => {
  const { url } = await another('written')
  const place = await all.submitted()
  await done(ada.sign({ ...place, slot: 'owner' }))
  const body = await ben.ready({ ...place, slot: 'first-officer' })
  const key = randomUUID()
  expect(await send(url, ben, body, key)).toBeUndefined()
  expect(await signed()).toEqual(['Ada Núñez', 'Ben Okoye'])
  all.registry.pass(TURN_MS)
  const again = await ben.who.post('/national/signatures/advanced', body, { key })
  expect(again).toMatchObject({ status: 201, body: { slot: 'first-officer' } })
  await done(chi.sign({ ...place, slot: 'second-officer' }))
  expect(await signed()).toEqual(['Ada Núñez', 'Ben Okoye', 'Chi'])
}, 300_000)

it('whenever a process is killed, the PDF tells what the ledger does', async () => {
  for (let round = 0; round < 3; round += 1) {
    const { child, url } = await another()
    const place = await all.submitted()
    await done(ada.sign({ ...place, slot: 'owner' }))
    const body = await ben.ready({ ...place, slot: 'first-officer' })
    const answer = send(url, ben, body)
    await sleep(Math.random() * 700)
    child.kill('SIGKILL')
    const status = await answer
    const names = await signed()
    if (status === 201) expect(names).toContain('Ben Okoye')
    all.registry.pass(TURN_MS)
    if (!names.includes('Ben Okoye')) await done(ben.sign({ ...place, slot: 'first-officer' }))
    await done(chi.sign({ ...place, slot: 'second-officer' }))
    expect(await signed()).toEqual(['Ada Núñez', 'Ben Okoye', 'Chi'])
  }
}, 300_000)
