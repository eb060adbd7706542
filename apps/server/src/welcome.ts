import type { Config } from './platform/config.ts'
import type { SignInLink } from './platform/sign-in-links.ts'
import type { Registry } from './registry.ts'

/**
 * What the person who starts a server reads. Where people sign in by link, a server of people gets a fresh one for the Root
 * user.
 */
export async function welcome(config: Config, registry: Registry, newLink: () => Promise<SignInLink>): Promise<string> {
  const { services, founded, database } = registry
  const { country, test, origin } = services.genesis
  const lines: [string, string][] = [
    ['Ledger', `${country.name} (${country.code})${test ? ', a test: it stands for nothing real' : ''}`],
    ['', origin],
  ]
  if (config.RUN_MODULE.includes('national')) {
    lines.unshift(['Registry', services.publicUrl], ['API', `${services.publicUrl}/national`])
    lines.push(['Root user', founded.root.email], ...(await wayIn(services, newLink)))
  }
  lines.push(['Runs', config.RUN_MODULE.join(', ')])
  if (config.RUN_MODULE.filter((module) => module !== 'mailer').length > 1)
    lines.push(['', 'one process signs what it writes: no separation of duties'])
  lines.push(['Database', database], ['Docs', 'README.md and docs/'])
  for (const note of founded.notes) lines.push(['Note', note])
  const block = lines.map(([name, text]) => `  ${name.padEnd(10)} ${text}`)
  return ['', `Tallystick ${services.version}`, '', ...block, ''].join('\n')
}

async function wayIn(
  { onboarding, publicUrl }: Registry['services'],
  newLink: () => Promise<SignInLink>,
): Promise<[string, string][]> {
  if (onboarding === 'password') {
    return [
      ['Sign in', `${publicUrl}/sign-in`],
      ['', 'a first password comes by mail, and on the console where mail is off'],
    ]
  }
  const { url, expiresAt } = await newLink()
  return [
    ['Sign in', url],
    ['', `works once, until ${expiresAt.toISOString()}`],
  ]
}
