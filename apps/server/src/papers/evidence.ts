import type { CertificateFile, EntryType } from '@tallystick/contract'
import { type CertificateOpening, certificateFacts } from '@tallystick/ledger'
import { encodeEntry } from '@tallystick/rules'
import type { z } from 'zod'
import { entryAt, firstOfStream, isOf, type LogRow } from '../platform/entries.ts'
import { receiptText } from '../platform/proof.ts'
import type { Services } from '../platform/services.ts'
import { takenBack } from '../platform/taken-back.ts'
import { grantOf } from './before.ts'
import type { PaperRow } from './kinds.ts'

type File = z.input<typeof CertificateFile>

/** What is proved of an entry; it lacks only the proofs of the entries that it rests on. */
export interface Evidence {
  facts: Record<string, string>
  /** The certificate as a file. Throws a problem while no checkpoint covers what it rests on. */
  file(wait: boolean): Promise<File>
}

/** Commitments that anybody may see opened, by the member of the body. */
const PUBLIC: Partial<Record<EntryType, string>> = {
  CreditsRetired: 'beneficiary',
  CreditsCancelled: 'beneficiary',
  ProjectMoved: 'text',
  ProjectRegistered: 'title',
}

export async function evidenceOf(services: Services, row: PaperRow, project: string): Promise<Evidence> {
  const [own, back, rows] = await Promise.all([
    shown(services, row),
    takenBack(services, [row]),
    groundsOf(services, row, project),
  ])
  const grounds = await Promise.all(rows.map((ground) => shown(services, ground)))
  const facts = certificateFacts(
    own.plain,
    own.openings,
    grounds.map(({ plain: entry, openings }) => ({ entry, openings })),
  )
  return {
    facts,
    async file(wait) {
      const proofs = await Promise.all(rows.map(({ index }) => receiptText(services, index, wait)))
      const restsOn = grounds.map(({ entry, openings }, at) => ({ entry, openings, proof: proofs[at] ?? '' }))
      return {
        ...{ entry: own.entry, openings: own.openings, facts },
        ...(restsOn.length > 0 && { restsOn }),
        takenBack: back.get(row.index) ?? null,
      }
    },
  }
}

/** The bytes of an entry, with the openings that may be shown. */
async function shown(services: Services, { entry }: LogRow) {
  const plain = { ...entry, body: { ...entry.body } as Record<string, unknown> }
  const member = PUBLIC[entry.type] ?? ''
  const commitment = plain.body[member]
  const opened =
    typeof commitment === 'string' ? (await services.openings.open([commitment])).get(commitment) : undefined
  const openings: CertificateOpening[] = opened ? [{ field: `body.${member}`, ...opened }] : []
  return { plain, entry: Buffer.from(encodeEntry(plain)).toString('base64'), openings }
}

/**
 * The entries that say what the entry itself does not: which project it is, what is authorised, of which country. Retirements and
 * cancellations say it all themselves.
 */
async function groundsOf(services: Services, row: PaperRow, project: string): Promise<LogRow[]> {
  if (isOf(row, 'CreditsRetired') || isOf(row, 'CreditsCancelled')) return []
  const { body } = row.entry
  const isIssuance = isOf(row, 'BatchIssued') || isOf(row, 'UnitsConverted')
  const isOfAuthorisation = isIssuance || isOf(row, 'AuthorisationChanged')
  const found = await Promise.all([
    isIssuance ? entryAt(services, 0) : undefined,
    firstOfStream(services, 'ProjectRegistered', project),
    isOfAuthorisation && 'authorisation' in body ? grantOf(services, body.authorisation) : undefined,
  ])
  return found.filter((ground) => ground !== undefined)
}
