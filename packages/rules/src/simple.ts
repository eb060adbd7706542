import permissions from './data/permissions.simple.json' with { type: 'json' }
import preset from './data/preset.simple.json' with { type: 'json' }
import { documentBytes } from './documents.ts'

/** The documents that a new ledger adopts unless told otherwise. */
export const simpleDocuments = { permissions: documentBytes(permissions), preset: documentBytes(preset) }
