import { hash } from 'node:crypto'
import { readStatement } from '@tallystick/contract'
import { canonicalJson } from '@tallystick/rules'
import type { FastifyInstance } from 'fastify'
import type pg from 'pg'
import { handle } from '../platform/operations.ts'
import { problem } from '../platform/problem.ts'
import type { Services } from '../platform/services.ts'

/** Keeps what is finalised as canonical JSON, and answers the SHA-256 that is published. */
export async function keepStatement(client: pg.PoolClient, statement: object): Promise<string> {
  const bytes = Buffer.from(canonicalJson(statement))
  const sha256 = hash('sha256', bytes)
  await client.query('INSERT INTO content_statement (sha256, bytes) VALUES ($1, $2) ON CONFLICT DO NOTHING', [
    sha256,
    bytes,
  ])
  return sha256
}

/** What was finalised, byte for byte. */
export function registerStatements(app: FastifyInstance, services: Services): void {
  handle(app, services, readStatement, async ({ params }) => {
    const { rows } = await services.pool.query<{ bytes: Buffer }>(
      'SELECT bytes FROM content_statement WHERE sha256 = $1',
      [params.sha256],
    )
    const [kept] = rows
    if (!kept) throw problem('not-found')
    return kept.bytes.toString('utf8')
  })
}
