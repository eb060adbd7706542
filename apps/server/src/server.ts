import { createServer } from 'node:net'
import { join } from 'node:path'
import { CheckpointSigner, Integrator, repeat, signingRound, type WitnessState } from '@tallystick/ledger'
import { createApp } from './app.ts'
import { projectClock } from './clock.ts'
import { expireDue } from './expiry.ts'
import { follower } from './history/acted.ts'
import { readOnboardingFiles } from './onboarding/files/read.ts'
import { followSuspensions } from './organisations/suspension.ts'
import type { Config } from './platform/config.ts'
import { forgetFiles } from './platform/files/kept.ts'
import { strayFiles } from './platform/files/strays.ts'
import { quietSerializers } from './platform/http.ts'
import { claimInstance } from './platform/instance.ts'
import { invite } from './platform/invitations.ts'
import { type Log, stderrLog } from './platform/log.ts'
import { startMail } from './platform/mail/start.ts'
import { newSignInLink } from './platform/sign-in-links.ts'
import { forgetSignIns } from './platform/sign-ins.ts'
import { StartupError } from './platform/startup-error.ts'
import { forgetUnsubmitted } from './platform/submissions.ts'
import { openRegistry, type Registry, signerFiles } from './registry.ts'
import { taskSources } from './task-sources.ts'
import { waitingSince } from './tasks/list.ts'
import { finishRoleChanges } from './users/role-change.ts'
import { welcome } from './welcome.ts'

const INTEGRATOR_PAUSE_MS = 100
const SIGNER_PAUSE_MS = 500
const EXPIRY_PAUSE_MS = 5_000
const CLOCK_PAUSE_MS = 30_000
const FILES_PAUSE_MS = 3_600_000

export interface ServerOptions {
  config: Config
  /** Where the welcome block goes. */
  print?: (text: string) => void
  log?: Log
}

/** A server that was started, or the one that runs on this data folder already. */
export type Started =
  | { started: true; url: string; close(): Promise<void> }
  | { started: false; url: string; pid: number }

/**
 * Starts the modules that the configuration names, and answers when they are ready. A data folder has one server: where
 * one runs already, nothing is touched. Throws StartupError.
 */
export async function startServer(options: ServerOptions): Promise<Started> {
  const { log = stderrLog, print = console.log } = options
  const config = await withPort(options.config)
  const url = urlOf(config)
  const closers: (() => Promise<unknown>)[] = []
  const close = async () => {
    for (const one of closers.splice(0).reverse()) await one()
  }
  try {
    if (config.RUN_MODULE.includes('national')) {
      const claim = await claimInstance(config.DATA_DIR, url)
      if (!claim.claimed) return { started: false, url: claim.url, pid: claim.pid }
      closers.push(() => claim.release())
    }
    const registry = await openRegistry(config, { log, may: 'upgrade', as: 'modules' })
    closers.push(() => registry.close())
    closers.push(await startModules(config, registry, log))
    if (config.RUN_MODULE.includes('national')) await letIn(config, registry, log)
    print(
      await welcome(config, registry, () =>
        newSignInLink(registry.services, registry.services.pool, registry.founded.root.user),
      ),
    )
    return { started: true, url, close }
  } catch (error) {
    await close()
    throw error
  }
}

/**
 * Lets people in: the Root user with a first password, where people have those, and whom the operator's files name. What
 * goes wrong there keeps nobody from what is here.
 */
async function letIn(config: Config, { services, founded }: Registry, log: Log): Promise<void> {
  const { user: id, email, name } = founded.root
  if (services.onboarding === 'password') await invite(services, { id, email, name })
  const files = {
    organisations: config.ORGANISATIONS_CSV ?? join(config.DATA_DIR, 'organisations.csv'),
    users: config.USERS_CSV ?? join(config.DATA_DIR, 'users.csv'),
  }
  await readOnboardingFiles(services, files, log).catch(tellOnce(log, 'onboarding'))
}

/** Starts what `RUN_MODULE` names; answers how to stop it again, the server of people first. */
async function startModules(config: Config, registry: Registry, log: Log): Promise<() => Promise<void>> {
  const stops: (() => Promise<unknown>)[] = []
  const runs = (module: Config['RUN_MODULE'][number]) => config.RUN_MODULE.includes(module)
  try {
    if (runs('integrator')) stops.push(runIntegrator(registry, log))
    if (runs('signer')) stops.push(await runSigner(config, registry, log))
    if (runs('mailer')) {
      const { services } = registry
      const waiting = waitingSince(services, taskSources)
      const mail = { services, language: config.DEFAULT_LANGUAGE, config, log, waiting }
      stops.push(await startMail(mail, tellOnce(log, 'mailer')))
    }
    if (runs('national')) {
      stops.push(runExpiry(registry, log), runClock(registry, log), runFiles(registry, log))
      stops.push(runHistory(config, registry, log), await listen(config, registry))
    }
  } catch (error) {
    for (const stop of stops.reverse()) await stop()
    throw error
  }
  return async () => {
    for (const stop of stops.reverse()) await stop()
  }
}

function runIntegrator({ signing }: Registry, log: Log): () => Promise<void> {
  const integrator = new Integrator(signing)
  const loop = repeat(() => integrator.step(), { pauseMs: INTEGRATOR_PAUSE_MS, onError: tellOnce(log, 'integrator') })
  return () => loop.stop()
}

/** Ends what is due: movements that waited, pledges, holds; and changes of roles that were interrupted. */
function runExpiry({ services }: Registry, log: Log): () => Promise<void> {
  const loop = repeat(
    async () => (await expireDue(services)) + (await finishRoleChanges(services)) + (await followSuspensions(services)),
    {
      pauseMs: EXPIRY_PAUSE_MS,
      onError: tellOnce(log, 'expiry'),
    },
  )
  return () => loop.stop()
}

/** Keeps what a search of the audit reads up to date, and forgets sign-ins that are older than they are kept. */
function runHistory({ SIGN_IN_DAYS }: Config, { services }: Registry, log: Log): () => Promise<void> {
  const follow = follower(services)
  const loop = repeat(async () => (await forgetSignIns(services, SIGN_IN_DAYS)) > 0 || (await follow()), {
    pauseMs: EXPIRY_PAUSE_MS,
    onError: tellOnce(log, 'history'),
  })
  return () => loop.stop()
}

/** Forgets versions that nobody submitted and files that nothing names; and tells at the start where files are not to be had. */
function runFiles({ services }: Registry, log: Log): () => Promise<void> {
  const tell = tellOnce(log, 'files')
  services.files.store.check().catch(tell)
  const forgetStrays = strayFiles(services)
  const loop = repeat(
    async () => (await forgetUnsubmitted(services)) + (await forgetFiles(services)) + (await forgetStrays()),
    { pauseMs: FILES_PAUSE_MS, onError: tell },
  )
  return () => loop.stop()
}

/** Takes the moves of projects that nobody has to decide on once their time has come. */
function runClock({ services }: Registry, log: Log): () => Promise<void> {
  const loop = repeat(projectClock(services), { pauseMs: CLOCK_PAUSE_MS, onError: tellOnce(log, 'clock') })
  return () => loop.stop()
}

async function runSigner(
  config: Config,
  { services, signing, keys, cosigners }: Registry,
  log: Log,
): Promise<() => Promise<void>> {
  const { state } = signerFiles(config.DATA_DIR)
  const publish = cosigners?.publish.bind(cosigners)
  const signer = new CheckpointSigner(signing, await keys(), state, services.clock, publish)
  const tell = tellChanges(log)
  const round = async () => {
    const isPublished = await signingRound(signer, cosigners)
    tell(cosigners?.state() ?? [])
    return isPublished
  }
  const loop = repeat(round, { pauseMs: SIGNER_PAUSE_MS, onError: tellOnce(log, 'signer') })
  return () => loop.stop()
}

/** Tells of each witness what hinders it, when that changes. */
function tellChanges(log: Log): (states: readonly WitnessState[]) => void {
  const told = new Map<string, string>()
  return (states) => {
    for (const { name, reason } of states) {
      if ((told.get(name) ?? '') === (reason ?? '')) continue
      told.set(name, reason ?? '')
      if (reason === null) log.info(`witness ${name} cosigns`)
      else log.warn(`witness ${name}: ${reason}`)
    }
  }
}

/** The same failure, again and again, is told once. */
function tellOnce(log: Log, module: string): (error: unknown) => void {
  let told = ''
  return (error) => {
    const message = error instanceof Error ? error.message : String(error)
    if (message !== told) log.warn(`${module}: ${message}`)
    told = message
  }
}

async function listen(config: Config, { services }: Registry): Promise<() => Promise<void>> {
  const app = await createApp(services, {
    logger: { level: 'warn', serializers: quietSerializers },
    trustProxy: config.TRUSTED_PROXIES,
  })
  try {
    await app.listen({ port: config.PORT, host: config.HOST })
  } catch (error) {
    await app.close()
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error
    throw new StartupError(`Another program listens on port ${config.PORT} of ${config.HOST}. Stop it, or set PORT.`)
  }
  return () => app.close()
}

/** Port 0 becomes a free port, and the public address names it. */
async function withPort(config: Config): Promise<Config> {
  if (config.PORT !== 0) return config
  const port = await freePort(config.HOST)
  const PUBLIC_URL = config.PUBLIC_URL === 'http://localhost:0' ? `http://localhost:${port}` : config.PUBLIC_URL
  return { ...config, PORT: port, PUBLIC_URL }
}

function freePort(host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer().on('error', reject)
    probe.listen(0, host, () => {
      const address = probe.address()
      probe.close(() => resolve(typeof address === 'object' && address ? address.port : 0))
    })
  })
}

/** Where this machine reaches the server. */
function urlOf({ HOST, PORT }: Config): string {
  const host = HOST === '0.0.0.0' || HOST === '::' ? 'localhost' : HOST
  return `http://${host.includes(':') ? `[${host}]` : host}:${PORT}`
}
