import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Api, signIn, until } from '../support/api.ts'
import { type TestDatabase, testDatabase } from '../support/database.ts'
import { freePort, type ServerProcess, startServer } from '../support/server.ts'
import { tallystick } from '../support/tallystick.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'start-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

const health = (server: ServerProcess) => new Api(server.url).get('/national/health')

test('a new folder becomes a registry; a second start leaves it alone; Ctrl-C and kill -9 lose nothing', async () => {
  const env = { DATA_DIR: join(folder, 'one'), PORT: String(await freePort()) }
  const first = await startServer(env)
  const signed = await until('a checkpoint', async () => (await health(first)).checkpoint)
  expect(signed).toMatchObject({
    size: expect.any(Number),
    root: expect.stringMatching(/^[0-9a-f]{64}$/),
    at: expect.any(String),
  })
  const { ledgerId, size } = await health(first)
  const root = await signIn(first.url, await first.linkFor('root@authority.example'))
  expect((await root.get('/national/sessions/current')).role).toBe('Root')

  const again = await tallystick(['serve'], env)
  expect(again).toMatchObject({ exitCode: 0, stdout: expect.stringContaining(first.url) })
  expect(await health(first)).toMatchObject({ ledgerId, size })

  await first.kill('SIGINT')
  expect(first.child.exitCode).toBe(0)
  const second = await startServer(env)
  expect(await health(second)).toMatchObject({ ledgerId, size })
  await second.kill('SIGKILL')
  const third = await startServer(env)
  expect(await health(third)).toMatchObject({ ledgerId, size })
  await third.kill()
})

test('commands work whether the server runs or not, and make a new folder ready', async () => {
  const env = { DATA_DIR: join(folder, 'two') }
  const country = ['--country-code', 'NA', '--country-name', 'Namibia', '--root-email', 'root@registry.example']
  const setup = await tallystick(['setup', ...country, '--json'], env)
  expect(setup).toMatchObject({ exitCode: 0, json: { country: { code: 'NA' }, test: false, founded: true } })
  expect(await tallystick(['setup', ...country, '--json'], env)).toMatchObject({
    exitCode: 0,
    json: { founded: false },
  })
  const other = await tallystick(['setup', '--country-code', 'KE', '--country-name', 'Kenya'], env)
  expect(other).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('Namibia') })
  const demo = await tallystick(['demo'], env)
  expect(demo).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('no test ledger') })

  const server = await startServer(env)
  const vkey = await tallystick(['vkey', '--json'], env)
  expect(vkey.json.origin).toBe((await health(server)).origin)
  const link = await tallystick(['admin', 'link', 'ROOT@registry.example', '--json'], {
    ...env,
    PUBLIC_URL: server.url,
  })
  expect(await signIn(server.url, link.json.url)).toBeInstanceOf(Api)
  const admin = ['admin', 'link', 'root@registry.example']
  expect((await tallystick(admin, env)).stdout).toContain('Sign-in link for')
  const withPasswords = await tallystick(admin, { ...env, ONBOARDING: 'password' })
  expect(withPasswords.stdout).toMatch(/chooses a password.*\n.*\/password\/choose\?token=/)
  expect(withPasswords.stdout).not.toMatch(/sign-in/i)
  expect(await tallystick(['admin', 'link', 'nobody@registry.example'], env)).toMatchObject({ exitCode: 2 })
  await server.kill()
})

test('the demo plays one project end to end, and writes nothing twice', async () => {
  const env = { DATA_DIR: join(folder, 'three') }
  const first = await tallystick(['demo', '--json'], env)
  expect(first).toMatchObject({ exitCode: 0, json: { certificate: '1', repeated: false } })
  const again = await tallystick(['demo', '--json'], env)
  expect(again).toMatchObject({
    exitCode: 0,
    json: { index: first.json.index, serial: first.json.serial, repeated: true },
  })
  const exported = await tallystick(['export-log', join(folder, 'log'), '--json'], env)
  const verified = await tallystick(['verify', join(folder, 'log'), '--vkey', exported.json.vkey], {})
  expect(verified.exitCode).toBe(0)

  // The guide to verify shows this log, but for its keys, ids and hashes.
  const guide = await readFile(new URL('../../docs/verify.md', import.meta.url), 'utf8')
  const isOfEveryLog = /^(log|ledger|checkpoint|signed by) /
  const shown = verified.stdout
    .trimEnd()
    .split('\n')
    .filter((line) => line !== '' && !isOfEveryLog.test(line))
  expect(shown.filter((line) => !guide.includes(`\n    ${line}\n`))).toEqual([])
  expect(guide).toContain(`altered/tile/entries/000.p/${exported.json.size}\n`)
  expect(guide).toContain(`\n    entry       ${first.json.index} of the log `)
})

test('mistakes on the command line are told, with exit code 2', async () => {
  const env = { DATA_DIR: join(folder, 'never') }
  for (const args of [
    ['nonsense'],
    ['export-log'],
    ['vkey', 'extra'],
    ['reconcile', '--wrong'],
    ['verify'],
    ['import'],
    ['admin'],
    ['serve', '--port', 'abc'],
    ['setup', '--root-email', 'nobody'],
    ['export-log', '/dev/null/log'],
  ]) {
    expect(await tallystick(args, env), args.join(' ')).toMatchObject({ exitCode: 2, stdout: '' })
    expect((await tallystick([...args, '--json'], env)).json, args.join(' ')).toMatchObject({
      error: expect.any(String),
    })
  }
})

test('national, integrator and signer may be processes of their own', async () => {
  const database: TestDatabase = await testDatabase()
  const run = (RUN_MODULE: string, name: string) =>
    startServer({ DATABASE_URL: database.url, DATA_DIR: join(folder, name), RUN_MODULE })
  // The process that holds the key founds the ledger.
  const signing = join(folder, 'signing')
  await tallystick(['setup'], { DATABASE_URL: database.url, DATA_DIR: signing })
  const national = await run('national', 'national')
  expect((await health(national)).checkpoint).toBeNull()
  const others = [
    await startProcess({ DATABASE_URL: database.url, DATA_DIR: join(folder, 'integrating'), RUN_MODULE: 'integrator' }),
    await startProcess({ DATABASE_URL: database.url, DATA_DIR: signing, RUN_MODULE: 'signer' }),
  ]
  await until('a checkpoint of the signer', async () => (await health(national)).checkpoint)
  await Promise.all([national, ...others].map((process) => process.kill()))
  await database.close()
})

/** A process that listens nowhere. */
function startProcess(env: Record<string, string>): Promise<Pick<ServerProcess, 'kill'>> {
  return startServer(env, [], { answers: false })
}
