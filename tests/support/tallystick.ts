import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const CLI = fileURLToPath(new URL('../../apps/cli/src/main.ts', import.meta.url))

export interface CommandRun {
  exitCode: number | null
  stdout: string
  stderr: string
  /** The last line of standard output as JSON, where it is. */
  // biome-ignore lint/suspicious/noExplicitAny: a test reads whatever came
  json: any
}

/** Runs one tallystick command as a process of its own, in an environment that holds nothing else. */
export async function tallystick(args: string[], env: Record<string, string>, cwd?: string): Promise<CommandRun> {
  const child = spawn(process.execPath, [CLI, ...args], {
    env: { PATH: process.env.PATH ?? '', ...env },
    ...(cwd === undefined ? {} : { cwd }),
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let [stdout, stderr] = ['', '']
  child.stdout.on('data', (data) => {
    stdout += data
  })
  child.stderr.on('data', (data) => {
    stderr += data
  })
  const exitCode = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', resolve)
  })
  return { exitCode, stdout, stderr, json: lastJson(stdout) }
}

function lastJson(stdout: string): unknown {
  try {
    return JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '')
  } catch {
    return undefined
  }
}
