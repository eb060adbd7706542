import { join } from 'node:path'
import { nextKey, retiredFile } from '@tallystick/ledger'
import { keyStatus, type Registry, rotateKey, signerFiles } from '@tallystick/server/operator'
import { type Command, type Done, parse, UsageError } from '../command.ts'
import { configFor, withRegistry } from '../registry.ts'
import { text } from '../texts.ts'
import { signNow } from './ledger.ts'

/** `key`, `key prepare`, `key rotate`: which key signs, the one that follows it, and the hand-over. */
export const keyCommand: Command = async (args) => {
  const [what = '', ...rest] = args
  if (what === 'rotate') return rotate(rest)
  if (what === 'prepare') return prepare(rest)
  if (what !== '' && !what.startsWith('-')) {
    throw new UsageError(text('unknownCommand', { command: `key ${what}`, known: 'key, key prepare, key rotate' }))
  }
  const { values } = parse(args, {})
  const config = configFor({ DATA_DIR: values.data })
  return withRegistry(config, async ({ services }) => {
    const status = await keyStatus(services, signerFiles(config.DATA_DIR).folder)
    const next = status.next === null ? text('keyNoNext') : text('keyNext', { next: status.next })
    return { exitCode: 0, text: `${text('keyInForce', { ...status, next })}\n${next}`, json: status }
  })
}

/** Makes the key that follows, durable before it is shown; made once, it is shown again. */
async function prepare(args: string[]): Promise<Done> {
  const { values } = parse(args, {})
  const config = configFor({ DATA_DIR: values.data })
  const { folder } = signerFiles(config.DATA_DIR)
  return withRegistry(config, async ({ services, keys }) => {
    await keys()
    await nextKey(folder)
    const status = await keyStatus(services, folder)
    if (status.next === null) return handedOver(config.DATA_DIR, status)
    return { exitCode: 0, text: text('keyPrepared', { next: status.next, folder }), json: status }
  })
}

async function rotate(args: string[]): Promise<Done> {
  const { values } = parse(args, { by: { type: 'string' }, approver: { type: 'string', multiple: true } })
  const { by, approver: approvers = [] } = values
  if (by === undefined) throw new UsageError(text('missing', { what: '--by EMAIL' }))
  const config = configFor({ DATA_DIR: values.data })
  const { folder } = signerFiles(config.DATA_DIR)
  return withRegistry(config, async (registry: Registry) => {
    const { services, keys } = registry
    const { index, previous } = await rotateKey(services, await keys(), { signerFolder: folder, by, approvers })
    await signNow(registry, config)
    const status = await keyStatus(services, folder)
    // The checkpoint with both signatures is published, perhaps by a process that was killed right after.
    await (await keys()).handOver(status.vkey)
    const retired = join(folder, retiredFile(previous))
    const lines = [text('keyRotated', { ...status, next: '', index, previous }), text('keyRetired', { retired })]
    return { exitCode: 0, text: lines.join('\n'), json: { ...status, index, previous, retired } }
  })
}

/** The entry was written, but not the checkpoint that hands over: that is for the signer. */
function handedOver(dataDir: string, status: { vkey: string; from: number }): Done {
  return { exitCode: 2, text: text('keyNotHandedOver', { ...status, dataDir }), json: status }
}
