import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { transferCredits } from './credits.ts'
import { placeHold } from './holds.ts'
import { inputSentence, inputTextIn } from './input.ts'

const wrong = (schema: z.ZodType | undefined, value: unknown) =>
  (schema?.safeParse(value, { error: inputSentence }).error?.issues ?? []).map(
    ({ path, message }) => `${path.join('.')}: ${message}`,
  )

describe('what is wrong with a field', () => {
  const schema = z.strictObject({
    name: z.string().min(2).max(3),
    count: z.number().int().optional(),
    list: z.array(z.string()).max(2).optional(),
    side: z.enum(['left', 'right']).optional(),
    code: z
      .string()
      .regex(/^[a-z]$/, 'must be a letter')
      .optional(),
    form: z
      .string()
      .regex(/^[a-z]$/)
      .optional(),
  })

  it.each([
    [{}, 'name: is missing'],
    [undefined, ': this request needs a body'],
    [[], ': must be an object'],
    [{ name: 7 }, 'name: must be a text, in quotes'],
    [{ name: 'a' }, 'name: must have at least 2 characters'],
    [{ name: 'abcd' }, 'name: must have at most 3 characters'],
    [{ name: 'ab', extra: 1 }, ': there is no such field here'],
    [{ name: 'ab', count: '1' }, 'count: must be a number'],
    [{ name: 'ab', list: ['a', 'b', 'c'] }, 'list: must have at most 2 items'],
    [{ name: 'ab', side: 'up' }, 'side: must be one of: left, right'],
    [{ name: 'ab', code: '1' }, 'code: must be a letter'],
    [{ name: 'ab', form: '1' }, 'form: does not have the form that is asked for'],
  ])('%j is told in our own words', (value, sentence) => {
    expect(wrong(schema, value)).toEqual([sentence])
  })

  it('is never told in the words of the schema library', () => {
    const bodies = [schema, transferCredits.body, placeHold.body]
    fc.assert(
      fc.property(fc.constantFrom(...bodies), fc.jsonValue(), (body, value) => {
        for (const sentence of wrong(body, value)) expect(sentence).not.toMatch(/Invalid|expected|Unrecognized|Too /)
      }),
    )
  })
})

describe('a choice of fields', () => {
  const id = 'a'.repeat(32)
  const transfer = { batch: id, from: id, to: id }

  it('names them all where none is given, and those that are too many', () => {
    const message = 'give one of quantity, ranges and serial'
    expect(wrong(transferCredits.body, transfer)).toEqual([
      `quantity: ${message}`,
      `ranges: ${message}`,
      `serial: ${message}`,
    ])
    expect(wrong(transferCredits.body, { ...transfer, quantity: '1', serial: 'x' })).toEqual([
      `quantity: ${message}`,
      `serial: ${message}`,
    ])
    expect(wrong(transferCredits.body, { ...transfer, quantity: '1' })).toEqual([])
    expect(wrong(placeHold.body, { reason: 'other' })).toEqual([
      'account: give either account or batch',
      'batch: give either account or batch',
    ])
  })

  it('is one range that does not end before it begins', () => {
    const ranges = [{ first: '10', last: '9' }]
    expect(wrong(transferCredits.body, { ...transfer, ranges })).toEqual(['ranges.0.last: must not be before first'])
  })
})

describe('a message in a language', () => {
  it.each([
    ['is missing', 'manque'],
    ['must have at most 200 characters', 'doit avoir au plus 200 caractères'],
    ['must have at most 1 characters', 'doit avoir au plus 1 caractère'],
    ['must be at least 5', 'doit être au moins 5'],
    ['at most 1 MiB', 'au plus 1 Mio'],
    ['at most 20', 'au plus 20'],
    ['developer, government', 'developer, government'],
    ['must have at most {bound} characters', 'must have at most {bound} characters'],
    ['must have at most 1e9 characters', 'must have at most 1e9 characters'],
    ['__proto__', '__proto__'],
    ['', ''],
  ])('%j is %j', (english, french) => {
    expect(inputTextIn('fr', english)).toBe(french)
    expect(inputTextIn('en', english)).toBe(english)
  })
})
