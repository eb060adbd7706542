import { canonicalJson, sha256Hex } from './envelope.ts'
import { PermissionTable } from './permissions.ts'
import { Preset } from './preset.ts'
import type { LedgerRow } from './state.ts'

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
  readonly #texts = new Map<string, unknown>()
  readonly #permissions = new Map<string, PermissionTable>()
  readonly #presets = new Map<string, Preset>()

  /** Puts the bytes of a document on the shelf and answers their SHA-256. Bytes that are no document are kept out. */
  add(bytes: Uint8Array): string {
    const sha256 = sha256Hex(bytes)
    if (this.#texts.has(sha256)) return sha256
    let value: unknown
    try {
      value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
    } catch {
      return sha256
    }
    this.#texts.set(sha256, value)
    const permissions = PermissionTable.safeParse(value)
    if (permissions.success) this.#permissions.set(sha256, permissions.data)
    const preset = Preset.safeParse(value)
    if (preset.success) this.#presets.set(sha256, preset.data)
    return sha256
  }

  find(kind: DocumentKind, sha256: string): PermissionTable | Preset | undefined {
    return kind === 'permissions' ? this.#permissions.get(sha256) : this.#presets.get(sha256)
  }

  has(sha256: string): boolean {
    return this.#texts.has(sha256)
  }

  /** The law in force, or undefined where a document's bytes are missing. */
  inForce(ledger: Pick<LedgerRow, 'permissions' | 'preset'>): Law | undefined {
    const permissions = this.#permissions.get(ledger.permissions)
    const preset = this.#presets.get(ledger.preset)
    return permissions && preset ? { permissions, preset } : undefined
  }
}

/** The bytes under which a document is adopted and published: its canonical JSON. */
export function documentBytes(document: unknown): Uint8Array {
  return new TextEncoder().encode(canonicalJson(document))
}
