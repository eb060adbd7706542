import type { Cast, Holder } from './cast.ts'
import type { Law } from './laws.ts'
import { allEnded, authorise, certify, issue, monitored, retire, setCrediting, VINTAGES } from './monitor.ts'
import { sell } from './sell.ts'
import type { Person, Stage } from './stage.ts'
import { renewed, SOLAR } from './stories/solar.ts'
import { type Play, pathOf, submitIdea, walk } from './walk.ts'

/** A grid solar plant, authorised for use towards NDCs and for other purposes; every credit of it comes to an end. */
export async function playSolar(stage: Stage, law: Law, cast: Cast): Promise<Play> {
  const play: Play = {
    ...{ stage, law, cast, title: 'Salt Lake solar plant', project: '', story: SOLAR, written: [] },
    owners: [[cast.sunfield, '100']],
    idea: { sectoralScope: '1', methodology: 'ACM0002', sector: 'energy', type: 'solar', subType: 'photovoltaics' },
  }
  stage.say('\nPROJECT 1. A grid solar plant, authorised for NDC and for other international purposes')
  await submitIdea(play)
  await walk(play, law.authorised)
  if (law.crediting) await setCrediting(play, law.crediting.solar[1])
  await certify(play)
  const authorisation = await authorise(play, {
    ...{ unitType: 'ITMO', quantity: '20000', purposes: ['NDC', 'OIMP_IMP', 'OIMP_OP'] },
    ...{ firstTransfer: 'authorisation', cooperativeApproach: 'CA0001' },
  })
  const [first, second] = VINTAGES
  const { of, finish } = await monitored(play, { [first]: '6000', [second]: '4000' })
  const older = await issue(play, { authorisation, vintage: first, quantity: '6000', ...of })
  const newer = await issue(play, { authorisation, vintage: second, quantity: '4000', ...of })
  await finish()
  await endCredits(play, older, newer)
  stage.say('\n  Every credit of the solar plant has come to an end:')
  await allEnded(play, [older, newer])
  return play
}

async function endCredits(play: Play, older: string, newer: string): Promise<void> {
  const { stage, cast } = play
  const { sunfield, airline } = cast
  const user: Holder = cast.finance ?? cast.officer
  const from = sunfield.accounts.holding
  const move = (to: string | undefined, batch: string, quantity: string) => ({ batch, from, to, quantity })
  const abroad = move(cast.officer.accounts.foreign, older, '3000')
  await stage.decide(sunfield, 'transfers 3000 to a partner country', '/national/international-transfers', abroad)
  const toUser = move(user.accounts.holding, older, '2000')
  await stage.act(sunfield, `transfers 2000 to ${user.name}`, '/national/transfers', toUser)
  await useTowardsNdc(play, user, older)
  await sell(play, sunfield, airline, { batch: newer, vintage: VINTAGES[1], quantity: '2500' })
  await flyHigh(play, newer)
  await retire(play, sunfield, { batch: older, quantity: '1000' })
  const gift = { batch: newer, from, quantity: '1500', purpose: 'environmental-integrity' }
  await stage.act(sunfield, 'cancels 1500 for the climate', '/national/cancellations', gift)
}

/** The units are set apart as first transferred, and used. */
async function useTowardsNdc({ stage, cast }: Play, user: Holder, batch: string): Promise<void> {
  const { items } = await stage.read(`/national/accounts/${user.accounts.holding}/holdings`, user)
  const [{ first, last }] = items
  const event = { batch, account: user.accounts.holding, ranges: [{ first, last }], event: 'authorisation' }
  await stage.decide(cast.officer, 'records their first transfer', '/national/first-transfers', event)
  const use = { batch, from: user.accounts.holding, quantity: '2000', year: VINTAGES[1] }
  await stage.decide(user, 'uses 2000 towards the NDC', '/national/ndc-uses', use)
}

/** An airline uses credits for its flights: others approve that, as it is the first transfer. */
async function flyHigh({ stage, cast }: Play, batch: string): Promise<void> {
  const { airline } = cast
  const body = { batch, from: airline.accounts.holding, quantity: '2500', purpose: 'OIMP_IMP', wait: true }
  const asked = { ...body, beneficiary: { name: 'Blue Wing Airways', country: 'NA' } }
  const what = 'asks to retire 2500 for its international flights'
  const { id } = await stage.act(airline, what, '/national/retirements', asked, { status: 202 })
  const approvers = new Set<Person>([airline])
  for (;;) {
    const { state, missing } = await stage.read(`/national/movements/${id}`, airline)
    if (state !== 'waiting') break
    const next = await stage.toldToApprove(id, missing[0].roles, approvers)
    approvers.add(next)
    await stage.act(next, 'approves it', `/national/movements/${id}/approvals`, {})
  }
  const { items } = await stage.read(`/national/retirements?batch=${batch}`)
  stage.say(`       certificate no. ${items[0].certificate}`)
}

/** The plant is credited for a second time, where the law has renewals. */
export async function renewSolar(play: Play): Promise<void> {
  const { stage, law } = play
  if (law.renewal.length === 0 || !law.crediting) return
  stage.say('\nPROJECT 1, later. The solar plant asks for a second crediting period')
  const years = law.crediting.solar[1]
  const from = new Date().getUTCFullYear() - 3 + years
  const ends = Date.UTC(from - 1, 11, 31)
  await stage.passUntil(ends - 200 * 86_400_000)
  play.story = renewed(play.story, years)
  await walk(play, law.renewal)
  await setCrediting(play, years, from)
  const { creditingPeriods } = await stage.read(pathOf(play))
  if (creditingPeriods.length !== 2) throw new Error('the plant has a second crediting period')
}
