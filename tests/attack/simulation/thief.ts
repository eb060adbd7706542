import { type WitnessOptions, withWitness } from '@tallystick/ledger'
import { sha256Bytes } from '@tallystick/rules'
import { type Checkpoint, consistencyProof, formatAddCheckpoint, signCheckpoint } from '@tallystick/tlog'
import { overNetwork } from './network.ts'
import type { Life } from './scheduler.ts'
import type { World } from './world.ts'

/**
 * Somebody with the key who signs whatever root the database has, without looking back, and asks a witness to cosign it.
 * The witness is started anew for each request, as if it had been killed after the last.
 */
export function startThief(world: World, folder: string, cosigned: Checkpoint[]): Life {
  const life = { name: 'thief', alive: true }
  const { scheduler, dice } = world
  const ledger = overNetwork(() => world.fixture.ledger, scheduler, life)
  const { origin } = world.fixture.genesis
  const signer = world.key.signer(origin)
  const options: WitnessOptions = { folder, name: 'witness.example', logs: [{ origin, keys: [signer.vkey] }] }
  scheduler.spawn(life, async () => {
    for (;;) {
      await scheduler.pause(life, 10 + dice.below(60))
      const integrated = await ledger.tree.integrated()
      if (!integrated) continue
      const checkpoint = { origin, size: integrated.size, root: Buffer.from(integrated.root, 'hex') }
      const note = await signCheckpoint(checkpoint, [signer])
      const known = await withWitness(options, async (witness) => witness.logs()[0]?.size ?? 0)
      const oldSize = Math.min(known, checkpoint.size)
      const proof = await consistencyProof(sha256Bytes, oldSize, checkpoint.size, (runs) =>
        ledger.tree.read(runs),
      ).catch(() => [])
      const body = Buffer.from(formatAddCheckpoint({ oldSize, proof, checkpoint: note }))
      const { status } = await withWitness(options, (witness) => witness.addCheckpoint(body))
      if (status === 200) cosigned.push(checkpoint)
      else world.counts.refusedForks += 1
    }
  })
  return life
}
