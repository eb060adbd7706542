import { afterAll, beforeAll, expect, it } from 'vitest'
import { beginFeed, type Feeding, feedEntries } from '../platform/mail/feed.ts'
import { done } from '../registry.fixture.ts'
import { type Papers, papersToSign, type Signer, signer, signSimply } from './signing.fixture.ts'

let all: Papers
let feeding: Feeding
let ben: Signer
let chi: Signer
const warned: string[] = []

beforeAll(async () => {
  all = await papersToSign()
  const { registry, officers, emails } = all
  ben = await signer(registry, officers[0], emails.officers[0], 'Ben Okoye')
  chi = await signer(registry, officers[1], emails.officers[1], 'Chi')
  // A colleague of the owner, who may sign for him.
  await registry.join(officers[0], all.owner.organisation, 'Manager', 'dee@example.org')
  const { services } = registry
  feeding = { services, language: 'en', log: { info: () => undefined, warn: (text) => void warned.push(text) } }
  await beginFeed(services.pool)
}, 120_000)
afterAll(() => all?.registry.close())

/** Who was told of what since the last time. */
async function told(): Promise<string[]> {
  const { pool } = all.registry.services
  while ((await feedEntries(feeding)) > 0);
  const { rows } = await pool.query<{ told: string }>(
    `UPDATE content_mail SET reason = 'seen' WHERE reason IS DISTINCT FROM 'seen'
     RETURNING template || ' ' || split_part(email, '@', 1) AS told`,
  )
  expect(warned).toEqual([])
  return rows
    .map((row) => row.told)
    .filter((one) => !one.endsWith(' root'))
    .toSorted()
}

it('whoever is to sign next is told, and whose the document is once all have signed', async () => {
  const { registry, owner, emails } = all
  const place = await all.submitted()
  expect(await told()).toEqual(['signature-waits dee'])
  const simple = { ...place, slot: 'owner', name: 'Ada Núñez' }
  expect(await signSimply(registry, owner, emails.owner, simple)).toMatchObject({ status: 201 })
  const { items } = await done(ben.who.get('/national/tasks'), 200)
  const [task] = items as { title: string; steps: string[] }[]
  expect(task?.steps).toContain('signature/project-design/second-officer')
  expect(task?.title.match(/sign a document/g)).toHaveLength(1)
  // Both places of officers are open now.
  expect(await told()).toEqual(['signature-waits ben', 'signature-waits chi'])
  expect(await chi.sign({ ...place, slot: 'second-officer' })).toMatchObject({ status: 201 })
  // Whose turn it was already is not told again.
  expect(await told()).toEqual([])
  expect(await ben.sign({ ...place, slot: 'first-officer' })).toMatchObject({ status: 201 })
  // The other officer may register the project now.
  expect(await told()).toEqual(['document-signed ada', 'document-signed dee', 'project-waits chi'])
})

it('nobody is told to sign a version that was replaced, and of many entries at once each is told what still stands', async () => {
  const { registry, owner, emails } = all
  const first = await all.submitted()
  await signSimply(registry, owner, emails.owner, { ...first, slot: 'owner', name: 'Ada Núñez' } as never)
  const second = await all.submitted()
  expect(await told()).toEqual(['document-submitted dee', 'signature-waits dee'])
  await signSimply(registry, owner, emails.owner, { ...second, slot: 'owner', name: 'Ada Núñez' } as never)
  await ben.sign({ ...second, slot: 'second-officer' })
  expect(await told()).toEqual(['signature-waits chi'])
})
