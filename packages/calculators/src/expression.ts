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

function parse(text: string): Expression {
  const tokens = tokensOf(text)
  const names = new Set<string>()
  let next = 0
  const take = (wanted: string) => {
    if (tokens[next] !== wanted) return false
    next += 1
    return true
  }
  const must = (wanted: string) => {
    if (!take(wanted)) throw new Error(`"${wanted}" is missing at part ${next + 1}: ${text}`)
  }

  function sum(): Node {
    let left = product()
    for (;;) {
      const a = left
      if (take('+')) left = combined(a, product(), (x, y) => x.plus(y))
      else if (take('-')) left = combined(a, product(), (x, y) => x.minus(y))
      else return left
    }
  }
  function product(): Node {
    let left = signed()
    for (;;) {
      const a = left
      if (take('*')) left = combined(a, signed(), (x, y) => x.times(y))
      else if (take('/')) left = combined(a, signed(), divided)
      else return left
    }
  }
  function signed(): Node {
    if (!take('-')) return power()
    const of = signed()
    return (read) => of(read).negated()
  }
  function power(): Node {
    const base = atom()
    return take('^') ? combined(base, signed(), (x, y) => x.pow(y)) : base
  }
  function atom(): Node {
    if (take('(')) {
      const inner = sum()
      must(')')
      return inner
    }
    const token = tokens[next] ?? ''
    next += 1
    if (/^\d/.test(token)) {
      const value = new Exact(token)
      return () => value
    }
    if (!/^[A-Za-z_]/.test(token)) throw new Error(`a number or a name is missing at part ${next}: ${text}`)
    if (take('(')) return call(token)
    names.add(token)
    return (read) => read(token)
  }
  function call(name: string): Node {
    const apply = Object.hasOwn(functions, name) ? functions[name] : undefined
    if (!apply) throw new Error(`there is no function ${name}: ${text}`)
    const args = [sum()]
    while (take(',')) args.push(sum())
    must(')')
    return (read) => apply(...args.map((one) => one(read)))
  }

  const whole = sum()
  if (next !== tokens.length) throw new Error(`"${tokens[next]}" is not expected at part ${next + 1}: ${text}`)
  return {
    names: [...names],
    evaluate(read) {
      const value = whole(read)
      if (!value.isFinite()) throw new NotComputable(text)
      return value
    },
  }
}

function combined(left: Node, right: Node, by: (x: Exact, y: Exact) => Exact): Node {
  return (read) => by(left(read), right(read))
}

function divided(x: Exact, y: Exact): Exact {
  if (y.isZero()) throw new NotComputable('division by zero')
  return y.equals(ONE) ? x : x.dividedBy(y)
}
