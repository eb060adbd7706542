import type { RowKind, Rows, State } from '../state.ts'

/** Every row of a kind, with its id. */
export function rowsOf<K extends RowKind>(state: State, kind: K): [string, Rows[K]][] {
  return [...state.rows()].flatMap((put) => {
    return put.kind === kind && put.row !== null ? [[put.id, put.row as Rows[K]] as [string, Rows[K]]] : []
  })
}
