import { type ChildProcess, fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { Outcome, Submission } from '@tallystick/ledger'
import type { Asked, Reply } from './ledger-process.ts'

const PROGRAM = fileURLToPath(new URL('./ledger-process.ts', import.meta.url))

/** An OS process of its own that has the ledger open. */
export interface LedgerProcess {
  execute(submission: Submission): Promise<Outcome>
  /** Leaves of a stream's entries, first to last. */
  stream(id: string): Promise<string[]>
  close(): Promise<void>
}

export async function startLedgerProcesses(url: string, count: number): Promise<LedgerProcess[]> {
  return Promise.all(Array.from({ length: count }, () => startLedgerProcess(url)))
}

async function startLedgerProcess(url: string): Promise<LedgerProcess> {
  const child = fork(PROGRAM, [url], { serialization: 'advanced', execArgv: [] })
  const waiting = new Map<number, { resolve(reply: Reply): void; reject(error: Error): void }>()
  const ask = (id: number, asked?: Asked) =>
    new Promise<Reply>((resolve, reject) => {
      waiting.set(id, { resolve, reject })
      if (asked) child.send({ id, asked })
    })
  let asked = 0
  child.on('message', (reply: Reply) => {
    const one = waiting.get(reply.id)
    waiting.delete(reply.id)
    if (reply.error === undefined) one?.resolve(reply)
    else one?.reject(new Error(reply.error))
  })
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  child.once('exit', () => {
    for (const { reject } of waiting.values()) reject(new Error('the ledger process ended'))
  })
  await ask(0)
  const next = (what: Asked) => ask(++asked, what)
  return {
    execute: async (submission) => outcomeOf(await next({ do: 'execute', submission })),
    stream: async (id) => (await next({ do: 'stream', id })).leaves ?? [],
    close: () => disconnect(child, ended),
  }
}

function outcomeOf({ outcome }: Reply): Outcome {
  if (!outcome) throw new Error('an executed command has an outcome')
  return outcome
}

async function disconnect(child: ChildProcess, ended: Promise<void>): Promise<void> {
  if (child.connected) child.disconnect()
  await ended
}
