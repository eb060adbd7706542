import { execFile } from 'node:child_process'
import { cp, glob, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

const root = join(import.meta.dirname, '..')
const depcruise = join(root, 'node_modules/dependency-cruiser/bin/dependency-cruiser.mjs')
const clean = {
  'packages/rules/src/index.ts': "export type { Range } from '@tallystick/serials'\nexport const rules = 1\n",
  'packages/serials/src/index.ts': 'export type Range = readonly [bigint, bigint]\n',
  'packages/serials/src/range.ts': "import './index.ts'\nexport const size = 1\n",
  'packages/tlog/src/index.ts': 'export const tlog = 1\n',
  'packages/ledger/src/index.ts': "export { rules } from '@tallystick/rules'\n",
  'apps/server/src/projects/routes.ts': "export { log } from '../platform/log.ts'\n",
  'apps/server/src/platform/log.ts': 'export const log = 1\n',
  'apps/server/src/credits/commands.ts': 'export const issue = 1\n',
}

let copy = ''

beforeEach(async () => {
  copy = await mkdtemp(join(tmpdir(), 'floors-'))
  for (const file of ['.dependency-cruiser.cjs', 'tsconfig.json']) await cp(join(root, file), join(copy, file))
  await mkdir(join(copy, 'node_modules/@tallystick'), { recursive: true })
  for (const room of ['rules', 'serials', 'tlog', 'ledger']) {
    await symlink(join('../../packages', room), join(copy, 'node_modules/@tallystick', room))
    await write(
      `packages/${room}/package.json`,
      JSON.stringify({ name: `@tallystick/${room}`, exports: './src/index.ts', type: 'module' }),
    )
  }
  for (const [path, text] of Object.entries(clean)) await write(path, text)
})

afterEach(() => rm(copy, { recursive: true, force: true }))

async function write(path: string, text: string) {
  await mkdir(join(copy, dirname(path)), { recursive: true })
  await writeFile(join(copy, path), text)
}

function cruise(): Promise<{ ok: boolean; output: string }> {
  const args = [depcruise, '--config', '.dependency-cruiser.cjs', 'packages', 'apps']
  return new Promise((resolve) => {
    execFile(process.execPath, args, { cwd: copy }, (error, stdout) => resolve({ ok: error === null, output: stdout }))
  })
}

describe('the floors', () => {
  it('let a house pass in which imports only go down', async () => {
    expect(await cruise()).toMatchObject({ ok: true })
  })

  it.each([
    ['an upward import', 'packages/rules/src/up.ts', "import '@tallystick/ledger'", 'floor-packages-rules'],
    [
      'an upward import of a type by path',
      'packages/tlog/src/up.ts',
      "import type { rules } from '../../rules/src/index.ts'\nexport type Up = typeof rules",
      'floor-packages-tlog',
    ],
    [
      'an upward import at run time',
      'packages/rules/src/up.ts',
      "export const up = () => import('@tallystick/ledger')",
      'floor-packages-rules',
    ],
    ['a circle', 'packages/serials/src/index.ts', "import './range.ts'", 'no-circle'],
    [
      'a capability inside another',
      'apps/server/src/projects/routes.ts',
      "import '../credits/commands.ts'",
      'capability-imports-capability',
    ],
    [
      'a capability inside the platform',
      'apps/server/src/platform/log.ts',
      "import '../credits/commands.ts'",
      'platform-imports-capability',
    ],
    ['I/O in rules', 'packages/rules/src/io.ts', "import 'node:fs'", 'rules-are-pure'],
    ['a dependency in tlog', 'packages/tlog/src/io.ts', "import 'node:crypto'", 'no-dependency-in-tlog'],
  ])('refuse %s', async (_name, path, text, rule) => {
    await write(path, `${text}\n`)
    const { ok, output } = await cruise()
    expect({ ok, rule: output.includes(`error ${rule}:`) }, output).toEqual({ ok: false, rule: true })
  })
})

/** What would let the same log be judged otherwise at another time, on another machine, or by another throw of dice. */
const impure = new RegExp(
  [
    /\bDate\.now\b/,
    /\bnew Date(\(\s*\)|(?!\w|\())/,
    /(?<!new )\bDate\(/,
    /\bTemporal\.Now\b/,
    /\bperformance\b/,
    /\bset(Timeout|Interval|Immediate)\b/,
    /\bMath\.random\b/,
    /\bgetRandomValues\b/,
    /\brandom(Bytes|UUID|Int|Fill(Sync)?)\b/,
    /\bprocess\b/,
    /\bIntl\b/,
    /\btoLocale\w*/,
  ]
    .map(({ source }) => source)
    .join('|'),
)

/** A source without its comments, which may speak of anything. */
function codeOf(source: string): string {
  return source.replace(/\/\*[\s\S]*?\*\/|(?<!:)\/\/.*/g, '')
}

describe('rules', () => {
  it('know no clock, no chance and no surroundings', async () => {
    const found: string[] = []
    let files = 0
    for await (const path of glob('packages/rules/src/**/*.ts', { cwd: root })) {
      if (path.endsWith('.test.ts')) continue
      files += 1
      const match = impure.exec(codeOf(await readFile(join(root, path), 'utf8')))
      if (match) found.push(`${path}: ${match[0]}`)
    }
    expect(files).toBeGreaterThan(20)
    expect(found).toEqual([])
  })

  it.each([
    'Date.now()',
    'new Date()',
    'new Date',
    'Date()',
    'Math.random()',
    'performance.now()',
    'process.env.TZ',
    'setTimeout(f)',
    'randomUUID()',
    'crypto.getRandomValues(bytes)',
    'total.toLocaleString()',
  ])('would be caught with %s', (code) => expect(codeOf(`const x = ${code} // why`)).toMatch(impure))

  it.each(['new Date(Date.UTC(2026, 0, 1))', 'new Date(at)', '/** new Date() */ x', "key.startsWith('set')"])(
    'may say %s',
    (code) => expect(codeOf(code)).not.toMatch(impure),
  )
})
