import { spawnSync } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { goVerifier } from '../external/go.ts'
import { Api, type Cast, issue, registerProject, setUpCast } from '../support/api.ts'
import { type ServerProcess, startServer } from '../support/server.ts'
import { tallystick } from '../support/tallystick.ts'

let folder: string
let server: ServerProcess
let cast: Cast

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'spine-'))
  server = await startServer({ DATA_DIR: join(folder, 'data') })
  cast = await setUpCast(server.url, server.linkFor, 'root@authority.example')
})

afterAll(async () => {
  await server?.kill()
  await rm(folder, { recursive: true, force: true })
})

const env = () => ({ DATA_DIR: join(folder, 'data') })

test('over HTTP alone: register, authorise, issue, transfer, hold, lift, retire; the certificate checks offline', async () => {
  const [sunfield, trader] = cast.developers
  const { authorisation } = await registerProject(cast, ['60', '40'], '10000')
  const first = await issue(cast, authorisation.id, '2023', '1001')
  const second = await issue(cast, authorisation.id, '2024', '4800')
  expect(first.runs.map(({ quantity }: { quantity: string }) => quantity)).toEqual(['601', '400'])
  expect(BigInt(second.block.first)).toBe(BigInt(first.block.last) + 1n)

  const byQuantity = { batch: second.id, from: sunfield.holding, to: trader.holding, quantity: '100' }
  const moved = await sunfield.api.done('/national/transfers', byQuantity)
  expect(moved.ranges[0].first).toBe(second.block.first)
  const start = BigInt(second.block.first)
  const ranges = [{ first: `${start + 1000n}`, last: `${start + 1199n}` }]
  await sunfield.api.done('/national/transfers', {
    batch: second.id,
    from: sunfield.holding,
    to: trader.holding,
    ranges,
  })

  const held = {
    batch: second.id,
    range: { first: `${start + 200n}`, last: `${start + 299n}` },
    reason: 'investigation',
  }
  const hold = await cast.officer.done('/national/holds', held)
  const blocked = await sunfield.api.command('/national/transfers', {
    ...byQuantity,
    quantity: undefined,
    ranges: [held.range],
  })
  expect(blocked).toMatchObject({ status: 409, body: { code: 'on-hold' } })
  await cast.officer.done(`/national/holds/${hold.id}/lift`, {})

  const beneficiary = { name: 'Harbour Ferries Ltd', country: 'XT' }
  const retired = await sunfield.api.done('/national/retirements', {
    batch: second.id,
    from: sunfield.holding,
    ranges: [held.range],
    purpose: 'voluntary',
    beneficiary,
  })
  await checkOffline(retired.certificate, 'Harbour Ferries Ltd')

  const { parts, events } = await new Api(server.url).get(
    `/national/serials/${encodeURIComponent(retired.ranges[0].serial)}`,
  )
  expect(parts).toHaveLength(1)
  expect(parts[0]).toMatchObject({ state: 'retired', quantity: '100' })
  expect(events.map(({ step }: { step: string }) => step)).toEqual(['issued', 'hold-placed', 'hold-lifted', 'retired'])
})

/** Downloads certificate and receipt, and checks them in a folder of their own, without a network where that can be had. */
async function checkOffline(certificate: number, beneficiary: string): Promise<void> {
  const anyone = new Api(server.url)
  const away = await mkdtemp(join(folder, 'away-'))
  const json = await anyone.get(`/national/certificates/${certificate}`)
  const proof = await anyone.get(`/national/certificates/${certificate}/receipt?wait=proof`)
  await writeFile(join(away, 'c.json'), JSON.stringify(json))
  await writeFile(join(away, 'c.tlog-proof'), proof)
  const { json: key } = await tallystick(['vkey', '--json'], env())
  const check = (file: string) =>
    offline(['verify', '--proof', 'c.tlog-proof', '--certificate', file, '--vkey', key.vkey], away)
  const whole = check('c.json')
  expect(whole.status, whole.stdout + whole.stderr).toBe(0)
  expect(whole.stdout).toContain(beneficiary)
  const forged = JSON.stringify(json).replace(beneficiary, 'Somebody Else Ltd')
  await writeFile(join(away, 'forged.json'), forged)
  expect(check('forged.json').status).toBe(1)
  const printed = await fetch(
    `${server.url}/national/certificates/${certificate}/certificate.pdf?language=fr&wait=proof`,
  )
  await writeFile(join(away, 'c.pdf'), Buffer.from(await printed.arrayBuffer()))
  const paper = offline(['verify', '--certificate', 'c.pdf', '--vkey', key.vkey], away)
  expect(paper.status, paper.stdout + paper.stderr).toBe(0)
  expect(paper.stdout).toMatch(new RegExp(`\ncompare .*quantity 100, .*${beneficiary}`))
  // The guide shows what is told of such a page.
  const guide = await readFile(new URL('../../docs/verify.md', import.meta.url), 'utf8')
  for (const line of paper.stdout.trimEnd().split('\n').slice(-3)) expect(guide).toContain(line)
  await checkPapers(away, key.vkey)
}

/** Every letter and certificate about the project is checked by its PDF alone. */
async function checkPapers(away: string, vkey: string): Promise<void> {
  const anyone = new Api(server.url)
  const [project] = (await anyone.get('/national/projects')).items
  const { items } = await anyone.get(`/national/projects/${project.id}/papers`)
  const kinds = items.map(({ kind }: { kind: string }) => kind)
  expect(kinds).toEqual(expect.arrayContaining(['registration', 'authorisation', 'issuance', 'retirement']))
  for (const { pdf, kind } of items) {
    const printed = await fetch(`${server.url}${pdf}?language=ar&wait=proof`)
    await writeFile(join(away, `${kind}.pdf`), Buffer.from(await printed.arrayBuffer()))
    const { status, stdout, stderr } = offline(['verify', '--certificate', `${kind}.pdf`, '--vkey', vkey], away)
    expect(status, stdout + stderr).toBe(0)
    expect(stdout).toMatch(/^HOLDS/m)
  }
}

const CLI = fileURLToPath(new URL('../../apps/cli/src/main.ts', import.meta.url))
const noNetwork = spawnSync('unshare', ['--net', 'true']).status === 0

function offline(args: string[], cwd: string) {
  const command = [process.execPath, CLI, ...args]
  const [program = '', ...rest] = noNetwork ? ['unshare', '--net', ...command] : command
  return spawnSync(program, rest, { cwd, encoding: 'utf8', env: { PATH: process.env.PATH } })
}

test('the exported log is whole for our verifier, from the folder and from the server', async () => {
  const log = join(folder, 'log')
  const exported = await tallystick(['export-log', log, '--json'], env())
  expect(exported.exitCode).toBe(0)
  const { vkey } = exported.json
  const fromFolder = await tallystick(['verify', log, '--vkey', vkey, '--json'], {})
  expect(fromFolder.exitCode, fromFolder.stdout).toBe(0)
  const fromServer = await tallystick(
    ['verify', `${server.url}/log`, '--vkey', vkey, '--since', join(log, 'checkpoint')],
    {},
  )
  expect(fromServer.exitCode, fromServer.stdout).toBe(0)
  expect((await tallystick(['verify', log], {})).exitCode).toBe(3)
})

test('the exported log is whole for the Go checksum database code of Debian', async (context) => {
  const go = await goVerifier()
  if ('skipped' in go) return context.skip(go.skipped)
  const { json } = await tallystick(['vkey', '--json'], env())
  expect(await go.verify(join(folder, 'log'), json.vkey)).toMatchObject({ ok: true })
})

test('the three ledgers are each one read', async () => {
  const anyone = new Api(server.url)
  const { items } = await anyone.get('/national/projects')
  const project = await anyone.get(`/national/projects/${items[0].id}/ledger`)
  const account = await anyone.get(`/national/accounts/${cast.developers[0].holding}/ledger`)
  const country = await anyone.get('/national/ledgers/country')
  expect(project.items.map(({ type }: { type: string }) => type)).toContain('BatchIssued')
  expect(account.items.map(({ type }: { type: string }) => type)).toContain('CreditsRetired')
  expect(country.items).toEqual([])
})

test('a name that stands twice in a command is refused: two readers must not see two commands', async () => {
  const [sunfield] = cast.developers
  const response = await fetch(`${server.url}/national/sessions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{"token":"first","t\\u006fken":"second"}',
  })
  expect(response.status).toBe(400)
  expect(await response.json()).toMatchObject({ errors: [{ field: 'token' }] })
  const authorisation = { unitType: 'ITMO', quantity: '5', purposes: ['NDC', 'NDC'] }
  const { items } = await sunfield.api.get('/national/projects')
  const twice = await cast.officer.command(`/national/projects/${items[0].id}/authorisations`, authorisation)
  expect(twice).toMatchObject({ status: 400, body: { errors: [{ field: 'purposes' }] } })
})
