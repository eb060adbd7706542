import { readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import pg from 'pg'
import { expect, onTestFinished, test } from 'vitest'
import { testDatabase } from '../support/database.ts'
import { scratchFolder } from '../support/log-files.ts'
import { tallystick } from '../support/tallystick.ts'

const OFFICERS = ['--by', 'officer@authority.example', '--approver', 'second@authority.example']

/** A data folder and a database of its own, with the commands on them. */
async function registry() {
  const root = await scratchFolder()
  const data = join(root, 'data')
  const database = await testDatabase()
  onTestFinished(() => database.close())
  const run = (...args: string[]) =>
    tallystick([...args, '--data', data, '--json'], { DATABASE_URL: database.url }, root)
  await run('setup', '--root-email', 'root@authority.example')
  return { data, run, at: (name: string) => join(root, name), url: new URL(database.url) }
}

test('a key is prepared, handed over by two officers, and followed by whoever knows the first', async () => {
  const { data, run, at } = await registry()
  await run('demo')
  const { json: first } = await run('key')
  expect(first).toMatchObject({ from: 0, next: null })
  expect(await run('key', 'rotate', ...OFFICERS)).toMatchObject({ exitCode: 2 })
  const { json: prepared } = await run('key', 'prepare')
  expect((await run('key', 'prepare')).json).toEqual(prepared)
  for (const [args, code] of [
    [[], 'missing'],
    [['--by', 'nobody@authority.example'], 'No user'],
    [['--by', 'root@authority.example'], 'may not do this'],
    [OFFICERS.slice(0, 2), 'approval'],
    [[...OFFICERS.slice(0, 2), '--approver', 'officer@authority.example'], 'different people'],
  ] as const) {
    const refused = await run('key', 'rotate', ...args)
    expect(refused.exitCode).toBe(2)
    expect(refused.json.error).toContain(code)
  }
  const { json: rotated } = await run('key', 'rotate', ...OFFICERS)
  expect(rotated).toMatchObject({ vkey: prepared.next, previous: first.vkey, next: null })
  expect((await readdir(join(data, 'signer'))).sort()).toEqual([
    'key.pem',
    rotated.retired.split('/').at(-1),
    'signed.json',
  ])
  expect((await run('key', 'rotate', ...OFFICERS)).json.error).toContain('No key is prepared')
  await run('export-log', at('log'))
  for (const vkey of [first.vkey, prepared.next]) {
    const { json, exitCode } = await tallystick(['verify', at('log'), '--vkey', vkey, '--json'], {})
    expect(exitCode).toBe(0)
    expect(json.signedBy).toBe(prepared.next)
  }
})

test('a database restored from an older backup stops everything until the entries are back, or a successor is made', async () => {
  const { data, run, at, url } = await registry()
  const name = url.pathname.slice(1)
  await run('export-log', at('early'))
  await onServer(url, `CREATE DATABASE ${name}_backup TEMPLATE ${name}`)
  onTestFinished(() => onServer(url, `DROP DATABASE ${name}_backup`))
  const restore = async () => {
    await onServer(url, `DROP DATABASE ${name} WITH (FORCE)`)
    await onServer(url, `CREATE DATABASE ${name} TEMPLATE ${name}_backup`)
  }
  await run('demo')
  await run('export-log', at('log'))
  await restore()
  for (const command of [['export-log', at('none')], ['demo'], ['setup']]) {
    const refused = await run(...command)
    expect(refused.exitCode).toBe(2)
    expect(refused.json.error).toMatch(/the database has 2 entries, 15 were signed.*tallystick recover/)
  }
  expect(await run('recover', '--from', at('early'))).toMatchObject({ exitCode: 2 })
  expect((await run('recover', '--from', at('log'))).json).toEqual({ before: 2, size: 15, missing: 0, differences: [] })
  expect((await run('successor')).json.error).toContain('no other may take its place')
  expect(await run('reconcile')).toMatchObject({ exitCode: 0 })

  await restore()
  const { json: plan } = await run('successor')
  expect(plan).toMatchObject({ lost: 13, hasKey: true, predecessor: { kept: 2, size: 15 } })
  expect(await readdir(join(data, 'signer'))).not.toContain('successor.json')
  const { json: made } = await run('successor', '--keep', at('kept'), '--yes')
  expect(made).toMatchObject({ predecessor: { kept: 2 }, differences: [] })
  await run('demo')
  await run('export-log', at('new'))
  const compared = ['verify', at('new'), '--vkey', made.vkey, '--predecessor', at('log'), '--json']
  expect(await tallystick(compared, {})).toMatchObject({
    exitCode: 0,
    json: { predecessor: { lost: 13, compared: 1 } },
  })
  expect(JSON.parse(await readFile(join(data, 'ledger.json'), 'utf8')).origin).toBe(made.origin)
})

test('a succession that was begun must be finished before anything runs', async () => {
  const { data, run, at } = await registry()
  await run('export-log', at('log'))
  const keyFile = join(data, 'signer', 'key.pem')
  const key = await readFile(keyFile)
  await rm(keyFile)
  const file = join(data, 'signer', 'predecessor-stop')
  expect((await run('successor')).json).toMatchObject({ lost: 0, hasKey: false })
  // A file where the folder of the kept log is to be: it stops before it has begun.
  await writeFile(file, '')
  expect(await run('successor', '--keep', file, '--yes')).toMatchObject({ exitCode: 2 })
  expect(await readdir(join(data, 'signer'))).not.toContain('successor.json')
  await writeFile(keyFile, key)
  expect(await run('export-log', at('log'))).toMatchObject({ exitCode: 0 })
})

async function onServer(url: URL, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: new URL('/postgres', url).href })
  await client.connect()
  await client.query(sql).finally(() => client.end())
}
