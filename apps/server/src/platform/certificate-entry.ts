import { readFileSync } from 'node:fs'
import { isOf, type LogRow, logRowOf } from './entries.ts'
import type { Services } from './services.ts'

const findCertificate = readFileSync(new URL('find-certificate.sql', import.meta.url), 'utf8')

/** The entry that a certificate of a retirement or a cancellation is of. */
export async function entryOfCertificate(
  services: Services,
  certificate: number,
): Promise<LogRow<'CreditsRetired' | 'CreditsCancelled'> | undefined> {
  const { rows } = await services.pool.query<{ index: string; leaf: Buffer; bytes: Buffer }>({
    name: 'find-certificate',
    text: findCertificate,
    values: [certificate],
  })
  const [found] = rows
  if (!found) return undefined
  const row = logRowOf({ index: Number(found.index), leaf: found.leaf.toString('hex'), bytes: found.bytes })
  return isOf(row, 'CreditsRetired') || isOf(row, 'CreditsCancelled') ? row : undefined
}
