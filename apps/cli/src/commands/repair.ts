import { readFile, stat } from 'node:fs/promises'
import {
  CheckpointSigner,
  type Circumstances,
  FolderSource,
  Integrator,
  keyFolder,
  keyHistory,
  type Ledger,
  type LogSource,
  lastSigned,
  openSigned,
  planSuccession,
  RecoveryError,
  reconcile,
  recover,
  type Signed,
  SuccessionError,
  type SuccessionPlan,
  succeed,
  successionBegun,
  UnlawfulSuccessionError,
  UrlSource,
} from '@tallystick/ledger'
import { type Broken, StartupError, signerFiles, stderrLog, withBroken } from '@tallystick/server/operator'
import { type Command, type Done, parse, UsageError } from '../command.ts'
import { configFor } from '../registry.ts'
import { text } from '../texts.ts'

/** `recover --from <folder|url>`: signed entries that the database has no more come back from a copy of the log. */
export const recoverCommand: Command = async (args) => {
  const { values } = parse(args, { from: { type: 'string' }, vkey: { type: 'string' } })
  if (values.from === undefined) throw new UsageError(text('missing', { what: '--from FOLDER-OR-ADDRESS' }))
  const source = await sourceOf(values.from)
  const config = configFor({ DATA_DIR: values.data })
  const { state } = signerFiles(config.DATA_DIR)
  const bring = async ({ ledger, url, known, keepKnown }: Broken): Promise<Done> => {
    const genesis = await ledger.genesis()
    const vkey = values.vkey ?? genesis?.key
    if (vkey === undefined) throw new UsageError(text('recoverNoKey'))
    const options = { signed: await lastSigned(state), vkey, onProgress }
    const recovery = await recover(ledger, { connectionString: url }, source, options)
    const now = await ledger.genesis()
    if (now && !known) await keepKnown(now)
    const { differences } = await reconcile(ledger)
    const came = text('recovered', { from: values.from ?? '', added: recovery.size - recovery.before, ...recovery })
    const rest = recovery.missing > 0 ? text('recoverMissing', { ...recovery }) : text('recoverDone')
    const state_ = differences.length > 0 ? [text('reconciledWrong', { count: differences.length })] : []
    const exitCode = recovery.missing > 0 || differences.length > 0 ? 1 : 0
    return { exitCode, text: [came, ...state_, rest].join('\n'), json: { ...recovery, differences } }
  }
  return mending(() => withBroken(config, stderrLog, bring))
}

/** `successor`: a new log takes over what is left, where the rest is nowhere any more. */
export const successorCommand: Command = async (args) => {
  const { values } = parse(args, {
    keep: { type: 'string' },
    checkpoint: { type: 'string' },
    kept: { type: 'string' },
    'same-key': { type: 'boolean' },
    yes: { type: 'boolean' },
  })
  const config = configFor({ DATA_DIR: values.data })
  const { folder, state } = signerFiles(config.DATA_DIR)
  const takeOver = async ({ ledger, url, keepKnown }: Broken): Promise<Done> => {
    const begun = await successionBegun(folder)
    const around = begun?.predecessor ? { signed: begun.predecessor } : await circumstances(ledger, state, values)
    const plan = begun ? undefined : await planSuccession(ledger, { folder, ...around })
    if (plan && !(values.yes && values.keep !== undefined)) return { exitCode: 0, text: planText(plan), json: plan }
    const asked = { folder, ...around, keep: values.keep ?? '', sameKey: values['same-key'] ?? false, now: new Date() }
    const genesis = await succeed(ledger, { connectionString: url }, asked)
    await keepKnown(genesis)
    await new Integrator(ledger).catchUp()
    await new CheckpointSigner(ledger, keyFolder(folder), state).step()
    const { differences } = await reconcile(ledger)
    const { origin, key: vkey, predecessor } = genesis
    const done = text('succeeded', { origin, vkey, old: predecessor?.origin ?? '', keep: values.keep ?? '' })
    return { exitCode: differences.length > 0 ? 1 : 0, text: done, json: { origin, vkey, predecessor, differences } }
  }
  return mending(() => withBroken(config, stderrLog, takeOver))
}

function planText({ predecessor, lost, hasKey }: SuccessionPlan): string {
  const facts = { ...predecessor, lost, key: text(hasKey ? 'successorKeyThere' : 'successorKeyLost') }
  return text('successorPlan', facts)
}

/** The last checkpoint that is known, by the signer's own memory or from a file of somebody who kept it. */
async function circumstances(
  ledger: Ledger,
  state: string,
  { checkpoint, kept }: { checkpoint?: string | undefined; kept?: string | undefined },
): Promise<Omit<Circumstances, 'folder'>> {
  if (kept !== undefined && !/^\d{1,15}$/.test(kept)) throw new UsageError(text('successorKept', { kept }))
  const remembered = await lastSigned(state)
  const shown = checkpoint === undefined ? undefined : await shownIn(checkpoint, ledger)
  const signed = [remembered, shown].filter((one) => one !== undefined).sort((a, b) => b.size - a.size)[0]
  if (!signed) throw new StartupError(text('successorNoCheckpoint', { state }))
  return { signed, kept: kept === undefined ? undefined : Number(kept) }
}

async function shownIn(file: string, ledger: Ledger): Promise<Signed> {
  const keys = (await keyHistory(ledger)).map(({ vkey }) => vkey)
  const signed = await openSigned(await readFile(file), keys)
  if (!signed) throw new StartupError(text('successorOtherCheckpoint', { file }))
  return signed
}

async function sourceOf(from: string): Promise<LogSource> {
  if (/^https?:\/\//i.test(from)) return new UrlSource(from)
  if ((await stat(from).catch(() => undefined))?.isDirectory()) return new FolderSource(from)
  throw new UsageError(text('recoverNoFolder', { from }))
}

function onProgress(entries: number, size: number): void {
  if (process.stderr.isTTY) process.stderr.write(entries < size ? `\r${entries} / ${size}` : '\r\u001b[K')
}

/** What cannot be mended so is said in a sentence, not thrown at people. */
async function mending(work: () => Promise<Done>): Promise<Done> {
  try {
    return await work()
  } catch (error) {
    const isSaid =
      error instanceof RecoveryError || error instanceof SuccessionError || error instanceof UnlawfulSuccessionError
    if (!isSaid) throw error
    return { exitCode: 2, text: `${error.message}.`, json: { error: error.message } }
  }
}
