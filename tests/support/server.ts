import { type ChildProcess, spawn } from 'node:child_process'
import { createServer } from 'node:net'
import { fileURLToPath } from 'node:url'
import { until } from './api.ts'

const CLI = fileURLToPath(new URL('../../apps/cli/src/main.ts', import.meta.url))

export interface ServerProcess {
  url: string
  child: ChildProcess
  /** Everything that it has printed. */
  output(): string
  /** The newest sign-in link that it has printed for an e-mail address. */
  linkFor(email: string): Promise<string>
  kill(signal?: NodeJS.Signals): Promise<void>
}

/** Starts `tallystick serve` as a process of its own and waits until it answers, if it is to. */
export async function startServer(
  env: Record<string, string>,
  args: string[] = [],
  { answers = true } = {},
): Promise<ServerProcess> {
  const port = env.PORT ?? String(await freePort())
  const { PATH = '', NODE_OPTIONS = '' } = process.env
  const child = spawn(process.execPath, [CLI, 'serve', ...args], {
    env: { PATH, NODE_OPTIONS, ROOT_EMAIL: 'root@authority.example', ...env, PORT: port },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (data) => (output += String(data)))
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  const url = `http://localhost:${port}`
  await until(`server at ${url}`, async () => {
    if (child.exitCode !== null || child.signalCode !== null) throw new Error(`the server ended by itself:\n${output}`)
    if (!answers) return output.includes('Runs')
    return fetch(`${url}/national/health`).then(
      (answer) => answer.ok,
      () => false,
    )
  })
  return {
    url,
    child,
    output: () => output,
    linkFor: (email) => until(`link for ${email}`, async () => newestLink(output, email)),
    async kill(signal = 'SIGTERM') {
      child.kill(signal)
      await ended
    },
  }
}

/** The last link behind a mention of the address, with no other address between: not every mail has one. */
function newestLink(output: string, email: string): string | undefined {
  const parts = output.split(email).slice(1)
  const links = parts.map((part) => /^[^@]*?(https?:\/\/\S+\/sign-in\?token=\S+)\s/.exec(part)?.[1])
  return links.findLast((link) => link !== undefined)
}

/** Below what systems give to connections, so that none of them sits on the port of a server that starts again. */
const FIRST_PORT = 10_000
const PORTS = 20_000
/** More than any process asks for at once. */
const PORTS_OF_PROCESS = 400
let given = 0

/** A port on which nobody listens. Test processes that run at the same time are not given the same. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = FIRST_PORT + ((process.pid * PORTS_OF_PROCESS + (given % PORTS_OF_PROCESS)) % PORTS)
    given += 1
    if (await isFree(port)) return port
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(false))
    server.listen(port, () => server.close(() => resolve(true)))
  })
}
