import fc from 'fast-check'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { plainDescription } from '../description.fixture.ts'
import { type Answer, done } from '../registry.fixture.ts'
import { type World, world } from '../world.fixture.ts'

/** Runs of each test; a long one sets more, such as 100. */
const RUNS = Number(process.env.TALLYSTICK_RECORD_STORMS ?? 4)

const ESTIMATE = 1000n

let all: World

beforeAll(async () => {
  all = await world()
  const estimations = [
    { creditingPeriodStart: '2026-01-01', creditingPeriodEnd: '2030-12-31', unitCount: `${ESTIMATE}` },
  ]
  const description = { ...plainDescription('XT-51'), estimations }
  await done(all.sunfield.admin.put(`/national/projects/${all.project.id}/description`, description), 200)
})
afterAll(() => all.registry.close())

/** What somebody tries: to enter, change, decide on or withdraw, with how much, on which record, at which revision. */
const attempt = fc.record({
  what: fc.constantFrom('enter', 'enter', 'change', 'approve', 'approve', 'reject', 'withdraw'),
  who: fc.nat(3),
  which: fc.nat(5),
  revision: fc.integer({ min: 1, max: 4 }),
  amount: fc.integer({ min: 1, max: 600 }),
})
type Attempt = typeof attempt extends fc.Arbitrary<infer One> ? One : never
const storm = fc.array(fc.array(attempt, { minLength: 4, maxLength: 10 }), { minLength: 2, maxLength: 4 })

interface Kind {
  path: string
  enter: string
  body(amount: number): object
  content(amount: number): object
}

/** Waves of attempts, those of a wave all at once. Nothing fails, and what was made is remembered for the next wave. */
async function blow(waves: readonly (readonly Attempt[])[], kind: Kind): Promise<void> {
  const { sunfield, harbour, officer, second } = all
  const people = [sunfield.admin, harbour.admin, officer, second]
  const made: string[] = []
  for (const wave of waves) {
    const answers = await Promise.all(
      wave.map(({ what, who, which, revision, amount }): Promise<Answer> => {
        const by = people[who] ?? officer
        if (what === 'enter' || made.length === 0) return by.post(kind.enter, kind.body(amount))
        const one = `${kind.path}/${made[which % made.length]}`
        if (what === 'change') return by.post(`${one}/versions`, { revision, ...kind.content(amount) })
        if (what === 'withdraw') return by.post(`${one}/withdrawal`, { revision, reason: 'Off.' })
        const outcome = what === 'approve' ? 'approved' : 'rejected'
        return by.post(`${one}/decisions`, { revision, outcome, reason: 'So.' })
      }),
    )
    for (const { status, body } of answers) {
      expect([201, 403, 409], JSON.stringify(body)).toContain(status)
      if (status === 201 && body.revision === 1) made.push(String(body.id))
    }
  }
}

/** What records come to: of each what was approved, or what waits where that is more. Written here by itself. */
async function comesTo(where: string, id: string, field: string): Promise<bigint> {
  const { rows } = await all.registry.services.pool.query<{
    record: string
    status: string
    content: object
    step: string
  }>(
    `SELECT v.record, v.status, v.step, v.content FROM content_record_version v JOIN content_record r ON r.id = v.record
      WHERE r.${where} = $1 AND r.kind IN ('activity', 'financing') ORDER BY v.record, v.version`,
    [id],
  )
  const books = new Map<string, { approved: bigint; waits: bigint }>()
  for (const { record, status, content } of rows) {
    const amount = BigInt(String(Reflect.get(content, field) ?? 0))
    const before = books.get(record)?.approved ?? 0n
    const approved = { approved: amount, withdrawn: 0n }[status] ?? before
    books.set(record, { approved, waits: status === 'pending' ? amount : 0n })
  }
  return [...books.values()].reduce((sum, { approved, waits }) => sum + (waits > approved ? waits : approved), 0n)
}

it('whatever happens at once, activities come to no more than their project expects, under numbers of their own', async () => {
  const { project, registry } = all
  const wind = { title: 'Wind', methodology: 'ACM0002', mitigation: { type: 'wind', subType: 'onshore' } }
  const content = (amount: number) => ({ ...wind, estimatedCredits: `${amount}` })
  const kind: Kind = {
    path: '/national/ndc-actions',
    enter: `/national/projects/${project.id}/ndc-actions`,
    body: (amount) => ({ kind: 'mitigation', ...content(amount) }),
    content,
  }
  await fc.assert(
    fc.asyncProperty(storm, async (waves) => {
      await blow(waves, kind)
      expect(await comesTo('project', project.id, 'estimatedCredits')).toBeLessThanOrEqual(ESTIMATE)
      const { rows } = await registry.services.pool.query<{ numbers: number; count: number }>(
        `SELECT count(*)::int AS numbers, (SELECT count FROM content_activity_count WHERE project = $1) AS count
           FROM content_record WHERE kind = 'activity' AND project = $1`,
        [project.id],
      )
      // None is skipped either: what was refused gave its number back.
      expect(rows[0]?.numbers).toBe(rows[0]?.count)
    }),
    { numRuns: RUNS },
  )
})

it('whatever happens at once, no more is drawn on national financing than there is', async () => {
  const { officer, second, project } = all
  const content = (amount: number) => ({
    ...{ instruments: ['grant'], type: 'public', level: 'national', stream: 'climate-finance' },
    ...{ from: '2026-01-01', to: '2030-12-31', amount: `${amount}`, currency: 'USD' },
  })
  await fc.assert(
    fc.asyncProperty(storm, async (waves) => {
      const national = { project: null, investorName: 'A bank', ...content(Number(ESTIMATE)) }
      const { id } = await done(officer.post('/national/financing', national))
      await done(second.post(`/national/financing/${id}/decisions`, { revision: 1, outcome: 'approved' }))
      await blow(waves, {
        path: '/national/financing',
        enter: '/national/financing',
        body: (amount) => ({ project: project.id, investorName: 'A fund', drawsOn: id, ...content(amount) }),
        content,
      })
      expect(await comesTo('parent', String(id), 'amount')).toBeLessThanOrEqual(ESTIMATE)
    }),
    { numRuns: RUNS },
  )
})
