import { tmpdir } from 'node:os'
import { parseArgs } from 'node:util'

export const SECTIONS = ['ledger', 'http', 'verify', 'growth', 'lists'] as const
export type Section = (typeof SECTIONS)[number]

export interface Options {
  json: boolean
  sections: ReadonlySet<Section>
  /** Folder on the disk that is measured. */
  folder: string
  /** Folder of another PostgreSQL's programs, such as /usr/lib/postgresql/15/bin. */
  postgres: string | undefined
  accounts: number
  /** Seconds of one stretch of load. */
  seconds: number
  pgbenchSeconds: number
  /** Sizes that are compared; the larger one is left out of a short run. */
  growth: { small: number; large: number; runs: number; seconds: number }
  verify: { entries: number; runs: number }
  /** How many projects there are in the larger of two registries whose lists are read. */
  projects: number
}

export const HELP = `npm run bench -- [options]

  --json             end with one JSON object
  --short            a few minutes: shorter stretches, and no growth or lists (large ledgers take minutes to make)
  --only LIST        of ${SECTIONS.join(', ')}
  --folder PATH      where the database is made, on the disk that is to be measured (${tmpdir()})
  --postgres PATH    programs of another PostgreSQL, such as /usr/lib/postgresql/15/bin
  --entries NUMBER   entries of the large ledger of growth (1000000)
  --projects NUMBER  of the larger registry of lists (100000); one of them has as many movements
  --seconds NUMBER   of each stretch of load

npm run bench -- soak --help: mixed load for a long time, with a kill -9 each minute`

/** Reads the command line. Throws an Error with a sentence. */
export function readOptions(args: string[]): Options | 'help' {
  const { values } = parseArgs({
    args,
    options: {
      json: { type: 'boolean', default: false },
      short: { type: 'boolean', default: false },
      only: { type: 'string' },
      folder: { type: 'string', default: tmpdir() },
      postgres: { type: 'string' },
      entries: { type: 'string', default: '1000000' },
      projects: { type: 'string', default: '100000' },
      seconds: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) return 'help'
  const { short } = values
  const all: Section[] = short ? ['ledger', 'http', 'verify'] : [...SECTIONS]
  const seconds = values.seconds === undefined ? (short ? 4 : 20) : wholeNumber('--seconds', values.seconds, 600)
  return {
    json: values.json,
    sections: new Set(values.only === undefined ? all : sectionsIn(values.only)),
    folder: values.folder,
    postgres: values.postgres,
    accounts: 1_000,
    seconds,
    pgbenchSeconds: Math.min(seconds, 5),
    growth: { small: 10_000, large: wholeNumber('--entries', values.entries, 50_000_000), runs: 5, seconds: 8 },
    projects: wholeNumber('--projects', values.projects, 10_000_000),
    verify: short ? { entries: 50_000, runs: 1 } : { entries: 300_000, runs: 3 },
  }
}

function sectionsIn(list: string): Section[] {
  const named = list.split(',')
  const known = SECTIONS.filter((section) => named.includes(section))
  if (known.length !== named.length)
    throw new Error(`--only takes a list of ${SECTIONS.join(', ')}, such as ledger,http`)
  return known
}

function wholeNumber(name: string, text: string, most: number): number {
  const number = Number(text)
  if (Number.isSafeInteger(number) && number >= 1 && number <= most) return number
  throw new Error(`${name} takes a whole number from 1 to ${most}`)
}
