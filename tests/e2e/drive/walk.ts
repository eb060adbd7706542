import { attachBytes, pdfOf } from './attach.ts'
import type { Cast, Holder } from './cast.ts'
import type { Law, Part, Step } from './laws.ts'
import { signEverywhere } from './sign.ts'
import type { Person, Stage, Told } from './stage.ts'
import type { Story } from './stories/story.ts'
import { isData, newest, type Written, writeDocument } from './write.ts'

/** A project as it is played. */
export interface Play {
  stage: Stage
  law: Law
  cast: Cast
  title: string
  owners: [Holder, share: string][]
  /** What its documents say. */
  story: Story
  /** Its documents, every version in the order in which they were submitted. */
  written: Written[]
  idea: { sectoralScope: string; methodology: string; sector: string; type: string; subType: string }
  /** Id of the project; a new submission has another. */
  project: string
}

/** What steps are taken on: the project, or a monitoring period of it. */
interface Thing {
  path: string
  /** How tasks name it. */
  id: string
  name: string
  /** What was certified, by year. */
  outcomes?: { vintage: string; certified: string }[]
}

export function partOf({ cast, owners }: Play, part: Part): Person {
  if (part === 'owner') {
    const [first] = owners
    if (!first) throw new Error('a project has an owner')
    return first[0]
  }
  if (part !== 'environment') return cast[part]
  if (!cast.environment) throw new Error('this country has no ministry of its own for the environment')
  return cast.environment
}

/** Submits the idea of a project with its description. */
export async function submitIdea(play: Play): Promise<void> {
  const { stage, title, idea, owners } = play
  const { sectoralScope, methodology, sector, type, subType } = idea
  const owner = partOf(play, 'owner')
  const shares = owners.map(([{ accounts }, share]) => ({ account: accounts.holding, share }))
  const asked = { title, sectoralScope, methodology, owners: shares }
  const { id } = await stage.decide(owner, `submits the project “${title}”`, '/national/projects', asked)
  play.project = String(id)
  const from = new Date().getUTCFullYear() - 3
  const description = {
    ...{ v: 1, externalId: `XT-${sectoralScope}-${play.project.slice(0, 8)}`, sector, sectoralScope, gases: ['CO2'] },
    typeOfMitigation: [{ type, subType }],
    ...{ startDate: `${from}-01-01`, endDate: `${from + 20}-12-31`, projectLocations: [{ country: 'NA' }] },
    ...{ activityScope: 'conditional', article6Trading: sectoralScope === '1' },
    cost: { amount: '12500000.00', currency: 'NAD' },
  }
  const path = `${pathOf(play)}/description`
  await stage.act(owner, 'describes it: sector, place, gases, cost', path, description, { method: 'PUT', status: 200 })
}

export const pathOf = ({ project }: Play) => `/national/projects/${project}`

export const projectThing = (play: Play): Thing => ({ path: pathOf(play), id: play.project, name: 'the project' })

/** Takes steps one after the other. */
export async function walk(play: Play, steps: readonly Step[], thing?: Thing): Promise<void> {
  for (const step of steps) await take(play, step, thing ?? projectThing(play))
}

async function take(play: Play, step: Step, thing: Thing): Promise<void> {
  const { stage } = play
  if ('paper' in step) return submitPaper(play, step, thing)
  if ('move' in step) return takeMove(play, step, thing)
  if ('assign' in step) return assign(play, step.assign)
  if ('findings' in step) return findings(play, step.findings, thing)
  if ('comments' in step) return comments(play, step.comments)
  if ('returnedTwice' in step) return returnedTwice(play, step.returnedTwice, thing)
  if ('certify' in step) {
    const what = `certifies ${(thing.outcomes ?? []).map(({ vintage, certified }) => `${certified} t of ${vintage}`).join(', ')}`
    await stage.decide(partOf(play, step.certify), what, `${thing.path}/outcomes`, { outcomes: thing.outcomes })
    return
  }
  stage.say('\n  The submission is over. The owner mends the idea and submits it anew')
  await submitIdea(play)
}

const subjectOf = ({ project }: Play, { path, id }: Thing) => ({ path, project, period: id === project ? null : id })

/** A document that is data is written and signed; of any other kind a file is attached, and submitted by its hash. */
async function submitPaper(play: Play, { who, paper }: { who: Part; paper: string }, thing: Thing): Promise<void> {
  const { stage, law, title, project, written } = play
  const subject = subjectOf(play, thing)
  const person = partOf(play, who)
  if (isData(law.preset, paper)) {
    await writeDocument(play, person, paper, subject)
    return
  }
  const version = written.filter((one) => one.kind === paper && one.path === subject.path).length + 1
  const name = `${title}: ${paper}, version ${version}`
  const bytes = pdfOf(paper, [name, stage.day(0)])
  const file = { project, kind: paper, name: `${paper}-${version}.pdf`, title: name, bytes }
  const { sha256 } = await attachBytes(play, person, file)
  await stage.decide(person, `submits the document ${paper}`, `${thing.path}/documents`, { kind: paper, sha256, name })
  const one = await newest(stage, subject, paper)
  written.push(one)
  await signEverywhere(play, one)
}

async function takeMove(play: Play, step: { who: Part; move: string; why?: string }, thing: Thing): Promise<void> {
  const who = partOf(play, step.who)
  await mustWait(play, who, thing, step.move)
  const why = step.why === undefined ? {} : { reason: step.why, text: 'See the minutes of the meeting.' }
  const because = step.why === undefined ? '' : ` (reason: ${step.why})`
  const what = `${step.move}${because}`
  await play.stage.decide(who, `moves ${thing.name}: ${what}`, `${thing.path}/moves`, { move: step.move, ...why })
}

/** Moves that somebody may take, and for which nobody waits: ends, and appeals against them. */
const FREE = /^(deregister|close|reject|refuse.*|appeal.*)$/

/** Whoever takes a step finds it in the own task list before. */
async function mustWait({ stage }: Play, who: Person, thing: Thing, step: string): Promise<void> {
  if (FREE.test(step)) return
  const { items } = await stage.read('/national/tasks?limit=200', who)
  if (items.some((task: Told) => task.id === thing.id && task.steps.includes(step))) return
  throw new Error(`${who.name} has no task ${step}: ${JSON.stringify(items.map(({ id, steps }: Told) => [id, steps]))}`)
}

async function assign(play: Play, task: 'validation' | 'verification'): Promise<void> {
  const { stage, cast } = play
  const path = `${pathOf(play)}/certifiers`
  if (play.owners.some(([owner]) => owner === cast.sunfield)) {
    const body = { task, organisation: cast.kindred }
    const expected: [number, string] = [403, 'conflict-of-interest']
    await stage.refused(cast.officer, `assigns Kindred Assessors, which the owner owns`, path, body, expected)
  }
  const who = task === 'validation' ? cast.validator : cast.verifier
  await stage.decide(cast.officer, `assigns ${who.name} to ${task}`, path, { task, organisation: who.organisation })
}

/** A clarification, a correction, and a note for the next time; each answered where it is to be, and closed. */
async function findings(play: Play, part: Part, thing: Thing): Promise<void> {
  const { stage, title } = play
  const [who, owner] = [partOf(play, part), partOf(play, 'owner')]
  const raise = (kind: string, section: string, text: string): Promise<Told> =>
    stage.decide(who, `raises ${kind} on section ${section}`, `${thing.path}/findings`, { kind, section, text })
  const open = [
    await raise('CL', 'B.4', 'Which grid emission factor is it?'),
    await raise('CAR', 'B.6.1', 'The sum of the table is wrong.'),
    ...(thing.id === play.project ? [await raise('FAR', 'C.2', 'Show the calibration of the meters.')] : []),
  ]
  await submitPaper(play, { who: 'owner', paper: part === 'verifier' ? 'monitoring-report' : 'project-design' }, thing)
  for (const { id, kind, number } of open) {
    const [path, name] = [`${thing.path}/findings/${id}`, `${kind} ${number}`]
    await stage.mailTo(owner.email, `Answer ${name}: “${title}”`)
    await stage.decide(owner, `answers ${name}`, `${path}/answers`, { text: 'Mended in the new version.' })
    await stage.mailTo(who.email, `Assess the answer to ${name}: “${title}”`)
    const assessed = { outcome: 'closed', text: 'The answer is enough.' }
    await stage.decide(who, `closes ${name}`, `${path}/assessments`, assessed)
  }
}

async function returnedTwice(play: Play, part: Part, thing: Thing): Promise<void> {
  const { stage } = play
  const [who, owner] = [partOf(play, part), partOf(play, 'owner')]
  const finding = { kind: 'CAR', section: 'A.2', text: 'How many stoves are there, and who has them?' }
  const { id } = await stage.decide(who, 'raises CAR on section A.2', `${thing.path}/findings`, finding)
  const path = `${thing.path}/findings/${id}`
  for (const text of ['About 4,000.', 'A list will follow.']) {
    await stage.decide(owner, `answers the finding: ${text}`, `${path}/answers`, { text })
    const assessed = { outcome: 'open', text: 'Not enough: send the list.' }
    await stage.decide(who, 'returns it: the answer is not enough', `${path}/assessments`, assessed)
  }
}

/** Somebody comments, the owner answers, and after the days that the law says the comments go into the ledger. */
async function comments(play: Play, days: number): Promise<void> {
  const { stage, cast } = play
  const email = `neighbour-${play.project.slice(0, 6)}@mail.example`
  const neighbour = stage.visitor('A neighbour, not signed in', email)
  const comment = { name: 'R. Neighbour', email, language: 'en', text: 'Will the noise be measured at night?' }
  await stage.act(neighbour, 'comments on the design', `/public/projects/${play.project}/comments`, comment)
  const token = await stage.linkMailed(email, 'Confirm your comment')
  const ok = { status: 200 }
  const { id } = await stage.act(
    neighbour,
    'confirms it by the link of the mail',
    '/public/comments/confirm',
    { token },
    ok,
  )
  const answer = { text: 'Yes, twice a year.' }
  const sent = { method: 'PUT' as const, status: 200 }
  await stage.act(partOf(play, 'owner'), 'answers the comment', `${pathOf(play)}/comments/${id}/answer`, answer, sent)
  const bundle = `${pathOf(play)}/comments/bundle`
  await stage.refused(cast.officer, 'submits the comments before the time is over', bundle, {}, [409, 'too-early'])
  await stage.passDays(days + 1)
  await stage.decide(cast.officer, 'submits the comments, by their hash', bundle, {})
}
