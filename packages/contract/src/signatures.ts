import { z } from 'zod'
import { Code, choiceOf, Hash, Id, Instant, line, prose, Written } from './common.ts'
import { defineOperation } from './operation.ts'
import { OrganisationRef } from './units.ts'

const tag = 'Signatures'

export const SignatureLevel = z.enum(['SES', 'AES', 'QES', 'WET']).meta({
  id: 'SignatureLevel',
  description:
    '`SES` simple: signed in, with the password or a fresh code. `AES` advanced: with a key of the person’s own, in a PDF. ' +
    '`QES` qualified. `WET` ink on paper that an officer has compared.',
})

const Place = z
  .object({
    slot: z.string(),
    capacity: z.string().meta({
      description: '`owner`, `certifier`, `seller`, `buyer`, or the kind of authority such as `government`.',
    }),
    levels: z.array(SignatureLevel).meta({ description: 'At which it may be signed.' }),
    before: z.array(z.string()).meta({ description: 'Places that are to be signed first and are not.' }),
    signed: z
      .object({ organisation: OrganisationRef, level: SignatureLevel, evidence: Hash, entry: Written })
      .nullable()
      .meta({ description: 'For which organisation, never by which person; null while it is open.' }),
  })
  .meta({ id: 'SignaturePlace' })

export const DocumentSignatures = z
  .object({
    project: Id,
    period: Id.nullable(),
    agreement: Id.nullable(),
    document: z.string(),
    version: z.number().int(),
    sha256: Hash.meta({ description: 'What every signature is on.' }),
    inForce: z.boolean().meta({ description: 'A later version has no signatures; those on an earlier one are void.' }),
    complete: z.boolean().meta({ description: 'Is it signed in every place?' }),
    places: z.array(Place),
  })
  .meta({ id: 'DocumentSignatures', description: 'The places for signatures on one version of a document.' })
export type DocumentSignatures = z.infer<typeof DocumentSignatures>

const ofDocument = z.strictObject({ id: Id, document: Code })
const OfPeriod = z.strictObject({
  period: Id.optional().meta({ description: 'The monitoring period that the document is of, if it is of one.' }),
  agreement: Id.optional().meta({ description: 'The agreement on units of the project, if it is one.' }),
})
const OfVersion = OfPeriod.extend({
  version: z
    .string()
    .regex(/^[1-9]\d{0,5}$/, 'must be the number of a version such as 2')
    .transform(Number)
    .optional()
    .meta({ description: 'An earlier one; that in force where it is left out.' }),
})
const PaperLanguage = z.enum(['en', 'fr', 'es', 'ar'])

export const readSignatures = defineOperation({
  id: 'readSignatures',
  method: 'GET',
  path: '/national/projects/{id}/documents/{document}/signatures',
  summary: 'Read who has signed a document, and who is still to sign',
  description: 'A new version has no signatures; those on an earlier one are void, and can still be read.',
  tag,
  access: 'public',
  params: ofDocument,
  query: OfVersion,
  answer: DocumentSignatures,
  problems: ['not-found'],
})

export const readSignedPaper = defineOperation({
  id: 'readSignedPaper',
  method: 'GET',
  path: '/national/projects/{id}/documents/{document}/signatures/paper',
  summary: 'The paper of a document with the signatures on it, as a PDF',
  description:
    'The first signature with a key fixes the paper in one language; each later one is put behind it (PAdES), in its own place, and ' +
    'leaves those before it valid. The data whose SHA-256 is signed are in the file. Before that it is printed as it would be signed. ' +
    'Of a document that is not kept as data it is the sheet of signatures. For those who may read the whole document, who have a ' +
    'part in the project, or a place on it. Of an earlier version, whose signatures are void, it is there where somebody had signed with a key.',
  tag,
  access: 'signed-in',
  params: ofDocument,
  query: OfVersion.extend({
    language: PaperLanguage.optional().meta({ description: 'Of a paper that nobody has signed with a key yet.' }),
  }),
  answer: z.string(),
  media: 'application/pdf',
  problems: ['not-found', 'forbidden', 'too-large', 'too-many-requests', 'papers-busy'],
})

export const readSignatureSheet = defineOperation({
  id: 'readSignatureSheet',
  method: 'GET',
  path: '/national/projects/{id}/documents/{document}/signatures/sheet',
  summary: 'The sheet of signatures of a document, as a PDF',
  description:
    'All places of the version in force as they are now, at whatever level they were signed; ink goes on a print of it. It names the ' +
    'document by its SHA-256, with a QR code. Where the document is not kept as data, signatures with keys are in this file. For those who ' +
    'have a part in the project, and for the authorities: it names people, and so is not public.',
  tag,
  access: 'signed-in',
  params: ofDocument,
  query: OfPeriod,
  answer: z.string(),
  media: 'application/pdf',
  problems: ['not-found', 'forbidden', 'too-large', 'papers-busy'],
})

const target = {
  project: Id,
  period: Id.nullable().default(null),
  agreement: Id.optional().meta({ description: 'The agreement on units of the project, if it is one.' }),
  document: Code,
  version: z.number().int().min(1),
  sha256: Hash,
  slot: Code,
}
export const SigningTarget = z
  .strictObject(target)
  .meta({ id: 'SigningTarget', description: 'A place for a signature on one version of a document.' })
export type SigningTarget = z.infer<typeof SigningTarget>

const Secret = z.string().min(1, 'must not be empty').max(1000, 'must have at most 1000 characters')
const proof = {
  password: Secret.optional().meta({ description: 'Where the registry has passwords.' }),
  code: Secret.optional().meta({ description: 'A fresh one, of `POST /national/signing/codes`.' }),
}
const oneProof = choiceOf(['password', 'code'], 'give either a password or a code')

export const requestSigningCode = defineOperation({
  id: 'requestSigningCode',
  method: 'POST',
  path: '/national/signing/codes',
  summary: 'Ask for a code with which to sign, by mail',
  description: 'It is good for ten minutes, once, and for this alone.',
  tag,
  access: 'signed-in',
  keys: 'never',
  body: z.strictObject({
    sha256: Hash.nullable().meta({
      description: 'Of the document that is to be signed; null to get a key to sign with.',
    }),
  }),
  status: 201,
  answer: z.object({ expiresAt: Instant }).meta({ id: 'SigningCodeSent' }),
  problems: ['too-many-requests'],
})

const statement = z.string().meta({ description: 'What is signed, in the language of the request: show it before.' })

const signingProblems = [
  'project-unknown',
  'period-unknown',
  'agreement-unknown',
  'code-unknown',
  'document-missing',
  'terms-changed',
  'already-exists',
  'signature-level',
  'signature-order',
  'signer-wrong',
  'signed-before',
  'approval-missing',
] as const

export const obtainSigningPermit = defineOperation({
  id: 'obtainSigningPermit',
  method: 'POST',
  path: '/national/signing/permits',
  summary: 'Show once more who you are, to sign a document',
  description:
    'By password or by a code from a mail. The permit is good for five minutes, once, for this place on this document.',
  tag,
  access: 'signed-in',
  keys: 'never',
  body: z.strictObject({ ...target, ...proof }).superRefine(oneProof),
  status: 201,
  answer: z
    .object({ permit: z.string().meta({ description: 'Known to nobody else.' }), statement, expiresAt: Instant })
    .meta({ id: 'SigningPermit' }),
  problems: [...signingProblems, 'signing-code-wrong', 'passwords-off', 'too-many-requests'],
})

export const SignedDocument = z
  .object({ ...target, period: Id.nullable(), level: SignatureLevel, evidence: Hash, entry: Written })
  .meta({ id: 'SignedDocument' })
export type SignedDocument = z.infer<typeof SignedDocument>

export const signDocument = defineOperation({
  id: 'signDocument',
  method: 'POST',
  path: '/national/signatures',
  summary: 'Sign a document with a permit (simple signature)',
  description:
    'The registry keeps a record of how it was signed: name, statement, time, address. The ledger keeps the SHA-256 of that record, ' +
    'with level, place and hash of the document.',
  tag,
  access: 'signed-in',
  command: true,
  keys: 'never',
  body: z.strictObject({
    permit: z.string().min(1).max(100),
    name: line(200).optional().meta({
      description:
        'Your name, as the registry keeps it; capitals, accents and spaces may differ. Left out, it is taken from there: so does the record in any case.',
    }),
    agreed: z.literal(true).meta({ description: 'Yes to the statement of the permit.' }),
  }),
  status: 201,
  answer: SignedDocument,
  problems: [...signingProblems, 'signing-permit-unknown'],
})

export const signInInk = defineOperation({
  id: 'signInInk',
  method: 'POST',
  path: '/national/signatures/ink',
  summary: 'Record that the ink on a scan is an organisation’s signature on a document',
  description:
    'By an officer who has compared the scan with the print: the same SHA-256 stands on it. Attach the scan to the project before.',
  tag,
  access: 'signed-in',
  command: true,
  keys: 'never',
  body: z.strictObject({
    ...target,
    organisation: Id.meta({ description: 'For which it was signed.' }),
    name: line(200).meta({
      description: 'Of the person who has signed, as the officer reads it there: that is the officer’s word.',
    }),
    scan: Hash.meta({ description: 'SHA-256 of the file of the scan, which is attached to the project.' }),
    note: prose(2_000).optional().meta({ description: 'What was compared, and how. Not public.' }),
  }),
  status: 201,
  answer: SignedDocument,
  problems: [...signingProblems, 'organisation-unknown'],
})

export const SigningKey = z
  .object({
    id: Id,
    name: z.string().meta({ description: 'In which the certificate is made out.' }),
    serial: z.string().meta({ description: 'Of the certificate, hexadecimal.' }),
    from: Instant,
    to: Instant,
    revoked: Instant.nullable().meta({ description: 'When the key ended, and was destroyed.' }),
    misused: Instant.nullable().meta({
      description: 'When it was put on the list of revoked keys, as one that was misused.',
    }),
  })
  .meta({ id: 'SigningKey' })
export type SigningKey = z.infer<typeof SigningKey>

/** What an authenticator is asked, and what it answers: as browsers have it (WebAuthn, level 3, in JSON). */
const Asked = z.record(z.string(), z.unknown()).meta({ description: 'For `navigator.credentials`, as JSON.' })
const Encoded = z.string().max(100_000, 'must have at most 100000 characters')
const answer = {
  id: Encoded,
  rawId: Encoded,
  type: z.literal('public-key'),
  clientExtensionResults: z.record(z.string(), z.unknown()).default({}),
  authenticatorAttachment: z.string().optional(),
}
const Registered = z.object({
  ...answer,
  response: z.object({
    clientDataJSON: Encoded,
    attestationObject: Encoded,
    transports: z.array(z.string().max(40, 'must have at most 40 characters')).max(10).optional(),
  }),
})
const Asserted = z.object({
  ...answer,
  response: z.object({
    clientDataJSON: Encoded,
    authenticatorData: Encoded,
    signature: Encoded,
    userHandle: Encoded.optional(),
  }),
})

export const beginSigningKey = defineOperation({
  id: 'beginSigningKey',
  method: 'POST',
  path: '/national/signing/keys/begin',
  summary: 'Begin to get a key to sign with: show who you are, and ask your authenticator',
  tag,
  access: 'signed-in',
  keys: 'never',
  body: z.strictObject(proof).superRefine(oneProof),
  status: 201,
  answer: z.object({ options: Asked, expiresAt: Instant }).meta({ id: 'SigningKeyBegun' }),
  problems: ['signing-code-wrong', 'passwords-off', 'too-many-requests', 'signing-off'],
})

export const makeSigningKey = defineOperation({
  id: 'makeSigningKey',
  method: 'POST',
  path: '/national/signing/keys',
  summary: 'Get a key to sign with, which your authenticator unlocks',
  description:
    'The registry makes a key (ECDSA, P-256) and a certificate in your name as it keeps it, with that of your organisation and your id, and keeps the key encrypted. Only the authenticator that ' +
    'answers here unlocks it, for one document each time. A key that was there before is revoked; so is this one when your name is changed.',
  tag,
  access: 'signed-in',
  keys: 'never',
  body: z.strictObject({
    name: line(100).optional().meta({
      description:
        'Your name, as the registry keeps it; capitals, accents and spaces may differ. In any case the certificate has that of the registry.',
    }),
    answer: Registered,
  }),
  status: 201,
  answer: SigningKey,
  problems: ['authenticator-refused', 'signing-off'],
})

export const listSigningKeys = defineOperation({
  id: 'listSigningKeys',
  method: 'GET',
  path: '/national/signing/keys',
  summary: 'List your keys to sign with, newest first',
  tag,
  access: 'signed-in',
  keys: 'never',
  answer: z.object({ items: z.array(SigningKey) }).meta({ id: 'SigningKeys' }),
})

const ById = z.strictObject({ id: Id })

/** A text of a query that may be put as `true` or `false`. */
const Flag = z
  .enum(['true', 'false'])
  .default('false')
  .transform((value) => value === 'true')

export const revokeSigningKey = defineOperation({
  id: 'revokeSigningKey',
  method: 'DELETE',
  path: '/national/signing/keys/{id}',
  summary: 'End a key to sign with',
  description:
    'Your own; an Admin of the government ends any. It is destroyed, so that it signs nothing more, and what was signed with it stays signed. ' +
    'Only the Admin says that it was misused, also of a key that has ended: then it is on the list of revoked keys, and programs that read ' +
    'the list believe no signature with it any more, whenever it was made.',
  tag,
  access: 'signed-in',
  keys: 'never',
  params: ById,
  query: z.strictObject({ misused: Flag }),
  status: 204,
  answer: z.undefined(),
  problems: ['not-found', 'forbidden'],
})

export const readSigningChain = defineOperation({
  id: 'readSigningChain',
  method: 'GET',
  path: '/national/signing/keys/{id}/chain',
  summary: 'The certificate of a key of yours, and that of the registry above it (PEM)',
  tag,
  access: 'signed-in',
  keys: 'never',
  params: ById,
  answer: z.string(),
  media: 'application/x-pem-file',
  problems: ['not-found'],
})

export const readSigningAuthority = defineOperation({
  id: 'readSigningAuthority',
  method: 'GET',
  path: '/public/signing/authority.pem',
  summary: 'The certificate by which the registry vouches for keys to sign with (PEM)',
  tag,
  access: 'public',
  answer: z.string(),
  media: 'application/x-pem-file',
  problems: ['not-found'],
})

export const readRevokedKeys = defineOperation({
  id: 'readRevokedKeys',
  method: 'GET',
  path: '/public/signing/revoked.crl',
  summary: 'The keys that were misused (X.509 CRL, DER)',
  tag,
  access: 'public',
  answer: z.string(),
  media: 'application/pkix-crl',
  problems: ['not-found'],
})

export const beginAdvancedSignature = defineOperation({
  id: 'beginAdvancedSignature',
  method: 'POST',
  path: '/national/signing/challenges',
  summary: 'Begin an advanced signature: what your authenticator is to answer',
  description: 'The challenge is made of the place and the SHA-256 of the document, and good for five minutes, once.',
  tag,
  access: 'signed-in',
  keys: 'never',
  body: z.strictObject({
    ...target,
    language: PaperLanguage.optional().meta({
      description: 'Of the paper, for whoever signs it first with a key; that of the registry where it is left out.',
    }),
  }),
  status: 201,
  answer: z.object({ challenge: Id, statement, options: Asked, expiresAt: Instant }).meta({ id: 'SigningChallenge' }),
  problems: [...signingProblems, 'signing-key-missing', 'signing-off', 'too-many-requests'],
})

export const signAdvanced = defineOperation({
  id: 'signAdvanced',
  method: 'POST',
  path: '/national/signatures/advanced',
  summary: 'Sign a document with your key (advanced signature)',
  description:
    'The answer of your authenticator unlocks the key for this once. The signature goes as PAdES into the paper of the document, behind ' +
    'those that are there. Of two at the same moment one waits for the other, or is told to come again: the answer is still good then.',
  tag,
  access: 'signed-in',
  command: true,
  keys: 'never',
  body: z.strictObject({ challenge: Id, answer: Asserted }),
  status: 201,
  answer: SignedDocument,
  problems: [
    ...signingProblems,
    'signing-permit-unknown',
    'signing-key-missing',
    'authenticator-refused',
    'too-many-requests',
    'too-large',
    'papers-busy',
    'signing-off',
  ],
})
