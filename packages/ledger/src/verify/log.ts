import { entryTypes, type Genesis, refusalCodes, type State } from '@tallystick/rules'
import { encodeBase64, formatVkey, type Policy, type Vkey } from '@tallystick/tlog'
import { keyInForce } from '../key-history.ts'
import { checkSignature, checkSince, keyOf, readStated, type StatedCheckpoint } from './checkpoint-check.ts'
import { checkExtras } from './files-check.ts'
import { type Finding, Findings, findingOf, unlawful } from './finding.ts'
import { judgeTree } from './judge.ts'
import { checkKeys } from './keys-check.ts'
import { checkPolicy, type PolicyReport, policyKey } from './policy-check.ts'
import { type Comparison, checkPredecessor } from './predecessor-check.ts'
import type { Notice, Outcome, VerifyReport } from './report.ts'
import type { LogSource } from './source.ts'
import { type StretchReader, stretchReader } from './stretch.ts'
import { inconsistenciesOf, totalsOf } from './units.ts'
import { Walk } from './walk.ts'

export interface VerifyOptions {
  /** The log's key, which came by another way than the log. Without it, identity is not checked. */
  vkey?: Vkey | undefined
  /** Whom to believe, which came by another way too: a log that it lists stands for `vkey`, its quorum must have cosigned. */
  policy?: Policy | undefined
  /** What the time is, for cosignatures that state one to come. */
  now?: Date | undefined
  /** A checkpoint of this log that was saved earlier. */
  since?: StatedCheckpoint | undefined
  /** What is left of the log that this one took over from. */
  predecessor?: LogSource | undefined
  onProgress?: ((entries: number, size: number) => void) | undefined
  /** Is told the state after the last entry, where all of them were replayed. */
  onReplayed?: ((state: State) => void) | undefined
}

/**
 * Checks everything that a log publishes: signature, every tile and bundle, every entry's bytes, and every entry through
 * the rules. Keeps the state that the entries make, and a few bundles at a time. Never throws for what a source holds:
 * what is wrong is a finding.
 */
export async function verifyLog(source: LogSource, options: VerifyOptions = {}): Promise<VerifyReport> {
  const findings = new Findings()
  const stated = await readStated(source)
  if ('code' in stated) {
    findings.add(stated)
    return report(source, options, { findings })
  }
  const reader = stretchReader(source, stated.size)
  const { policy, vkey = policy && policyKey(policy, stated.origin, stated.note) } = options
  try {
    return await verifyStated(source, { ...options, vkey }, { stated, findings, reader })
  } finally {
    await reader.close()
  }
}

async function verifyStated(
  source: LogSource,
  options: VerifyOptions,
  { stated, findings, reader }: { stated: StatedCheckpoint; findings: Findings; reader: StretchReader },
): Promise<VerifyReport> {
  const { size } = stated
  const rootsAt = options.since ? [options.since.size] : []
  const walk = new Walk(source, reader, findings, { size, rootsAt })
  await walk.run((entries) => options.onProgress?.(entries, size))

  const { tree, firstAltered, findings: ofTree } = await judgeTree(source, stated, walk, rootsAt)
  findings.add(...ofTree)
  // What follows an altered entry is judged on a state that nobody signed.
  const replayed = Math.min(walk.replayed, firstAltered ?? size)
  const broken = walk.unlawful && walk.unlawful.entry <= (firstAltered ?? size) ? walk.unlawful : undefined
  if (broken) findings.add(unlawful(broken.entry, broken.refusal))

  const { genesis, state, adopted } = walk.replay
  const isWhole = replayed === size
  const comparison = await comparisonOf(source, size, genesis, options.predecessor)
  findings.add(...(comparison?.findings ?? []))
  const known = knownKeys(walk)
  const { signer, findings: ofIdentity } = await checkIdentity(stated, options.vkey, walk, known, isWhole)
  findings.add(...ofIdentity)
  const cosigned = options.policy && (await checkCosigned(stated, options.policy, options.now))
  findings.add(...(cosigned?.findings ?? []))
  const keys = genesis && isWhole ? await checkKeys(source, { genesis, history: walk.replay.keys, size }) : undefined
  findings.add(...(keys?.findings ?? []))
  if (options.since) {
    const trusted = options.vkey && !known.some((key) => sameKey(key, options.vkey)) ? [options.vkey] : known
    const fork = await checkSince(options.since, stated, trusted, (size) => tree?.roots.get(size))
    if (fork) findings.add(fork)
  }
  if (isWhole) {
    options.onReplayed?.(state)
    for (const { what, ...counts } of inconsistenciesOf(state)) {
      findings.add(findingOf('state-inconsistent', {}, { what, ...counts }))
    }
  }
  const extras = await checkExtras(source, size, adopted, isWhole)
  findings.add(...extras.findings)
  return report(source, options, {
    findings,
    stated,
    walk,
    replayed,
    broken,
    signer,
    policy: cosigned?.report,
    comparison,
    notices: [...(keys?.notices ?? []), ...extras.notices],
  })
}

function checkCosigned({ note }: StatedCheckpoint, policy: Policy, now = new Date()) {
  return checkPolicy(note, policy, { now, where: { file: 'checkpoint' } })
}

/** What a log says of its predecessor, against itself and against the predecessor's files where they are given. */
async function comparisonOf(
  source: LogSource,
  size: number,
  genesis: Genesis | undefined,
  old: LogSource | undefined,
): Promise<Comparison | undefined> {
  const predecessor = genesis?.predecessor
  if (!predecessor) {
    return old && genesis && { findings: [findingOf('no-predecessor', { entry: 0 })], compared: 0 }
  }
  const { kept } = predecessor
  if (size < kept) {
    return {
      findings: [findingOf('predecessor-kept', { entry: 0 }, { kept: `${kept}`, size: `${size}` })],
      compared: 0,
    }
  }
  return old && checkPredecessor(source, size, old, predecessor)
}

/** The keys that the log names, oldest first. */
function knownKeys({ replay }: Walk): Vkey[] {
  return replay.keys.flatMap(({ vkey }) => keyOf(vkey) ?? [])
}

function sameKey(a: Vkey, b: Vkey | undefined): boolean {
  return b !== undefined && formatVkey(a) === formatVkey(b)
}

/**
 * Genesis says whose log this is, and which key speaks for it first; rotations, each signed by the key before it, say
 * which one speaks for a checkpoint of this size. A key that was given must be one of them.
 */
async function checkIdentity(
  stated: StatedCheckpoint,
  vkey: Vkey | undefined,
  { replay: { genesis, keys } }: Walk,
  known: readonly Vkey[],
  isWhole: boolean,
): Promise<{ findings: Finding[]; signer: Vkey | undefined }> {
  const findings: Finding[] = []
  const where = { file: 'checkpoint' }
  const isNamed = known.some((key) => sameKey(key, vkey))
  const key = genesis && (!vkey || isNamed) ? keyOf(keyInForce(keys, stated.size).vkey) : vkey
  const others = known.filter((other) => key && !sameKey(other, key))
  const unsigned = key && (await checkSignature(stated, key, others))
  // Entries that could not be replayed may have handed over to a key that is not known.
  if (unsigned && (isWhole || unsigned.code !== 'checkpoint-not-signed')) findings.push(unsigned)
  if (genesis && vkey && !isNamed && isWhole) {
    findings.push(findingOf('key-not-in-history', where, { genesis: genesis.key }))
  }
  if (genesis && genesis.origin !== stated.origin && unsigned?.code !== 'origin-differs') {
    findings.push(findingOf('origin-differs', where, { checkpoint: stated.origin, expected: genesis.origin }))
  }
  if (genesis && !key) findings.push(findingOf('checkpoint-not-signed', where, { reason: 'genesis names no key' }))
  return { findings, signer: unsigned ? undefined : key }
}

interface Results {
  findings: Findings
  stated?: StatedCheckpoint
  walk?: Walk
  replayed?: number
  broken?: Walk['unlawful']
  /** The key of the log that has signed. */
  signer?: Vkey | undefined
  policy?: PolicyReport | undefined
  comparison?: Comparison | undefined
  notices?: Notice[]
}

function report(source: LogSource, { vkey, since }: VerifyOptions, results: Results): VerifyReport {
  const { findings, stated, walk, replayed = 0, broken, signer, policy, comparison, notices = [] } = results
  const isSound = findings.count === 0
  const types = Object.fromEntries([...(walk?.replay.counts ?? [])].sort(([a], [b]) => (a < b ? -1 : 1)))
  return {
    kind: 'log',
    outcome: outcomeOf(findings, vkey),
    source: source.name,
    checkpoint: stated ? { origin: stated.origin, size: stated.size, root: encodeBase64(stated.root) } : null,
    signedBy: vkey && signer ? formatVkey(signer) : null,
    policy: policy ?? null,
    keys: (walk?.replay.keys ?? []).map(({ vkey, from }) => ({ vkey, from })),
    ledger: ledgerOf(walk?.replay.genesis),
    predecessor: predecessorOf(walk?.replay.genesis, comparison),
    since: since ? { size: since.size, root: encodeBase64(since.root) } : null,
    entries: { size: stated?.size ?? 0, replayed, types },
    firstUnlawful: broken ? { entry: broken.entry, rule: broken.refusal.refused } : null,
    units: walk && isSound ? totalsOf(walk.replay.state) : [],
    rules: refusalCodes,
    attested: entryTypes
      .filter(({ type, attested }) => type in types && attested.length > 0)
      .map(({ type, attested }) => ({ type, statements: attested })),
    findings: findings.list,
    findingsOmitted: findings.omitted,
    notices,
  }
}

function outcomeOf(findings: Findings, vkey: Vkey | undefined): Outcome {
  if (findings.areWrong) return 'wrong'
  if (findings.count > 0) return 'not-read'
  return vkey ? 'whole' : 'identity-not-checked'
}

function predecessorOf(genesis: Genesis | undefined, comparison: Comparison | undefined): VerifyReport['predecessor'] {
  if (!genesis?.predecessor) return null
  const { firstKey: _, ...named } = genesis.predecessor
  const lost = Math.max(0, named.size - named.kept)
  return { ...named, lost, compared: comparison?.compared ?? null }
}

function ledgerOf(genesis: Genesis | undefined): VerifyReport['ledger'] {
  if (!genesis) return null
  const { ledger, country, timeZone, test } = genesis
  return { id: ledger, country, timeZone, test }
}
