import type { Holder } from './cast.ts'
import type { Told } from './stage.ts'
import { type Play, partOf, pathOf, walk } from './walk.ts'

const YEAR = new Date().getUTCFullYear()
/** The years whose outcomes are issued: both are over. */
export const VINTAGES = [String(YEAR - 3), String(YEAR - 2)] as const

const lastDay = (year: number) => `${year}-12-31`

/** The first crediting period, which began before the outcomes and lasts beyond today. */
export async function setCrediting(play: Play, years: number, from = YEAR - 3): Promise<void> {
  const kind = play.law.crediting?.[play.title.includes('forest') ? 'forest' : 'solar'][0]
  const body = { kind, from: `${from}-01-01`, to: lastDay(from + years - 1) }
  await play.stage.decide(
    play.cast.officer,
    `sets the crediting period ${body.from} to ${body.to}`,
    `${pathOf(play)}/crediting-periods`,
    body,
  )
}

/** A report on the years of these outcomes, verified; answers what issuances say of it. */
export async function monitored(play: Play, outcomes: Record<string, string>) {
  const { stage, law } = play
  const lastVintage = Object.keys(outcomes).toSorted().at(-1) ?? VINTAGES[1]
  const days = { from: `${VINTAGES[0]}-01-01`, to: lastDay(Number(lastVintage)) }
  const { issued } = law.monitoring
  if ('ofProject' in law.monitoring) {
    await walk(play, law.monitoring.ofProject)
    return { of: { monitoringPeriod: days }, finish: () => walk(play, issued) }
  }
  const { ofPeriod } = law.monitoring
  const owner = partOf(play, 'owner')
  const opened = await stage.decide(
    owner,
    `opens a monitoring period until ${days.to}`,
    `${pathOf(play)}/periods`,
    days,
  )
  const id = String(opened.id)
  const certified = Object.entries(outcomes).map(([vintage, quantity]) => ({ vintage, certified: quantity }))
  const thing = { path: `/national/periods/${id}`, id, name: 'the monitoring period', outcomes: certified }
  await walk(play, ofPeriod, thing)
  return { of: { period: id }, finish: () => walk(play, issued, thing) }
}

/** Authorises a quantity. */
export async function authorise(play: Play, terms: Record<string, unknown>): Promise<string> {
  const what = `authorises ${terms.quantity} ${terms.unitType}`
  const made = await play.stage.decide(play.cast.officer, what, `${pathOf(play)}/authorisations`, terms)
  return String(made.authorisation ?? made.id)
}

/** Issues a batch of one year. */
export async function issue(play: Play, body: { authorisation: string; vintage: string; quantity: string } & object) {
  const what = `issues ${body.quantity} credits of ${body.vintage}`
  const made = await play.stage.decide(play.cast.officer, what, '/national/batches', body)
  return String(made.batch ?? made.id)
}

/** Retires whatever the holder has of these batches. */
export async function retireAll(play: Play, holder: Holder, batches: readonly string[]): Promise<void> {
  const { items } = await play.stage.read(`/national/accounts/${holder.accounts.holding}/holdings?limit=200`, holder)
  for (const batch of batches) {
    const held = items.filter((one: Told) => one.batch === batch)
    const quantity = held.reduce((sum: number, one: Told) => sum + Number(one.quantity), 0)
    if (quantity > 0) await retire(play, holder, { batch, quantity: String(quantity) })
  }
}

/** Retires for the benefit of somebody; the certificate is there for everybody. */
export async function retire(play: Play, holder: Holder, units: { batch: string; quantity: string }): Promise<number> {
  const beneficiary = { name: 'Harbour Ferries Ltd', country: 'NA' }
  const body = { ...units, from: holder.accounts.holding, purpose: 'voluntary', beneficiary }
  const what = `retires ${units.quantity} for Harbour Ferries Ltd`
  const { certificate } = await play.stage.act(holder, what, '/national/retirements', body)
  play.stage.say(`       certificate no. ${certificate}`)
  return certificate
}

/** The certifiers say that the project is as it should be. */
export async function certify(play: Play): Promise<void> {
  await play.stage.decide(play.cast.validator, 'certifies the project', `${pathOf(play)}/certifications`, {})
}

/** Throws unless all units of these batches have come to an end. */
export async function allEnded(play: Play, batches: readonly string[], inBuffer = false): Promise<void> {
  for (const batch of batches) {
    const { sums, block, runs } = await play.stage.read(`/national/batches/${batch}`)
    const held = inBuffer
      ? runs.filter(({ state, owner }: Told) => state === 'held' && owner.kind !== 'buffer').length
      : Number(sums.held)
    if (held !== 0 || sums.onHold !== '0') throw new Error(`units of ${block.serial} are held: ${JSON.stringify(sums)}`)
    const ends = Object.entries(sums).filter(([, quantity]) => quantity !== '0')
    play.stage.say(`       ${block.serial}: ${ends.map(([end, quantity]) => `${quantity} ${end}`).join(', ')}`)
  }
}
