import type { Batch, Brought, BufferMove, Model, Project, Unit, WireRange } from './naive.ts'

/** Millionths of a unit in a decimal. */
export function microOf(decimal: string): bigint {
  return BigInt(Math.round(Number(decimal) * 1e6))
}

/** Every serial number of ranges, one by one. */
export function serialsIn(ranges: readonly WireRange[]): bigint[] {
  return ranges.flatMap(([first, last]) => {
    const serials: bigint[] = []
    for (let serial = BigInt(first); serial <= BigInt(last); serial += 1n) serials.push(serial)
    return serials
  })
}

/** Serials as ranges on the wire. */
export function rangesOf(serials: readonly bigint[]): WireRange[] {
  const ranges: [bigint, bigint][] = []
  for (const serial of serials) {
    const last = ranges.at(-1)
    if (last && last[1] + 1n === serial) last[1] = serial
    else ranges.push([serial, serial])
  }
  return ranges.map(([first, last]) => [`${first}`, `${last}`])
}

export function ascending(a: bigint, b: bigint): number {
  return a < b ? -1 : a > b ? 1 : 0
}

/** Does a hold stand on the whole target? */
export function isHeld({ holds }: Model, target: string): boolean {
  return [...holds.values()].some(
    ({ account, batch, range }) => range === null && (account === target || batch === target),
  )
}

/** The ranges of a batch that are held: by a hold, by a movement that waits (but one), by a pledge. */
function heldIn({ holds, pending, pledges }: Model, batch: string, but: string | null): WireRange[] {
  return [
    ...[...holds.values()].flatMap((hold) => (hold.batch === batch && hold.range !== null ? [hold.range] : [])),
    ...[...pending].flatMap(([id, waiting]) => (waiting.batch === batch && id !== but ? waiting.ranges : [])),
    ...[...pledges.values()].flatMap((pledge) => (pledge.batch === batch ? pledge.ranges : [])),
  ]
}

/** The serials of those that are held. */
export function heldAmong(
  model: Model,
  batch: string,
  serials: readonly bigint[],
  but: string | null = null,
): bigint[] {
  const held = heldIn(model, batch, but).map(([first, last]) => [BigInt(first), BigInt(last)] as const)
  return serials.filter((serial) => held.some(([first, last]) => first <= serial && serial <= last))
}

/** The units of an account in a batch that nothing holds, ascending. */
export function freeUnits(model: Model, batch: string, account: string): bigint[] {
  const owned = [...(model.batches.get(batch)?.units ?? [])].filter(([, { owner }]) => owner === account)
  const serials = owned.map(([serial]) => serial).sort(ascending)
  const held = new Set(heldAmong(model, batch, serials))
  return serials.filter((serial) => !held.has(serial))
}

export function unitsAt(model: Model, batch: string, serials: readonly bigint[]): Unit[] {
  const units = model.batches.get(batch)?.units
  return serials.flatMap((serial) => units?.get(serial) ?? [])
}

/** Units change their owner. */
export function bring(model: Model, batch: string, serials: readonly bigint[], to: string): Brought {
  const units = model.batches.get(batch)?.units
  return {
    batch,
    units: serials.map((serial) => {
      const unit = units?.get(serial)
      if (!unit) throw new Error('what moves is there')
      const from = unit.owner
      unit.owner = to
      return { serial, from, to }
    }),
  }
}

/** How many units of a project its holders have. */
export function heldOf({ batches, accounts }: Model, project: string): bigint {
  const units = [...batches.values()]
    .filter((batch) => batch.project === project)
    .flatMap((one) => [...one.units.values()])
  return BigInt(units.filter(({ owner }) => accounts.get(owner)?.kind === 'holding').length)
}

/** Every unit issued under an authorisation that was not taken back. */
function* unitsUnder({ batches, issuance }: Model, authorisation: string): Generator<Unit> {
  for (const batch of batches.values()) {
    if (batch.authorisation !== authorisation) continue
    for (const unit of batch.units.values()) if (unit.owner !== issuance) yield unit
  }
}

export function issuedUnder(model: Model, authorisation: string): bigint {
  return BigInt([...unitsUnder(model, authorisation)].length)
}

/** Units of one type that were issued of a project and not taken back. */
export function issuedOf({ batches, issuance }: Model, project: string, unitType: string): bigint {
  let issued = 0n
  for (const batch of batches.values()) {
    if (batch.project !== project || batch.unitType !== unitType) continue
    for (const { owner } of batch.units.values()) if (owner !== issuance) issued += 1n
  }
  return issued
}

export function transferredUnder(model: Model, authorisation: string): bigint {
  return BigInt([...unitsUnder(model, authorisation)].filter(({ first }) => first !== null).length)
}

/** Those that were not first transferred yet; units of another Party were, by that Party. */
export function untransferred(model: Model, batch: string, serials: readonly bigint[]): bigint[] {
  const { project = null, units } = model.batches.get(batch) ?? {}
  return project === null ? [] : serials.filter((serial) => units?.get(serial)?.first === null)
}

/** Why units may not be first transferred. */
export function firstTransferReasons(model: Model, id: string | null, quantity: bigint): string[] {
  const authorisation = model.authorisations.get(id ?? '')
  if (quantity === 0n || !authorisation) return []
  return [
    ...(authorisation.active ? [] : ['authorisation-revoked']),
    ...(authorisation.purposes.length > 0 ? [] : ['purpose-not-authorised']),
    ...(authorisation.cooperativeApproach === null ? ['approach-missing'] : []),
    ...(transferredUnder(model, id ?? '') + quantity > authorisation.quantity ? ['authorisation-exceeded'] : []),
  ]
}

/** What a unit is authorised for: as it was when it was first transferred, or as it is now. */
export function purposesOf(model: Model, batch: string, serial: bigint): string[] {
  const { authorisation, units } = model.batches.get(batch) ?? {}
  const { purposes = [], granted = [] } = model.authorisations.get(authorisation ?? '') ?? {}
  const first = units?.get(serial)?.first ?? null
  if (first === null) return purposes
  return granted.filter(({ from }) => from < first).at(-1)?.purposes ?? []
}

/** The ITMO identifiers of units, as an entry names them. */
export function itmosOf(model: Model, batch: string, serials: readonly bigint[]): Identifiers {
  const known = model.batches.get(batch)
  if (!known) return null
  if (known.project === null) {
    return { prefix: known.class.replace(/^itmo:(.*)-(\d{4})$/, '$1-#-$2'), ranges: rangesOf(serials) }
  }
  const named = serials.flatMap((serial) => known.units.get(serial)?.itmo?.split(':') ?? [])
  const numbers = named.filter((_, at) => at % 2 === 1).map(BigInt)
  if (numbers.length === 0) return null
  return { prefix: `${named[0]}-XTX01-XTX-#-${known.vintage}`, ranges: rangesOf(numbers.sort(ascending)) }
}

type Identifiers = { prefix: string; ranges: WireRange[] } | null

/** Marks units that were not first transferred yet, and numbers them. */
export function firstTransfer(model: Model, batch: string, serials: readonly bigint[]): void {
  const known = model.batches.get(batch)
  const fresh = untransferred(model, batch, serials)
  const approach = model.authorisations.get(known?.authorisation ?? '')?.cooperativeApproach ?? null
  if (!known || fresh.length === 0) return
  const series = `${approach}/${known.vintage}`
  const from = model.nextItmo.get(series) ?? 1n
  for (const [at, serial] of fresh.entries()) {
    const unit = known.units.get(serial)
    if (!unit) continue
    unit.first = model.size
    unit.itmo = approach === null ? null : `${approach}:${from + BigInt(at)}`
  }
  if (approach !== null) model.nextItmo.set(series, from + BigInt(fresh.length))
}

/** Units of an account by class, counted one by one. */
export function balancesOf(model: Model, account: string): Map<string, bigint> {
  const counts = new Map<string, bigint>()
  const count = (unitClass: string) => counts.set(unitClass, (counts.get(unitClass) ?? 0n) + 1n)
  for (const batch of model.batches.values()) {
    for (const { owner } of batch.units.values()) if (owner === account) count(batch.class)
  }
  for (const units of model.abroad.values()) {
    for (const unit of units.values()) {
      if (model.registries.get(unit.registry)?.[unit.fate] === account) count(unit.class)
    }
  }
  for (const [unitClass, { registry, quantity }] of model.lots) {
    if (model.registries.get(registry)?.active !== account) continue
    const rest = quantity - numberedOf(model, unitClass)
    if (rest > 0n) counts.set(unitClass, (counts.get(unitClass) ?? 0n) + rest)
  }
  return counts
}

/** How many serial numbers of a class abroad are known. */
function numberedOf({ abroad }: Model, unitClass: string): bigint {
  let numbered = 0n
  for (const units of abroad.values()) for (const unit of units.values()) if (unit.class === unitClass) numbered += 1n
  return numbered
}

/** Units that the buffer holds, of a project or of all, by vintage. */
export function bufferOf({ batches, pools }: Model, unitType: string, project?: string): Map<string, bigint> {
  const held = new Map<string, bigint>()
  for (const batch of batches.values()) {
    if (batch.project === null || batch.unitType !== unitType) continue
    if (project !== undefined && batch.project !== project) continue
    for (const { owner } of batch.units.values()) {
      if (owner === pools.buffer) held.set(batch.vintage, (held.get(batch.vintage) ?? 0n) + 1n)
    }
  }
  return held
}

/** What came into the buffer and left it, of one unit type and of one project or all. */
export function movesIn({ bufferMoves }: Model, unitType: string, project?: string): BufferMove[] {
  return bufferMoves.filter((one) => one.unitType === unitType && (project === undefined || one.project === project))
}

/** When the first of what is there came, or units were last given back. */
export function sinceOf(moves: readonly BufferMove[]): string {
  let [since, units] = ['', 0n]
  for (const move of moves.filter((one) => one.units > 0n)) {
    if (move.way === 'released' || (move.way === 'in' && units === 0n)) since = move.at
    units += move.way === 'in' ? move.units : -move.units
  }
  return since
}

/** The project owes so many units of a type more, or less. */
export function owe({ debts }: Project, unitType: string, more: bigint): void {
  const owed = (debts.get(unitType) ?? 0n) + more
  if (owed === 0n) debts.delete(unitType)
  else debts.set(unitType, owed)
}

/** In how many runs the serials lie: side by side, of one owner, first transferred by one entry, with numbers that go on. */
export function runsOf({ units }: Batch, serials: readonly bigint[]): number {
  let runs = 0
  let before: { serial: bigint; unit: Unit } | undefined
  for (const serial of serials) {
    const unit = units.get(serial)
    const goesOn =
      unit !== undefined &&
      before !== undefined &&
      before.serial + 1n === serial &&
      before.unit.owner === unit.owner &&
      before.unit.first === unit.first &&
      seriesOf(before.serial, before.unit) === seriesOf(serial, unit)
    if (unit !== undefined && !goesOn) runs += 1
    before = unit && { serial, unit }
  }
  return runs
}

/** The same for units side by side whose ITMO numbers go on. */
function seriesOf(serial: bigint, { itmo }: Unit): string {
  const [approach, number = '0'] = itmo?.split(':') ?? []
  return approach === undefined ? '' : `${approach}:${BigInt(number) - serial}`
}

export function sumOf(counts: Iterable<bigint>): bigint {
  let sum = 0n
  for (const count of counts) sum += count
  return sum
}
