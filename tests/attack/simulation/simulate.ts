import { killOne, restore, runClient, startIntegrator, startServer, startSigner } from './actors.ts'
import type { Life } from './scheduler.ts'
import { foundWorld, type World } from './world.ts'

const SERVERS = 3
const CLIENTS = 4
const COMMANDS_EACH = 8
const CALM_MS = 300
const END_MS = 120_000

interface Plot {
  /** The database is put back to an earlier state once. */
  rollback?: boolean
  /** Starts whoever signs; the signer unless told otherwise. */
  startSigning?: (world: World) => Life | Promise<Life>
}

/**
 * Lets servers, integrators and one signer work on a ledger in memory for clients who repeat what is not answered, while
 * processes are killed, messages are late, lost or doubled and, if `rollback`, the database is put back to an earlier
 * state. All of it is drawn from the seed.
 */
export async function simulate(
  seed: string,
  stateFile: string,
  { rollback = false, startSigning = (world: World) => startSigner(world, 'signer') }: Plot = {},
): Promise<World> {
  const world = await foundWorld(seed, stateFile)
  const { scheduler, dice, servers, helpers } = world
  for (let at = 0; at < SERVERS; at += 1) servers.push(startServer(world, `server ${at}`))
  for (let at = 0; at < 2; at += 1) helpers.push(startIntegrator(world, `integrator ${at}`))
  helpers.push(await startSigning(world))
  let busy = CLIENTS
  for (let at = 0; at < CLIENTS; at += 1) {
    scheduler.spawn({ name: `client ${at}`, alive: true }, async () => {
      await runClient(world, `client ${at}`, COMMANDS_EACH)
      busy -= 1
    })
  }
  const chaos: Life = { name: 'chaos', alive: true }
  scheduler.spawn(chaos, async () => {
    const restoreAt = rollback ? 2 + dice.below(6) : 0
    for (let blow = 1; busy > 0; blow += 1) {
      await scheduler.pause(chaos, 5 + dice.below(120))
      if (blow === restoreAt) await restore(world)
      else await killOne(world)
    }
    await scheduler.pause(chaos, CALM_MS)
    world.isOver = true
    for (const life of [...servers.map((server) => server.life), ...helpers]) life.alive = false
  })
  await scheduler.run(END_MS)
  if (busy > 0) throw new Error(`seed ${seed}: ${busy} clients were never answered`)
  return world
}
