import { expect, test } from 'vitest'
import { permissionPage, writtenPermissions } from '../scripts/permission-page.ts'

test('docs/permissions.md says what the tables say: `npm run docs:rules` writes it anew', () => {
  expect(writtenPermissions()).toBe(permissionPage())
})

test('every action has a row, and no cell is empty', () => {
  const page = permissionPage()
  expect(page).not.toMatch(/undefined|\[object|\| {2,}\|/)
  for (const action of ['credits.issue', 'ndc.actions.decide', 'inventory.finalise', 'documents.adopt']) {
    expect(page).toContain(`| \`${action}\` |`)
  }
})
