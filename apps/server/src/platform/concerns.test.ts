import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Article6, article6 } from '../article6.fixture.ts'
import { done } from '../registry.fixture.ts'
import { followConcerns } from './concerns.ts'

let all: Article6

beforeAll(async () => {
  all = await article6()
}, 120_000)
afterAll(() => all?.registry.close())

type Concern = [organisation: string, owns: boolean, project: string]

async function kept(): Promise<Concern[]> {
  const { services } = all.registry
  await followConcerns(services)
  const { rows } = await services.pool.query<{ organisation: string; owns: boolean; project: string }>(
    'SELECT organisation, owns, project FROM content_concern',
  )
  return rows.map(({ organisation, owns, project }): Concern => [organisation, owns, project]).sort()
}

/** What the rows of the ledger say, each looked at. */
async function told(): Promise<Concern[]> {
  const { rows } = await all.registry.services.ledger.dump()
  const organisationOf = new Map(
    rows.flatMap((one) => (one.kind === 'account' ? [[one.id, one.row?.organisation]] : [])),
  )
  const concerns = rows.flatMap((one): Concern[] => {
    if (one.kind !== 'project' || one.row === null) return []
    const owners = new Set(one.row.owners.map(({ account }) => organisationOf.get(account) ?? ''))
    return [
      ...[...owners].map((owner): Concern => [owner, true, one.id]),
      ...[...new Set(Object.values(one.row.certifiers))].map((certifier): Concern => [certifier, false, one.id]),
    ]
  })
  return concerns.sort()
}

it('has whom each project concerns, whatever was written', async () => {
  const { officer, owner, rival, project, assign, approved } = all
  const found = await kept()
  expect(found).toEqual(await told())
  expect(found).toContainEqual([owner.id, true, project])
  expectSome(found.filter(([, owns]) => !owns))

  await assign('verification', rival)
  expect(await kept()).toContainEqual([rival.id, false, project])
  const release = { task: 'verification', reason: 'other' }
  await done(officer.post(`/national/projects/${project}/certifiers/release`, release))
  expect(await kept()).toEqual(await told())

  const other = await done(officer.post('/national/organisations', { kind: 'developer', name: 'Harbour' }))
  const { accounts } = await done(officer.post('/national/accounts', { organisation: other.id }))
  const holding = (accounts as { id: string; kind: string }[]).find(({ kind }) => kind === 'holding')?.id
  const owners = [
    { account: owner.holding, share: '50' },
    { account: holding, share: '50' },
  ]
  await approved(officer.post(`/national/projects/${project}/ownership`, { owners }))
  expect(await kept()).toContainEqual([other.id, true, project])
  expect(await kept()).toEqual(await told())
})

it('is made by many at once as by one', async () => {
  const { services } = all.registry
  await services.pool.query(`UPDATE content_concerned SET next = 0, leaf = ''`)
  await services.pool.query('DELETE FROM content_concern')
  await Promise.all(Array.from({ length: 8 }, () => followConcerns(services)))
  expect(await kept()).toEqual(await told())
})

it('begins anew where it was made from another log, or from more of it than there is', async () => {
  const { pool, ledger } = all.registry.services
  const { size } = await ledger.head()
  for (const next of [3, size, size + 100]) {
    await pool.query(`UPDATE content_concerned SET next = $1, leaf = $2`, [next, 'f'.repeat(64)])
    await pool.query(`INSERT INTO content_concern VALUES ('nobody', true, 1, 'gone')`)
    const found = await kept()
    expect(found).not.toContainEqual(['nobody', true, 'gone'])
    expect(found).toEqual(await told())
  }
})

function expectSome(list: readonly unknown[]): void {
  expect(list.length).toBeGreaterThan(0)
}
