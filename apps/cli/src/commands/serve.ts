import { serve } from '@tallystick/server'
import { parse } from '../command.ts'

/** Runs until told to stop; the server itself sets the exit code. */
export async function serveCommand(args: string[]): Promise<void> {
  const { values } = parse(args, { port: { type: 'string' } })
  const given = { DATA_DIR: values.data, PORT: values.port }
  const overrides = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined))
  await serve({ ...process.env, ...overrides })
}
