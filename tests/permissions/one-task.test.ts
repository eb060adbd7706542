import { expect, it } from 'vitest'
import { attempt, must } from './country.ts'
import { beginning } from './walk.ts'
import { go, wayTo } from './ways.ts'

it.each([
  ['article6', 'under-validation', 'submit-validation'],
  ['two-ministries', 'in-validation', 'report-validation'],
] as const)(
  '%s: a certifier that is assigned to the verification does nothing of the validation',
  (preset, state, move) => {
    const journey = beginning(preset)
    const { world, ways, country } = journey
    go(journey, 'project', wayTo(ways, 'project', state))
    const project = world.id('walked')
    const { certifier } = country.names
    must(world, 'CertifierReleased', { project, task: 'validation', reason: 'other' })
    must(world, 'CertifierAssigned', { project, task: 'validation', organisation: world.id(`${certifier} other`) })
    const paper = { project, period: null, document: 'validation-report', sha256: world.hash('report'), name: null }
    const tried = (by: string) => [
      attempt(world, 'DocumentSubmitted', paper, by)?.refused,
      attempt(world, 'ProjectMoved', { project, move }, by)?.refused,
    ]
    expect(tried(`${certifier} assigned Admin`)).toEqual(['not-permitted', 'not-permitted'])
    expect(tried(`${certifier} other Admin`)).toEqual([undefined, 'document-missing'])
  },
)
