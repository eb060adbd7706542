import { randomUUID } from 'node:crypto'
import { expectStatus, type TestRegistry, testRegistry } from '../registry.fixture.ts'

/** One that is not what people of a test registry have. */
export const OTHER = 'seven loud bitterns'

export const newEmail = () => `${randomUUID()}@example.org`

interface Told {
  status: number
  // biome-ignore lint/suspicious/noExplicitAny: a test reads whatever came
  body: any
  headers: Record<string, unknown>
}

/** A registry whose people have passwords, and what they and others do there. */
export interface PasswordWorld {
  registry: TestRegistry
  /** Adds somebody and answers the first password. */
  added(email?: string): Promise<{ email: string; first: string; id: string }>
  /** Somebody who has chosen `PASSWORD`. */
  settled(): Promise<string>
  signIn(email: string, password: string, address?: string): Promise<Told>
  askForLink(email: string, address?: string): Promise<Told>
  choose(token: string, password: string, address?: string): Promise<Told>
  /** The newest link to choose a password, from a network of its own. */
  linkFor(email: string): Promise<string>
  /** A request of nobody from an address. */
  from(address: string, url: string, body: object): Promise<Told>
}

export async function passwordWorld(): Promise<PasswordWorld> {
  const registry = await testRegistry({ onboarding: 'password' })
  const from = async (remoteAddress: string, url: string, payload: object): Promise<Told> => {
    const answer = await registry.app.inject({ method: 'POST', url, payload, remoteAddress })
    return { status: answer.statusCode, body: answer.json(), headers: answer.headers }
  }
  const added: PasswordWorld['added'] = async (email = newEmail()) => {
    const { root } = registry
    const wish = { email, name: 'Somebody New', organisation: root.organisation, role: 'Admin' }
    const { body } = expectStatus(await root.post('/national/users', wish), 201)
    return { email, first: registry.temporary.get(email) ?? '', id: String(body.id) }
  }
  const askForLink: PasswordWorld['askForLink'] = (email, address = '192.0.2.1') =>
    from(address, '/national/passwords/links', { email })
  let networks = 0
  return {
    registry,
    from,
    added,
    askForLink,
    async settled() {
      const { email } = await added()
      await registry.signIn(email)
      return email
    },
    signIn: (email, password, address = '192.0.2.1') =>
      from(address, '/national/sessions/password', { email, password }),
    choose: (token, password, address = '192.0.2.1') => from(address, '/national/passwords', { token, password }),
    async linkFor(email) {
      networks += 1
      expectStatus({ ...(await askForLink(email, `10.0.${networks >> 8}.${networks & 255}`)), headers: {} }, 201)
      return registry.links.get(email)?.at(-1) ?? ''
    },
  }
}
