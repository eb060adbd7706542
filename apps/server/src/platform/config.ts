import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseEnv } from 'node:util'
import { LANGUAGES } from '@tallystick/contract'
import { shippedPresets } from '@tallystick/rules'
import { z } from 'zod'
import {
  isTimeZone,
  ledgerType,
  proxies,
  smtpEndpoint,
  text,
  trueOrFalse,
  webAddress,
  wholeNumber,
  witnesses,
} from './config-values.ts'
import { errorCode } from './error-code.ts'
import type { DatabaseOptions } from './postgres/database.ts'
import { StartupError } from './startup-error.ts'

/** What a process can run. */
export const MODULES = ['national', 'integrator', 'signer', 'mailer'] as const
export type Module = (typeof MODULES)[number]

const MODULE_LIST = `a list, separated by commas, of ${MODULES.join(', ')}`

const modules = text.transform((list, context): Module[] => {
  const named = list.split(',').map((name) => name.trim())
  const known = MODULES.filter((module) => named.includes(module))
  if (named.every((name) => known.some((module) => module === name))) return known
  context.addIssue(`must be ${MODULE_LIST}`)
  return z.NEVER
})

type Variable<Schema extends z.ZodType> = {
  readonly schema: Schema
  /** As it would be written in the environment. */
  readonly byDefault?: string
  /** For the table: what it is, and what may be said. */
  readonly about: string
  /** Its value is never shown. */
  readonly secret?: true
}

const define = <Schema extends z.ZodType>(variable: Variable<Schema>) => variable

/** Every environment variable. */
const VARIABLES = {
  RUN_MODULE: define({
    schema: modules,
    byDefault: MODULES.join(','),
    about: `What this process runs: ${MODULE_LIST}. Exactly one process runs \`signer\`.`,
  }),
  PORT: define({
    schema: wholeNumber(0, 65_535),
    byDefault: '3030',
    about: 'Port of the HTTP server; 0 takes a free one.',
  }),
  HOST: define({
    schema: text,
    byDefault: 'localhost',
    about: 'Address to listen on. `0.0.0.0` for every network, as in a container.',
  }),
  PUBLIC_URL: define({
    schema: webAddress('must be an address that begins with http:// or https://').optional(),
    about: 'Address at which the public reaches the registry. Default: `http://localhost:` and `PORT`.',
  }),
  TRUSTED_PROXIES: define({
    schema: proxies.optional(),
    about:
      'Addresses or networks of the proxies in front, separated by commas: from them `X-Forwarded-For` says who asks, by which API keys and limits go. Nobody else is believed.',
  }),
  SOURCE_URL: define({
    schema: webAddress('must be an address that begins with http:// or https://').optional(),
    about: 'Where the source of the running version is, which the licence asks you to offer to every user.',
  }),
  DATA_DIR: define({
    schema: text,
    byDefault: './data',
    about: 'Folder of keys, signer state, files and, without `DATABASE_URL` or `DB_HOST`, the database.',
  }),
  SIGNING_SECRET: define({
    schema: z
      .string()
      .regex(/^[0-9a-f]{64}$/, 'must be 64 hexadecimal digits, as `openssl rand -hex 32` prints')
      .optional(),
    secret: true,
    about:
      'Secret under which the keys of people to sign with are kept: 64 hexadecimal digits. Without it one is made in `DATA_DIR`; several processes need the same.',
  }),
  DATABASE_URL: define({
    schema: z.url({ protocol: /^postgres(ql)?$/, error: 'must begin with postgres://' }).optional(),
    secret: true,
    about: 'PostgreSQL 15 to 18, `postgres://user:password@host:port/database`. Instead of the five `DB_` variables.',
  }),
  DB_HOST: define({
    schema: text.optional(),
    about: 'Host of a PostgreSQL 15 to 18, or the folder of its socket. Without it one is embedded in `DATA_DIR`.',
  }),
  DB_PORT: define({ schema: wholeNumber(1, 65_535), byDefault: '5432', about: 'Port of the PostgreSQL at `DB_HOST`.' }),
  DB_USER: define({ schema: text, byDefault: 'root', about: 'Role to use at `DB_HOST`.' }),
  DB_PASSWORD: define({ schema: text.optional(), secret: true, about: 'Its password.' }),
  DB_USER_WRITER: define({
    schema: text.max(63, 'must have at most 63 characters').optional(),
    about: 'Role with which `national` and `mailer` use the database, instead of the owner; see `tallystick roles`.',
  }),
  DB_PASSWORD_WRITER: define({ schema: text.optional(), secret: true, about: 'Its password.' }),
  DB_USER_SIGNER: define({
    schema: text.max(63, 'must have at most 63 characters').optional(),
    about: 'Role with which `integrator` and `signer` use the database.',
  }),
  DB_PASSWORD_SIGNER: define({ schema: text.optional(), secret: true, about: 'Its password.' }),
  DB_USER_READER: define({
    schema: text.max(63, 'must have at most 63 characters').optional(),
    about: 'Role of others who read what is public, such as exports and statistics: `tallystick roles` grants it that.',
  }),
  DB_NAME: define({
    schema: text.max(63, 'must have at most 63 characters'),
    byDefault: 'carbondbdev',
    about: 'Name of the database; made if it is missing.',
  }),
  LEDGER_TYPE: define({
    schema: ledgerType,
    byDefault: 'PGSQL',
    about: 'Engine of the ledger: `PGSQL`, or `OQDB`, which means the same.',
  }),
  WITNESSES: define({
    schema: witnesses.optional(),
    about:
      'Witnesses that the signer asks to cosign its checkpoints: for each its verification key, a space and its address, separated by commas. See [witnesses](witness.md).',
  }),
  WITNESS_POLICY: define({
    schema: text.optional(),
    about:
      'The same from a policy file (C2SP tlog-policy): every witness in it that has an address. Instead of `WITNESSES`.',
  }),
  systemCountryCode: define({
    schema: text.regex(/^[A-Z]{2}$/, 'must be two capital letters as in ISO 3166-1, such as NA').optional(),
    about:
      'Country of a new ledger, ISO 3166-1 alpha-2. Without it a new ledger is a test ledger of the made-up country XT.',
  }),
  systemCountryName: define({
    schema: text.max(100, 'must have at most 100 characters').optional(),
    about: 'Name of the country; only together with `systemCountryCode`. Default: its English name.',
  }),
  LEDGER_TIME_ZONE: define({
    schema: text.refine(isTimeZone, 'must be a time zone of the IANA database, such as Africa/Windhoek').optional(),
    about:
      'Time zone in which a new ledger shows the days of its entries. Rules compare legal dates in UTC. Default: UTC.',
  }),
  PRESET: define({
    schema: text
      .refine(isPreset, `must be one of ${shippedPresets.join(', ')}, or the path of a folder that begins with / or .`)
      .optional(),
    about:
      'Preset and permission table of a new ledger: `simple` (register, issue, transfer, retire), `article6` (concept, design, validation, authorisation, registration, renewal), `two-ministries` (two that must both agree), or a folder with a `preset.json` and a `permissions.json` of your own, such as `./my-country`. Default: `simple`. See [presets](presets.md).',
  }),
  DEFAULT_LANGUAGE: define({
    schema: z.enum(LANGUAGES, { error: `must be one of ${LANGUAGES.join(', ')}` }),
    byDefault: 'en',
    about: `Language of answers to whoever asks for none that is spoken here, and of mail to whoever chose none: ${LANGUAGES.join(', ')}.`,
  }),
  ROOT_EMAIL: define({
    schema: z.email('must be an e-mail address').optional(),
    about: 'E-mail address of the first administrator of a new registry.',
  }),
  ONBOARDING: define({
    schema: z.enum(['link', 'password'], 'must be link or password'),
    byDefault: 'link',
    about:
      'How people sign in: `link`, by mail, once each; or `password`, beginning with a temporary one by mail, which must be changed. See [onboarding](onboarding.md).',
  }),
  ORGANISATIONS_CSV: define({
    schema: text.optional(),
    about:
      'File of organisations that `national` adds at every start, where it is there. Default: `organisations.csv` in `DATA_DIR`. See [onboarding](onboarding.md).',
  }),
  USERS_CSV: define({
    schema: text.optional(),
    about: 'The same of people. Default: `users.csv` in `DATA_DIR`.',
  }),
  SIGN_IN_DAYS: define({
    schema: wholeNumber(1, 3_650),
    byDefault: '180',
    about: 'For so many days the registry keeps who signed in and when, for the audit; then it forgets.',
  }),
  TEST_CLOCK_DAYS: define({
    schema: wholeNumber(0, 36_500),
    byDefault: '0',
    about:
      'Test ledgers only: so many days the registry is ahead of the clock, to rehearse what takes time. The ledger of a country refuses it. It only goes up: a ledger never goes back in time.',
  }),
  IS_EMAIL_DISABLED: define({
    schema: trueOrFalse,
    byDefault: 'false',
    about: '`true`: mail is printed on the console, not sent; so it is without `SMTP_ENDPOINT`. See [mail](mail.md).',
  }),
  SMTP_ENDPOINT: define({
    schema: smtpEndpoint.optional(),
    about:
      'Server to which mail is handed over: `host` (TLS, port 465), `host:port`, `smtps://host:port` (TLS at once) or `smtp://host:port` (STARTTLS, port 587).',
  }),
  SMTP_USERNAME: define({ schema: text.optional(), about: 'Name under which to sign in there, if it asks for one.' }),
  SMTP_PASSWORD: define({ schema: text.optional(), secret: true, about: 'Its password.' }),
  SMTP_TLS: define({
    schema: z.enum(['required', 'optional'], 'must be required or optional'),
    byDefault: 'required',
    about:
      '`optional`: mail also leaves over a connection that the server does not encrypt. To this machine (`localhost`, `127.0.0.1`, `::1`) it need not be.',
  }),
  SOURCE_EMAIL: define({
    schema: z.email('must be an e-mail address').optional(),
    about: 'E-mail address from which mail comes.',
  }),
  FILE_SERVICE: define({
    schema: z.enum(['LOCAL', 'S3'], { error: 'must be LOCAL or S3' }),
    byDefault: 'LOCAL',
    about:
      'Where attached files are kept: `LOCAL`, in `files` in `DATA_DIR`, or `S3`, in a bucket of a server that speaks S3. See [files](files.md).',
  }),
  S3_COMMON_BUCKET: define({
    schema: text.regex(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, 'must be the name of a bucket').optional(),
    about: 'With `FILE_SERVICE=S3`: name of the bucket. It must be there, and must not be public.',
  }),
  S3_ENDPOINT: define({
    schema: webAddress('must be an address that begins with http:// or https://').optional(),
    about: 'Address of the S3 server, where it is not Amazon’s.',
  }),
  S3_REGION: define({ schema: text, byDefault: 'us-east-1', about: 'Region of the bucket.' }),
  S3_ACCESS_KEY_ID: define({
    schema: text.optional(),
    about: 'Key for the bucket. Without one, that of the machine or of the role it runs in.',
  }),
  S3_SECRET_ACCESS_KEY: define({ schema: text.optional(), secret: true, about: 'Its secret.' }),
  S3_PATH_STYLE: define({
    schema: trueOrFalse.optional(),
    about:
      '`true`: the bucket is a part of the path, not of the name of the host. Default: `true` with `S3_ENDPOINT`, otherwise `false`.',
  }),
  FILE_MAX_MB: define({
    schema: wholeNumber(1, 100),
    byDefault: '25',
    about: 'MiB that one attached file has at most.',
  }),
  DOCUMENT_FILES_MAX_MB: define({
    schema: wholeNumber(1, 100_000),
    byDefault: '500',
    about: 'MiB that all files have at most which go with one kind of document of a project.',
  }),
  REMINDER_DAYS: define({
    schema: wholeNumber(0, 365),
    byDefault: '7',
    about: 'Days that something waits for a person before a mail reminds of it, once a week at most; 0 for never.',
  }),
}

type Values = { [Name in keyof typeof VARIABLES]: z.output<(typeof VARIABLES)[Name]['schema']> }

/** What the environment says, checked, under the variables' own names. */
export type Config = Omit<Values, 'PUBLIC_URL'> & { readonly PUBLIC_URL: string }

type Environment = Readonly<Record<string, string | undefined>>

/**
 * Reads `.env.local` of the folder and the environment, which wins; a variable set to nothing counts as not set. Throws
 * StartupError with one line for each variable that is wrong.
 */
export function readConfig(environment: Environment = process.env, folder = process.cwd()): Config {
  const given: Environment = { ...readLocal(folder), ...withoutEmpty(environment) }
  const problems: string[] = []
  const entries = Object.entries(VARIABLES).map(([name, variable]: [string, Variable<z.ZodType>]) => {
    const value = given[name] || variable.byDefault
    const parsed = variable.schema.safeParse(value)
    if (!parsed.success) problems.push(problemOf(name, variable, value, parsed.error))
    return [name, parsed.data]
  })
  const values = Object.fromEntries(entries) as Values
  if (values.DATABASE_URL && values.DB_HOST) problems.push('DATABASE_URL and DB_HOST are both set: unset one of them.')
  if (values.WITNESSES && values.WITNESS_POLICY) {
    problems.push('WITNESSES and WITNESS_POLICY are both set: unset one of them.')
  }
  if (values.systemCountryName && !values.systemCountryCode) {
    problems.push('systemCountryName is set without systemCountryCode: set both.')
  }
  if (values.SMTP_ENDPOINT && !values.SOURCE_EMAIL && !values.IS_EMAIL_DISABLED) {
    problems.push('SMTP_ENDPOINT is set without SOURCE_EMAIL: set both, or IS_EMAIL_DISABLED=true.')
  }
  if ((values.SMTP_USERNAME === undefined) !== (values.SMTP_PASSWORD === undefined)) {
    problems.push('SMTP_USERNAME and SMTP_PASSWORD go together: set both, or none.')
  }
  if (values.FILE_SERVICE === 'S3' && !values.S3_COMMON_BUCKET) {
    problems.push('FILE_SERVICE is S3 without S3_COMMON_BUCKET: set both.')
  }
  if ((values.S3_ACCESS_KEY_ID === undefined) !== (values.S3_SECRET_ACCESS_KEY === undefined)) {
    problems.push('S3_ACCESS_KEY_ID and S3_SECRET_ACCESS_KEY go together: set both, or none.')
  }
  const roles = [values.DB_USER_WRITER, values.DB_USER_SIGNER, values.DB_USER_READER]
  if (roles.some((role) => role !== undefined) && !values.DATABASE_URL && !values.DB_HOST) {
    problems.push(
      'DB_USER_WRITER, DB_USER_SIGNER and DB_USER_READER go with DATABASE_URL or DB_HOST: an embedded database has one role.',
    )
  }
  if (problems.length > 0) throw new StartupError(problems.join('\n'))
  return { ...values, PUBLIC_URL: values.PUBLIC_URL ?? `http://localhost:${values.PORT}` }
}

function problemOf(name: string, variable: Variable<z.ZodType>, value: string | undefined, error: z.ZodError): string {
  const shown = variable.secret ? '' : ` is "${value}":`
  return `${name}${shown} ${error.issues.map((issue) => issue.message).join(', ')}.`
}

/** The database that a configuration names, for `openDatabase`; `role` is one that a process has of its own. */
export function databaseOf(
  config: Config,
  role?: 'writer' | 'signer',
): Pick<DatabaseOptions, 'dataDir' | 'name' | 'external'> {
  const { DATA_DIR: dataDir, DB_NAME: name, DATABASE_URL: url, DB_HOST: host } = config
  if (url) return { dataDir, name, external: { url: urlAs(url, role, config) } }
  if (!host) return { dataDir, name, external: null }
  const { user, password } = credentials(config, role)
  return { dataDir, name, external: { host, port: config.DB_PORT, user, password } }
}

/** With which role of its own a process that runs these modules uses the database; undefined: with the owner's. */
export function roleOf({ RUN_MODULE, DB_USER_WRITER, DB_USER_SIGNER }: Config): 'writer' | 'signer' | undefined {
  if (RUN_MODULE.includes('national') || RUN_MODULE.includes('mailer'))
    return DB_USER_WRITER === undefined ? undefined : 'writer'
  return DB_USER_SIGNER === undefined ? undefined : 'signer'
}

function credentials(config: Config, role: 'writer' | 'signer' | undefined) {
  if (role === 'writer') return { user: config.DB_USER_WRITER ?? '', password: config.DB_PASSWORD_WRITER }
  if (role === 'signer') return { user: config.DB_USER_SIGNER ?? '', password: config.DB_PASSWORD_SIGNER }
  return { user: config.DB_USER, password: config.DB_PASSWORD }
}

/** The address of a database under another role's name. */
export function urlAs(url: string, role: 'writer' | 'signer' | undefined, config: Config): string {
  if (role === undefined) return url
  const { user, password } = credentials(config, role)
  const own = new URL(url)
  own.username = encodeURIComponent(user)
  own.password = encodeURIComponent(password ?? '')
  return own.href
}

/** The table of environment variables for the documentation, in Markdown. */
export function configTable(): string {
  const rows = Object.entries(VARIABLES).map(([name, { byDefault, about }]: [string, Variable<z.ZodType>]) => {
    return `| \`${name}\` | ${byDefault ? `\`${byDefault}\`` : ''} | ${about} |`
  })
  return ['| Variable | Default | Meaning |', '|---|---|---|', ...rows, ''].join('\n')
}

function readLocal(folder: string): Environment {
  try {
    return withoutEmpty(parseEnv(readFileSync(join(folder, '.env.local'), 'utf8')))
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return {}
    throw new StartupError(`.env.local cannot be read: ${error instanceof Error ? error.message : error}`)
  }
}

function withoutEmpty(environment: Environment): Environment {
  return Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== undefined && value !== ''))
}

/** A preset that ships, or a folder. */
function isPreset(name: string): boolean {
  return shippedPresets.some((one) => one === name) || name.startsWith('.') || name.startsWith('/')
}
