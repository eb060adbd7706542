import { randomBytes } from 'node:crypto'
import { commitmentOf } from '@tallystick/rules'
import type pg from 'pg'
import { Gathered } from './gathered.ts'

/** The text and key that show what a commitment hid. */
export interface Opening {
  /** 32 random bytes, hex. */
  key: string
  value: unknown
}

/** Keeps openings in the content store, durable before the entry that commits to them. Erasing one forgets its text. */
export class Openings {
  readonly #pool: pg.Pool
  readonly #opened: Gathered<Map<string, Opening>>

  constructor(pool: pg.Pool) {
    this.#pool = pool
    this.#opened = new Gathered((commitments) => read(pool, commitments))
  }

  /** Stores a value under a fresh key and answers the commitment for the log. */
  async commit(value: unknown): Promise<string> {
    const [commitment] = await this.commitAll([value])
    if (commitment === undefined) throw new Error('one value has one commitment')
    return commitment
  }

  async commitAll(values: readonly unknown[]): Promise<string[]> {
    const rows = values.map((value) => {
      const key = randomBytes(32).toString('hex')
      return { commitment: commitmentOf(key, value), key, value: JSON.stringify(value) }
    })
    await this.#pool.query(
      `INSERT INTO content_opening (commitment, key, value)
       SELECT * FROM unnest($1::text[], $2::text[], $3::jsonb[])`,
      [rows.map((row) => row.commitment), rows.map((row) => row.key), rows.map((row) => row.value)],
    )
    return rows.map((row) => row.commitment)
  }

  /** The openings that are still there, by commitment: at least those that are asked for. */
  async open(commitments: readonly string[]): Promise<ReadonlyMap<string, Opening>> {
    return commitments.length === 0 ? new Map() : this.#opened.get(commitments)
  }

  /** Forgets texts, for ever: what was committed to them can no longer be opened. */
  async forget(commitments: readonly string[]): Promise<void> {
    await this.#pool.query('DELETE FROM content_opening WHERE commitment = ANY($1)', [commitments])
  }
}

async function read(pool: pg.Pool, commitments: string[]): Promise<Map<string, Opening>> {
  const { rows } = await pool.query<{ commitment: string; key: string; value: unknown }>({
    name: 'openings',
    text: 'SELECT commitment, key, value FROM content_opening WHERE commitment = ANY($1)',
    values: [commitments],
  })
  return new Map(rows.map(({ commitment, key, value }) => [commitment, { key, value }]))
}
