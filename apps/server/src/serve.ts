import { readConfig } from './platform/config.ts'
import { onShutdown } from './platform/shutdown.ts'
import { startServer } from './server.ts'

/**
 * Serves until told to end. Where a server runs on this data folder already, says so and leaves it alone. Throws
 * StartupError.
 */
export async function serve(environment: NodeJS.ProcessEnv = process.env): Promise<void> {
  const starting = startServer({ config: readConfig(environment) })
  onShutdown(async () => {
    const server = await starting
    if (server.started) await server.close()
  })
  const server = await starting
  if (server.started) return
  console.log(`A server of this data folder runs already at ${server.url} (process ${server.pid}).`)
  process.exit(0)
}
