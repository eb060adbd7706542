import { randomBytes } from 'node:crypto'
import type { Proposal, ProposalMade } from '@tallystick/contract'
import { type Answer, done, expectStatus, type Person, type TestRegistry, testRegistry } from './registry.fixture.ts'

const DAY_MS = 86_400_000

/** An organisation with its Admin, who signs in anew when time has passed. */
export interface Member {
  id: string
  email: string
  admin: Person
}

/** A registry under the preset article6: a registered project of one owner, its validator, and another certifier. */
export interface Article6 {
  registry: TestRegistry
  officer: Person
  second: Person
  owner: Member & { holding: string }
  certifier: Member
  rival: Member
  /** Id of the project, which is credited from 2023 to 2027. */
  project: string
  authorisation: string
  /** Submits a new document of a kind under the address of a project or of a monitoring period. */
  submit(who: Person, path: string, kind: string): Promise<Answer>
  move(who: Person, path: string, move: string): Promise<Answer>
  assign(task: string, certifier: Member): Promise<Answer>
  /** What an officer asks for, which the second one then approves. */
  approved(answer: Promise<Answer>): Promise<Proposal>
  /** What is approved or refused of a proposal that waits. */
  approve(made: ProposalMade): Promise<Answer>
  /** Lets days pass; whoever had signed in does so again. */
  passDays(days: number): Promise<void>
}

/** Sends a document of which nobody has seen the bytes before. */
const submit: Article6['submit'] = (who, path, kind) =>
  who.post(`${path}/documents`, { kind, sha256: randomBytes(32).toString('hex') })

const move: Article6['move'] = (who, path, name) => who.post(`${path}/moves`, { move: name, reason: 'other' })

export async function article6(): Promise<Article6> {
  const registry = await testRegistry({ preset: 'article6' })
  const { root } = registry
  const emails = { officer: 'officer@example.org', second: 'second@example.org' }
  const officer = await registry.join(root, root.organisation, 'Admin', emails.officer)
  const second = await registry.join(root, root.organisation, 'Admin', emails.second)
  const member = async (kind: string, name: string): Promise<Member> => {
    const { id } = await done(officer.post('/national/organisations', { kind, name }))
    const email = `${name.toLowerCase()}@example.org`
    return { id: String(id), email, admin: await registry.join(officer, String(id), 'Admin', email) }
  }
  const owner = await member('developer', 'Sunfield')
  const certifier = await member('certifier', 'Assessors')
  const rival = await member('certifier', 'Rivals')
  const { accounts } = await done(officer.post('/national/accounts', { organisation: owner.id }))
  const holding = (accounts as { id: string; kind: string }[]).find(({ kind }) => kind === 'holding')?.id ?? ''

  const all: Article6 = {
    ...{ registry, officer, second, owner: { ...owner, holding }, certifier, rival, project: '', authorisation: '' },
    ...{ submit, move },
    assign: (task, { id }) =>
      all.officer.post(`/national/projects/${all.project}/certifiers`, { task, organisation: id }),
    approve: ({ id, sha256 }) => all.second.post(`/national/proposals/${id}/approvals`, { sha256 }),
    async approved(answer) {
      const made = expectStatus(await answer, 202).body as unknown as ProposalMade
      return expectStatus(await all.approve(made), 201).body as unknown as Proposal
    },
    async passDays(days) {
      registry.pass(days * DAY_MS)
      all.officer = await registry.signIn(emails.officer)
      all.second = await registry.signIn(emails.second)
      for (const one of [all.owner, all.certifier, all.rival]) one.admin = await registry.signIn(one.email)
    },
  }
  const terms = { accreditedBy: 'National Accreditors', scopes: ['1'], from: '2020-01-01', to: '2999-12-31' }
  for (const { id } of [certifier, rival])
    await done(officer.post(`/national/organisations/${id}/accreditations`, terms))
  await registered(all)
  return all
}

/** The project, from its first idea to its registration. */
async function registered(all: Article6): Promise<void> {
  const { id } = await done(
    all.owner.admin.post('/national/projects', {
      ...{ title: 'Salt Lake', sectoralScope: '1', methodology: 'AMS-I.D' },
      owners: [{ account: all.owner.holding, share: '100' }],
    }),
  )
  all.project = String(id)
  const path = `/national/projects/${id}`
  const owner = () => all.owner.admin
  const paper = (who: Person, kind: string) => done(submit(who, path, kind))
  const step = (who: Person, name: string) => done(move(who, path, name))

  await paper(owner(), 'concept-note')
  await step(owner(), 'submit-concept')
  await paper(all.officer, 'no-objection-letter')
  await step(all.officer, 'approve-concept')
  await paper(owner(), 'project-design')
  await paper(owner(), 'consultation-report')
  await step(owner(), 'submit-design')
  await step(all.officer, 'publish-design')
  await done(all.assign('validation', all.certifier))
  await paper(all.certifier.admin, 'engagement-agreement')
  await all.passDays(31)
  await done(all.officer.post(`${path}/comments/bundle`))
  await step(all.officer, 'begin-validation')
  await paper(all.certifier.admin, 'validation-report')
  await step(all.certifier.admin, 'submit-validation')
  await step(all.officer, 'accept-validation')
  await step(owner(), 'keep-at-home')
  await paper(all.officer, 'registration-certificate')
  await all.approved(move(all.officer, path, 'register'))
  await done(all.officer.post(`${path}/crediting-periods`, { kind: 'renewable', from: '2023-01-01', to: '2027-12-31' }))
  const terms = { unitType: 'NCC', quantity: '100000', purposes: [] }
  const { body } = await all.approved(all.officer.post(`${path}/authorisations`, terms))
  all.authorisation = String(body.authorisation)
}
