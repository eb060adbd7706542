import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { configTable, databaseOf, readConfig } from './config.ts'

let folder = ''

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'config-'))
})

afterAll(() => rm(folder, { recursive: true }))

const read = (environment: Record<string, string>) => readConfig(environment, folder)

describe('the configuration', () => {
  it('runs everything with an embedded database when nothing is said', () => {
    const config = read({})
    expect(config).toMatchObject({
      RUN_MODULE: ['national', 'integrator', 'signer', 'mailer'],
      PORT: 3030,
      PUBLIC_URL: 'http://localhost:3030',
      LEDGER_TIME_ZONE: undefined,
      systemCountryCode: undefined,
    })
    expect(databaseOf(config)).toEqual({ dataDir: './data', name: 'carbondbdev', external: null })
  })

  it('takes a database by URL or by parts', () => {
    const url = 'postgres://u:p@db:5433/x'
    expect(databaseOf(read({ DATABASE_URL: url }))).toMatchObject({ external: { url } })
    const external = { host: 'db', port: 5432, user: 'root', password: 'p' }
    expect(databaseOf(read({ DB_HOST: 'db', DB_PASSWORD: 'p' }))).toMatchObject({ name: 'carbondbdev', external })
    expect(() => read({ DATABASE_URL: url, DB_HOST: 'db' })).toThrow('DATABASE_URL and DB_HOST are both set')
  })

  it('takes the addresses and networks of proxies, and nothing else for them', () => {
    expect(read({}).TRUSTED_PROXIES).toBeUndefined()
    expect(read({ TRUSTED_PROXIES: '10.0.0.1, 192.168.0.0/16,::1,fd00::/8' }).TRUSTED_PROXIES).toEqual([
      ...['10.0.0.1', '192.168.0.0/16', '::1', 'fd00::/8'],
    ])
    for (const wrong of [
      'true',
      '*',
      'proxy.example',
      '10.0.0.0/33',
      '10.0.0.0/8/8',
      '10.0.0.1,',
      '::1/129',
      '10.0.0.0/x',
    ]) {
      expect(() => read({ TRUSTED_PROXIES: wrong }), wrong).toThrow('must be addresses or networks')
    }
  })

  it('lets the environment win over .env.local, and takes empty for not set', async () => {
    await writeFile(join(folder, '.env.local'), 'PORT=4000\nROOT_EMAIL="root@example.org"\nHOST=\n')
    const { PORT, ROOT_EMAIL, HOST } = read({ PORT: '5000', ROOT_EMAIL: '' })
    expect({ PORT, ROOT_EMAIL, HOST }).toEqual({ PORT: 5000, ROOT_EMAIL: 'root@example.org', HOST: 'localhost' })
    await rm(join(folder, '.env.local'))
  })

  it('takes modules in any order, with spaces', () => {
    expect(read({ RUN_MODULE: 'signer, national' }).RUN_MODULE).toEqual(['national', 'signer'])
  })

  it('takes the names of the ledger that mean PostgreSQL', () => {
    expect([read({ LEDGER_TYPE: 'OQDB' }).LEDGER_TYPE, read({ LEDGER_TYPE: 'PGSQL' }).LEDGER_TYPE]).toEqual([
      'PGSQL',
      'PGSQL',
    ])
  })

  it.each([
    [
      'RUN_MODULE',
      'national,stats',
      'RUN_MODULE is "national,stats": must be a list, separated by commas, of national, integrator, signer, mailer.',
    ],
    ['PORT', '3030x', 'PORT is "3030x": must be a whole number from 0 to 65535.'],
    ['PORT', '70000', 'must be a whole number from 0 to 65535'],
    ['DB_PORT', '0', 'must be a whole number from 1 to 65535'],
    ['LEDGER_TYPE', 'QLDB', 'LEDGER_TYPE is "QLDB": Amazon ended the QLDB service on 2025-07-31'],
    ['LEDGER_TYPE', 'MEMORY', 'would be lost with the process'],
    ['LEDGER_TYPE', 'FABRIC', 'must be PGSQL'],
    ['systemCountryCode', 'nam', 'must be two capital letters'],
    ['LEDGER_TIME_ZONE', 'Mars/Olympus', 'must be a time zone'],
    ['ROOT_EMAIL', 'root', 'must be an e-mail address'],
    ['PUBLIC_URL', 'registry.example.org', 'must be an address'],
    ['PUBLIC_URL', 'ftp://registry.example.org', 'must be an address'],
    ['IS_EMAIL_DISABLED', 'yes', 'IS_EMAIL_DISABLED is "yes": must be true or false.'],
    ['SMTP_ENDPOINT', 'https://mail.example.org', 'must be a host, host:port, smtps://host or smtp://host'],
    ['SMTP_ENDPOINT', 'mail.example.org', 'SMTP_ENDPOINT is set without SOURCE_EMAIL'],
    ['SMTP_USERNAME', 'registry', 'SMTP_USERNAME and SMTP_PASSWORD go together'],
    ['FILE_SERVICE', 'FTP', 'FILE_SERVICE is "FTP": must be LOCAL or S3.'],
    ['FILE_SERVICE', 'S3', 'FILE_SERVICE is S3 without S3_COMMON_BUCKET'],
    ['S3_COMMON_BUCKET', 'My Bucket', 'must be the name of a bucket'],
    ['S3_ACCESS_KEY_ID', 'key', 'S3_ACCESS_KEY_ID and S3_SECRET_ACCESS_KEY go together'],
    ['FILE_MAX_MB', '101', 'must be a whole number from 1 to 100'],
    ['SMTP_TLS', 'none', 'must be required or optional'],
    ['SOURCE_EMAIL', 'Registry <registry@example.org>', 'must be an e-mail address'],
    ['systemCountryName', 'Namibia', 'without systemCountryCode'],
    ['DB_USER_WRITER', 'writer', 'an embedded database has one role'],
  ])('refuses %s=%s', (name, value, message) => {
    expect(() => read({ [name]: value })).toThrow(message)
  })

  it('names every wrong variable at once, and shows no secret', () => {
    const wrong = () => read({ PORT: 'x', DATABASE_URL: 'mysql://u:secret@db/x' })
    expect(wrong).toThrow(/PORT.*\nDATABASE_URL must begin with postgres/)
    expect(wrong).not.toThrow('secret')
  })

  it('takes a mail server, and needs no sender where mail is switched off', () => {
    const SMTP_ENDPOINT = 'smtp://mail.example.org'
    const endpoint = { host: 'mail.example.org', port: 587, implicitTls: false }
    expect(read({ SMTP_ENDPOINT, SOURCE_EMAIL: 'registry@example.org' }).SMTP_ENDPOINT).toEqual(endpoint)
    expect(read({ SMTP_ENDPOINT, IS_EMAIL_DISABLED: 'true' })).toMatchObject({ IS_EMAIL_DISABLED: true })
    const secret = () => read({ SMTP_PASSWORD: 'secret' })
    expect(secret).toThrow('go together')
    expect(secret).not.toThrow('secret')
  })

  it('prints its table for the documentation', () => {
    expect(configTable()).toContain('| `PORT` | `3030` | Port of the HTTP server')
  })
})

it('witnesses are a list of keys and addresses, and wrong ones are named', () => {
  const key = 'witness.example/w1+2796b321+BK5Tsniid+HXmUUIJTpaJGs65sFnOOaKMdkPgFPVzixk'
  const logKey = 'registry.example/ledger+fad90d52+AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4'
  const read = (WITNESSES: string, more = {}) => readConfig({ WITNESSES, ...more }, '/nowhere').WITNESSES
  expect(read(`${key}  https://w.example/prefix/ ,\n`)).toMatchObject([
    { vkey: { name: 'witness.example/w1' }, url: 'https://w.example/prefix' },
  ])
  const wrong: [string, string][] = [
    [key, 'is not a key, a space and an address'],
    [`${key} w.example`, 'is not an address that begins with http'],
    [`${key.slice(0, -4)}AAAA https://w.example`, 'is not the key of a witness: the id'],
    [`${logKey} https://w.example`, 'is the key of a log'],
    [`${key} https://a.example, ${key} https://b.example`, 'a witness is listed twice'],
  ]
  for (const [list, message] of wrong) expect(() => read(list)).toThrow(message)
  expect(() => read(`${key} https://w.example`, { WITNESS_POLICY: 'policy' })).toThrow('are both set')
})
