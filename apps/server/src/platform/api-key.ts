import { crc32 } from 'node:zlib'

const KEY = /^tsk_([0-9a-f]{32})_[A-Za-z0-9_-]{43}([0-9a-f]{8})$/
const CHECK_DIGITS = 8

/** What every API key begins with, by which it is told from the token of a session. */
export const API_KEY_PREFIX = 'tsk_'

/**
 * A key: `tsk_`, its id, `_`, a token of 256 random bits in base64url, and as a checksum the CRC-32 of all that in eight
 * hex digits. A program that looks for lost secrets tells by it that it has found one.
 */
export function apiKeyOf(id: string, token: string): string {
  const text = `${API_KEY_PREFIX}${id}_${token}`
  return `${text}${checksum(text)}`
}

/** The id in a key; undefined for what is no key, or was mistyped. */
export function apiKeyId(key: string): string | undefined {
  const [, id, check] = KEY.exec(key) ?? []
  return check === checksum(key.slice(0, -CHECK_DIGITS)) ? id : undefined
}

function checksum(text: string): string {
  return crc32(text).toString(16).padStart(CHECK_DIGITS, '0')
}

/** A text without the secrets of API keys that may stand in it. */
export function withoutApiKeys(text: string): string {
  return text.replace(/(tsk_[0-9a-f]{1,32})[\w-]*/gi, '$1…')
}
