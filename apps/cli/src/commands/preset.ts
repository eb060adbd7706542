import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { checkLaw, type Remark, shippedPresets, shippedSources } from '@tallystick/rules'
import { inputSentence, LAW_FILES } from '@tallystick/server'
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
      : checkLaw(preset.value, permissions.value, inputSentence)
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

const keys = {
  form: 'lawForm',
  'too-large': 'lawTooLarge',
  'state-unknown': 'lawStateUnknown',
  'word-unknown': 'lawWordUnknown',
  'word-twice': 'lawWordTwice',
  'role-unknown': 'lawRoleUnknown',
  'preset-strands': 'lawStrands',
  'one-person-decides': 'lawOnePerson',
  'law-closed': 'lawClosed',
  'nobody-may': 'lawNobodyMay',
  'move-closed': 'lawMoveClosed',
  'move-missing': 'lawMoveMissing',
  'document-closed': 'lawDocumentClosed',
  'document-missing': 'lawDocumentMissing',
  'kind-missing': 'lawKindMissing',
  'action-unknown': 'lawActionUnknown',
  'action-closed': 'lawActionClosed',
  'never-by-itself': 'lawNeverByItself',
  'root-missing': 'lawRootMissing',
  'root-alone': 'lawRootAlone',
  'roles-closed': 'lawRolesClosed',
  'approver-unable': 'lawApproverUnable',
  'moves-closed': 'lawMovesClosed',
  'approval-not-heard': 'lawApprovalNotHeard',
  'not-a-certifier': 'lawNotACertifier',
  'renews-nothing': 'lawRenewsNothing',
  'version-later': 'lawVersionLater',
  'name-shipped': 'lawNameShipped',
} as const

const strands = {
  'not-in-preset': 'lawStrandsUnknown',
  'not-reached': 'lawStrandsNotReached',
  'no-end': 'lawStrandsNoEnd',
} as const

function isStrand(why: string | undefined): why is keyof typeof strands {
  return why !== undefined && Object.hasOwn(strands, why)
}

function sentenceOf({ of, code, facts }: Remark, files: Record<'preset' | 'permissions', string>): string {
  const { why } = facts
  const key = code === 'preset-strands' && isStrand(why) ? strands[why] : keys[code]
  const where = facts.of === 'period' ? text('lawOfPeriod') : text('lawOfProject')
  const sentence = text(key, { ...facts, thing: where, at: facts.at === '' ? text('lawWhole') : (facts.at ?? '') })
  return of === 'law' ? sentence : `${files[of]}: ${sentence}`
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
