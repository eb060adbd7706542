import { TlogError } from './error.ts'
import { type Note, type NoteSignature, parseNote, statedTime, type VerifyEd25519, verifyLine } from './note.ts'
import type { Policy, PolicyWitness } from './policy.ts'

/**
 * How a witness of a policy stands to a checkpoint: it has cosigned it; no line is by it; a line under its name is not by
 * its key over this text; it states a time that cannot be; its key is of a type that this package cannot check.
 */
export type Standing = 'cosigned' | 'absent' | 'wrong' | 'time-wrong' | 'key-unknown'

export interface WitnessVerdict {
  /** As in the policy. */
  readonly name: string
  readonly keyText: string
  readonly standing: Standing
  /** POSIX seconds that the cosignature states; of several by one witness the latest counts. */
  readonly time: number | null
}

export interface GroupVerdict {
  readonly name: string
  readonly threshold: number
  /** Members that witness the checkpoint, of how many. */
  readonly witnessing: number
  readonly members: number
}

export interface QuorumVerdict {
  /** The quorum has cosigned, and no line of a witness of the policy is wrong. */
  readonly met: boolean
  /** Name of the witness or group that is the quorum; null where the policy asks for none. */
  readonly quorum: string | null
  readonly witnesses: readonly WitnessVerdict[]
  readonly groups: readonly GroupVerdict[]
}

export interface QuorumOptions {
  readonly verifyEd25519: VerifyEd25519
  /** POSIX seconds; a cosignature that states a later time, or the time 0, does not count. */
  readonly latest: number
}

/**
 * Holds the cosignatures of a checkpoint against the quorum of a policy. Each witness counts once, however many lines it
 * has; lines of others are ignored. Whether the log has signed is for `openCheckpoint`. Throws `bad-note`.
 */
export async function checkQuorum(
  note: string | Uint8Array,
  policy: Policy,
  options: QuorumOptions,
): Promise<QuorumVerdict> {
  const parsed = parseNote(note)
  const witnesses = await Promise.all(policy.witnesses.map((witness) => verdictOf(parsed, witness, options)))
  const witnessing = new Set(witnesses.filter(({ standing }) => standing === 'cosigned').map(({ name }) => name))
  const groups = policy.groups.map(({ name, threshold, members }) => {
    const count = members.filter((member) => witnessing.has(member)).length
    if (count >= threshold) witnessing.add(name)
    return { name, threshold, witnessing: count, members: members.length }
  })
  const { quorum } = policy
  const isSpoilt = witnesses.some(({ standing }) => standing === 'wrong')
  return { met: !isSpoilt && (quorum === null || witnessing.has(quorum)), quorum, witnesses, groups }
}

async function verdictOf(
  { text, signatures }: Note,
  { name, keyText, vkey }: PolicyWitness,
  { verifyEd25519, latest }: QuorumOptions,
): Promise<WitnessVerdict> {
  const verdict = (standing: Standing, time: number | null = null) => ({ name, keyText, standing, time })
  if (!vkey) return verdict('key-unknown')
  const lines = signatures.filter((line) => line.name === vkey.name && line.keyId === vkey.id)
  if (lines.length === 0) return verdict('absent')
  const isByKey = await Promise.all(lines.map((line) => isBy(() => verifyLine(text, line, vkey, verifyEd25519))))
  if (!isByKey.every(Boolean)) return verdict('wrong')
  const times = lines.map(timeOf)
  const possible = times.filter((time) => time > 0 && time <= latest)
  return possible.length > 0 ? verdict('cosigned', Math.max(...possible)) : verdict('time-wrong', Math.max(...times))
}

async function isBy(verify: () => Promise<unknown>): Promise<boolean> {
  try {
    await verify()
    return true
  } catch (error) {
    if (error instanceof TlogError && error.code === 'bad-signature') return false
    throw error
  }
}

function timeOf(line: NoteSignature): number {
  return statedTime(line) ?? 0
}
