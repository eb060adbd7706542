import article6Permissions from './data/permissions.article6.json' with { type: 'json' }
import simplePermissions from './data/permissions.simple.json' with { type: 'json' }
import article6 from './data/preset.article6.json' with { type: 'json' }
import simple from './data/preset.simple.json' with { type: 'json' }
import { documentBytes } from './documents.ts'

/** The documents that a new ledger adopts unless told otherwise. */
export const simpleDocuments = { permissions: documentBytes(simplePermissions), preset: documentBytes(simple) }

/** The presets that ship, by name. */
export const shippedPresets = ['simple', 'article6'] as const
export type ShippedPreset = (typeof shippedPresets)[number]

/** Each with the permission table that goes with it: a new ledger adopts both. */
export const shippedDocuments: Readonly<Record<ShippedPreset, typeof simpleDocuments>> = {
  simple: simpleDocuments,
  article6: { permissions: documentBytes(article6Permissions), preset: documentBytes(article6) },
}
