import { tmpdir } from 'node:os'
import { parseArgs } from 'node:util'

export interface Options {
  json: boolean
  minutes: number
  /** Seconds of the closed loop that finds the capacity. */
  seconds: number
  /** Of the capacity, the load of the soak. */
  share: number
  /** Folder on the disk that is used. */
  folder: string
  /** Folder of another PostgreSQL's programs. */
  postgres: string | undefined
  seed: number
}

export const HELP = `npm run bench -- soak [options]

  --minutes NUMBER   of load, with a kill -9 in each (20)
  --json             end with one JSON object
  --seconds NUMBER   of the closed loop that finds the capacity (20)
  --share NUMBER     per cent of the capacity that is the load (50)
  --folder PATH      where the database is made (${tmpdir()})
  --postgres PATH    programs of another PostgreSQL, such as /usr/lib/postgresql/15/bin
  --seed NUMBER      of what is chosen by chance (the time)

Exits with 1 if anything that was acknowledged is missing, stands twice, or differs from what was answered,
and if a server answered 500 or ended by itself.`

/** Reads the command line. Throws an Error with a sentence. */
export function readOptions(args: string[]): Options | 'help' {
  const { values } = parseArgs({
    args,
    options: {
      json: { type: 'boolean', default: false },
      minutes: { type: 'string', default: '20' },
      seconds: { type: 'string', default: '20' },
      share: { type: 'string', default: '50' },
      folder: { type: 'string', default: tmpdir() },
      postgres: { type: 'string' },
      seed: { type: 'string', default: String(Date.now() % 1_000_000_000) },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) return 'help'
  return {
    json: values.json,
    minutes: wholeNumber('--minutes', values.minutes, 1_440),
    seconds: wholeNumber('--seconds', values.seconds, 600),
    share: wholeNumber('--share', values.share, 100) / 100,
    folder: values.folder,
    postgres: values.postgres,
    seed: wholeNumber('--seed', values.seed, 1_000_000_000),
  }
}

function wholeNumber(name: string, text: string, most: number): number {
  const number = Number(text)
  if (Number.isSafeInteger(number) && number >= 1 && number <= most) return number
  throw new Error(`${name} takes a whole number from 1 to ${most}`)
}
