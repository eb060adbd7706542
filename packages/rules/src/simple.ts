import article6Permissions from './data/permissions.article6.json' with { type: 'json' }
import simplePermissions from './data/permissions.simple.json' with { type: 'json' }
import twoMinistriesPermissions from './data/permissions.two-ministries.json' with { type: 'json' }
import article6 from './data/preset.article6.json' with { type: 'json' }
import simple from './data/preset.simple.json' with { type: 'json' }
import twoMinistries from './data/preset.two-ministries.json' with { type: 'json' }
import { documentBytes } from './documents.ts'

/** The two documents that a new ledger adopts, as they are published: canonical JSON. */
export interface LawDocuments {
  permissions: Uint8Array
  preset: Uint8Array
}

/** The presets that ship, by name. */
export const shippedPresets = ['simple', 'article6', 'two-ministries'] as const
export type ShippedPreset = (typeof shippedPresets)[number]

/** Each with the permission table that goes with it, as they were written. */
export const shippedSources: Readonly<Record<ShippedPreset, { permissions: object; preset: object }>> = {
  simple: { permissions: simplePermissions, preset: simple },
  article6: { permissions: article6Permissions, preset: article6 },
  'two-ministries': { permissions: twoMinistriesPermissions, preset: twoMinistries },
}

function documentsOf(name: ShippedPreset): LawDocuments {
  const { permissions, preset } = shippedSources[name]
  return { permissions: documentBytes(permissions), preset: documentBytes(preset) }
}

/** The documents that a new ledger adopts unless told otherwise. */
export const simpleDocuments = documentsOf('simple')

/** Those of each preset that ships. */
export const shippedDocuments: Readonly<Record<ShippedPreset, LawDocuments>> = {
  simple: simpleDocuments,
  article6: documentsOf('article6'),
  'two-ministries': documentsOf('two-ministries'),
}
