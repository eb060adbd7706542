import {
  checkQuorum,
  formatVkey,
  type Policy,
  parseNote,
  parsePolicy,
  type QuorumVerdict,
  type Standing,
  type Vkey,
} from '@tallystick/tlog'
import { verifyEd25519 } from '../signing-key.ts'
import { type Finding, findingOf, type Where } from './finding.ts'
import { sha256 } from './inspect.ts'

/** How the witnesses of a policy stand to a checkpoint. Instants are UTC. */
export interface PolicyReport {
  /** Does it list logs? Else the key that was given says alone whose log it is. */
  listsLogs: boolean
  /** Name in the policy; null where it asks for no cosignature. */
  quorum: string | null
  met: boolean
  witnesses: { name: string; vkey: string; standing: Standing; at: string | null }[]
  groups: { name: string; threshold: number; witnessing: number; members: number }[]
}

/** Clocks differ; a cosignature that states a time further ahead of ours was not made yet, or not honestly. */
const CLOCK_TOLERANCE_MS = 3_600_000
const LAST_INSTANT_S = 8_640_000_000_000

/** Reads a policy file. Throws `TlogError`. */
export function readPolicy(bytes: Uint8Array): Policy {
  return parsePolicy(sha256, bytes)
}

/** The keys of logs that a policy accepts and that this program can check. */
export function logKeysOf(policy: Policy): Vkey[] {
  return policy.logs.map(({ vkey }) => vkey).filter((vkey) => vkey !== null)
}

/** Of the logs that a policy accepts the one that a checkpoint speaks for: by its name, and if possible its signature. */
export function policyKey(policy: Policy, origin: string, note: string | Uint8Array): Vkey | undefined {
  const keys = logKeysOf(policy)
  const named = keys.filter(({ name }) => name === origin)
  const { signatures } = parseNote(note)
  const signing = named.find(({ id, name }) => signatures.some((line) => line.name === name && line.keyId === id))
  return signing ?? named[0] ?? keys[0]
}

/** Whether a policy that lists logs lists this key. */
export function isListed(policy: Policy, vkey: Vkey): boolean {
  const listed = policy.logs.map(({ keyText }) => keyText)
  return listed.length === 0 || listed.includes(formatVkey(vkey))
}

/** Holds a checkpoint against the quorum of a policy. The note is well formed. */
export async function checkPolicy(
  note: string | Uint8Array,
  policy: Policy,
  { now, where = {} }: { now: Date; where?: Where },
): Promise<{ report: PolicyReport; findings: Finding[] }> {
  const latest = Math.floor((now.getTime() + CLOCK_TOLERANCE_MS) / 1_000)
  const verdict = await checkQuorum(note, policy, { verifyEd25519, latest })
  const witnesses = verdict.witnesses.map(({ name, keyText, standing, time }) => {
    return { name, vkey: keyText, standing, at: time === null ? null : instantOf(time) }
  })
  const { quorum, met } = verdict
  const findings = witnesses
    .filter(({ standing }) => standing === 'wrong')
    .map(({ name, vkey }) => findingOf('cosignature-wrong', where, { witness: name, vkey }))
  if (!met && findings.length === 0 && quorum !== null) {
    findings.push(findingOf('quorum-not-met', where, { quorum, ...countsOf(verdict, quorum) }))
  }
  return {
    report: { listsLogs: policy.logs.length > 0, quorum, met, witnesses, groups: [...verdict.groups] },
    findings,
  }
}

/** How many of how many the quorum has; a single witness is a group of one. */
function countsOf({ groups }: QuorumVerdict, quorum: string): Record<string, string> {
  const { threshold, witnessing, members } = groups.find(({ name }) => name === quorum) ?? {
    threshold: 1,
    witnessing: 0,
    members: 1,
  }
  return { witnessing: `${witnessing}`, members: `${members}`, needed: `${threshold}` }
}

function instantOf(seconds: number): string {
  return seconds <= LAST_INSTANT_S ? new Date(seconds * 1_000).toISOString() : `${seconds} s`
}
