import { createHmac, createSecretKey } from 'node:crypto'
import { canonicalJson } from './envelope.ts'

/**
 * The commitment to a private value: HMAC-SHA-256 over its canonical JSON under a random 32-byte key in hex. Without the
 * key it says nothing; key and value together open it.
 */
export function commitmentOf(key: string, value: unknown): string {
  return createHmac('sha256', createSecretKey(key, 'hex')).update(canonicalJson(value)).digest('hex')
}
