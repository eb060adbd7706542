import { type KeyRotation, type Rotation, rotationText } from '@tallystick/rules'
import type { SigningKey } from './signing-key.ts'

/** What hands a log over from one key to the next, signed by both. Asks for both private keys. */
export async function signRotation(
  { ledger, origin }: Pick<Rotation, 'ledger' | 'origin'>,
  previous: SigningKey,
  next: SigningKey,
): Promise<KeyRotation> {
  const vkeys = { previous: previous.vkey(origin), next: next.vkey(origin) }
  const text = rotationText({ ledger, origin, ...vkeys })
  const signature = async (key: SigningKey) => Buffer.from(await key.signer(origin).sign(text)).toString('base64')
  return { ...vkeys, signatures: { previous: await signature(previous), next: await signature(next) } }
}
