import { z } from 'zod'
import { ById, Id, Instant, line } from './common.ts'
import { defineOperation, type Operation } from './operation.ts'
import { PageQuery, pageOf } from './page.ts'
import { Role } from './users.ts'

const tag = 'API keys'

/** The scope that covers every GET. */
export const READ_SCOPE = 'read'
/** A key ends after so many days at most. */
export const MOST_KEY_DAYS = 366
export const KEY_DAYS = 90
/** A user has at most so many keys in force. */
export const MOST_KEYS = 50

const KeyStatus = z.enum(['active', 'expired', 'revoked', 'suspended', 'ended']).meta({
  description:
    '`suspended`: its organisation is. `ended`: its user was removed, or acts under another mandate now. Only an active key works.',
})

const Scopes = z.array(z.string()).meta({ description: 'What it may do: `read`, tags, ids of operations.' })
const Addresses = z.array(z.string()).meta({ description: 'Where it may be used from; empty for anywhere.' })

export const ApiKey = z
  .object({
    id: Id.meta({ description: 'The key itself begins with `tsk_` and this.' }),
    name: z.string(),
    user: z.object({ id: Id, name: z.string() }),
    organisation: Id,
    role: Role,
    scopes: Scopes,
    addresses: Addresses,
    status: KeyStatus,
    createdAt: Instant,
    expiresAt: Instant,
    usedAt: Instant.nullable().meta({ description: 'The hour in which it was last used; null if it never was.' }),
    revokedAt: Instant.nullable(),
  })
  .meta({ id: 'ApiKey', description: 'A key of a user for programs. What it is made of is never shown again.' })
export type ApiKey = z.infer<typeof ApiKey>

export const createApiKey = defineOperation({
  id: 'createApiKey',
  method: 'POST',
  path: '/national/api-keys',
  summary: 'Make an API key for yourself',
  description:
    'A program that sends it acts under your mandate, within the scopes, until it expires or is revoked. The key is ' +
    'answered once: only a hash is kept. A repetition with the same Idempotency-Key makes no second key and answers ' +
    'with `key` null; if the first answer was lost, revoke this key and make another.',
  tag,
  access: 'signed-in',
  keys: 'never',
  command: true,
  body: z.strictObject({
    name: line(100).meta({ description: 'What it is for, such as the name of the program.' }),
    scopes: z
      .array(z.string().min(1, 'must not be empty').max(60, 'must have at most 60 characters'))
      .min(1)
      .max(500)
      .meta({
        description:
          '`read` for every GET; a tag of this document for its operations; the id of an operation for that alone. ' +
          'Operations that change people, and those on API keys, must be named by their id.',
      }),
    days: z
      .int()
      .min(1)
      .max(MOST_KEY_DAYS)
      .default(KEY_DAYS)
      .meta({ description: `Until it expires, ${MOST_KEY_DAYS} at most.` }),
    addresses: z.array(z.string().max(60, 'must have at most 60 characters')).max(50).default([]).meta({
      description:
        'IPv4 and IPv6 addresses and networks such as `192.0.2.0/24` and `2001:db8::/32`. None for anywhere.',
    }),
  }),
  status: 201,
  answer: ApiKey.extend({
    key: z.string().nullable().meta({
      description: 'Send it as `Authorization: Bearer <key>` or in the header `api_key`. Null in a repeated answer.',
    }),
  }).meta({ id: 'ApiKeyMade' }),
  problems: ['too-many-api-keys'],
})

export const listApiKeys = defineOperation({
  id: 'listApiKeys',
  method: 'GET',
  path: '/national/api-keys',
  summary: 'List API keys, oldest first',
  description: 'Your own; an Admin reads those of the organisation, and the government reads every one.',
  tag,
  access: 'signed-in',
  keys: 'named',
  query: PageQuery.extend({ organisation: Id.optional(), user: Id.optional(), status: KeyStatus.optional() }),
  answer: pageOf(ApiKey),
  problems: ['cursor-invalid'],
})

export const revokeApiKey = defineOperation({
  id: 'revokeApiKey',
  method: 'DELETE',
  path: '/national/api-keys/{id}',
  summary: 'Revoke an API key',
  description: 'At once. Your own; whoever may give and take the mandate of another user also revokes the keys of it.',
  tag,
  access: 'signed-in',
  keys: 'named',
  command: true,
  params: ById,
  answer: ApiKey,
  problems: ['not-found'],
})

type Scoped = Pick<Operation, 'id' | 'method' | 'tag' | 'keys'>

/** The scopes that cover an operation; none where it is for people only. */
export function scopesFor({ id, method, tag, keys }: Scoped): string[] {
  if (keys === 'never') return []
  return keys === 'named' ? [id] : [...(method === 'GET' ? [READ_SCOPE] : []), tag, id]
}

/** Every scope that a key may have, over these operations. */
export function scopesOver(operations: readonly Scoped[]): Set<string> {
  const found = operations.map(scopesFor)
  const tags = operations.filter(({ keys }) => keys === 'scope').map(({ tag }) => tag)
  return new Set([READ_SCOPE, ...tags, ...found.flat()])
}
