import {
  type Config,
  claimInstance,
  type OpenOptions,
  openRegistry,
  type Registry,
  readConfig,
  stderrLog,
} from '@tallystick/server/operator'

/** The configuration, with what the command line says in place of the environment's. */
export function configFor(overrides: Record<string, string | undefined>): Config {
  const given = Object.fromEntries(Object.entries(overrides).filter(([, value]) => value !== undefined))
  return readConfig({ ...process.env, ...given })
}

/** Opens the registry of a data folder, makes it ready if it is new, and closes it afterwards. */
export async function withRegistry<T>(
  config: Config,
  work: (registry: Registry) => Promise<T>,
  options: Partial<OpenOptions> = {},
): Promise<T> {
  const registry = await openRegistry(config, { log: stderrLog, ...options })
  try {
    return await work(registry)
  } finally {
    await registry.close()
  }
}

/** Where people reach the registry: the address that was set, else that of the server that runs on the data folder. */
export async function addressOf(config: Config): Promise<string> {
  if (config.PUBLIC_URL !== `http://localhost:${config.PORT}`) return config.PUBLIC_URL
  const claim = await claimInstance(config.DATA_DIR, config.PUBLIC_URL)
  if (!claim.claimed) return claim.url
  await claim.release()
  return config.PUBLIC_URL
}
