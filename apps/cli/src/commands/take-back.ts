import { takeBack } from '@tallystick/server'
import { type Command, parse, UsageError } from '../command.ts'
import { configFor, withRegistry } from '../registry.ts'
import { text } from '../texts.ts'

/** `take-back INDEX`: a wrong record of another registry, by two officers. */
export const takeBackCommand: Command = async (args) => {
  const { values, positionals } = parse(
    args,
    { by: { type: 'string' }, approver: { type: 'string', multiple: true }, reason: { type: 'string' } },
    ['INDEX'],
  )
  const { by, approver: approvers = [], reason } = values
  const [given = ''] = positionals
  if (!/^\d{1,15}$/.test(given)) throw new UsageError(text('takeBackIndex', { given }))
  if (by === undefined) throw new UsageError(text('missing', { what: '--by EMAIL' }))
  if (!reason) throw new UsageError(text('missing', { what: '--reason TEXT' }))
  return withRegistry(configFor({ DATA_DIR: values.data }), async ({ services }) => {
    const record = Number(given)
    const index = await takeBack(services, { index: record, by, approvers, reason })
    return { exitCode: 0, text: text('takenBack', { record, index }), json: { record, index } }
  })
}
