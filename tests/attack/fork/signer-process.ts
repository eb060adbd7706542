// One signer in a process of its own: takes everything into the tree and signs once, saying what it signed before it
// publishes. It may be killed by itself at a point: `sign` before the state is on disk, `publish` after, `published` at last.
import { join } from 'node:path'
import { CheckpointSigner, Integrator, keyFolder, PostgresLedger } from '@tallystick/ledger'

const [url = '', folder = '', killAt = ''] = process.argv.slice(2)

function die(): never {
  process.kill(process.pid, 'SIGKILL')
  throw new Error('killed')
}

function watched<T extends object>(target: T, of: Partial<Record<string, unknown>>): T {
  return new Proxy(target, {
    get(_, name) {
      if (typeof name === 'string' && name in of) return of[name]
      const value = Reflect.get(target, name)
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
}

const ledger = await PostgresLedger.open({ connectionString: url })
const ring = keyFolder(folder)
const keys = watched(ring, {
  find: async (vkey: string) => {
    if (killAt === 'sign') die()
    return ring.find(vkey)
  },
})
const tree = watched(ledger.tree, {
  putCheckpoint: async (checkpoint: { size: number; root: string; at: string; note: string }) => {
    process.stdout.write(`${JSON.stringify({ signed: checkpoint })}\n`)
    if (killAt === 'publish') die()
    const published = await ledger.tree.putCheckpoint(checkpoint)
    if (killAt === 'published') die()
    return published
  },
})
try {
  await new Integrator(ledger).catchUp()
  const signer = new CheckpointSigner(watched(ledger, { tree }), keys, join(folder, 'signed.json'))
  process.stdout.write(`${JSON.stringify({ published: await signer.step() })}\n`)
} catch (error) {
  const name = error instanceof Error ? error.constructor.name : ''
  process.stdout.write(`${JSON.stringify({ refused: name, reason: String(error) })}\n`)
} finally {
  await ledger.close()
}
