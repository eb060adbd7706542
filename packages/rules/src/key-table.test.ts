import fc from 'fast-check'
import { expect, test } from 'vitest'
import { KeyTable } from './key-table.ts'
import { State } from './state.ts'

const hex = fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => Buffer.from(bytes).toString('hex'))

/** Few different words, so that keys share halves, and are the same now and then. */
const alike = fc
  .array(fc.constantFrom('00000000', '00000001', 'ffffffff', '80000000'), { minLength: 8, maxLength: 8 })
  .map((words) => words.join(''))

test('keeps what a map would keep', () => {
  const row = fc.record({ index: fc.maxSafeNat(), leaf: hex })
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.oneof(hex, alike), row), { maxLength: 3_000 }),
      fc.array(alike),
      (sets, others) => {
        const table = new KeyTable()
        const map = new Map<string, { index: number; leaf: string }>()
        for (const [id, row] of sets) {
          expect(table.get(id)).toEqual(map.get(id))
          expect(table.set(id, row)).toBe(true)
          map.set(id, row)
        }
        expect(table.size).toBe(map.size)
        expect([...table.entries()]).toEqual([...map])
        for (const id of [...map.keys(), ...others]) expect(table.get(id)).toEqual(map.get(id))
      },
    ),
    { numRuns: 200 },
  )
})

test('tells apart keys that differ in one digit', () => {
  const table = new KeyTable()
  const key = '0123456789abcdef'.repeat(4)
  table.set(key, { index: 7, leaf: key })
  for (let at = 0; at < key.length; at += 1) {
    for (const digit of '0123456789abcdef') {
      const other = key.slice(0, at) + digit + key.slice(at + 1)
      expect(table.get(other)).toEqual(other === key ? { index: 7, leaf: key } : undefined)
    }
  }
})

test('keeps nothing that is no SHA-256 in lower-case hex', () => {
  const table = new KeyTable()
  const good = 'a'.repeat(64)
  const wrong = ['', 'a', good.toUpperCase(), `${good}a`, `${good.slice(1)}g`, `é${good.slice(1)}`, `Ā${good.slice(1)}`]
  for (const id of [...wrong, `\u0161${good.slice(1)}`, `${good.slice(1)}\u{1f600}`]) {
    expect(table.set(id, { index: 1, leaf: good })).toBe(false)
    expect(table.set(good, { index: 1, leaf: id })).toBe(false)
    expect(table.get(id)).toBeUndefined()
  }
  expect(table.set(good, { index: -1, leaf: good })).toBe(false)
  expect(table.set(good, { index: 2 ** 53, leaf: good })).toBe(false)
  expect(table.size).toBe(0)
})

test('a whole state keeps any key, as a partial one does', () => {
  const rows = [
    { kind: 'key' as const, id: 'a'.repeat(64), row: { index: 1, leaf: 'b'.repeat(64) } },
    { kind: 'key' as const, id: 'not a hash', row: { index: 2, leaf: 'nor this' } },
  ]
  for (const state of [new State(), new State('partial')]) {
    state.apply({ puts: rows, postings: [], runs: [] })
    for (const { id, row } of rows) expect(state.get('key', id)).toEqual(row)
    expect([...state.rows()]).toEqual(expect.arrayContaining(rows))
    expect([...state.rowsOf('key')]).toHaveLength(2)
    expect(state.count()).toBe(2)
  }
})
