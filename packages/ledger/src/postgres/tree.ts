import type pg from 'pg'
import type { Checkpoint, TreeStore } from '../port.ts'

export class PostgresTree implements TreeStore {
  readonly #pool: pg.Pool

  constructor(pool: pg.Pool) {
    this.#pool = pool
  }

  async hashes(level: number, start: number, count: number): Promise<Uint8Array[]> {
    const { rows } =
      level === 0
        ? await this.#pool.query<{ hash: Buffer }>(
            'SELECT leaf AS hash FROM ledger_entry WHERE index >= $1 AND index < $2 ORDER BY index',
            [start, start + count],
          )
        : await this.#pool.query<{ hash: Buffer }>(
            'SELECT hash FROM ledger_node WHERE level = $3 AND index >= $1 AND index < $2 ORDER BY index',
            [start, start + count, level],
          )
    return rows.map(({ hash }) => hash)
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
}
