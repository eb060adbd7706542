// Which tests a file of the tests' own stands behind: those that import it, themselves or through others.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { root } from './prepare.mjs'

/** What is imported for its types only is not there when a test runs. */
const IMPORT = /^(?:import|export)(?! type )[^'"]*?from '([^']+)'|^import '([^']+)'|\bimport\('([^']+)'\)/gm

/** The tests in folders, or in a file, that reach `target`; paths from the root of the repository. */
export function testsReaching(target, places) {
  const known = new Map()
  const entrances = entrancesOfPackages()
  return places
    .flatMap((place) => testsIn(join(root, place)))
    .filter((test) => reaches(test, join(root, target), known, entrances))
    .map((test) => relative(root, test))
    .sort()
}

function testsIn(place) {
  if (!existsSync(place)) return testsIn(dirname(place)).filter((test) => test.startsWith(place))
  return readdirSync(place, { recursive: true })
    .filter((name) => name.endsWith('.test.ts') && !name.includes('node_modules'))
    .map((name) => join(place, name))
}

function reaches(file, target, known, entrances) {
  const seen = new Set([file])
  for (const one of seen) {
    if (one === target) return true
    if (!known.has(one)) known.set(one, importsOf(one, entrances))
    for (const next of known.get(one)) seen.add(next)
  }
  return false
}

function importsOf(file, entrances) {
  if (!file.endsWith('.ts')) return []
  return [...readFileSync(file, 'utf8').matchAll(IMPORT)].flatMap(([, from, bare, later]) => {
    const name = from ?? bare ?? later
    const found = name.startsWith('.') ? join(dirname(file), name) : entrances.get(name)
    return found !== undefined && existsSync(found) ? [found] : []
  })
}

/** By what another room imports: `@tallystick/rules`, `@tallystick/server/operator`. */
function entrancesOfPackages() {
  const entrances = new Map()
  for (const floor of ['packages', 'apps']) {
    for (const room of readdirSync(join(root, floor))) {
      const file = join(root, floor, room, 'package.json')
      if (!existsSync(file)) continue
      const { name, exports = {} } = JSON.parse(readFileSync(file, 'utf8'))
      const paths = typeof exports === 'string' ? { '.': exports } : exports
      for (const [path, to] of Object.entries(paths)) entrances.set(join(name, path), join(root, floor, room, to))
    }
  }
  return entrances
}
