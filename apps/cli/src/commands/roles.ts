import { grantRoles } from '@tallystick/server/operator'
import { type Command, parse, UsageError } from '../command.ts'
import { configFor, withRegistry } from '../registry.ts'
import { text } from '../texts.ts'

/** `roles`: as the owner, brings the schema up to date and grants each database role exactly what it needs. */
export const rolesCommand: Command = async (args) => {
  const { values } = parse(args, {
    writer: { type: 'string' },
    signer: { type: 'string' },
    reader: { type: 'string' },
    print: { type: 'boolean' },
  })
  const config = configFor({ DATA_DIR: values.data })
  const names = {
    writer: values.writer ?? config.DB_USER_WRITER,
    signer: values.signer ?? config.DB_USER_SIGNER,
    reader: values.reader ?? config.DB_USER_READER,
  }
  if (Object.values(names).every((name) => name === undefined)) throw new UsageError(text('rolesNone'))
  const apply = !values.print
  return withRegistry(
    config,
    async ({ services }) => {
      const { statements, without } = await grantRoles(services.pool, names, { apply })
      const lines = statements.map((statement) => `${statement};`)
      if (without.length > 0) lines.push(text('rolesWithout', { tables: without.join(', ') }))
      lines.push(text(apply ? 'rolesGranted' : 'rolesPrinted'))
      return { exitCode: 0, text: lines.join('\n'), json: { names, statements, without, applied: apply } }
    },
    { may: 'upgrade' },
  )
}
