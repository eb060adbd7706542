import { randomBytes } from 'node:crypto'
import { done, type Person, type TestRegistry, testRegistry } from '../registry.fixture.ts'

export const DAY_MS = 86_400_000

/** A registry under the preset article6, with a project that is open to comments. */
export interface Commented {
  registry: TestRegistry
  project: string
  ownerId: string
  /** Sign in anew, as the time of a session may be over. */
  owner(): Promise<Person>
  officer(): Promise<Person>
  /** Another project in its first state. */
  draft: string
  /** Sends a comment from an address of the network, and answers with its link; undefined where no mail was sent. */
  comment(more?: object, ip?: string): Promise<string | undefined>
  /** The same, confirmed. */
  confirmed(more?: object, ip?: string): Promise<{ id: string; number: number }>
}

const OFFICER = 'officer@example.org'
const OWNER = 'owner@example.org'

export async function commented(): Promise<Commented> {
  const registry = await testRegistry({ preset: 'article6' })
  const { root } = registry
  const officer = await registry.join(root, root.organisation, 'Admin', OFFICER)
  const organisation = await done(officer.post('/national/organisations', { kind: 'developer', name: 'Sunfield' }))
  const ownerId = String(organisation.id)
  const owner = await registry.join(officer, ownerId, 'Admin', OWNER)
  const { accounts } = await done(officer.post('/national/accounts', { organisation: ownerId }))
  const account = (accounts as { id: string; kind: string }[]).find(({ kind }) => kind === 'holding')?.id
  const owners = [{ account, share: '100' }]
  const register = async (title: string) => {
    const body = { title, sectoralScope: '1', methodology: 'AMS-I.D', owners }
    return String((await done(owner.post('/national/projects', body))).id)
  }
  const [project, draft] = [await register('Salt Lake'), await register('Draft')]
  const path = `/national/projects/${project}`
  const paper = (who: Person, kind: string) =>
    done(who.post(`${path}/documents`, { kind, sha256: randomBytes(32).toString('hex') }))
  const move = (who: Person, name: string) => done(who.post(`${path}/moves`, { move: name }))
  await paper(owner, 'concept-note')
  await move(owner, 'submit-concept')
  await paper(officer, 'no-objection-letter')
  await move(officer, 'approve-concept')
  await paper(owner, 'project-design')
  await paper(owner, 'consultation-report')
  await move(owner, 'submit-design')
  await move(officer, 'publish-design')

  const comment: Commented['comment'] = async (more = {}, ip = randomAddress()) => {
    const before = registry.messages.length
    const body = { name: 'Ana Doe', email: `${randomBytes(6).toString('hex')}@example.net`, text: 'What of the birds?' }
    const answer = await registry.app.inject({
      method: 'POST',
      url: `/public/projects/${project}/comments`,
      payload: { ...body, ...more },
      remoteAddress: ip,
    })
    if (answer.statusCode !== 201) throw new Error(`${answer.statusCode}: ${answer.body}`)
    return /http\S+/.exec(registry.messages.slice(before).find((text) => text.includes('/comments/')) ?? '')?.[0]
  }
  return {
    ...{ registry, project, ownerId, draft, comment },
    owner: () => registry.signIn(OWNER),
    officer: () => registry.signIn(OFFICER),
    async confirmed(more, ip) {
      const token = await comment(more, ip)
      return (await done(registry.nobody.post('/public/comments/confirm', { token }), 200)) as never
    },
  }
}

let last = 0

/** An address that nobody else has. */
export function randomAddress(): string {
  last += 1
  return `10.${last >> 16}.${(last >> 8) & 255}.${last & 255}`
}
