import 'reflect-metadata'
import { randomBytes, webcrypto } from 'node:crypto'
import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  cryptoProvider,
  KeyUsageFlags,
  KeyUsagesExtension,
  SubjectKeyIdentifierExtension,
  X509Certificate,
  X509CertificateGenerator,
  X509CrlGenerator,
  X509CrlReason,
} from '@peculiar/x509'
import { type CertifiedKey, importKey, KEY } from './key.ts'

cryptoProvider.set(webcrypto)

const DAY_MS = 86_400_000

/** How long a person's key is good, and the registry's own that vouches for it. */
export const PERSON_DAYS = 3 * 365
const AUTHORITY_DAYS = 20 * 365
/** After so long there is a newer list of revoked keys. */
const LIST_DAYS = 7

/** A person's, with the serial number of its certificate, and from when to when that is good. */
export interface PersonKey extends CertifiedKey {
  serial: string
  from: Date
  to: Date
}

/** In what names a certificate is made out. */
export interface Named {
  /** Common name. */
  name: string
  organisation: string
  /** The id of a person, which stays when the name changes. */
  person?: string
  /** Two letters; none where it is none of a country. */
  country?: string
}

/** A new authority of a registry, which vouches for the keys of its people, and for nothing below them. */
export async function newAuthority(names: Named, at: Date): Promise<CertifiedKey> {
  const keys = await newKeys()
  const certificate = await X509CertificateGenerator.createSelfSigned({
    serialNumber: newSerial(),
    name: nameOf(names),
    notBefore: at,
    notAfter: daysAfter(at, AUTHORITY_DAYS),
    signingAlgorithm: KEY,
    keys,
    extensions: [
      new BasicConstraintsExtension(true, 0, true),
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
      await SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  })
  return { certificate: new Uint8Array(certificate.rawData), privateKey: await exported(keys.privateKey) }
}

/** A new key of a person, for which the authority vouches. */
export async function newPersonKey(authority: CertifiedKey, names: Named, at: Date): Promise<PersonKey> {
  const keys = await newKeys()
  const issuer = new X509Certificate(authority.certificate)
  const serial = newSerial()
  const to = earlier(daysAfter(at, PERSON_DAYS), issuer.notAfter)
  const certificate = await X509CertificateGenerator.create({
    serialNumber: serial,
    subject: nameOf(names),
    issuer: issuer.subject,
    notBefore: at,
    notAfter: to,
    signingAlgorithm: KEY,
    publicKey: keys.publicKey,
    signingKey: await importKey(authority.privateKey),
    extensions: [
      new BasicConstraintsExtension(false, undefined, true),
      new KeyUsagesExtension(KeyUsageFlags.digitalSignature | KeyUsageFlags.nonRepudiation, true),
      await AuthorityKeyIdentifierExtension.create(issuer.publicKey),
      await SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  })
  return {
    certificate: new Uint8Array(certificate.rawData),
    privateKey: await exported(keys.privateKey),
    ...{ serial, from: at, to },
  }
}

/** The authority's list of keys that are not to be believed any more (X.509 CRL, DER). */
export async function revocationList(
  authority: CertifiedKey,
  revoked: readonly { serial: string; at: Date }[],
  at: Date,
): Promise<Uint8Array> {
  const list = await X509CrlGenerator.create({
    issuer: new X509Certificate(authority.certificate).subject,
    thisUpdate: at,
    nextUpdate: daysAfter(at, LIST_DAYS),
    signingAlgorithm: KEY,
    signingKey: await importKey(authority.privateKey),
    entries: revoked.map((one) => ({
      serialNumber: one.serial,
      revocationDate: one.at,
      reason: X509CrlReason.keyCompromise,
    })),
  })
  return new Uint8Array(list.rawData)
}

function newKeys(): Promise<webcrypto.CryptoKeyPair> {
  return webcrypto.subtle.generateKey(KEY, true, ['sign', 'verify'])
}

async function exported(key: webcrypto.CryptoKey): Promise<Uint8Array> {
  return new Uint8Array(await webcrypto.subtle.exportKey('pkcs8', key))
}

/** 127 random bits: positive, and never the same twice. */
function newSerial(): string {
  const bytes = randomBytes(16)
  bytes.writeUInt8(((bytes[0] ?? 0) & 0x7f) | 0x40, 0)
  return bytes.toString('hex')
}

/** `serialNumber` of X.520: what tells people of the same name apart. */
const SERIAL_NUMBER = '2.5.4.5'

function nameOf({ name, organisation, person, country }: Named) {
  return [
    ...[{ CN: [name] }, { O: [organisation] }],
    ...(person === undefined ? [] : [{ [SERIAL_NUMBER]: [person] }]),
    ...(country === undefined ? [] : [{ C: [country] }]),
  ]
}

function daysAfter(at: Date, days: number): Date {
  return new Date(at.getTime() + days * DAY_MS)
}

function earlier(a: Date, b: Date): Date {
  return a < b ? a : b
}
