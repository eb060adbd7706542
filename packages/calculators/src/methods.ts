import type { Method } from './method.ts'
import * as forests from './methods/forests.ts'
import * as grid from './methods/grid.ts'
import * as land from './methods/land.ts'
import * as landfill from './methods/landfill.ts'
import * as methane from './methods/methane.ts'
import * as nature from './methods/nature.ts'
import * as offGrid from './methods/off-grid.ts'
import * as screening from './methods/screening.ts'
import * as stoves from './methods/stoves.ts'
import * as tools from './methods/tools.ts'
import * as vehicles from './methods/vehicles.ts'

const all: readonly Method[] = [
  ...[grid.renewable, grid.hydro, grid.smallRenewable],
  ...[offGrid.user, offGrid.rural, offGrid.community, offGrid.lamps],
  ...[stoves.perStove, stoves.perDay],
  ...[methane.manure, methane.wastewater, landfill.landfillGas],
  vehicles.electricVehicles,
  ...[forests.afforestation, forests.deforestation],
  ...[land.rice, land.soils],
  ...[screening.rice, screening.solar, screening.biochar, screening.stoves],
  ...[grid.operatingMargin, grid.buildMargin, grid.combinedMargin],
  ...[landfill.disposal, forests.rootShoot, forests.uncertainty, forests.discount],
  ...[tools.fuel, tools.power, tools.flare, tools.sampling],
  ...[nature.presentValue, nature.habitat],
]

const byId = new Map(all.map((method) => [method.id, method]))

/** Every method, those that credit first. */
export const methods = (): readonly Method[] => all

export const methodOf = (id: string): Method | undefined => byId.get(id)
