import en from './locales/en.json' with { type: 'json' }

/** Every reason that an import gives, each with its sentence. */
export type MessageCode = keyof typeof en

/** `code: sentence`, the sentence with the facts of the case in it. */
export function say(code: MessageCode, facts: Readonly<Record<string, string>> = {}): string {
  return `${code}: ${en[code].replace(/\{(\w+)\}/g, (_, name: string) => facts[name] ?? '')}`
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
