import texts from './en.json' with { type: 'json' }
import { fill, type Where } from './finding.ts'
import type { PolicyReport } from './policy-check.ts'
import type { CertificateReport, VerifyReport } from './report.ts'

const { report: lines, standings } = texts

/** A report as text for a person, several lines without a newline at the end. */
export function formatReport(report: VerifyReport | CertificateReport): string {
  const parts = report.kind === 'log' ? logLines(report) : certificateLines(report)
  return parts.filter((line) => line !== undefined).join('\n')
}

type Lines = (string | undefined)[]

function logLines(report: VerifyReport): Lines {
  const { checkpoint, ledger, signedBy, keys, since, entries, units, attested } = report
  const country = ledger && { country: ledger.country.name, code: ledger.country.code, timeZone: ledger.timeZone }
  return [
    checkpoint ? fill(lines.log, { origin: checkpoint.origin }) : undefined,
    country ? fill(lines.ledger, { ledger: ledger.id, ...country }) : undefined,
    ledger?.test ? lines.test : undefined,
    ...predecessorLines(report),
    checkpoint ? fill(lines.checkpoint, { size: `${checkpoint.size}`, root: checkpoint.root }) : undefined,
    signedBy === null ? undefined : fill(lines.signedBy, { vkey: signedBy }),
    ...policyLines(report.policy),
    ...(keys.length > 1 ? keys.map((key) => fill(lines.key, { vkey: key.vkey, from: `${key.from}` })) : []),
    since && report.outcome !== 'wrong' && report.outcome !== 'not-read'
      ? fill(lines.since, { size: `${since.size}` })
      : undefined,
    fill(lines.entries, { replayed: `${entries.replayed}`, size: `${entries.size}` }),
    ...typeLines(entries.types),
    ...(units.length > 0 ? [lines.units, ...units.map((unit) => fill(lines.unit, { ...unit }))] : []),
    '',
    lines.replayed,
    ...texts.replayed.map((text) => fill(lines.item, { text })),
    ...(attested.length > 0 ? [lines.attested] : []),
    ...attested.map(({ type, statements }) => fill(lines.attestedBy, { type, statements: statements.join(', ') })),
    ...noticeLines(report.notices),
    ...findingLines(report),
    '',
    verdictLine(report),
  ]
}

function policyLines(policy: VerifyReport['policy']): string[] {
  if (!policy) return []
  const { quorum, met } = policy
  return [
    ...policy.witnesses.map(({ name, standing, at }) =>
      fill(lines.witness, { name, standing: fill(standings[standing], { at: at ?? '' }) }),
    ),
    ...policy.groups.map(({ name, witnessing, members, threshold }) =>
      fill(lines.group, { name, witnessing: `${witnessing}`, members: `${members}`, threshold: `${threshold}` }),
    ),
    quorum === null ? lines.quorumNone : fill(met ? lines.quorum : lines.quorumNotMet, { quorum }),
  ]
}

function predecessorLines({ predecessor }: VerifyReport): Lines {
  if (!predecessor) return []
  const facts = Object.fromEntries(Object.entries(predecessor).map(([name, value]) => [name, `${value}`]))
  return [
    fill(lines.predecessor, facts),
    fill(lines.predecessorKept, facts),
    fill(predecessor.compared === null ? lines.predecessorNotCompared : lines.predecessorCompared, facts),
  ]
}

function typeLines(types: Record<string, number>): string[] {
  const widest = Math.max(0, ...Object.values(types).map((count) => `${count}`.length))
  return Object.entries(types).map(([type, count]) => fill(lines.type, { type, count: `${count}`.padStart(widest) }))
}

function noticeLines(notices: VerifyReport['notices']): string[] {
  if (notices.length === 0) return []
  const items = notices.map(({ code, detail }) => fill(lines.item, { text: fill(texts.notices[code], detail) }))
  return ['', lines.notices, ...items]
}

function findingLines(report: VerifyReport | CertificateReport): string[] {
  const { findings, outcome } = report
  if (findings.length === 0) return []
  const omitted = report.kind === 'log' ? report.findingsOmitted : 0
  const items = findings.map(({ code, where, message }) => {
    const place = placeOf(where)
    return fill(place === '' ? lines.findingAnywhere : lines.finding, { code, where: place, message })
  })
  const title = outcome === 'not-read' ? lines.unread : lines.findings
  return ['', title, ...items, ...(omitted > 0 ? [fill(lines.omitted, { count: `${omitted}` })] : [])]
}

function placeOf({ file, entry, offset }: Where): string {
  return [
    file === undefined ? '' : fill(lines.file, { file }),
    entry === undefined ? '' : fill(lines.entry, { entry: `${entry}` }),
    offset === undefined ? '' : fill(lines.offset, { offset: `${offset}` }),
  ]
    .filter(Boolean)
    .join(', ')
}

function verdictLine(report: VerifyReport): string {
  if (report.outcome === 'whole') return report.policy ? withIdentity(lines.wholePolicy, report.policy) : lines.whole
  if (report.outcome === 'identity-not-checked') return lines.identityNotChecked
  if (report.outcome === 'not-read') return lines.notRead
  return [wrongLine(report.findings.length + report.findingsOmitted), unlawfulLine(report)].filter(Boolean).join(' ')
}

/** A policy may list no log, and ask for no cosignature: it says what was checked. */
function withIdentity(text: string, { listsLogs, quorum }: PolicyReport): string {
  const byPolicy = quorum === null ? lines.identityPolicyAlone : lines.identityPolicy
  const byKey = quorum === null ? lines.identityKeyAlone : lines.identityKey
  return fill(text, { identity: listsLogs ? byPolicy : byKey })
}

function wrongLine(count: number): string {
  return count === 1 ? lines.wrongOne : fill(lines.wrong, { count: `${count}` })
}

function unlawfulLine({ firstUnlawful }: VerifyReport): string {
  return firstUnlawful === null
    ? ''
    : fill(lines.firstUnlawful, { entry: `${firstUnlawful.entry}`, rule: firstUnlawful.rule })
}

function wholeLine({ policy, log }: CertificateReport): string {
  if (log) return policy ? withIdentity(lines.certificateTodayPolicy, policy) : lines.certificateToday
  return policy ? withIdentity(lines.certificatePolicy, policy) : lines.certificateWhole
}

/** What the log says today of the entry; nothing where the log itself does not hold. */
function todayLine({ log, takenBack }: CertificateReport): string | undefined {
  if (!log || log.outcome === 'wrong' || log.outcome === 'not-read') return undefined
  const { source, size } = log
  const facts = { source, size: `${size}`, entry: `${takenBack}` }
  return fill(takenBack === null ? lines.today : lines.todayBack, facts)
}

const PRINTED = [
  'certificate',
  'move',
  'change',
  'version',
  'quantity',
  'unitType',
  'vintage',
  'project',
  'title',
  'beneficiary',
  'beneficiary.name',
  'serials',
  'purposes',
  'reason',
  ...['decidedAt', 'authorisedAt', 'changedAt', 'issuedAt', 'retiredAt', 'cancelledAt'],
]

/** What somebody holds beside the page of a PDF. */
function printedLines({ pdf, facts }: CertificateReport): string[] {
  if (!pdf) return []
  const says = PRINTED.flatMap((name) => (Object.hasOwn(facts, name) ? [`${name} ${facts[name]}`] : [])).join(', ')
  return [says === '' ? lines.printedNothing : fill(lines.printed, { says }), lines.printedNote]
}

function certificateLines(report: CertificateReport): Lines {
  const { proved, facts, signedBy, outcome } = report
  const where = proved && { index: `${proved.index}`, origin: proved.origin, size: `${proved.size}` }
  const verdicts = {
    whole: wholeLine(report),
    'identity-not-checked': lines.certificateUnsigned,
    wrong: wrongLine(report.findings.length),
    'not-read': lines.notRead,
  }

  return [
    where ? fill(lines.entryAt, where) : lines.entryNot,
    report.test ? lines.test : undefined,
    signedBy === null ? undefined : fill(lines.signedBy, { vkey: signedBy }),
    ...policyLines(report.policy),
    todayLine(report),
    lines.facts,
    ...Object.entries(facts).map(([name, value]) => fill(lines.fact, { name, value })),
    ...printedLines(report),
    ...findingLines(report),
    '',
    verdicts[outcome],
  ]
}
