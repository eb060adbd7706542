import { resolve } from 'node:path'
import { errorCode } from '../platform/error-code.ts'
import details from './locales/details.en.json' with { type: 'json' }
import en from './locales/en.json' with { type: 'json' }
import report from './locales/report.en.json' with { type: 'json' }

/** Every reason that an import gives, each with its sentence. */
export type MessageCode = keyof typeof en

/** `code: sentence`, the sentence with the facts of the case in it. */
export function say(code: MessageCode, facts: Readonly<Record<string, string>> = {}): string {
  return `${code}: ${filled(en[code], facts)}`
}

function filled(sentence: string, facts: Readonly<Record<string, string>>): string {
  return sentence.replace(/\{(\w+)\}/g, (_, name: string) => facts[name] ?? '')
}

/** A line of what the command prints. */
export function saidText(name: keyof typeof report, facts: Readonly<Record<string, string>> = {}): string {
  return filled(report[name], facts)
}

/** The part of a sentence that says what exactly is wrong; undefined for a code that has none. */
export function detail(code: string, facts: Readonly<Record<string, string>> = {}): string | undefined {
  const known: Readonly<Record<string, string>> = details
  return Object.hasOwn(known, code) ? filled(known[code] ?? '', facts) : undefined
}

/** Why a file cannot be read or written, with the whole path at which it was looked for. */
export function whyNot(error: unknown, path: string): string {
  return detail(errorCode(error), { path: resolve(path) }) ?? (errorCode(error) || String(error))
}

/** The import as a whole cannot be done: what was given is wrong, and the message says what. Nothing more is written. */
export class ImportError extends Error {
  override readonly name = 'ImportError'
  readonly code: MessageCode

  constructor(code: MessageCode, facts: Readonly<Record<string, string>> = {}) {
    super(say(code, facts))
    this.code = code
  }
}

/** Why one row is refused. */
export interface Flaw {
  /** The column that the reason is about. */
  column: string
  /** `code: sentence` */
  reason: string
}

export function flaw(column: string, code: MessageCode, facts: Readonly<Record<string, string>> = {}): Flaw {
  return { column, reason: say(code, { column, ...facts }) }
}

export function isFlaw(value: unknown): value is Flaw {
  return typeof value === 'object' && value !== null && 'column' in value && 'reason' in value
}
