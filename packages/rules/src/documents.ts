import { CountryParameters } from './country-parameters.ts'
import { canonicalJson, sha256Hex } from './envelope.ts'
import { PermissionTable } from './permissions.ts'
import { Preset } from './preset.ts'
import type { LedgerRow } from './state.ts'

/** Most bytes of a document that can be adopted. */
export const MAX_DOCUMENT_BYTES = 262_144

const schemas = { permissions: PermissionTable, preset: Preset }

export type DocumentKind = keyof typeof schemas
export const documentKinds = ['permissions', 'preset'] as const

/** The documents that govern an entry: those in force at its index. */
export interface Law {
  permissions: PermissionTable
  preset: Preset
}

/** Documents that entries adopt by SHA-256, parsed once. */
export class Shelf {
  readonly #permissions = new Map<string, PermissionTable>()
  readonly #presets = new Map<string, Preset>()
  readonly #parameters = new Map<string, CountryParameters>()
  /** What was in force when last asked. */
  #law: { of: Pick<LedgerRow, 'permissions' | 'preset'>; law: Law } | undefined

  /**
   * Puts the bytes of a document on the shelf and answers their SHA-256. Only canonical JSON within the bound goes on it:
   * two readers must not find different laws in the same bytes.
   */
  add(bytes: Uint8Array): string {
    const sha256 = sha256Hex(bytes)
    if (this.#has(sha256) || bytes.length > MAX_DOCUMENT_BYTES) return sha256
    const value = jsonOf(bytes)
    const permissions = PermissionTable.safeParse(value)
    if (permissions.success && isExactly(bytes, permissions.data)) this.#permissions.set(sha256, permissions.data)
    const preset = Preset.safeParse(value)
    if (preset.success && isExactly(bytes, preset.data)) this.#presets.set(sha256, preset.data)
    const parameters = CountryParameters.safeParse(value)
    if (parameters.success && isExactly(bytes, parameters.data)) this.#parameters.set(sha256, parameters.data)
    return sha256
  }

  #has(sha256: string): boolean {
    return [this.#permissions, this.#presets, this.#parameters].some((known) => known.has(sha256))
  }

  find(kind: DocumentKind, sha256: string): PermissionTable | Preset | undefined {
    return kind === 'permissions' ? this.#permissions.get(sha256) : this.#presets.get(sha256)
  }

  /** A country's parameters for calculations. */
  parameters(sha256: string): CountryParameters | undefined {
    return this.#parameters.get(sha256)
  }

  /** The law in force, or undefined where a document's bytes are missing. The same documents are the same object. */
  inForce(ledger: Pick<LedgerRow, 'permissions' | 'preset'>): Law | undefined {
    const { of, law } = this.#law ?? {}
    if (of?.permissions === ledger.permissions && of.preset === ledger.preset) return law
    const permissions = this.#permissions.get(ledger.permissions)
    const preset = this.#presets.get(ledger.preset)
    if (!permissions || !preset) return undefined
    this.#law = { of: { permissions: ledger.permissions, preset: ledger.preset }, law: { permissions, preset } }
    return this.#law.law
  }
}

function jsonOf(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes))
  } catch {
    return undefined
  }
}

function isExactly(bytes: Uint8Array, document: unknown): boolean {
  return Buffer.from(documentBytes(document)).equals(bytes)
}

/** The bytes under which a document is adopted and published: its canonical JSON. */
export function documentBytes(document: unknown): Uint8Array {
  return new TextEncoder().encode(canonicalJson(document))
}
