import { webcrypto } from 'node:crypto'

/** Keys of people, and of the authority above them. */
export const KEY = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const

/** A key with its certificate, both in DER. */
export interface CertifiedKey {
  certificate: Uint8Array
  /** PKCS #8. */
  privateKey: Uint8Array
}

/** A key that signs by itself. */
export function importKey(privateKey: Uint8Array): Promise<webcrypto.CryptoKey> {
  return webcrypto.subtle.importKey('pkcs8', Uint8Array.from(privateKey), KEY, false, ['sign'])
}

/** One or more certificates as people exchange them (RFC 7468). */
export function pemOf(...certificates: readonly Uint8Array[]): string {
  return certificates.map((der) => framed(Buffer.from(der).toString('base64'))).join('')
}

function framed(base64: string): string {
  const lines = base64.match(/.{1,64}/g) ?? []
  return ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n')
}
