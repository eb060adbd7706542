import type { Cast } from './cast.ts'
import type { Law } from './laws.ts'
import { allEnded, authorise, certify, issue, monitored, retireAll, setCrediting, VINTAGES } from './monitor.ts'
import { sell } from './sell.ts'
import type { Stage } from './stage.ts'
import { FOREST } from './stories/forest.ts'
import { type Play, pathOf, submitIdea, walk } from './walk.ts'

/** Trees of two owners: a part of what is issued goes to the buffer, some trees are lost, and what was lost is made good. */
export async function playForest(stage: Stage, law: Law, cast: Cast): Promise<Play> {
  const play: Play = {
    ...{ stage, law, cast, title: 'Highland forest', project: '', story: FOREST, written: [] },
    owners: [
      [cast.highland, '60'],
      [cast.valley, '40'],
    ],
    idea: {
      sectoralScope: '14',
      methodology: 'AR-ACM0003',
      sector: 'forestry',
      type: 'forestry',
      subType: 'afforestation',
    },
  }
  stage.say('\nPROJECT 2. An afforestation of two owners, with a buffer')
  await submitIdea(play)
  await walk(play, law.atHome)
  if (law.crediting) await setCrediting(play, law.crediting.forest[1])
  await certify(play)
  const terms = { buffer: '20', exempt: [], reason: 'risk-assessment' }
  await stage.decide(cast.officer, 'sets the buffer of the project to 20 %', `${pathOf(play)}/issuance-terms`, terms)
  const authorisation = await authorise(play, { unitType: law.homeUnits, quantity: '5000', purposes: [] })
  const [first, second] = VINTAGES
  const { of, finish } = await monitored(play, { [first]: '1000', [second]: '500' })
  const older = await issue(play, { authorisation, vintage: first, quantity: '1000', ...of })
  await fire(play, older)
  await felling(play, older)
  const newer = await issue(play, { authorisation, vintage: second, quantity: '500', ...of })
  await finish()
  await sell(play, cast.highland, cast.airline, { batch: newer, vintage: second, quantity: '100' })
  await retireAll(play, cast.airline, [older, newer])
  await retireAll(play, cast.highland, [older, newer])
  await retireAll(play, cast.valley, [older, newer])
  stage.say('\n  What the owners had has come to an end; the buffer keeps its part, and nothing is owed:')
  await allEnded(play, [older, newer], true)
  await expectBuffer(play, { in: '350', cancelled: '170', balance: '180', owed: '0', openReversals: 0 })
  return play
}

const lostOn = () => `${new Date().getUTCFullYear() - 1}-08-14`

async function reversal(play: Play, cause: string, decision: string, quantity: string): Promise<string> {
  const { stage, cast, law } = play
  const report = { project: play.project, occurredOn: lostOn(), cause }
  const { id, reversal: told } = await stage.decide(
    cast.highland,
    `reports a loss: ${cause}`,
    '/national/reversals',
    report,
  )
  const loss = String(id ?? told)
  await stage.mailTo(cast.officer.email, 'Decide on a reported reversal')
  const decided = { decision, quantity, unitType: law.homeUnits }
  const what = `decides: ${quantity} tonnes were lost, ${decision}`
  await stage.decide(cast.officer, what, `/national/reversals/${loss}/decision`, decided)
  return loss
}

/** Nobody's fault: the buffer pays. */
async function fire(play: Play, batch: string): Promise<void> {
  const { stage, cast } = play
  const loss = await reversal(play, 'fire', 'unavoidable', '120')
  const body = { batch, quantity: '120', reversal: loss }
  await stage.decide(cast.officer, 'cancels 120 from the buffer for it', '/national/buffer/cancellations', body)
  await expectReversal(play, loss)
}

/** An owner felled trees: the buffer lends, and the owner replaces and repays. */
async function felling(play: Play, batch: string): Promise<void> {
  const { stage, cast } = play
  const loss = await reversal(play, 'harvest', 'avoidable', '60')
  await stage.mailTo(cast.highland.email, 'Make good a loss')
  const own = { batch, from: cast.highland.accounts.holding, quantity: '10' }
  await stage.act(cast.highland, 'cancels 10 of its own for it', `/national/reversals/${loss}/compensations`, own)
  const lent = { batch, quantity: '50', reversal: loss }
  await stage.decide(cast.officer, 'cancels 50 from the buffer, as a loan', '/national/buffer/cancellations', lent)
  await expectReversal(play, loss)
  await expectBuffer(play, { owed: '50' })
  const repaid = { batch, from: cast.highland.accounts.holding, quantity: '50', repays: play.project }
  await stage.act(cast.highland, 'gives 50 to the buffer: the debt is paid', '/national/buffer/contributions', repaid)
  await expectBuffer(play, { owed: '0' })
}

async function expectReversal({ stage }: Play, id: string): Promise<void> {
  const { state, compensated } = await stage.read(`/national/reversals/${id}`)
  if (state !== 'compensated') throw new Error(`the reversal is ${state}, ${compensated} made good`)
}

async function expectBuffer(play: Play, expected: Record<string, unknown>): Promise<void> {
  const status = await play.stage.read(`${pathOf(play)}/buffer`)
  const wrong = Object.entries(expected).filter(([name, value]) => status[name] !== value)
  if (wrong.length > 0) throw new Error(`the buffer is ${JSON.stringify(status)}, not ${JSON.stringify(expected)}`)
  const said = Object.keys(expected).map((name) => `${name} ${status[name]}`)
  play.stage.say(`       buffer of the project: ${said.join(', ')}`)
}
