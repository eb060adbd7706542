// Programs from Debian that tests compare us with. On Debian as root they are installed; elsewhere the person is told.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { root } from './prepare.mjs'

const PACKAGES = [
  { name: 'golang-go', file: '/usr/bin/go', tests: 'comparisons with the Go tools', room: 'packages/tlog' },
  {
    name: 'golang-golang-x-mod-dev',
    file: '/usr/share/gocode/src/golang.org/x/mod',
    tests: 'comparisons with the Go tools',
    room: 'packages/tlog',
  },
  { name: 'chromium', file: '/usr/bin/chromium', tests: 'pages in a browser', room: 'apps/web' },
  { name: 'poppler-utils', file: '/usr/bin/pdftotext', tests: 'what others read in PDF files', room: 'apps/server' },
  { name: 'openssl', file: '/usr/bin/openssl', tests: 'what others read in certificates', room: 'apps/server' },
  // Only in CI: nobody wants a second PostgreSQL on the own machine.
  ...(process.env.CI
    ? [
        {
          name: 'postgresql-15',
          file: '/usr/lib/postgresql/15/bin/postgres',
          tests: 'a second round on PostgreSQL 15',
          room: 'packages/ledger',
        },
      ]
    : []),
]
/** Keeps Debian's package from making and starting a cluster of its own. */
const NO_CLUSTER = { file: '/etc/postgresql-common/createcluster.conf', text: 'create_main_cluster = false\n' }
const APT_TIMEOUT_MS = 300_000

/** Installs what is missing and can be; says in one line which tests will be skipped for want of the rest. */
export function installDebianPackages() {
  const missing = PACKAGES.filter(({ file, room }) => existsSync(join(root, room)) && !existsSync(file))
  if (missing.length === 0) return
  const names = missing.map(({ name }) => name)
  const able = existsSync('/etc/debian_version') && process.getuid?.() === 0
  if (able) {
    console.log(`Installing Debian packages for tests: ${names.join(' ')}`)
    if (names.includes('postgresql-15')) forbidCluster()
    if (apt('install', ...names) || (apt('update') && apt('install', ...names))) return
  }
  const tests = [...new Set(missing.map(({ tests }) => tests))].join(', ')
  console.log(`Tests that will be skipped: ${tests}. To run them: apt-get install ${names.join(' ')}`)
}

function forbidCluster() {
  if (existsSync(NO_CLUSTER.file)) return
  mkdirSync(dirname(NO_CLUSTER.file), { recursive: true })
  writeFileSync(NO_CLUSTER.file, NO_CLUSTER.text)
}

function apt(verb, ...names) {
  const args = [
    '-q',
    '-y',
    '-o',
    'Acquire::Retries=1',
    '-o',
    'Acquire::http::Timeout=15',
    verb,
    '--no-install-recommends',
  ]
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  return spawnSync('apt-get', [...args, ...names], { stdio: 'ignore', env, timeout: APT_TIMEOUT_MS }).status === 0
}
