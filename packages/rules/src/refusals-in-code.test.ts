import { readdirSync, readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { expect, test } from 'vitest'
import { declarations, type RuleName } from './declarations.ts'
import { commonRefusals, type RefusalCode } from './refusal.ts'

/** What stands in code that several rules share, or that stays closed, and cannot happen in this one. */
const notThisOne: Partial<Record<RuleName, readonly RefusalCode[]>> = {
  // Owners and pools were judged when they were named, and the kind of an account never changes. Only outcomes that are
  // authorised for something are first transferred by being issued, all with consecutive ITMO numbers.
  BatchIssued: ['account-unknown', 'account-kind', 'purpose-not-authorised', 'too-fragmented'],
  UnitsConverted: ['purpose-not-authorised'],
  // Outcomes are of monitoring periods, crediting periods are of projects, and these are settled.
  ProjectMoved: ['outcomes-missing'],
  MonitoringPeriodMoved: ['crediting-missing', 'crediting-used-up', 'not-settled'],
  // Whoever acts does so for an organisation that is there.
  ProjectCertified: ['organisation-unknown'],
  // Only what expires has to wait for its end.
  MovementDeclined: ['not-expired'],
  MovementWithdrawn: ['not-expired'],
  PledgeReleased: ['not-expired'],
  HoldLifted: ['not-expired'],
  // No holding account takes part, and only those are suspended and have a policy; units of no project of ours do not get
  // into the buffer.
  BufferCancelled: ['account-not-active', 'unit-type-not-movable', 'receiver-not-trusted'],
  ReversalCompensated: ['pool-missing', 'buffer-order'],
}

test.each(Object.keys(declarations) as RuleName[])(
  'the code of %s refuses for no other reason than it declares',
  (type) => {
    const declared: readonly string[] = [...commonRefusals, ...declarations[type].refuses, ...(notThisOne[type] ?? [])]
    const able = refusalsInCode().get(type)
    expect(able).toBeDefined()
    expect([...(able ?? [])].filter((code) => !declared.includes(code)).sort()).toEqual([])
  },
)

/** One declaration at the top of a file: its text, and the names that it may mean others by. */
interface Declared {
  file: string
  text: string
}

const folder = new URL('./entries/', import.meta.url)
let found: Map<string, Set<string>> | undefined

/**
 * The refusals in the code of each entry type, read from the text: those of its own declaration, and of every
 * declaration of the same folder that one of them names. It may find more than can happen, never less.
 */
function refusalsInCode(): Map<string, Set<string>> {
  found ??= search()
  return found
}

function search(): Map<string, Set<string>> {
  const declared = new Map<string, Declared>()
  const imported = new Map<string, string>()
  for (const file of readdirSync(folder).filter((name) => name.endsWith('.ts') && !name.includes('.test.'))) {
    const text = readFileSync(new URL(file, folder), 'utf8')
    for (const [, names = '', from = ''] of text.matchAll(/import \{([^}]*)\} from '\.\/([^']+)'/g)) {
      for (const name of names.split(',')) imported.set(`${file} ${name.trim()}`, `${basename(from)} ${name.trim()}`)
    }
    const parts = text.split(/^(?=(?:export )?(?:const|function) )/m).slice(1)
    for (const part of parts) {
      const name = /^(?:export )?(?:const|function) (\w+)/.exec(part)?.[1]
      declared.set(`${file} ${name}`, { file, text: withoutComments(part) })
    }
  }
  const refusals = new Map<string, Set<string>>()
  for (const [key, { text }] of declared) {
    const type = /^export const \w+ = \w+(?:<[^>]*>)?\((?:\{\s*type: )?'([A-Z]\w+)'/.exec(text)?.[1]
    if (type) refusals.set(type, reachable(key, declared, imported))
  }
  return refusals
}

function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '')
}

function reachable(from: string, declared: Map<string, Declared>, imported: Map<string, string>): Set<string> {
  const seen = new Set<string>()
  const codes = new Set<string>()
  const todo = [from]
  for (let key = todo.pop(); key !== undefined; key = todo.pop()) {
    const one = declared.get(key)
    if (!one || seen.has(key)) continue
    seen.add(key)
    for (const [, code = ''] of one.text.matchAll(/refuse\(\s*'([a-z-]+)'/g)) codes.add(code)
    for (const [name] of one.text.matchAll(/(?<![.\w'])\w+\b(?!\s*:)/g)) {
      const local = `${one.file} ${name}`
      todo.push(imported.get(local) ?? local)
    }
  }
  return codes
}
