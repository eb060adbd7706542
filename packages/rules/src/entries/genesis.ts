import { z } from 'zod'
import { type DocumentKind, documentKinds } from '../documents.ts'
import { Hash, Id, Instant } from '../ids.ts'
import { refuse } from '../refusal.ts'
import { defineRule, noEffects } from '../rule.ts'
import { noKeys } from '../state.ts'
import { logKeyOf, publicHalfOf, VkeyText } from './keys.ts'

const Origin = z.string().regex(/^[a-z0-9][a-z0-9./-]{7,99}$/)

/** Is it the name of a test ledger? Every checkpoint and receipt carries it. */
export function isTestOrigin(origin: string): boolean {
  return origin.split('/').includes('test')
}

/** The log that this one takes over from, after a loss. */
const Predecessor = z.strictObject({
  origin: Origin,
  /** The key that its first entry names, and the key that signed its last checkpoint. */
  firstKey: VkeyText,
  key: VkeyText,
  /** Its last checkpoint that is known; the root in hex. */
  size: z.number().int().min(1),
  root: Hash,
  /** So many entries of this log are the predecessor's, byte for byte, but for the first, which is this genesis. */
  kept: z.number().int().min(1),
  /** When this log took over. */
  at: Instant,
})
export type Predecessor = z.infer<typeof Predecessor>

/** Entry 0: what this ledger is. Nothing in it ever changes but by entries that say so. */
export const Genesis = z
  .strictObject({
    ledger: Id,
    /** Name of the log in checkpoints and keys: random, never a host and port. */
    origin: Origin,
    country: z.strictObject({
      code: z.string().regex(/^[A-Z]{2}$/),
      name: z
        .string()
        .min(1)
        .max(100)
        .regex(/^[^\p{C}]+$/u),
    }),
    timeZone: z.string().regex(/^[A-Za-z0-9_+/-]{1,64}$/),
    /** First verification key, in the text form of signed notes. */
    key: VkeyText,
    /** The mandate in which the system itself acts. */
    system: Id,
    /** The government organisation. */
    authority: Id,
    /** The account from which all units come. */
    issuance: Id,
    permissions: Hash,
    preset: Hash,
    test: z.boolean(),
    /** `null` for a first log. */
    predecessor: Predecessor.nullable(),
  })
  .refine(
    ({ test, origin }) => test === isTestOrigin(origin),
    'test ledgers, and no others, have a segment `test` in their origin',
  )
  .refine(({ key, origin }) => logKeyOf(key)?.name === origin, 'the key is an Ed25519 key named as the origin is')
  .refine(
    ({ origin, predecessor }) =>
      predecessor === null ||
      (predecessor.origin !== origin &&
        [predecessor.firstKey, predecessor.key].every((key) => logKeyOf(key)?.name === predecessor.origin)),
    'a predecessor is another log, and its keys are named as its origin is',
  )
  .refine(
    ({ ledger, system, authority, issuance }) => new Set([ledger, system, authority, issuance]).size === 4,
    'ids are distinct',
  )
export type Genesis = z.infer<typeof Genesis>

export const genesis = defineRule<Genesis, Genesis>({
  type: 'Genesis',
  v: 1,
  body: Genesis,
  request: Genesis,
  attested: ['country and time zone', 'its predecessor, if it names one'],
  reads: noKeys,
  decide: (_state, request) => request,
  act: () => ({ action: 'genesis', organisations: [] }),
  admit: (state, _body) => (state.size === 0 ? undefined : refuse('not-first')),
  streams: () => [],
  effects: (_state, body) => ({
    ...noEffects(),
    puts: [
      {
        kind: 'ledger',
        id: 'ledger',
        row: {
          ledger: body.ledger,
          origin: body.origin,
          country: body.country.code,
          timeZone: body.timeZone,
          system: body.system,
          authority: body.authority,
          issuance: body.issuance,
          test: body.test,
          permissions: body.permissions,
          preset: body.preset,
          parameters: null,
          projects: 0,
          states: {},
          periods: {},
          holders: ['government'],
          certificates: 0,
          pools: { buffer: null, shareOfProceeds: null, omge: null, host: null },
          key: body.key,
          kept: body.predecessor?.kept ?? 0,
        },
      },
      {
        kind: 'organisation',
        id: body.authority,
        row: { kind: 'government', name: null, active: true, affiliates: [], accreditations: {} },
      },
      {
        kind: 'mandate',
        id: body.system,
        row: { organisation: body.authority, role: 'system/system', limit: null, active: true, hand: body.system },
      },
      {
        kind: 'account',
        id: body.issuance,
        row: {
          organisation: body.authority,
          kind: 'issuance',
          active: true,
          policy: null,
          registry: null,
        },
      },
      { kind: 'document', id: body.permissions, row: { index: 0 } },
      { kind: 'document', id: body.preset, row: { index: 0 } },
      ...keysOf(body).map((id) => ({ kind: 'signingKey' as const, id, row: { index: 0 } })),
    ],
  }),
})

/** The public halves of the keys that genesis names: none of them ever follows another. */
function keysOf({ key, predecessor }: Genesis): string[] {
  const named = predecessor ? [key, predecessor.firstKey, predecessor.key] : [key]
  return [...new Set(named.map(publicHalfOf))]
}

export const Adoption = z.strictObject({
  document: z.enum(documentKinds),
  version: z.number().int().min(2),
  sha256: Hash,
})
type Adoption = z.infer<typeof Adoption>

/** A country's permission table or preset changes: from the next entry on the new one is the law. */
export const documentAdopted = defineRule<Adoption, Adoption>({
  type: 'DocumentAdopted',
  v: 1,
  body: Adoption,
  request: Adoption,
  attested: [],
  reads: noKeys,
  decide: (_state, request) => request,
  act: () => ({ action: 'documents.adopt', organisations: [] }),
  admit: (_state, body, law) => {
    const current = law[body.document satisfies DocumentKind].version
    return body.version === current + 1 ? undefined : refuse('version-not-next', { next: String(current + 1) })
  },
  streams: () => [],
  effects: (state, body) => ({
    ...noEffects(),
    puts: [
      { kind: 'ledger', id: 'ledger', row: { ...state.ledger(), [body.document]: body.sha256 } },
      { kind: 'document', id: body.sha256, row: { index: state.size } },
    ],
  }),
})
