import { mirrorLog, runVerify, UrlSource } from '@tallystick/ledger'
import { type Command, parse, UsageError } from '../command.ts'
import { text } from '../texts.ts'

/** What a command that understands its own arguments prints, and its exit code. */
export interface Printed {
  exitCode: number
  text: string
}

export async function verifyCommand(args: string[]): Promise<Printed> {
  return runVerify(args, showProgress)
}

function showProgress(entries: number, size: number): void {
  if (process.stderr.isTTY) process.stderr.write(entries < size ? `\r${entries} / ${size}` : '\r\u001b[K')
}

export const mirrorCommand: Command = async (args) => {
  const { positionals } = parse(args, {}, ['URL', 'DIR'])
  const [url = '', folder = ''] = positionals
  if (!/^https?:\/\//i.test(url) || !URL.canParse(url)) throw new UsageError(text('mirrorUrl', { url }))
  const mirrored = await mirrorLog(new UrlSource(url), folder, showProgress)
  return {
    exitCode: 0,
    text: text('mirrored', { ...mirrored, url, folder }),
    json: { url, folder, ...mirrored },
  }
}
