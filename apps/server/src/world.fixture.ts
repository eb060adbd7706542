import type { Batch, Project, Proposal, ProposalMade } from '@tallystick/contract'
import { type Answer, expectStatus, type Person, type TestRegistry, testRegistry } from './registry.fixture.ts'

export interface Holder {
  id: string
  admin: Person
  holding: string
  retirement: string
}

/** A registry with two officers, two developers, and a registered project of both that has an authorisation. */
export interface World {
  registry: TestRegistry
  officer: Person
  second: Person
  sunfield: Holder
  harbour: Holder
  project: Project
  authorisation: string
  /** What the officer asks for, which the second officer then approves: the proposal as it is after that. */
  approved(answer: Promise<Answer>): Promise<Proposal>
  /** Issues a batch with the approval of the second officer. */
  issue(vintage: string, quantity: string): Promise<Batch>
}

export async function world(title = 'Salt Lake solar plant'): Promise<World> {
  const registry = await testRegistry()
  const { root } = registry
  const officer = await registry.join(root, root.organisation, 'Admin')
  const second = await registry.join(root, root.organisation, 'Admin')
  const holder = async (name: string): Promise<Holder> => {
    const { id, admin } = await registry.newOrganisation(officer, name)
    const { body } = expectStatus(await officer.post('/national/accounts', { organisation: id }), 201)
    const accounts = body.accounts as { id: string; kind: string }[]
    const account = (kind: string) => accounts.find((one) => one.kind === kind)?.id ?? ''
    return { id, admin, holding: account('holding'), retirement: account('retirement') }
  }
  const sunfield = await holder('Sunfield Power')
  const harbour = await holder('Harbour Trading')
  const done = async <T>(answer: ReturnType<Person['post']>, status = 201) =>
    expectStatus(await answer, status).body as unknown as T

  const project = await done<Project>(
    sunfield.admin.post('/national/projects', {
      title,
      sectoralScope: '1',
      methodology: 'AMS-I.D',
      owners: [
        { account: sunfield.holding, share: '60' },
        { account: harbour.holding, share: '40' },
      ],
    }),
  )
  await done(officer.post(`/national/projects/${project.id}/moves`, { move: 'register' }))
  const { id: authorisation } = await done<{ id: string }>(
    officer.post(`/national/projects/${project.id}/authorisations`, {
      unitType: 'ITMO',
      quantity: '10000',
      purposes: ['NDC', 'OIMP_OP'],
      firstTransfer: 'authorisation',
      cooperativeApproach: 'CA0001',
    }),
  )
  const approved = async (answer: Promise<Answer>): Promise<Proposal> => {
    const { id, sha256 } = await done<ProposalMade>(answer, 202)
    return done<Proposal>(second.post(`/national/proposals/${id}/approvals`, { sha256 }))
  }
  return {
    registry,
    approved,
    officer,
    second,
    sunfield,
    harbour,
    project,
    authorisation,
    async issue(vintage, quantity) {
      const proposal = await approved(officer.post('/national/batches', { authorisation, vintage, quantity }))
      return done<Batch>(officer.get(`/national/batches/${proposal.body.batch}`), 200)
    },
  }
}
