import { generateKeyPairSync } from 'node:crypto'
import type { Genesis, KeyRotation } from '@tallystick/rules'
import { signRotation } from '../../rotation.ts'
import { signingKey } from '../../signing-key.ts'
import { testKey } from '../registry.ts'
import { anApprover, anOfficer } from './choices.ts'
import { defineCommand } from './command.ts'
import { approvalReasons, mandateReasons, officers } from './reasons.ts'

const keys = [testKey, ...Array.from({ length: 3 }, () => signingKey(generateKeyPairSync('ed25519').privateKey))]

/** Every way in which one of a few keys may hand over to another, signed by both. */
export async function rotationsOf(genesis: Genesis): Promise<KeyRotation[]> {
  const pairs = keys.flatMap((previous) => keys.map((next) => [previous, next] as const))
  return Promise.all(pairs.map(([previous, next]) => signRotation(genesis, previous, next)))
}

export const keyRotated = defineCommand<KeyRotation & Record<string, unknown>>({
  type: 'KeyRotated',
  weight: 0.5,
  generate: (model, choose) => {
    const fitting = model.rotations.filter(({ previous }) => previous === model.key)
    const { signatures, ...rotation } = choose.pick(choose.rarely(6) ? model.rotations : fitting)
    const swapped = { previous: signatures.next, next: signatures.previous }
    const by = anOfficer(model, choose)
    return {
      by,
      request: { ...rotation, signatures: choose.rarely(8) ? swapped : signatures },
      approvers: anApprover(model, choose, by),
    }
  },
  reasons: (model, { by, request: { previous, next, signatures }, approvers = [] }) => {
    const isTrue = model.rotations.some(
      (one) => one.previous === previous && one.next === next && one.signatures.next === signatures.next,
    )
    return [
      ...mandateReasons(model, by, { may: officers }),
      ...(previous === model.key ? [] : ['signing-key-not-in-force']),
      ...(model.keysNamed.has(next) ? ['signing-key-known'] : []),
      ...(isTrue ? [] : ['signature-wrong']),
      ...approvalReasons(model, by, approvers),
    ]
  },
  carryOut: (model, { request }) => {
    model.key = request.next
    model.keysNamed.add(request.next)
    return {}
  },
})
