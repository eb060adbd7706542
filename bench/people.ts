import { randomBytes } from 'node:crypto'
import { newToken, SESSION_MS, tokenHash } from '../apps/server/src/platform/auth.ts'
import { query } from './database.ts'

/** A person who is signed in. */
export interface Person {
  mandate: string
  /** Id of the user. */
  user: string
  /** Bearer token of the session. */
  token: string
}

/** Puts people into the content store, each signed in: what as many sign-ins would leave there. In the order of the mandates. */
export async function signInAll(url: string, mandates: readonly string[]): Promise<Person[]> {
  const people = mandates.map((mandate) => ({ mandate, user: randomBytes(16).toString('hex'), token: newToken() }))
  const users = people.map(({ user }) => user)
  await query(
    url,
    `INSERT INTO content_user (id, email, name, created_at, key_sender, key_id)
     SELECT id, id || '@holder.example', id, now(), 'bench', id FROM unnest($1::text[]) id`,
    [users],
  )
  const both = 'unnest($1::text[], $2::text[]) AS k(user_id, mandate)'
  await query(url, `INSERT INTO content_mandate (mandate, user_id) SELECT mandate, user_id FROM ${both}`, [
    users,
    mandates,
  ])
  await query(
    url,
    `INSERT INTO content_session (token_hash, user_id, mandate, created_at, seen_at, expires_at)
     SELECT k.hash, k.user_id, k.mandate, now(), now(), $4
       FROM unnest($1::text[], $2::text[], $3::text[]) AS k(user_id, mandate, hash)`,
    [users, mandates, people.map(({ token }) => tokenHash(token)), new Date(Date.now() + SESSION_MS)],
  )
  return people
}
