import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { checkLaw, PermissionTable, Preset, shippedSources } from '@tallystick/rules'
import { template } from '@tallystick/templates'
import { expect, test } from 'vitest'

// biome-ignore lint/suspicious/noExplicitAny: documents are changed here as a reader would
type Parts = Record<string, any>

const page = readFileSync(join(import.meta.dirname, '../docs/presets.md'), 'utf8')

/** The members that a block of the page shows, as an object. */
function membersOf(block: string): Parts {
  return JSON.parse(`{${block.trim().replace(/,$/, '')}}`)
}

test('who follows the worked example of docs/presets.md to the letter has a law, and nothing is to be noted', () => {
  const [moves = '', document = '', kinds = '', , actions = '', words = ''] = [
    ...page.matchAll(/```json\n([\s\S]*?)```/g),
  ].map(([, block = '']) => block)
  const [approval = ''] = /`("projects\.move\.register": \[.*\],)`/.exec(page)?.slice(1) ?? []
  const { preset, permissions } = structuredClone(shippedSources.simple) as { preset: Parts; permissions: Parts }
  Object.assign(preset.project, membersOf(moves))
  preset.documents.push(JSON.parse(document))
  Object.assign(preset, membersOf(kinds), membersOf(words))
  preset.twoPersons.push('projects.move.register')
  for (const document of [preset, permissions]) document.name = 'lakeland'
  permissions.roles.push('agency/Admin', 'agency/ViewOnly')
  Object.assign(permissions.actions, membersOf(actions))
  Object.assign(permissions.approvals, membersOf(approval))
  expect(checkLaw(preset, permissions)).toEqual({ faults: [], notes: [] })
})

/** Names of fields in a schema, those of its parts with a dot. */
const fieldsOf = (schema: { shape: object }) => Object.keys(schema.shape)

test('docs/presets.md names every field of both documents', () => {
  for (const field of [...fieldsOf(Preset), ...fieldsOf(PermissionTable)]) {
    expect(page, field).toMatch(new RegExp(`^\\| \`${field}\\b|, \`${field}\``, 'm'))
  }
  const move = Preset.shape.project.shape.moves.element.shape
  const asked = Object.keys(move.needs.unwrap().shape).map((field) => `needs.${field}`)
  for (const field of [...Object.keys(move), ...asked]) {
    expect(page, field).toMatch(new RegExp(`\`${field}\`|"${field.replace('needs.', '')}"`))
  }
  const { purposes } = Preset.shape
  for (const word of Object.keys(purposes.shape)) expect(page, word).toContain(`\`${word}\``)
})

test('in article6 a document is signed by those whom its template asks to sign, in that order', () => {
  const { preset } = shippedSources.article6 as unknown as { preset: Parts }
  const kinds = preset.documents.filter((one: Parts) => one.template)
  expect(kinds.length).toBeGreaterThan(8)
  // Templates call the owner of a project its developer; places of one order are signed in any.
  const called = (capacity: string) => (capacity === 'developer' ? 'owner' : capacity)
  const inOrder = (places: readonly Parts[]) =>
    places.toSorted((a, b) => (a.order ?? 1) - (b.order ?? 1)).map(({ capacity }) => called(capacity))
  for (const { kind, template: code, signatures } of kinds) {
    const [id = '', version] = code.split('@')
    expect(inOrder(signatures), kind).toEqual(inOrder(template(id, Number(version))?.signatures ?? []))
  }
})
