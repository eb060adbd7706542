import { fieldProblem } from './problem.ts'

const MAX_DEPTH = 16

/**
 * Refuses what no field can hold and no store can keep: NUL, lone surrogates, and values nested deeper than anything
 * that the API takes. Throws a problem naming the field.
 */
export function refuseOddText(root: unknown): void {
  const waiting: { value: unknown; path: string; depth: number }[] = [{ value: root, path: '', depth: 0 }]
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    const { value, path, depth } = next
    if (typeof value === 'string') refuseOddString(value, path)
    if (typeof value !== 'object' || value === null) continue
    if (depth >= MAX_DEPTH) throw fieldProblem(path, 'is nested too deeply', `at most ${MAX_DEPTH} levels`)
    for (const [key, member] of Object.entries(value)) {
      refuseOddString(key, path)
      const name = key.length > 60 ? `${key.slice(0, 60)}…` : key
      waiting.push({ value: member, path: path === '' ? name : `${path}.${name}`, depth: depth + 1 })
    }
  }
}

function refuseOddString(text: string, field: string): void {
  if (text.includes('\0')) throw fieldProblem(field, 'must not contain the character U+0000')
  if (!text.isWellFormed()) throw fieldProblem(field, 'must be well-formed Unicode, without lone surrogates')
}
