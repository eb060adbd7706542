import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { lawSentence } from '@tallystick/contract'
import { checkLaw, type Remark, shippedPresets, shippedSources } from '@tallystick/rules'
import { inputSentence, LAW_FILES, templateSubjects } from '@tallystick/server'
import { type Command, type Done, parse, UsageError } from '../command.ts'
import { text } from '../texts.ts'

/** `preset check`, `preset copy`: judge a country's own preset and permission table, and begin with those that ship. */
export const presetCommand: Command = async (args) => {
  const [what = '', ...rest] = args
  if (what === 'check') return check(rest)
  if (what === 'copy') return copy(rest)
  throw new UsageError(text('unknownCommand', { command: `preset ${what}`, known: 'preset check, preset copy' }))
}

/** Judges two files, or those of a folder, as founding a ledger with them would; needs no ledger and no network. */
async function check(args: string[]): Promise<Done> {
  const [first = '', second] = parse(args, {}, ['FOLDER', ...(isFiles(args) ? ['permissions.json'] : [])]).positionals
  const files =
    second === undefined
      ? { preset: join(first, LAW_FILES.preset), permissions: join(first, LAW_FILES.permissions) }
      : { preset: first, permissions: second }
  const [preset, permissions] = [await jsonOf(files.preset), await jsonOf(files.permissions)]
  const unread = [preset, permissions].flatMap((one) => ('fault' in one ? [one.fault] : []))
  const { faults, notes } =
    'fault' in preset || 'fault' in permissions
      ? { faults: [], notes: [] }
      : checkLaw(preset.value, permissions.value, inputSentence, templateSubjects())
  const wrong = [...unread, ...faults.map((one) => sentenceOf(one, files))]
  const doubtful = notes.map((one) => sentenceOf(one, files))
  const lines = [
    ...(wrong.length > 0 ? [text('presetWrong', { count: wrong.length }), ...wrong.map(item)] : [text('presetSound')]),
    ...(doubtful.length > 0 ? [text('presetNotes', { count: doubtful.length }), ...doubtful.map(item)] : []),
  ]
  return {
    exitCode: wrong.length > 0 ? 1 : 0,
    text: lines.join('\n'),
    json: { sound: wrong.length === 0, faults: wrong, notes: doubtful },
  }
}

/** Are two files named, and not one folder? */
function isFiles(args: readonly string[]): boolean {
  return args.filter((one) => !one.startsWith('-')).length > 1
}

const item = (line: string) => `  - ${line}`

type Read = { value: unknown } | { fault: string }

async function jsonOf(file: string): Promise<Read> {
  try {
    return { value: JSON.parse(await readFile(file, 'utf8')) }
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    return { fault: text(error instanceof SyntaxError ? 'presetNotJson' : 'presetUnread', { file, reason }) }
  }
}

function sentenceOf(remark: Remark, files: Record<'preset' | 'permissions', string>): string {
  const sentence = lawSentence(remark)
  return remark.of === 'law' ? sentence : `${files[remark.of]}: ${sentence}`
}

/** Writes a preset that ships, and its table, into an empty or new folder, to begin with. */
async function copy(args: string[]): Promise<Done> {
  const [name, folder = ''] = parse(args, {}, ['NAME', 'FOLDER']).positionals
  const shipped = shippedPresets.find((one) => one === name)
  if (!shipped) throw new UsageError(text('presetUnknown', { name: name ?? '', known: shippedPresets.join(', ') }))
  const isThere = await stat(folder).then(
    () => true,
    () => false,
  )
  if (isThere && (await readdir(folder)).length > 0) throw new UsageError(text('presetFolder', { folder }))
  await mkdir(folder, { recursive: true })
  for (const kind of ['preset', 'permissions'] as const) {
    await writeFile(join(folder, LAW_FILES[kind]), `${JSON.stringify(shippedSources[shipped][kind], null, 2)}\n`)
  }
  return { exitCode: 0, text: text('presetCopied', { name: shipped, folder }), json: { preset: shipped, folder } }
}
