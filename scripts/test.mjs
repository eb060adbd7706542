// `npm test`: installs what is missing, checks form, floors and types, runs the tests, and ends with one line of counts.
// `npm test -- path…` runs only those tests, without the checks. With CI set, and PostgreSQL 15 of Debian installed, the
// tests that use a database run on it as well. `npm run test:deep` runs the attacks in full length, which takes more than
// an hour, and ends with what they have reached; `npm run test:deep -- suite…` runs some of them (scripts/deep.mjs).
import { spawnSync } from 'node:child_process'
import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { installDebianPackages } from './debian.mjs'
import { limits, suitesNamed } from './deep.mjs'
import { ensureDependencies, findNode, root } from './prepare.mjs'
import { testsReaching } from './reach.mjs'

const POSTGRES_15 = '/usr/lib/postgresql/15/bin'
/** Where the tests are that ask every statement of ours; of these, those run again that have a database. */
const PLACES_OF_STATEMENTS = ['packages/ledger', 'apps/server', 'tests/import', 'tests/e2e/contention']
const DATABASE_OF_TESTS = 'tests/support/database.ts'
/** Of these, what asks nothing of a database that the others do not ask, and takes long. */
const NOT_OF_THE_DATABASE = ['**/hostile.test.ts', '**/*password*.test.ts', '**/paper/**', '**/mail/*crash.test.ts']
const total = { passed: 0, failed: 0, skipped: 0 }
const isDeep = process.argv[2] === '--deep'
const filters = process.argv.slice(isDeep ? 3 : 2)

try {
  await ensureDependencies()
  const node = findNode()
  installDebianPackages()
  if (isDeep) attack(node, filters)
  if (!isDeep && filters.length === 0) {
    check(node, 'form', '@biomejs/biome/bin/biome', 'check', '--error-on-warnings')
    check(
      node,
      'floors',
      'dependency-cruiser/bin/dependency-cruiser.mjs',
      '--config',
      '.dependency-cruiser.cjs',
      'packages',
      'apps',
    )
    check(node, 'types', 'typescript/bin/tsc', '--noEmit')
  }
  if (!isDeep) test(node, 'PostgreSQL 18', filters, {})
  if (!isDeep && filters.length === 0 && process.env.CI && existsSync(POSTGRES_15)) {
    const left = NOT_OF_THE_DATABASE.flatMap((glob) => ['--exclude', glob])
    const paths = testsReaching(DATABASE_OF_TESTS, PLACES_OF_STATEMENTS)
    test(node, 'PostgreSQL 15', [...paths, ...left], { TEST_POSTGRES_BIN: POSTGRES_15 })
  }
} catch (error) {
  total.failed += 1
  console.log(error.message)
}
console.log(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`)
process.exit(total.failed > 0 ? 1 : 0)

/** Runs suites one after the other; their figures stand together at the end. */
function attack(node, names) {
  const folder = mkdtempSync(join(tmpdir(), 'figures-'))
  const file = join(folder, 'figures')
  const failed = []
  for (const [name, { paths, env }] of suitesNamed(names)) {
    const before = { ...total }
    const figures = existsSync(file) ? readFileSync(file, 'utf8') : ''
    const began = Date.now()
    test(node, `PostgreSQL 18: ${name}`, [...paths, ...limits], { ...env, ...given(env), TALLYSTICK_FIGURES: file })
    if (total.failed > before.failed) failed.push(name)
    else if (!existsSync(file) || readFileSync(file, 'utf8') === figures) {
      appendFileSync(file, `${name}: ${total.passed - before.passed} tests passed\n`)
    }
    console.log(`${name}: ${((Date.now() - began) / 60_000).toFixed(1)} min`)
  }
  if (existsSync(file)) console.log(`\nReached:\n${readFileSync(file, 'utf8').trimEnd()}`)
  if (failed.length > 0) console.log(`Failed: npm run test:deep -- ${failed.join(' ')}`)
  rmSync(folder, { recursive: true })
}

/** A length that was set outside stands. */
function given(env) {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => Object.hasOwn(env, name)))
}

/** Runs a program of the dependencies. A check counts as one test. */
function check(node, name, program, ...args) {
  const began = Date.now()
  const { status, stdout, stderr } = run(node, [program, ...args], { stdio: 'pipe' })
  total[status === 0 ? 'passed' : 'failed'] += 1
  console.log(`${status === 0 ? '✓' : '✗'} ${name} (${((Date.now() - began) / 1000).toFixed(1)} s)`)
  if (status !== 0) console.log(`${stdout}${stderr}`)
}

function test(node, name, paths, extra) {
  console.log(`Tests on ${name}`)
  const folder = mkdtempSync(join(tmpdir(), 'counts-'))
  const file = join(folder, 'counts.json')
  const { status } = run(
    node,
    ['vitest/vitest.mjs', 'run', ...paths],
    { stdio: 'inherit' },
    { ...extra, CLOSING_COUNTS_FILE: file },
  )
  const counts = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : { passed: 0, failed: 0, skipped: 0 }
  rmSync(folder, { recursive: true })
  for (const kind of Object.keys(total)) total[kind] += counts[kind]
  if (status !== 0 && counts.failed === 0) total.failed += 1
}

function run(node, [program, ...args], options, extra = {}) {
  const path = [dirname(node), join(root, 'node_modules/.bin'), process.env.PATH].join(delimiter)
  const env = { ...process.env, PATH: path, ...extra }
  const limit = 64 * 1024 * 1024
  return spawnSync(node, [join(root, 'node_modules', program), ...args], {
    cwd: root,
    env,
    encoding: 'utf8',
    maxBuffer: limit,
    ...options,
  })
}
