import type { Ledger } from '@tallystick/ledger'
import { type Preset, type Rows, unsettledOf } from '@tallystick/rules'

/** A project's row with what of it is not settled, as its moves may ask. */
export type Settling = Rows['project'] & { unsettled: ReturnType<typeof unsettledOf> }

/** The rows of projects with what is not settled of each. What holders have is read only where a move from its state asks. */
export async function withUnsettled(
  ledger: Pick<Ledger, 'rows'>,
  preset: Preset,
  projects: ReadonlyMap<string, Rows['project']>,
): Promise<Map<string, Settling>> {
  const { moves } = preset.project
  const asking = new Set(moves.filter(({ needs }) => needs?.settled === true).flatMap(({ from }) => from))
  const asked = [...projects].filter(([, { state }]) => asking.has(state)).map(([id]) => id)
  const held = asked.length === 0 ? new Map() : await ledger.rows('outstanding', asked)
  return new Map([...projects].map(([id, row]) => [id, { ...row, unsettled: unsettledOf(row, held.get(id), preset) }]))
}
