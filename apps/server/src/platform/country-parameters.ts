import type { ParameterSet } from '@tallystick/calculators'
import type { Ledger } from '@tallystick/ledger'
import { CountryParameters } from '@tallystick/rules'

type Kept = { ledger: Ledger }

/** What was adopted stays for ever, and is read once. */
const read = new WeakMap<Ledger, Map<string, ParameterSet>>()

/** A country's parameters that were adopted, now or earlier; undefined where none of this SHA-256 ever were. */
export async function adoptedSet({ ledger }: Kept, sha256: string): Promise<ParameterSet | undefined> {
  const known = read.get(ledger) ?? new Map<string, ParameterSet>()
  read.set(ledger, known)
  const before = known.get(sha256)
  if (before) return before
  const set = (await ledger.row('document', sha256)) && (await keptSet({ ledger }, sha256))
  if (set) known.set(sha256, set)
  return set
}

/** The parameters of this SHA-256, also those that are only proposed. */
export async function keptSet({ ledger }: Kept, sha256: string): Promise<ParameterSet | undefined> {
  const bytes = await ledger.document(sha256)
  if (!bytes) return undefined
  const parsed = CountryParameters.safeParse(JSON.parse(Buffer.from(bytes).toString()))
  return parsed.success ? parsed.data : undefined
}

/** The country's parameters in force now; undefined where there are only those that ship. */
export async function setInForce({ ledger }: Kept): Promise<ParameterSet | undefined> {
  const { parameters = null } = (await ledger.row('ledger', 'ledger')) ?? {}
  return parameters === null ? undefined : adoptedSet({ ledger }, parameters.sha256)
}
