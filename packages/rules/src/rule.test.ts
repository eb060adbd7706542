import { expect, test } from 'vitest'
import type { z } from 'zod'
import { entryTypes } from './engine.ts'
import type { AnyRule } from './rule.ts'

/** What reads a value as it is. Anything else (a default, a transformation, a coercion) would make another of it. */
const plainKinds = new Set([
  'object',
  'array',
  'tuple',
  'string',
  'number',
  'boolean',
  'enum',
  'literal',
  'null',
  'nullable',
  'optional',
  'union',
  'unknown',
])

interface Definition {
  type: string
  coerce?: boolean
  catchall?: z.ZodType
  checks?: { _zod: { def: { check: string } } }[]
  [part: string]: unknown
}

function definitionsIn(value: unknown, found: Definition[] = []): Definition[] {
  if (typeof value !== 'object' || value === null) return found
  if ('_zod' in value) {
    const { def } = value._zod as { def: Definition }
    found.push(def)
    const { checks: _, catchall: __, ...parts } = def
    const shape = def.type === 'object' ? Object.values(def.shape as object) : []
    for (const part of [...Object.values(parts), ...shape]) definitionsIn(part, found)
  } else if (Array.isArray(value)) {
    for (const part of value) definitionsIn(part, found)
  }
  return found
}

const rules = entryTypes as readonly AnyRule[]

test.each(rules.map((rule) => [`${rule.type} ${rule.v}`, rule] as const))(
  'reading a body of %s changes nothing, so that what was found to have the form needs no second reading',
  (_, { schema }) => {
    const definitions = definitionsIn(schema)
    expect(definitions.length).toBeGreaterThan(1)
    for (const { type, coerce, catchall, checks = [] } of definitions) {
      expect(plainKinds).toContain(type)
      expect(coerce ?? false).toBe(false)
      expect(checks.map(({ _zod }) => _zod.def.check)).not.toContain('overwrite') // such as trim()
      // Objects are strict: a member that the schema does not name is refused, not dropped.
      if (type === 'object') expect(catchall?._zod.def.type).toBe('never')
    }
  },
)
