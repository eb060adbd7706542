import { newSignInLink, userByEmail } from '@tallystick/server/operator'
import { type Command, type Done, parse, UsageError } from '../command.ts'
import { addressOf, configFor, withRegistry } from '../registry.ts'
import { text } from '../texts.ts'

export const setupCommand: Command = async (args) => {
  const { values } = parse(args, {
    'root-email': { type: 'string' },
    'country-code': { type: 'string' },
    'country-name': { type: 'string' },
    'time-zone': { type: 'string' },
  })
  const config = configFor({
    DATA_DIR: values.data,
    ROOT_EMAIL: values['root-email'],
    systemCountryCode: values['country-code'],
    systemCountryName: values['country-name'],
    LEDGER_TIME_ZONE: values['time-zone'],
  })
  return withRegistry(config, async ({ services, founded }): Promise<Done> => {
    const { country, ledger, test } = services.genesis
    const lines = [text('ready', { country: country.name, code: country.code, ledger, email: founded.root.email })]
    const json = {
      ledger,
      country,
      test,
      rootEmail: founded.root.email,
      founded: founded.founded,
      notes: founded.notes,
    }
    return { exitCode: 0, text: [...lines, ...founded.notes].join('\n'), json }
  })
}

/** `admin link <email>`: a new one-time link, for somebody who has lost the way in, or the password. */
export const adminCommand: Command = async (args) => {
  const [what, ...rest] = args
  if (what !== 'link')
    throw new UsageError(text('unknownCommand', { command: `admin ${what ?? ''}`, known: 'admin link' }))
  const { values, positionals } = parse(rest, {}, ['EMAIL'])
  const email = positionals[0] ?? ''
  const config = configFor({ DATA_DIR: values.data })
  return withRegistry(config, async ({ services }): Promise<Done> => {
    const user = await userByEmail(services, email)
    if (!user) return { exitCode: 2, text: text('noUser', { email }), json: { error: text('noUser', { email }) } }
    const { url, expiresAt } = await newSignInLink(
      { ...services, publicUrl: await addressOf(config) },
      services.pool,
      user.id,
    )
    const expires = expiresAt.toISOString()
    return {
      exitCode: 0,
      text: text(services.onboarding === 'password' ? 'link.password' : 'link', { email: user.email, expires, url }),
      json: { email: user.email, url, expires, chooses: services.onboarding === 'password' ? 'password' : null },
    }
  })
}
