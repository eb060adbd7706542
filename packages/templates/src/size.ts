import { LIMITS } from './template.ts'

/** Whether something is JSON that can be looked at: depth, number of values, length and characters of texts. */
export function isOfSize(json: unknown): boolean {
  let [nodes, bytes] = [0, 0]
  const isText = (text: string): boolean => {
    bytes += Buffer.byteLength(text)
    return bytes <= LIMITS.bytes && text.isWellFormed()
  }
  const isNode = (value: unknown, depth: number): boolean => {
    nodes += 1
    if (nodes > LIMITS.nodes || depth > LIMITS.depth) return false
    if (typeof value === 'string') return isText(value)
    if (typeof value === 'number') return Number.isFinite(value)
    if (typeof value !== 'object' || value === null) return value === null || typeof value === 'boolean'
    return Object.entries(value).every(([key, member]) => isText(key) && isNode(member, depth + 1))
  }
  return isNode(json, 0)
}
