import { randomInt } from 'node:crypto'
import type { ProposalMade, Task } from '@tallystick/contract'
import { admit, type Command, decideBody, draft, isRefusal, movesFrom, type Refusal, State } from '@tallystick/rules'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Article6, article6 } from '../article6.fixture.ts'
import { shelfInForce } from '../platform/law.ts'
import { done, expectStatus, type Person } from '../registry.fixture.ts'

const SEED = Number(process.env.TALLYSTICK_SEED ?? randomInt(2 ** 31))
const ROUNDS = 40

let all: Article6

beforeAll(async () => {
  all = await article6()
}, 120_000)
afterAll(() => all?.registry.close())

/** Numbers below a bound, the same for the same seed. */
function dice(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
}

const parties = (): Record<string, Person> => ({
  officer: all.officer,
  second: all.second,
  owner: all.owner.admin,
  certifier: all.certifier.admin,
  rival: all.rival.admin,
})

/** What the rules say to commands, by the whole state as it is now. */
async function judgeNow(): Promise<(command: Pick<Command, 'type' | 'by' | 'request'>) => Refusal | undefined> {
  const { ledger, clock } = all.registry.services
  const [{ rows, runs, size }, { shelf, law }, head] = await Promise.all([
    ledger.dump(),
    shelfInForce(ledger),
    ledger.head(),
  ])
  return (wanted) => {
    const state = new State()
    for (const row of rows) state.load(row)
    for (const run of runs) state.loadRun(run)
    Object.assign(state, { size, at: head.at })
    const command: Command = { approvals: [], key: '', ...wanted }
    const body = decideBody(state, command, law)
    if (isRefusal(body)) return body
    const entry = draft(state, command, body, clock().toISOString())
    if (isRefusal(entry)) return entry
    const verdict = admit(state, entry, '', shelf)
    return isRefusal(verdict) ? verdict : undefined
  }
}

/** The steps of each party about a project, as the list of tasks says. */
async function stepsNow(id: string): Promise<[string, Person, string[]][]> {
  return Promise.all(
    Object.entries(parties()).map(async ([name, who]): Promise<[string, Person, string[]]> => {
      const { items } = expectStatus(await who.get('/national/tasks?limit=200&kind=project'), 200).body
      return [name, who, (items as Task[]).filter((task) => task.id === id).flatMap(({ steps }) => steps)]
    }),
  )
}

const OPEN: ReadonlySet<string> = new Set(['approval-missing'])

/** What the list says can be done the rules allow; and what the rules allow, and leads on, the list says. */
async function agree(id: string): Promise<void> {
  const { ledger } = all.registry.services
  const { law } = await shelfInForce(ledger)
  const { project } = law.preset
  const state = (await ledger.row('project', id))?.state ?? ''
  const judge = await judgeNow()
  for (const [name, who, steps] of await stepsNow(id)) {
    const by = String((await who.get('/national/sessions/current')).body.mandate)
    for (const { name: move, to } of movesFrom(project, state)) {
      const refused = judge({ type: 'ProjectMoved', by, request: { project: id, move, reason: 'other' } })?.refused
      const isOpen = refused === undefined || OPEN.has(refused)
      const said = `${name} in ${state}: ${move}, ${refused ?? 'allowed'}`
      if (steps.includes(move)) expect([said, isOpen || refused === 'document-missing']).toEqual([said, true])
      else
        expect([said, isOpen && !project.ends.includes(to) && !project.mayIssue.includes(state)]).toEqual([said, false])
    }
    for (const document of steps.flatMap((step) => step.match(/^document\/(.*)$/)?.[1] ?? [])) {
      const request = { project: id, period: null, document, sha256: 'f'.repeat(64), name: null }
      expect([name, document, judge({ type: 'DocumentSubmitted', by, request })]).toEqual([name, document, undefined])
    }
  }
}

/** Somebody brings a document; the comments of the public are bundled by the registry. */
async function bring(path: string, who: Person, kind: string): Promise<void> {
  const isBundle = kind === 'public-comments'
  await done(isBundle ? who.post(`${path}/comments/bundle`) : all.submit(who, path, kind))
}

/** Somebody takes a step; what two must agree on the other officer approves. */
async function take(id: string, who: Person, step: string): Promise<void> {
  const path = `/national/projects/${id}`
  const [kind, name] = step.split('/', 2)
  if (kind === 'document') return bring(path, who, String(name))
  if (kind === 'assignment') {
    const assigned = { task: name, organisation: all.certifier.id }
    return void (await done(who.post(`${path}/certifiers`, assigned)))
  }
  if (kind === 'crediting') {
    const [from, to] = ['2023-01-01', '2027-12-31']
    return void (await done(who.post(`${path}/crediting-periods`, { kind: 'renewable', from, to })))
  }
  // Of a decision that ends something the grounds are said.
  const text = 'What was found stands in the report of this round.'
  const answer = await who.post(`${path}/moves`, { move: step, reason: 'other', text })
  if (answer.body.code === 'document-missing') {
    const { kinds } = answer.body.facts as { kinds: string }
    for (const one of kinds.split(', ')) await bring(path, who, one)
    return take(id, who, step)
  }
  if (answer.status === 202) {
    const other = who === all.officer ? all.second : all.officer
    const { id: proposal } = answer.body as unknown as ProposalMade
    return void (await done(other.post(`/national/proposals/${proposal}/approvals`)))
  }
  expectStatus(answer, 201)
}

async function newProject(title: string): Promise<string> {
  const owners = [{ account: all.owner.holding, share: '100' }]
  const asked = { title, sectoralScope: '1', methodology: 'AMS-I.D', owners }
  return String((await done(all.owner.admin.post('/national/projects', asked))).id)
}

// Ends are taken rarely, so that a life is long.
const ENDS = /^(withdraw|reject|refuse|cancel|deregister|close|lapse)/

it('tasks and rules agree, whatever happens to projects', { timeout: 280_000 }, async () => {
  console.log(`TALLYSTICK_SEED=${SEED}`)
  const roll = dice(SEED)
  const taken: string[] = []
  let id = await newProject('Random')
  for (let round = 0, idle = 0; round < ROUNDS; round += 1) {
    await agree(id)
    const steps = (await stepsNow(id)).flatMap(([name, who, own]) =>
      own.filter((step) => !ENDS.test(step) || roll(12) === 0).map((step) => ({ name, who, step })),
    )
    const next = steps[roll(steps.length)]
    taken.push(next ? `${next.name} ${next.step}` : idle === 0 ? 'time' : 'another')
    if (next) await take(id, next.who, next.step)
    else if (idle === 0) await all.passDays(31)
    else id = await newProject(`Random ${round}`)
    idle = next ? 0 : (idle + 1) % 2
  }
  console.log(taken.join(', '))
})
