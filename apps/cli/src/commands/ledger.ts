import { setTimeout as delay } from 'node:timers/promises'
import { CheckpointSigner, exportLog, Integrator, keyHistory, keyInForce, reconcile } from '@tallystick/ledger'
import { type Config, claimInstance, type Registry, StartupError, signerFiles } from '@tallystick/server/operator'
import { type Command, type Done, parse } from '../command.ts'
import { configFor, withRegistry } from '../registry.ts'
import { text } from '../texts.ts'

const SIGNING_BOUND_MS = 10_000
/** A witness that has to be asked twice is asked again after a second. */
const COSIGNING_BOUND_MS = 3_000

/**
 * Waits until everything that is in the log now is under a signed checkpoint: signs it here where no server runs on the
 * data folder, and leaves it to that server otherwise.
 */
export async function signNow(registry: Registry, config: Config): Promise<void> {
  const { ledger, clock } = registry.services
  const { size } = await ledger.head()
  const published = async () => ((await ledger.tree.checkpoint())?.size ?? 0) >= size
  await new Integrator(ledger).catchUp()
  const claim = await claimInstance(config.DATA_DIR, config.PUBLIC_URL)
  if (claim.claimed) {
    const { state } = signerFiles(config.DATA_DIR)
    const { cosigners } = registry
    const publish = cosigners?.publish.bind(cosigners)
    const signer = new CheckpointSigner(ledger, await registry.keys(), state, clock, publish)
    const sign = async () => {
      await signer.step()
      await cosigners?.gather(COSIGNING_BOUND_MS)
    }
    await sign().finally(() => claim.release())
  }
  for (const end = Date.now() + SIGNING_BOUND_MS; !(await published()); await delay(50)) {
    if (Date.now() > end) throw new StartupError(text('notSigned'))
  }
}

export const exportLogCommand: Command = async (args) => {
  const { values, positionals } = parse(args, {}, ['DIR'])
  const folder = positionals[0] ?? ''
  const config = configFor({ DATA_DIR: values.data })
  return withRegistry(config, async (registry) => {
    await signNow(registry, config)
    const { services } = registry
    const exported = await exportLog(services.ledger, folder)
    const { vkey } = keyInForce(await keyHistory(services.ledger), exported.size)
    return {
      exitCode: 0,
      text: text('exported', { ...exported, folder, vkey }),
      json: { folder, vkey, ...exported },
    }
  })
}

export const reconcileCommand: Command = async (args) => {
  const { values } = parse(args, {})
  return withRegistry(configFor({ DATA_DIR: values.data }), async ({ services }): Promise<Done> => {
    const result = await reconcile(services.ledger)
    const { differences, ...counts } = result
    if (differences.length === 0) return { exitCode: 0, text: text('reconciledWhole', counts), json: result }
    const lines = differences.map(({ what, inStore, fromLog }) =>
      text('difference', { what, inStore: inStore ?? text('nothing'), fromLog: fromLog ?? text('nothing') }),
    )
    return {
      exitCode: 1,
      text: [text('reconciledWrong', { count: differences.length }), ...lines].join('\n'),
      json: result,
    }
  })
}

export const vkeyCommand: Command = async (args) => {
  const { values } = parse(args, {})
  return withRegistry(configFor({ DATA_DIR: values.data }), async ({ services }): Promise<Done> => {
    const keys = await keyHistory(services.ledger)
    const vkey = keys.at(-1)?.vkey ?? ''
    const history = keys.map(({ vkey, from }) => ({ vkey, from }))
    return { exitCode: 0, text: vkey, json: { vkey, origin: services.genesis.origin, keys: history } }
  })
}
