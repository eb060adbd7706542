import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { onTestFinished } from 'vitest'

const CLI = fileURLToPath(new URL('../../apps/cli/src/main.ts', import.meta.url))

export interface WitnessProcess {
  child: ChildProcess
  url: string
  vkey: string
  /** Answers the exit code, null where a signal ended it. */
  kill(signal: NodeJS.Signals): Promise<number | null>
}

/** Runs `tallystick witness` as a process of its own, until the end of the test. */
export async function startWitness(folder: string, args: string[]): Promise<WitnessProcess> {
  const command = [CLI, 'witness', '--data', folder, '--port', '0', '--json', ...args]
  const child = spawn(process.execPath, command, { stdio: ['ignore', 'pipe', 'inherit'] })
  onTestFinished(() => {
    child.kill('SIGKILL')
  })
  const [line] = await once(createInterface({ input: child.stdout }), 'line')
  const { url, vkey } = JSON.parse(String(line))
  const kill = async (signal: NodeJS.Signals) => {
    const exited = once(child, 'exit')
    child.kill(signal)
    const [code] = await exited
    return code
  }
  return { child, url, vkey, kill }
}
