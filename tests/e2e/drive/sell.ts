import type { Json } from '@tallystick/templates'
import type { Holder } from './cast.ts'
import type { Told } from './stage.ts'
import type { Values } from './stories/story.ts'
import { type Play, pathOf } from './walk.ts'
import { writeDocument } from './write.ts'

interface Sale {
  batch: string
  vintage: string
  quantity: string
}

/** Sells units: seller and buyer sign an agreement, and by it the units are transferred. */
export async function sell(
  play: Play,
  seller: Holder,
  buyer: Holder,
  { batch, vintage, quantity }: Sale,
): Promise<void> {
  const { stage, project } = play
  const [from, to] = [seller.accounts.holding ?? '', buyer.accounts.holding ?? '']
  const subject = { path: pathOf(play), project, period: null, sides: { seller, buyer } }
  const over = (known: Values) => ({
    'units.quantities': [{ vintage, quantity }],
    'units.ranges': rangesOf(known, vintage, quantity),
  })
  const { agreement } = await writeDocument(play, seller, 'transfer-agreement', subject, over)
  const body = { batch, from, to, quantity, agreement: { id: agreement } }
  const what = `transfers ${quantity} to ${buyer.name}, by the agreement`
  const moved: Told = await stage.act(seller, what, '/national/transfers', body)
  if (moved.agreement?.id !== agreement) throw new Error(`the transfer names ${JSON.stringify(moved.agreement)}`)
}

/** The first units of a vintage that the seller has, as the registry has listed them. */
function rangesOf(known: Values, vintage: string, quantity: string): Json {
  const held = (known.units?.ranges ?? []) as { vintage: string; start: string; end: string }[]
  const range = held.find((one) => one.vintage === vintage)
  if (!range) throw new Error(`the registry lists no units of ${vintage}: ${JSON.stringify(held)}`)
  return [{ vintage, start: range.start, end: String(BigInt(range.start) + BigInt(quantity) - 1n) }]
}
