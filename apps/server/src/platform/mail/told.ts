import { type Statement, sentenceOf } from '@tallystick/contract'
import type { Law } from '@tallystick/rules'
import type { LogRow } from '../entries.ts'
import { type KnownNames, speechOf } from '../names.ts'
import type { Services } from '../services.ts'
import type { Audience } from './audience.ts'
import type { TemplateName } from './templates.ts'
import type { Value, Values } from './texts.ts'

/** A mail and those who get it. */
export interface Told {
  template: TemplateName
  to: Audience
  /** In the language of whoever reads it, where it depends on that. */
  params: Values | ((language: string) => Values)
  /** Where it leads, from the registry's address on. */
  path: string
  /** What it is about, where several entries may tell of the same: a reader gets one mail of it. Else the entry alone is. */
  key?: string
}

/** What is looked at to say who is told of an entry: state as it is now, and names. */
export interface Look {
  services: Services
  law: Law
  names: KnownNames
}

/** An organisation, for a text. */
export function organisation(names: KnownNames, id: string): { organisation: string | null; authority: boolean } {
  const known = names.organisation(id)
  return { organisation: known?.name ?? null, authority: known?.authority ?? false }
}

/** The organisation of an account. */
export function holderOf(names: KnownNames, account: string): string {
  return names.account(account)?.organisation ?? ''
}

export function project(names: KnownNames, id: string): Value {
  const known = names.project(id)
  return { project: known?.number ?? 0, title: known?.title ?? null }
}

/** Units of one batch, for a text. */
export function units(names: KnownNames, batchId: string, ranges: readonly (readonly [string, string])[]) {
  const batch = names.batch(batchId)
  const quantity = ranges.reduce((sum, [first, last]) => sum + BigInt(last) - BigInt(first) + 1n, 0n)
  return {
    quantity: { number: String(quantity) },
    // ITMOs of another Party have no project here.
    project: batch && batch.project !== '' ? project(names, batch.project) : '–',
    vintage: batch?.vintage ?? '',
  }
}

/** A thing said with the sentence of an entry, in the language of whoever reads it. */
export function withSentence(row: LogRow, { names, services }: Look, params: Values = {}): Told['params'] {
  const statement = row.entry as unknown as Statement
  return (language) => ({ ...params, what: sentenceOf(statement, names, speechOf(services, language)) })
}

/** The organisations that own a project. */
export function ownersOf(id: string, names: KnownNames): string[] {
  const owners = names.project(id)?.owners ?? []
  return [...new Set(owners.map(({ account }) => holderOf(names, account)))]
}
