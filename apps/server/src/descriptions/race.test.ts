import fc from 'fast-check'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { plainDescription } from '../description.fixture.ts'
import { done } from '../registry.fixture.ts'
import { type World, world } from '../world.fixture.ts'

const ROUNDS = Number(process.env.TALLYSTICK_RACE_ROUNDS ?? 20)
const KEYS = ['alpha', 'beta', 'gamma']

let all: World
const projects: string[] = []

beforeAll(async () => {
  all = await world()
  const owners = [{ account: all.sunfield.holding, share: '100' }]
  for (let at = 0; at < 4; at += 1) {
    const body = { title: `Rival ${at}`, sectoralScope: '1', methodology: 'AMS-I.D', owners }
    projects.push(String((await done(all.sunfield.admin.post('/national/projects', body))).id))
  }
})
afterAll(() => all.registry.close())

/** External ids that the descriptions in force of several projects name. */
async function doubled(): Promise<unknown[]> {
  const { rows } = await all.registry.services.pool.query(
    `SELECT d.external_key FROM ledger_row r
       JOIN content_description d ON d.project = r.id AND d.sha256 = r.row #>> '{documents,description,sha256}'
      WHERE r.kind = 'project' GROUP BY 1 HAVING count(*) > 1`,
  )
  return rows
}

it('whoever describes what at the same time, no external id is of two projects, and a free one is to be had', async () => {
  const wish = fc.record({ project: fc.nat(3), key: fc.constantFrom(...KEYS), tags: fc.nat(3) })
  const path = (at: number) => `/national/projects/${projects[at]}/description`
  await fc.assert(
    fc.asyncProperty(fc.array(wish, { minLength: 4, maxLength: 10 }), async (wishes) => {
      const answers = await Promise.all(
        wishes.map(({ project, key, tags }) => {
          const described = { ...plainDescription(key), projectTags: [`tag ${tags}`] }
          return all.sunfield.admin.put(path(project), described)
        }),
      )
      for (const { status, body } of answers) {
        const code = status === 200 ? '' : String(body.code)
        expect(['', 'external-id-taken', 'nothing-changes']).toContain(code)
      }
      expect(await doubled()).toEqual([])
      // Each takes an id of its own, and lets go of what it had: then all are free again.
      for (const [at] of projects.entries()) {
        const alone = { ...plainDescription(`own ${at}`), projectTags: [String(Math.random())] }
        await done(all.sunfield.admin.put(path(at), alone), 200)
      }
      all.registry.pass(600_001)
      for (const [at, key] of KEYS.entries()) {
        await done(
          all.sunfield.admin.put(path(at), { ...plainDescription(key), projectTags: [String(Math.random())] }),
          200,
        )
      }
      expect(await doubled()).toEqual([])
    }),
    { numRuns: ROUNDS },
  )
})
