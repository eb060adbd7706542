import { Exact, ONE, ZERO } from './decimal.ts'

/** A formula that was read: the names that it uses, and what it gives once they have values. */
export interface Expression {
  readonly names: readonly string[]
  evaluate(read: (name: string) => Exact): Exact
}

/** A formula that cannot be computed with these numbers: something is divided by zero, or is no number. */
export class NotComputable extends Error {}

type Node = (read: (name: string) => Exact) => Exact

const functions: Record<string, (...values: Exact[]) => Exact> = {
  exp: (x = ZERO) => x.exp(),
  ln: (x = ZERO) => x.ln(),
  sqrt: (x = ZERO) => x.sqrt(),
  min: (...values) => Exact.min(...values),
  max: (...values) => Exact.max(...values),
  floor: (x = ZERO) => x.floor(),
  ceil: (x = ZERO) => x.ceil(),
}

const TOKEN = /\s*(?:(\d+(?:\.\d+)?)|([A-Za-z_]\w*)|([-+*/^(),]))/y
const known = new Map<string, Expression>()

/**
 * Reads a formula: `+ - * / ^`, parentheses, decimal numbers, names, and `exp ln sqrt min max floor ceil`. What is printed in
 * a trace is this very text, so it cannot differ from what was computed. Throws an Error where the text is no formula.
 */
export function expression(text: string): Expression {
  const before = known.get(text)
  if (before) return before
  const made = parse(text)
  known.set(text, made)
  return made
}

function tokensOf(text: string): string[] {
  const tokens: string[] = []
  TOKEN.lastIndex = 0
  while (TOKEN.lastIndex < text.trimEnd().length) {
    const at = TOKEN.lastIndex
    const found = TOKEN.exec(text)
    if (!found) throw new Error(`no formula at position ${at + 1}: ${text}`)
    tokens.push(found[0].trim())
  }
  return tokens
}

/** Where a reader stands in a formula. */
interface Reader {
  readonly text: string
  readonly tokens: readonly string[]
  readonly names: Set<string>
  next: number
}

function parse(text: string): Expression {
  const reader: Reader = { text, tokens: tokensOf(text), names: new Set(), next: 0 }
  const whole = sum(reader)
  const left = reader.tokens[reader.next]
  if (left !== undefined) throw new Error(`"${left}" is not expected at part ${reader.next + 1}: ${text}`)
  return {
    names: [...reader.names],
    evaluate(read) {
      const value = whole(read)
      if (!value.isFinite()) throw new NotComputable(text)
      return value
    },
  }
}

function take(reader: Reader, wanted: string): boolean {
  if (reader.tokens[reader.next] !== wanted) return false
  reader.next += 1
  return true
}

function must(reader: Reader, wanted: string): void {
  if (!take(reader, wanted)) throw new Error(`"${wanted}" is missing at part ${reader.next + 1}: ${reader.text}`)
}

function sum(reader: Reader): Node {
  let left = product(reader)
  for (;;) {
    if (take(reader, '+')) left = combined(left, product(reader), (x, y) => x.plus(y))
    else if (take(reader, '-')) left = combined(left, product(reader), (x, y) => x.minus(y))
    else return left
  }
}

function product(reader: Reader): Node {
  let left = signed(reader)
  for (;;) {
    if (take(reader, '*')) left = combined(left, signed(reader), (x, y) => x.times(y))
    else if (take(reader, '/')) left = combined(left, signed(reader), divided)
    else return left
  }
}

function signed(reader: Reader): Node {
  if (!take(reader, '-')) return power(reader)
  const of = signed(reader)
  return (read) => of(read).negated()
}

function power(reader: Reader): Node {
  const base = atom(reader)
  return take(reader, '^') ? combined(base, signed(reader), (x, y) => x.pow(y)) : base
}

function atom(reader: Reader): Node {
  if (take(reader, '(')) {
    const inner = sum(reader)
    must(reader, ')')
    return inner
  }
  const token = reader.tokens[reader.next] ?? ''
  reader.next += 1
  if (/^\d/.test(token)) {
    const value = new Exact(token)
    return () => value
  }
  if (!/^[A-Za-z_]/.test(token)) throw new Error(`a number or a name is missing at part ${reader.next}: ${reader.text}`)
  if (take(reader, '(')) return call(reader, token)
  reader.names.add(token)
  return (read) => read(token)
}

function call(reader: Reader, name: string): Node {
  const apply = Object.hasOwn(functions, name) ? functions[name] : undefined
  if (!apply) throw new Error(`there is no function ${name}: ${reader.text}`)
  const args = [sum(reader)]
  while (take(reader, ',')) args.push(sum(reader))
  must(reader, ')')
  return (read) => apply(...args.map((one) => one(read)))
}

function combined(left: Node, right: Node, by: (x: Exact, y: Exact) => Exact): Node {
  return (read) => by(left(read), right(read))
}

function divided(x: Exact, y: Exact): Exact {
  if (y.isZero()) throw new NotComputable('division by zero')
  return y.equals(ONE) ? x : x.dividedBy(y)
}
