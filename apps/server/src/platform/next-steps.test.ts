import { PermissionTable, Preset, type ShippedPreset, shippedPresets, shippedSources } from '@tallystick/rules'
import { describe, expect, it } from 'vitest'
import {
  isAtRest,
  mayAct,
  nextSteps,
  type Person,
  periodThing,
  projectThing,
  stepsFor,
  type Thing,
} from './next-steps.ts'

const OWNER = 'a'.repeat(32)
const CERTIFIER = 'b'.repeat(32)
const AT = '2099-01-01T00:00:00.000Z'
const accreditations = { x: { scopes: ['1'], from: '2000-01-01', to: '2999-12-31' } }

function lawOf(name: ShippedPreset) {
  const { preset, permissions } = shippedSources[name]
  return { preset: Preset.parse(preset), permissions: PermissionTable.parse(permissions) }
}

const common = {
  entered: { index: 5, at: '2026-01-01T00:00:00.000Z' },
  documents: {},
  scope: '1',
}

function things(name: ShippedPreset): [string, Thing][] {
  const { preset } = lawOf(name)
  const certifiers = Object.fromEntries(preset.certifiers.tasks.map((task) => [task, CERTIFIER]))
  const projects = preset.project.states.map((state): [string, Thing] => {
    const crediting = { kind: 'k', renewals: 2, renewed: 0, periods: [{ from: '2023-01-01', to: '2027-12-31' }] }
    const row = { ...common, state, certifiers, crediting, findings: { open: 0, forward: 0, raised: {} } }
    return [state, projectThing(row, [OWNER], preset)]
  })
  const periods = (preset.period?.states ?? []).flatMap((state): [string, Thing][] => {
    const row = { ...common, state, findings: { open: 0, forward: 0 }, project: 'p', number: 1, from: '', to: '' }
    const rest = { certified: null, turn: null, outcomes: {}, previous: null, next: null }
    const thing = periodThing({ ...row, ...rest }, { certifiers, scope: '1' }, [OWNER], preset)
    return thing ? [[`period ${state}`, thing]] : []
  })
  return [...projects, ...periods]
}

/** In each role a person of an owner, of the assigned certifier, and of somebody else. */
function people(name: ShippedPreset): Person[] {
  return lawOf(name)
    .permissions.roles.filter((role) => !role.startsWith('system/'))
    .flatMap((role) =>
      [OWNER, CERTIFIER, 'c'].map((organisation) => ({
        ...{ role, organisation, active: true, affiliates: [], accreditations },
      })),
    )
}

describe.each(shippedPresets)('under %s', (name) => {
  const law = lawOf(name)

  it.each(things(name))('%s waits for somebody who can act, or is at rest', (_state, thing) => {
    const steps = nextSteps(thing, AT)
    const able = people(name).filter((person) => stepsFor(steps, law, person, AT).length > 0)
    const isResting = isAtRest(thing, thing.standing.state)
    if (isResting) expect([steps, able]).toEqual([[], []])
    else if (steps.length > 0) expect(able.map(({ role }) => role)).not.toEqual([])
  })

  it.each(things(name))('%s waits for nobody whose organisation is suspended, or who only reads', (_state, thing) => {
    const steps = nextSteps(thing, AT)
    for (const person of people(name)) {
      if (person.role.endsWith('/ViewOnly')) expect(stepsFor(steps, law, person, AT)).toEqual([])
      expect(stepsFor(steps, law, { ...person, active: false }, AT)).toEqual([])
    }
  })

  it('what is independent waits for no owner and no affiliate of one, and what is assigned for nobody else', () => {
    for (const [, thing] of things(name)) {
      for (const { acts } of nextSteps(thing, AT)) {
        for (const act of acts) {
          for (const person of people(name)) {
            const isIndependent = law.permissions.independent.includes(act.action)
            const isAssigned = law.permissions.actions[act.action]?.[person.role] === 'assigned'
            if (isIndependent || isAssigned) {
              expect(mayAct(law.permissions, { ...person, affiliates: [OWNER] }, act, AT)).toBe(false)
              expect(mayAct(law.permissions, { ...person, organisation: OWNER }, act, AT)).toBe(false)
            }
            if (isAssigned) {
              expect(mayAct(law.permissions, { ...person, organisation: 'd' }, act, AT)).toBe(false)
              expect(mayAct(law.permissions, { ...person, accreditations: {} }, act, AT)).toBe(false)
            }
          }
        }
      }
    }
  })
})

describe('a project of the preset simple', () => {
  const of = (state: string) => things('simple').find(([name]) => name === state)?.[1]

  it.each([
    ['submitted', ['register', 'reject', 'withdraw']],
    ['registered', []],
    ['suspended', ['resume', 'deregister']],
    ['rejected', []],
  ])('that is %s has the steps %j', (state, names) => {
    const thing = of(state)
    const steps = thing ? nextSteps(thing, AT) : []
    expect(steps.filter(({ kind }) => kind === 'move').map(({ name }) => name)).toEqual(names)
  })
})

describe('a move that needs a document signed', () => {
  const { preset, permissions } = lawOf('simple')
  const needs = { signed: ['validation-report'] }
  const moves = preset.project.moves.map((move) => (move.name === 'register' ? { ...move, needs } : move))
  const law = { permissions, preset: { ...preset, project: { ...preset.project, moves } } }
  const signature = { organisation: OWNER, capacity: 'owner' as const, by: 'm', level: 'SES' as const, index: 3 }
  const stepsOf = (slots: string[], role: string, organisation: string) => {
    const signatures = Object.fromEntries(slots.map((slot) => [slot, signature]))
    const version = { version: 1, index: 2, sha256: 'f'.repeat(64), signatures }
    const certifiers = { validation: CERTIFIER }
    const findings = { open: 0, forward: 0, raised: {} }
    const row = { ...common, state: 'submitted', certifiers, crediting: null, findings }
    const thing = projectThing({ ...row, documents: { 'validation-report': version } }, [OWNER], law.preset)
    const person = { role, organisation, active: true, affiliates: [], accreditations }
    return stepsFor(nextSteps(thing, AT), law, person, AT).map(({ kind, name }) => `${kind} ${name}`)
  }
  const owner = (...slots: string[]) => stepsOf(slots, 'developer/Admin', OWNER)
  const certifier = (...slots: string[]) => stepsOf(slots, 'certifier/Admin', CERTIFIER)
  const officer = (...slots: string[]) => stepsOf(slots, 'government/Admin', 'c')

  it('waits for each place in its turn, and then for whoever takes the move', () => {
    expect(owner()).toContain('signature validation-report/owner')
    expect([certifier(), officer()].flat()).not.toContain('move register')
    expect([...certifier(), ...officer()].filter((step) => step.startsWith('signature'))).toEqual([])
    expect(certifier('owner')).toEqual(['signature validation-report/certifier'])
    expect(officer('owner', 'certifier')).toContain('signature validation-report/registry')
    expect(officer('owner', 'certifier', 'registry')).toContain('move register')
  })
})
