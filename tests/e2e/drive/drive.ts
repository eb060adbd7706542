import type { ShippedPreset } from '@tallystick/rules'
import { until } from '../../support/api.ts'
import { setUpCast } from './cast.ts'
import { type Checked, checkAll } from './check.ts'
import { playForest } from './forest.ts'
import { LAWS, type Law } from './laws.ts'
import type { LettersRow } from './letters.ts'
import { checkPapers, type PaperOptions, type PaperRow } from './papers.ts'
import { playSolar, renewSolar } from './solar.ts'
import { openStage, type Say, type Stage } from './stage.ts'
import { playStoves } from './stoves.ts'
import { type Play, pathOf, walk } from './walk.ts'

export interface Driven extends Checked {
  requests: number
  /** The state in which each project ends. */
  ends: string[]
  /** Each version of each document, as its paper was found. */
  papers: PaperRow[]
  /** The letters and certificates of each project. */
  letters: LettersRow[]
}

/**
 * Drives three projects to their end under a preset, over HTTP alone, and checks what is left behind. The registry's
 * database is its own, or the one that `environment` names.
 */
export async function drive(
  preset: ShippedPreset,
  say: Say,
  environment: Record<string, string> = {},
  wanted: PaperOptions = {},
): Promise<Driven> {
  const stage = await openStage(preset, say, environment)
  try {
    const law = LAWS[preset]
    const cast = await setUpCast(stage, law)
    const solar = await playSolar(stage, law, cast)
    const forest = await playForest(stage, law, cast)
    const stoves = await playStoves(stage, law, cast)
    await renewSolar(solar)
    const plays = [solar, forest, stoves]
    const ends = await endAll(stage, law, plays)
    const looked = await checkPapers(stage, cast.officer, plays, wanted)
    return { ...(await checkAll(stage, law)), requests: stage.sent(), ends, ...looked }
  } catch (error) {
    // What went wrong within the registry stands in what it printed.
    throw String(error).includes(': 500 ') ? new Error(`${error}\n${stage.lastPrinted()}`) : error
  } finally {
    await stage.leave()
  }
}

/** The projects end, and with them the play. */
async function endAll(stage: Stage, law: Law, plays: Play[]): Promise<string[]> {
  stage.say('\nTHE END of the three projects')
  if ('decided' in law.end) for (const play of plays) await walk(play, law.end.decided)
  else await endAfterCrediting(stage, law.end.afterCrediting, plays)
  const ends: string[] = []
  for (const play of plays) {
    const { state, title } = await stage.read(pathOf(play))
    stage.say(`       ${title}: ${state}`)
    ends.push(state)
  }
  return ends
}

/** Nobody decides that crediting is over: the registry's own clock does, once the last day has passed. */
async function endAfterCrediting(stage: Stage, steps: Parameters<typeof walk>[1], plays: Play[]): Promise<void> {
  const lasts = await Promise.all(plays.map(async (play) => (await stage.read(pathOf(play))).creditingPeriods[0].to))
  const last = lasts.toSorted().at(-1)
  await stage.passUntil(Date.parse(`${last}T00:00:00Z`) + 2 * 86_400_000)
  for (const play of plays) {
    const { title } = play
    await until(`the end of crediting of ${title}`, async () => {
      const { state } = await stage.read(pathOf(play))
      return state === 'crediting-ended'
    })
    stage.say(`       The registry itself ends the crediting of ${title}`)
    await walk(play, steps)
  }
}
