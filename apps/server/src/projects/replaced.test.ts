import type { ProposalMade } from '@tallystick/contract'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Article6, article6 } from '../article6.fixture.ts'
import { done, expectStatus } from '../registry.fixture.ts'

let all: Article6
beforeAll(async () => {
  all = await article6()
})
afterAll(() => all?.registry.close())

it('an approval is of the documents that were there when it was asked for, not of others put in their place', async () => {
  const { submit, move, certifier, owner } = all
  const path = `/national/projects/${all.project}`
  await all.passDays(200)
  await done(submit(owner.admin, path, 'project-design'))
  await done(move(owner.admin, path, 'ask-renewal'))
  await done(submit(certifier.admin, path, 'validation-report'))
  const made = expectStatus(await move(all.officer, path, 'renew'), 202).body as unknown as ProposalMade
  const { sha256 } = await done(submit(certifier.admin, path, 'validation-report'))

  expect(await all.approve(made)).toMatchObject({ status: 409, body: { code: 'terms-changed' } })
  expect(expectStatus(await all.officer.get(path), 200).body).toMatchObject({ state: 'renewal-pending' })

  expect(await all.approved(move(all.officer, path, 'renew'))).toMatchObject({
    body: { documents: [{ document: 'validation-report', sha256 }] },
  })
  expect(expectStatus(await all.officer.get(path), 200).body).toMatchObject({ state: 'registered' })
})
