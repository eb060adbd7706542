import { LIMITS } from './template.ts'

/** Whether something is JSON that can be looked at: depth, number of values, length and characters of texts. Never recurses. */
export function isOfSize(json: unknown): boolean {
  const waiting: { value: unknown; depth: number }[] = [{ value: json, depth: 0 }]
  let nodes = 0
  let bytes = 0
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    const { value, depth } = next
    nodes += 1
    if (typeof value === 'string') {
      if (!value.isWellFormed()) return false
      bytes += Buffer.byteLength(value)
    } else if (typeof value === 'object' && value !== null) {
      const entries = Object.entries(value)
      if (depth >= LIMITS.depth || nodes + waiting.length + entries.length > LIMITS.nodes) return false
      for (const [key, member] of entries) {
        if (!key.isWellFormed()) return false
        bytes += Buffer.byteLength(key)
        waiting.push({ value: member, depth: depth + 1 })
      }
    } else if (value !== null && typeof value !== 'boolean' && !(typeof value === 'number' && Number.isFinite(value)))
      return false
    if (nodes > LIMITS.nodes || bytes > LIMITS.bytes) return false
  }
  return true
}
