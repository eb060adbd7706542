import { describe, expect, it } from 'vitest'
import { fieldProblem, problem, refusalProblem } from './problem.ts'

describe('a problem in a language', () => {
  it('keeps what programs read', () => {
    const error = problem('not-enough-credits', { asked: '70', available: '50' })
    const { title: _title, detail: _detail, ...machine } = error.problem
    expect(error.in('fr')).toMatchObject(machine)
    expect(error.in('fr').detail).toBe('70 unités sont demandées, 50 sont libres sur le compte.')
    expect(error.in('en')).toBe(error.problem)
  })

  it('tells the reason of a refusal, which is one of ours', () => {
    const error = refusalProblem({ refused: 'malformed', detail: { field: 'period', reason: 'ends before it begins' } })
    expect(error.in('es')).toMatchObject({
      detail: 'La solicitud no tiene la forma que se pide: termina antes de empezar.',
      facts: { reason: 'ends before it begins' },
      errors: [{ field: 'period', message: 'termina antes de empezar' }],
    })
  })

  it('mixes no foreign reason into its sentences', () => {
    const error = refusalProblem({
      refused: 'malformed',
      detail: { field: 'x', reason: 'Invalid input: expected string' },
    })
    expect(error.problem.detail).toContain('Invalid input')
    expect(error.in('fr')).toMatchObject({
      detail: 'La requête n’a pas la forme demandée.',
      facts: { reason: 'Invalid input: expected string' },
      errors: [{ field: 'x', message: 'La requête n’a pas la forme demandée.' }],
    })
  })

  it('repeats its sentence at the field that it is about', () => {
    const error = refusalProblem({ refused: 'too-much', detail: { field: 'quantity', left: '7' } })
    expect(error.in('fr').errors).toEqual([{ field: 'quantity', message: 'C’est plus que ce qui reste\u00a0: 7.' }])
  })

  it('keeps codes and values, and fills no place of what it was given', () => {
    const hostile = '<b>{left}</b> {reason} $&'
    expect(problem('too-much', { left: hostile }).in('es').detail).toBe(`Es más de lo que queda: ${hostile}.`)
    expect(fieldProblem('serial', 'must be of the batch', hostile).in('fr').errors).toEqual([
      { field: 'serial', message: 'doit être du lot', allowed: hostile },
    ])
  })
})
