import { randomBytes } from 'node:crypto'
import { type Entry, type Genesis, type LawDocuments, sha256Hex, simpleDocuments } from '@tallystick/rules'

export interface Founding {
  country: { code: string; name: string }
  timeZone: string
  test: boolean
  /** The documents that it adopts; those of *simple* where nothing is said. */
  documents?: LawDocuments | undefined
  /** Verification key of the signer under the origin: known only once the origin is, so it is asked for. */
  keyFor(origin: string): string
}

export function randomId(): string {
  return randomBytes(16).toString('hex')
}

/** A new ledger's genesis, with random names, and the documents that it adopts. */
export function newGenesis(founding: Founding): { genesis: Genesis; documents: Uint8Array[] } {
  const { country, timeZone, test } = founding
  const kind = test ? 'tallystick/test' : 'tallystick'
  const origin = `${kind}/${country.code.toLowerCase()}/${randomBytes(8).toString('hex')}`
  const { permissions, preset } = founding.documents ?? simpleDocuments
  return {
    documents: [permissions, preset],
    genesis: {
      ledger: randomId(),
      origin,
      country,
      timeZone,
      key: founding.keyFor(origin),
      system: randomId(),
      authority: randomId(),
      issuance: randomId(),
      permissions: sha256Hex(permissions),
      preset: sha256Hex(preset),
      test,
      predecessor: null,
    },
  }
}

/** Entry 0. */
export function genesisEntry(genesis: Genesis, now: Date): Entry {
  return {
    v: 1,
    type: 'Genesis',
    at: now.toISOString(),
    by: genesis.system,
    approvals: [],
    key: null,
    streams: [],
    body: { ...genesis },
  }
}
