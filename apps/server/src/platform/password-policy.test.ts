import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { randomPassword } from './password-hash.ts'
import { passwordFault } from './password-policy.ts'

const ana = { email: 'ana.sunfield@power.example', name: 'Ana Sunfield' }
const of = (password: string) => passwordFault(password, ana)

describe('a password that a person wants', () => {
  it.each([
    'nine quiet herons',
    'correct horse battery staple',
    'tr0ub4dor&3xyz',
    'ñandú y águila en el río',
    '四つの青い鯨が泳いでいるよ',
    'xK9#mQ2$vL5w',
    'my password is a green bicycle',
    'ana eats twelve lemons',
  ])('may be %j', (password) => {
    expect(of(password)).toBeUndefined()
  })

  it.each([
    ['', 'length'],
    ['elevenchars', 'length'],
    ['🐋'.repeat(11), 'length'],
    ['x'.repeat(201), 'length'],
    ['nine quiet\u0007herons', 'control'],
    ['password1234', 'easy'],
    ['Password123!', 'easy'],
    ['P@ssw0rd2026', 'easy'],
    ['123456789012', 'easy'],
    ['qwertyuiop12', 'easy'],
    ['qwerty123456', 'easy'],
    ['aaaaaaaaaaaa', 'easy'],
    ['abababababab', 'easy'],
    ['iloveyou1234', 'easy'],
    ['Welcome2026!', 'easy'],
    ['anasunfield2026', 'easy'],
    ['Sunfield-2026', 'easy'],
    ['ana.sunfield@power.example', 'easy'],
    ['carbonregistry1', 'easy'],
    ['motdepasse2026', 'easy'],
    ['contraseña2026', 'easy'],
    ['\uff50\uff41\uff53\uff53\uff57\uff4f\uff52\uff441234', 'easy'],
  ])('%j: %s', (password, fault) => {
    expect(of(password)).toBe(fault)
  })

  it('is judged without an end that never comes, whatever it and the person hold', () => {
    const text = fc.string({ unit: 'binary', maxLength: 300 })
    fc.assert(
      fc.property(text, text, text, (password, email, name) => {
        const fault = passwordFault(password, { email, name })
        if (fault === undefined) expect([...password].length).toBeGreaterThanOrEqual(12)
      }),
    )
  })

  it('may be one that we made up', () => {
    for (let round = 0; round < 200; round += 1) expect(of(randomPassword())).toBeUndefined()
  })
})
