import { readFileSync } from 'node:fs'
import { canonicalJson, documentBytes, sha256Hex, shippedSources } from '@tallystick/rules'
import { expect } from 'vitest'
import { rename } from '../platform/people.ts'
import { type Answer, done, type Person, type TestRegistry, testRegistry } from '../registry.fixture.ts'
import { Authenticator } from './authenticator.fixture.ts'

const ORIGIN = 'http://localhost:3030'
const EXAMPLES = new URL('../../../../packages/templates/src/examples/', import.meta.url)

type Creation = { challenge: string; rp: { id: string } }
type Request = { challenge: string; rpId: string }

/** Who signs with a key of his own. */
export interface Signer {
  who: Person
  name: string
  authenticator: Authenticator
  /** All that the registry asks for: a challenge, and its answer. */
  sign(place: object): Promise<Answer>
  /** What is sent last. */
  ready(place: object): Promise<object>
}

/** The last code that was sent to somebody. */
export function codeOf({ messages }: TestRegistry, email: string): string {
  const told = messages.findLast((one) => one.startsWith(`Code to sign with for ${email}: `))
  return told?.slice(-8) ?? ''
}

/** Gives somebody a name, which an administrator would. */
export async function called({ services }: TestRegistry, email: string, name: string): Promise<void> {
  const { rows } = await services.pool.query<{ id: string }>(
    'SELECT id FROM content_user WHERE email = $1 AND ended_at IS NULL',
    [email],
  )
  await rename(services, String(rows[0]?.id), name)
}

export async function signer(registry: TestRegistry, who: Person, email: string, name: string): Promise<Signer> {
  const authenticator = new Authenticator(ORIGIN)
  await called(registry, email, name)
  await done(who.post('/national/signing/codes', { sha256: null }, { key: null }))
  const code = codeOf(registry, email)
  const { options } = await done(who.post('/national/signing/keys/begin', { code }, { key: null }))
  const answer = authenticator.register(options as Creation)
  await done(who.post('/national/signing/keys', { name, answer }, { key: null }))
  const ready = async (place: object) => {
    const begun = await done(who.post('/national/signing/challenges', place, { key: null }))
    return { challenge: begun.challenge, answer: authenticator.answer(begun.options as Request) }
  }
  const sign = async (place: object) => {
    const body = await ready(place)
    for (;;) {
      const answer = await who.post('/national/signatures/advanced', body)
      // On a machine that is busy those before may take longer than anybody waits: the answer is still good.
      if (answer.status !== 429) return answer
    }
  }
  return { who, name, authenticator, ready, sign }
}

/** Signs with a code from a mail. */
export async function signSimply(
  registry: TestRegistry,
  who: Person,
  email: string,
  { name, ...place }: { name: string; sha256: string },
): Promise<Answer> {
  await called(registry, email, name)
  await done(who.post('/national/signing/codes', { sha256: place.sha256 }, { key: null }))
  const code = codeOf(registry, email)
  const { permit } = await done(who.post('/national/signing/permits', { ...place, code }, { key: null }))
  return who.post('/national/signatures', { permit, name, agreed: true })
}

/** A registry whose design documents are signed by their owner and then by two officers before it is registered, with a project. */
export interface Papers {
  registry: TestRegistry
  owner: Person
  officers: [Person, Person]
  emails: { owner: string; officers: [string, string] }
  project: string
  path: string
  /** Submits a design document as data, which differs from every other; answers where it is signed. */
  submitted(): Promise<{ project: string; document: string; version: number; sha256: string }>
  /** Bytes that an address answers with. */
  bytes(who: Person, url: string): Promise<Buffer>
}

const own = { capacity: 'owner', minLevel: 'SES', allowed: ['SES', 'AES', 'QES', 'WET'], order: 1 }
const officer = { capacity: 'government', minLevel: 'AES', allowed: ['AES', 'QES', 'WET'], order: 2 }
const SIGNATURES = [
  { slot: 'owner', ...own },
  { slot: 'first-officer', ...officer },
  { slot: 'second-officer', ...officer },
]

export async function papersToSign(): Promise<Papers> {
  const { preset, permissions } = shippedSources.simple as unknown as {
    preset: { documents: { kind: string }[]; project: { moves: { name: string; needs?: object }[] } }
    permissions: object
  }
  const kinds = preset.documents.map((one) =>
    one.kind === 'project-design' ? { ...one, signatures: SIGNATURES } : one,
  )
  const moves = preset.project.moves.map((one) => {
    return one.name === 'register' ? { ...one, needs: { ...one.needs, signed: ['project-design'] } } : one
  })
  const project = { ...preset.project, moves }
  const documents = {
    preset: documentBytes({ ...preset, name: 'signed', project, documents: kinds }),
    permissions: documentBytes({ ...permissions, name: 'signed' }),
  }
  const registry = await testRegistry({ preset: { from: 'signed', documents } })
  const { root, services } = registry
  const emails: Papers['emails'] = { owner: 'ada@example.org', officers: ['ben@example.org', 'chi@example.org'] }
  const first = await registry.join(root, root.organisation, 'Admin', emails.officers[0])
  const second = await registry.join(root, root.organisation, 'Admin', emails.officers[1])
  const { id } = await done(first.post('/national/organisations', { kind: 'developer', name: 'Sunfield Power' }))
  const owner = await registry.join(first, String(id), 'Admin', emails.owner)
  const { accounts } = await done(first.post('/national/accounts', { organisation: id }))
  const holding = (accounts as { id: string; kind: string }[]).find(({ kind }) => kind === 'holding')?.id
  const owners = [{ account: holding, share: '100' }]
  const body = { title: 'Selu Grid Solar Plant', sectoralScope: '1', methodology: 'AMS-I.D', owners }
  const registered = String((await done(owner.post('/national/projects', body))).id)
  const path = `/national/projects/${registered}`
  const example = JSON.parse(readFileSync(new URL('selu.pdd.json', EXAMPLES), 'utf8'))
  let made = 0
  return {
    ...{ registry, owner, officers: [first, second], emails, project: registered, path },
    async submitted() {
      made += 1
      const { values } = example
      const changed = {
        ...example,
        values: { ...values, head: { ...values.head, title: `Selu, written ${made} times` } },
      }
      const bytes = Buffer.from(canonicalJson(changed))
      const sha256 = sha256Hex(bytes)
      await services.pool.query(
        'INSERT INTO content_document (project, sha256, template, bytes, created_at) VALUES ($1, $2, $3, $4, now())',
        [registered, sha256, 'PDD@1', bytes],
      )
      const { version } = await done(owner.post(`${path}/documents`, { kind: 'project-design', sha256 }))
      return { project: registered, document: 'project-design', version: Number(version), sha256 }
    },
    async bytes(who, url) {
      const headers = who.token ? { authorization: `Bearer ${who.token}` } : {}
      const answer = await registry.app.inject({ url, headers })
      expect([url, answer.statusCode]).toEqual([url, 200])
      return answer.rawPayload
    },
  }
}
