import type { RefusalCode } from '@tallystick/rules'
import type { Finding } from './finding.ts'
import type { PolicyReport } from './policy-check.ts'
import type { UnitTotals } from './units.ts'

/** Something worth knowing that is not wrong. */
export interface Notice {
  code: 'unknown-file' | 'content-not-adopted' | 'beyond-checkpoint' | 'key-beyond-checkpoint'
  detail: Record<string, string>
}

/** `not-read`: nothing wrong was found, but not everything could be had; or there is no log at all. */
export type Outcome = 'whole' | 'wrong' | 'identity-not-checked' | 'not-read'

/** What a check of a whole log has shown. Plain data: counts are numbers, units decimal strings. */
export interface VerifyReport {
  kind: 'log'
  outcome: Outcome
  source: string
  /** What the checkpoint states; null where it cannot be read. */
  checkpoint: { origin: string; size: number; root: string } | null
  /** The key of the log that has signed: the one that was given, or a later one; null where identity was not checked. */
  signedBy: string | null
  /** The witnesses of the policy that was given; null without one. */
  policy: PolicyReport | null
  /** The keys that the log names, each with the entry that names it. */
  keys: { vkey: string; from: number }[]
  /** From the genesis; null where it cannot be read. */
  ledger: { id: string; country: { code: string; name: string }; timeZone: string; test: boolean } | null
  /** The log that this one took over from, as the genesis names it; `compared` entries were held against its files. */
  predecessor: {
    origin: string
    key: string
    size: number
    root: string
    kept: number
    lost: number
    at: string
    compared: number | null
  } | null
  /** The saved checkpoint that this log was held against. */
  since: { size: number; root: string } | null
  entries: { size: number; replayed: number; types: Record<string, number> }
  /** The first entry that breaks a rule, though it may be hashed and signed as it should. */
  firstUnlawful: { entry: number; rule: RefusalCode } | null
  /** After the last entry; empty where not everything was replayed. */
  units: UnitTotals[]
  /** Codes of all rules that an entry may break. */
  rules: readonly RefusalCode[]
  /** Of the entry types in this log: what rests on a mandate's word. */
  attested: { type: string; statements: readonly string[] }[]
  findings: Finding[]
  /** Findings beyond those listed. */
  findingsOmitted: number
  notices: Notice[]
}

/** What a check of one certificate has shown. */
export interface CertificateReport {
  kind: 'certificate'
  /** Were certificate and proof attached to a PDF? What is printed in it was not looked at. */
  pdf: boolean
  /** `not-read` where a log was given and not everything of it could be had. */
  outcome: Outcome
  signedBy: string | null
  /** As in the report on a log. */
  policy: PolicyReport | null
  /** Where the entry was proved to be; null where it was not. */
  proved: { origin: string; index: number; size: number; root: string } | null
  /** Is it the log of a test ledger, by its origin? False where no log was shown. */
  test: boolean
  /** Facts that follow from the entry and its openings. */
  facts: Record<string, string>
  /** The entry that took this one back, as the log says that was given, or the certificate itself; null for none known. */
  takenBack: number | null
  /** The log that was given, as it is now; null without one: then nothing is known of what came after the proof. */
  log: { source: string; size: number; outcome: Outcome } | null
  findings: Finding[]
}

const exitCodes: Record<Outcome, 0 | 1 | 2 | 3> = { whole: 0, wrong: 1, 'not-read': 2, 'identity-not-checked': 3 }

/** 0 whole, 1 found wrong, 2 not read to its end, 3 consistent but identity not checked. */
export function exitCodeOf(report: VerifyReport | CertificateReport): 0 | 1 | 2 | 3 {
  return exitCodes[report.outcome]
}
