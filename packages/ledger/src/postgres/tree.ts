import type { Run as HashRun } from '@tallystick/tlog'
import type pg from 'pg'
import type { Checkpoint, TreeStore } from '../port.ts'

const READ = `
  SELECT CASE WHEN k.level = 0
         THEN (SELECT string_agg(leaf, '' ORDER BY index) FROM ledger_entry
                WHERE index >= k.start AND index < k.stop)
         ELSE (SELECT string_agg(hash, '' ORDER BY index) FROM ledger_node
                WHERE level = k.level AND index >= k.start AND index < k.stop)
         END AS hashes
    FROM unnest($1::smallint[], $2::bigint[], $3::bigint[]) WITH ORDINALITY AS k(level, start, stop, at)
   ORDER BY k.at`

export class PostgresTree implements TreeStore {
  readonly #pool: pg.Pool

  constructor(pool: pg.Pool) {
    this.#pool = pool
  }

  async read(runs: readonly HashRun[]): Promise<Uint8Array[]> {
    const { rows } = await this.#pool.query<{ hashes: Buffer | null }>(READ, [
      runs.map(({ level }) => level),
      runs.map(({ start }) => start),
      runs.map(({ start, count }) => start + count),
    ])
    return rows.map(({ hashes }) => hashes ?? Buffer.alloc(0))
  }

  async putHashes(hashes: { level: number; index: number; hash: Uint8Array }[]): Promise<void> {
    await this.#pool.query(
      `INSERT INTO ledger_node (level, index, hash)
       SELECT * FROM unnest($1::smallint[], $2::bigint[], $3::bytea[]) ON CONFLICT (level, index) DO NOTHING`,
      [hashes.map(({ level }) => level), hashes.map(({ index }) => index), hashes.map(({ hash }) => Buffer.from(hash))],
    )
  }

  async integrated(): Promise<{ size: number; root: string } | undefined> {
    const { rows } = await this.#pool.query<{ size: string; root: string }>('SELECT size, root FROM ledger_integrated')
    return rows[0] && { size: Number(rows[0].size), root: rows[0].root }
  }

  async putIntegrated(size: number, root: string): Promise<void> {
    await this.#pool.query(
      `INSERT INTO ledger_integrated (size, root) VALUES ($1, $2)
       ON CONFLICT (one) DO UPDATE SET size = excluded.size, root = excluded.root
       WHERE ledger_integrated.size < excluded.size`,
      [size, root],
    )
  }

  async checkpoint(): Promise<Checkpoint | undefined> {
    const { rows } = await this.#pool.query<Omit<Checkpoint, 'size'> & { size: string }>(
      'SELECT size, root, at, note FROM ledger_checkpoint ORDER BY size DESC LIMIT 1',
    )
    return rows[0] && { ...rows[0], size: Number(rows[0].size) }
  }

  async putCheckpoint({ size, root, at, note }: Checkpoint): Promise<boolean> {
    const { rowCount } = await this.#pool.query(
      `INSERT INTO ledger_checkpoint (size, root, at, note)
       SELECT $1, $2, $3, $4 WHERE NOT EXISTS (SELECT 1 FROM ledger_checkpoint WHERE size >= $1)
       ON CONFLICT (size) DO NOTHING`,
      [size, root, at, note],
    )
    return rowCount === 1
  }

  async putCosigned({ size, root, note }: Pick<Checkpoint, 'size' | 'root' | 'note'>): Promise<void> {
    await this.#pool.query('UPDATE ledger_checkpoint SET note = $3 WHERE size = $1 AND root = $2', [size, root, note])
  }
}
