import type { Cast } from './cast.ts'
import type { Law } from './laws.ts'
import { allEnded, authorise, certify, issue, monitored, retireAll, setCrediting, VINTAGES } from './monitor.ts'
import { sell } from './sell.ts'
import type { Stage } from './stage.ts'
import { STOVES } from './stories/stoves.ts'
import { type Play, submitIdea, walk } from './walk.ts'

/** Cookstoves, returned twice and rejected once; then appeal or a new submission leads to retired credits. */
export async function playStoves(stage: Stage, law: Law, cast: Cast): Promise<Play> {
  const play: Play = {
    ...{ stage, law, cast, title: 'Hearth cookstove programme', project: '', story: STOVES, written: [] },
    owners: [[cast.hearth, '100']],
    idea: { sectoralScope: '3', methodology: 'AMS-II.G', sector: 'energy', type: 'ee-households', subType: 'stoves' },
  }
  stage.say('\nPROJECT 3. A cookstove programme, returned twice and rejected once')
  await submitIdea(play)
  await walk(play, law.bumpy)
  if (law.crediting) await setCrediting(play, law.crediting.solar[1])
  await certify(play)
  const authorisation = await authorise(play, { unitType: law.homeUnits, quantity: '3000', purposes: [] })
  const [first] = VINTAGES
  const { of, finish } = await monitored(play, { [first]: '2400' })
  const batch = await issue(play, { authorisation, vintage: first, quantity: '2400', ...of })
  await finish()
  await sell(play, cast.hearth, cast.airline, { batch, vintage: first, quantity: '400' })
  await retireAll(play, cast.airline, [batch])
  await retireAll(play, cast.hearth, [batch])
  stage.say('\n  Every credit of the stoves has come to an end:')
  await allEnded(play, [batch])
  return play
}
