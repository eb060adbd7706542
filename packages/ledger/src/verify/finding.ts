import type { Refusal, RefusalCode } from '@tallystick/rules'
import texts from './en.json' with { type: 'json' }
import type { Unreadable } from './source.ts'

export type FindingCode = keyof typeof texts.findings

/** Where in the exported files: a path, an index in the log, a byte offset in the file. */
export interface Where {
  file?: string
  entry?: number
  offset?: number
}

/** Something that is wrong. `detail` holds the facts, `message` the sentence made of them. */
export interface Finding {
  code: FindingCode
  where: Where
  /** The rule that an unlawful entry breaks. */
  rule?: RefusalCode
  detail: Record<string, string>
  message: string
}

/** The text with each `{name}` replaced. What a stranger's log says cannot make lines or move the cursor. */
export function fill(text: string, values: Record<string, string>): string {
  return text.replace(/\{([A-Za-z0-9]+)\}/g, (_, name: string) => visible(values[name] ?? ''))
}

function visible(value: string): string {
  return value.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu, (character) => {
    return `\\u{${character.codePointAt(0)?.toString(16)}}`
  })
}

export function findingOf(code: FindingCode, where: Where, detail: Record<string, string> = {}): Finding {
  return { code, where, detail, message: fill(texts.findings[code], detail) }
}

/** A finding of a file that cannot be had: wrong, or only out of reach. */
export function unread(where: Where, { unreadable, outOfReach }: Unreadable): Finding {
  return findingOf(outOfReach ? 'out-of-reach' : 'unreadable', where, { reason: unreadable })
}

/** A finding of an entry that breaks a rule. */
export function unlawful(entry: number, refusal: Refusal): Finding {
  const sentence = ruleTexts[refusal.refused]
  const pairs = Object.entries(refusal.detail).map(([name, value]) => `${name} ${value}`)
  const facts = pairs.length === 0 ? '' : fill(texts.report.factList, { facts: pairs.join(', ') })
  const detail = { ...refusal.detail, rule: refusal.refused }
  const message = fill(texts.findings['entry-unlawful'], { rule: refusal.refused, sentence, facts })
  return { code: 'entry-unlawful', where: { entry }, rule: refusal.refused, detail, message }
}

/** Every rule has its sentence: a new code without one does not compile. */
const ruleTexts: Record<RefusalCode, string> = texts.rules

/** More than these are counted, not kept: a log with a hole in it could have millions. */
const MOST_FINDINGS = 1_000

/** What was found, in the order of finding. */
export class Findings {
  readonly list: Finding[] = []
  omitted = 0
  /** Is any of them more than that something could not be had? */
  areWrong = false

  add(...findings: Finding[]): void {
    for (const finding of findings) {
      this.areWrong ||= finding.code !== 'out-of-reach' && finding.code !== 'no-log'
      if (this.list.length < MOST_FINDINGS) this.list.push(finding)
      else this.omitted += 1
    }
  }

  get count(): number {
    return this.list.length + this.omitted
  }
}
