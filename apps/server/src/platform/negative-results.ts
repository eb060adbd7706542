import { type Field, formOf, type Json, type Template } from '@tallystick/templates'
import { keptUnder, templateOf } from './documents.ts'
import { problem } from './problem.ts'
import type { Services } from './services.ts'

/** Versions in force by their kinds. */
type InForce = Readonly<Record<string, { sha256: string }>>

/**
 * Throws a problem where a calculation in one of these documents says that nothing may be issued by it: more was emitted than
 * without the project, over all or in one of its years. The ledger knows hashes alone: so it is asked here.
 */
export async function refuseNegative(services: Services, project: string, documents: InForce): Promise<void> {
  for (const [kind, { sha256 }] of Object.entries(documents)) {
    const kept = (await keptUnder(services, sha256)).find((one) => one.project === project)
    const template = kept && templateOf(kept.template)
    if (!template) continue
    const path = blockingPlace(template, JSON.parse(Buffer.from(kept.bytes).toString('utf8')))
    if (path !== undefined) throw problem('result-negative', { kind, path, sha256 })
  }
}

/** Where a document has a calculation that keeps units from being issued. */
function blockingPlace(
  template: Template,
  document: { own?: never; values: Record<string, Json> },
): string | undefined {
  const form = formOf(template, document.own)
  if (typeof form === 'string') return undefined
  for (const { key, fields } of form.sections) {
    for (const field of fields) {
      const at = blockingIn(field, memberOf(document.values[key] ?? null, field.key))
      if (at !== undefined) return `${key}.${field.key}${at}`
    }
  }
  return undefined
}

function blockingIn(field: Field, json: Json): string | undefined {
  if (field.type === 'calc') return blocks(json) ? '' : undefined
  if ((field.type !== 'table' && field.type !== 'matrix') || typeof json !== 'object' || json === null) return undefined
  const columns = field.fields.filter(({ type }) => type === 'calc')
  for (const [row, cells] of Object.entries(json)) {
    const column = columns.find((one) => blocks(memberOf(cells, one.key)))
    if (column) return `.${row}.${column.key}`
  }
  return undefined
}

/** It says so itself, or it is negative, whatever it says. */
function blocks(json: Json): boolean {
  const result = memberOf(json, 'result')
  const years = memberOf(result, 'perVintage')
  const all = [result, ...(Array.isArray(years) ? years : [])].map((one) => memberOf(one, 'er'))
  return memberOf(result, 'blocksIssuance') === true || all.some((er) => typeof er === 'string' && /^-.*[1-9]/.test(er))
}

function memberOf(json: Json, key: string): Json {
  return typeof json === 'object' && json !== null && Object.hasOwn(json, key) ? (Reflect.get(json, key) ?? null) : null
}
