import { afterAll, beforeAll, expect, it } from 'vitest'
import { sealedRound } from './bundle.ts'
import { type Commented, commented, DAY_MS } from './commented.fixture.ts'

let all: Commented

beforeAll(async () => {
  all = await commented()
})
afterAll(() => all.registry.close())

const ROUNDS = 6

it('a confirmation that comes as the bundle is made is in it, or does not count', async () => {
  const { registry, project } = all
  const { services } = registry
  const links = []
  for (let at = 0; at < 4 * ROUNDS; at += 1) links.push(await all.comment())
  // The clocks of processes differ: for one the time is over, and for the others not yet.
  const later = { ...services, clock: () => new Date(services.clock().getTime() + 31 * DAY_MS) }
  const confirmations = links.map((token) => registry.nobody.post('/public/comments/confirm', { token }))
  const sealing = Array.from({ length: ROUNDS }, () => sealedRound(later, project))
  const [answers, bundles] = await Promise.all([Promise.all(confirmations), Promise.all(sealing)])
  const [sha256, ...others] = new Set(bundles.map((bundle) => bundle.sha256))
  expect(others).toEqual([])
  const bundle = (await registry.app.inject(`/public/comments/bundles/${sha256}`)).json()
  const counted = answers.filter(({ status }) => status === 200)
  expect(bundle.comments.map(({ number }: { number: number }) => number)).toEqual(
    counted.map(({ body }) => body.number).toSorted((a, b) => Number(a) - Number(b)),
  )
  for (const { status, body } of answers.filter((answer) => answer.status !== 200)) {
    expect([status, body.code]).toEqual([409, 'comments-closed'])
  }
})
