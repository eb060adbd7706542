import { type KeyRotation, type Rotation, rotationText } from '@tallystick/rules'
import type { SigningKey } from './signing-key.ts'

/** What hands a log over from one key to the next, signed by both. Asks for both private keys. */
export function signRotation(
  { ledger, origin }: Pick<Rotation, 'ledger' | 'origin'>,
  previous: SigningKey,
  next: SigningKey,
): KeyRotation {
  const vkeys = { previous: previous.vkey(origin), next: next.vkey(origin) }
  const text = rotationText({ ledger, origin, ...vkeys })
  const signature = (key: SigningKey) => Buffer.from(key.sign(text)).toString('base64')
  return { ...vkeys, signatures: { previous: signature(previous), next: signature(next) } }
}
