/** Deeper than any entry of ours; beyond it the stack is not to be trusted. */
const MOST_DEPTH = 32

/**
 * Is `text`, of which `value` was read by `JSON.parse`, surely the canonical form (RFC 8785) of that value? The form that
 * `JSON.stringify` writes is canonical but for two things: the order of members, which is that of the text, and halves of
 * surrogate pairs, which it writes escaped and RFC 8785 forbids. Answers `false` where in doubt: for an escaped
 * surrogate, for great depth, and for member names such as `10`, which JavaScript puts in an order of its own.
 */
export function isPlainlyCanonical(value: unknown, text: string): boolean {
  return !text.includes('\\ud') && hasAscendingKeys(value, MOST_DEPTH) && JSON.stringify(value) === text
}

/** Do the names of the members ascend by UTF-16 code unit in every object, none of them deeper than `depth`? */
function hasAscendingKeys(value: unknown, depth: number): boolean {
  if (typeof value !== 'object' || value === null) return true
  if (depth === 0) return false
  if (Array.isArray(value)) {
    for (const item of value) if (typeof item === 'object' && !hasAscendingKeys(item, depth - 1)) return false
    return true
  }
  let previous: string | undefined
  for (const [key, item] of Object.entries(value)) {
    if (previous !== undefined && key <= previous) return false
    if (typeof item === 'object' && !hasAscendingKeys(item, depth - 1)) return false
    previous = key
  }
  return true
}
