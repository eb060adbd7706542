import manifest from '../../package.json' with { type: 'json' }
import type { Command } from '../command.ts'

export const versionCommand: Command = async () => ({
  exitCode: 0,
  text: manifest.version,
  json: { version: manifest.version },
})
