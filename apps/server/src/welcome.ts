import type { Config } from './platform/config.ts'
import type { SignInLink } from './platform/sign-in-links.ts'
import type { Registry } from './registry.ts'

/** What the person who starts a server reads. A server of people gets a fresh sign-in link for the Root user. */
export async function welcome(config: Config, registry: Registry, newLink: () => Promise<SignInLink>): Promise<string> {
  const { services, founded, database } = registry
  const { country, test, origin } = services.genesis
  const lines: [string, string][] = [
    ['Ledger', `${country.name} (${country.code})${test ? ', a test: it stands for nothing real' : ''}`],
    ['', origin],
  ]
  if (config.RUN_MODULE.includes('national')) {
    const { url, expiresAt } = await newLink()
    lines.unshift(['Registry', services.publicUrl], ['API', `${services.publicUrl}/national`])
    lines.push(
      ['Root user', founded.root.email],
      ['Sign in', url],
      ['', `works once, until ${expiresAt.toISOString()}`],
    )
  }
  lines.push(['Runs', config.RUN_MODULE.join(', ')])
  if (config.RUN_MODULE.filter((module) => module !== 'mailer').length > 1)
    lines.push(['', 'one process signs what it writes: no separation of duties'])
  lines.push(['Database', database], ['Docs', 'README.md and docs/'])
  for (const note of founded.notes) lines.push(['Note', note])
  const block = lines.map(([name, text]) => `  ${name.padEnd(10)} ${text}`)
  return ['', `Tallystick ${services.version}`, '', ...block, ''].join('\n')
}
