import { consoleNotify, createApp, newSignInLink, type Registry, userByEmail } from '@tallystick/server'
import { type Command, type Done, parse } from '../command.ts'
import { play } from '../demo/play.ts'
import { addressOf, configFor, withRegistry } from '../registry.ts'
import { text } from '../texts.ts'
import { signNow } from './ledger.ts'

/** Plays one project end to end through the national API. Fixed keys: played again, it writes nothing twice. */
export const demoCommand: Command = async (args) => {
  const { values } = parse(args, {})
  const config = configFor({ DATA_DIR: values.data })
  const notify = consoleNotify(() => undefined)
  const demo = async (registry: Registry): Promise<Done> => {
    const { founded } = registry
    // Its people sign in by links, whatever others do here.
    const services = { ...registry.services, onboarding: 'link' as const }
    const { country, test } = services.genesis
    if (!test) {
      const error = text('demoNotTest', { country: country.name })
      return { exitCode: 2, text: error, json: { error } }
    }
    const app = await createApp(services, { logger: false })
    const played = await play(app, async (email) => {
      const user = await userByEmail(services, email ?? founded.root.email)
      if (!user) throw new Error(text('noUser', { email: email ?? '' }))
      return (await newSignInLink(services, services.pool, user.id)).url
    }).finally(() => app.close())
    await signNow(registry, config)
    const url = `${await addressOf(config)}/serials/${played.serial}`
    const lines = [
      text('demoTitle', { country: country.name }),
      ...played.steps.map((step) => `  ${step}`),
      text('demoDone', { certificate: played.certificate, index: played.index, url }),
      ...(played.repeated ? [text('demoAgain')] : []),
    ]
    return { exitCode: 0, text: lines.join('\n'), json: { ...played, url } }
  }
  return withRegistry(config, demo, { notify })
}
