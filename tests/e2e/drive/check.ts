import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { attestedLines } from '../../../scripts/rule-pages.ts'
import { tallystick } from '../../support/tallystick.ts'
import type { Law } from './laws.ts'
import type { Stage } from './stage.ts'

export interface Checked {
  /** What verify says of the log that was left behind. */
  verdict: string
  entries: number
  /** Statements that are attested, as verify prints them. */
  attested: string[]
  /** Those that docs/rules.md has of the same entry types. */
  documented: string[]
  mails: { to: string; subject: string }[]
}

/** Exports the log, lets `verify` judge it, and compares what that calls attested with the documentation. */
export async function checkAll(stage: Stage, law: Law): Promise<Checked> {
  stage.say('\nAFTERWARDS. The log is exported, and judged from its files alone')
  await stage.allTold()
  const mails = stage.mails().map(({ to, subject }) => ({ to, subject }))
  const log = join(stage.folder, 'log')
  const { json, stderr } = await tallystick(['export-log', log, '--json'], stage.environment)
  if (!json?.vkey) throw new Error(`export-log: ${stderr}`)
  const { stdout, exitCode } = await tallystick(['verify', log, '--vkey', json.vkey], {})
  const [title = ''] = attestedLines()
  const printed = blockFrom(stdout, title)
  const page = readFileSync(new URL('../../../docs/rules.md', import.meta.url), 'utf8')
  const types = new Set(printed.map(typeOf))
  const checked: Checked = {
    verdict: exitCode === 0 ? 'WHOLE' : stdout,
    entries: Number(json.size),
    attested: printed,
    documented: blockFrom(page, title).filter((line) => types.has(typeOf(line))),
    mails,
  }
  stage.say(`  export-log  ${json.size} entries, ${law.preset}`)
  stage.say(`  verify      ${stdout.split('\n').find((line) => line.includes('WHOLE')) ?? stdout}`)
  stage.say(`  attested    ${printed.length} kinds of statements, as docs/rules.md has them`)
  stage.say(`  mail        ${mails.length} mails told people what to do, and what was done`)
  return checked
}

const typeOf = (line: string) => line.trim().split(':')[0] ?? ''

/** The lines under a title, as long as they are indented. */
function blockFrom(text: string, title: string): string[] {
  const lines = text.split('\n')
  const start = lines.indexOf(title) + 1
  const end = lines.findIndex((line, at) => at >= start && !line.startsWith('  '))
  return start === 0 ? [] : lines.slice(start, end)
}
