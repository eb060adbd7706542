import { decodeEntry, type Entry, isRefusal } from '@tallystick/rules'
import { decodeBase64, type Policy, type Vkey } from '@tallystick/tlog'
import { type CertificateOpening, type Ground, isRecord } from './certificate-facts.ts'
import { areOpenings, checkpointIn, goodOpenings, prove } from './certificate-proof.ts'
import { type Finding, findingOf } from './finding.ts'
import { checkPolicy } from './policy-check.ts'

/** An entry that a certificate rests on, as the file carries it: its bytes in base64, and a `.tlog-proof` of its own. */
export interface CarriedGround {
  entry: string
  openings: CertificateOpening[]
  proof: string
}

const MOST_GROUNDS = 8

export function areGrounds(value: unknown): value is CarriedGround[] {
  return Array.isArray(value) && value.length <= MOST_GROUNDS && value.every(isGround)
}

function isGround(value: unknown): value is CarriedGround {
  return (
    isRecord(value) &&
    Object.keys(value).sort().join() === 'entry,openings,proof' &&
    typeof value.entry === 'string' &&
    typeof value.proof === 'string' &&
    areOpenings(value.openings)
  )
}

interface Whom {
  vkey: Vkey | undefined
  policy: Policy | undefined
  now: Date | undefined
  /** The checkpoint of the certificate itself, which is held to the policy already. */
  main: { origin: string; note: string } | undefined
}

/**
 * The entries that a certificate rests on, as far as each is in the same signed log and about the same thing: else a true entry
 * about another project could lend its name to this one. What is wrong is a finding.
 */
export async function checkGrounds(
  carried: readonly CarriedGround[],
  entry: Entry,
  { vkey, policy, now = new Date(), main }: Whom,
  findings: Finding[],
): Promise<Ground[]> {
  const grounds: Ground[] = []
  for (const { proof, openings, ...one } of carried) {
    const bytes = decodeBase64(one.entry)
    const ground = bytes ? decodeEntry(bytes) : undefined
    if (!bytes || !ground || isRefusal(ground)) {
      findings.push(
        findingOf('rests-on-wrong', {}, { type: 'an entry', reason: 'it does not have the published form' }),
      )
      continue
    }
    const place = await prove(proof, bytes, vkey, findings)
    if (!place) continue
    const isDoubled = grounds.some((other) => other.entry.type === ground.type)
    const flaw = isDoubled ? 'there are two of this type' : groundFlaw(entry, ground, place, main?.origin)
    if (flaw !== undefined) {
      findings.push(findingOf('rests-on-wrong', { entry: place.index }, { type: ground.type, reason: flaw }))
      continue
    }
    const checkpoint = checkpointIn(proof)
    if (policy && checkpoint && checkpoint.note !== main?.note) {
      findings.push(...(await checkPolicy(checkpoint.note, policy, { now })).findings)
    }
    grounds.push({ entry: ground, openings: goodOpenings(ground, openings, findings) })
  }
  return grounds
}

/** Why an entry does not belong to the one of the certificate. */
function groundFlaw(
  entry: Entry,
  { type, body }: Entry,
  { index, origin }: { index: number; origin: string },
  log: string | undefined,
): string | undefined {
  if (origin !== log) return 'it is in another log'
  switch (type) {
    case 'Genesis':
      return index === 0 ? undefined : 'it is not the first entry of the log'
    case 'ProjectRegistered':
      return entry.streams.some(([stream]) => stream === body.project) ? undefined : 'it is of another project'
    case 'QuantityAuthorised':
      return entry.body.authorisation === body.authorisation ? undefined : 'it is another authorisation'
    default:
      return 'no certificate rests on such an entry'
  }
}
