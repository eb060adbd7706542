import type { ProposalMade } from '@tallystick/contract'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Article6, article6 } from '../article6.fixture.ts'
import { done, expectStatus } from '../registry.fixture.ts'

let all: Article6
let period = ''

beforeAll(async () => {
  all = await article6()
  const days = { from: '2023-01-01', to: '2023-12-31' }
  const { id } = await done(all.owner.admin.post(`/national/projects/${all.project}/periods`, days))
  period = String(id)
})
afterAll(() => all?.registry.close())

const path = () => `/national/periods/${period}`
const outcomes = async () => expectStatus(await all.registry.nobody.get(path()), 200).body.outcomes

it('of verifications that are sent at once in one round the last one holds, whole', async () => {
  const { owner, officer, certifier, submit, move } = all
  await done(submit(owner.admin, path(), 'monitoring-report'))
  await done(move(owner.admin, path(), 'submit-report'))
  await done(move(officer, path(), 'publish-report'))
  await done(all.assign('verification', certifier))
  await done(move(officer, path(), 'begin-verification'))
  const amounts = ['50', '60', '70', '80']
  const answers = await Promise.all(
    amounts.map((certified) =>
      certifier.admin.post(`${path()}/outcomes`, { outcomes: [{ vintage: '2023', certified }] }),
    ),
  )
  const written = answers.map((answer) => expectStatus(answer, 201).body as { entry: { index: number } })
  const last = Math.max(...written.map(({ entry }) => entry.index))
  const certified = amounts[written.findIndex(({ entry }) => entry.index === last)]
  expect(await outcomes()).toEqual([{ vintage: '2023', certified, issued: '0', left: certified }])
})

it('of issuances that race for the same tonnes no more are written than were certified', async () => {
  const { owner, officer, certifier, submit, move } = all
  await done(certifier.admin.post(`${path()}/outcomes`, { outcomes: [{ vintage: '2023', certified: '50' }] }))
  await done(submit(certifier.admin, path(), 'verification-report'))
  await done(move(certifier.admin, path(), 'submit-verification'))
  await done(submit(owner.admin, path(), 'issuance-form'))
  await done(move(owner.admin, path(), 'request-issuance'))
  await all.approved(move(officer, path(), 'approve-issuance'))
  const asked = { authorisation: all.authorisation, period, vintage: '2023', quantity: '20' }
  const waiting = await Promise.all(Array.from({ length: 8 }, () => officer.post('/national/batches', asked)))
  const answers = await Promise.all(
    waiting.map((one) => all.approve(expectStatus(one, 202).body as unknown as ProposalMade)),
  )
  expect(answers.filter(({ status }) => status === 201)).toHaveLength(2)
  const others = answers.filter(({ status }) => status !== 201)
  expect(new Set(others.map(({ body }) => body.code))).toEqual(new Set(['certified-exceeded']))
  expect(await outcomes()).toEqual([{ vintage: '2023', certified: '50', issued: '40', left: '10' }])
  const { body } = await all.registry.nobody.get(`/national/batches?project=${all.project}`)
  const issued = (body.items as { block: { quantity: string } }[]).map(({ block }) => Number(block.quantity))
  expect(issued).toEqual([20, 20])
})
