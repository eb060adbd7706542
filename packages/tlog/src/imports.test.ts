import { readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'

const folder = new URL('./', import.meta.url)
const sources = readdirSync(folder).filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))

test('the package imports nothing from outside its folder and uses nothing that only Node has', () => {
  expect(sources.length).toBeGreaterThan(10)
  for (const name of sources) {
    const code = readFileSync(new URL(name, folder), 'utf8')
    const imported = [...code.matchAll(/\b(?:from|import|require)\s*\(?\s*['"]([^'"]+)['"]/g)].map(([, path]) => path)
    for (const path of imported) expect(path, name).toMatch(/^\.\/[a-z-]+\.ts$/)
    expect(code, name).not.toMatch(/\b(?:Buffer|process|globalThis|setTimeout|fetch)\b/)
  }
})

test('the manifest names no dependency and the licence', () => {
  const manifest = JSON.parse(readFileSync(new URL('../package.json', folder), 'utf8'))
  expect(manifest).toMatchObject({ dependencies: {}, license: 'Apache-2.0' })
  expect(readFileSync(new URL('../LICENSE', folder), 'utf8')).toContain('Apache License')
})
