import { readFile } from 'node:fs/promises'
import type { WitnessTarget } from '@tallystick/ledger'
import { sha256Bytes } from '@tallystick/rules'
import { parsePolicy, parseVkey, TlogError } from '@tallystick/tlog'
import { StartupError } from './startup-error.ts'

const MOST_WITNESSES = 32

/** Reads a list of `<key> <address>`, separated by commas or new lines. Throws StartupError without the variable's name. */
export function witnessList(list: string): WitnessTarget[] {
  const lines = list
    .split(/[,\n]/)
    .map((line) => line.trim())
    .filter((line) => line !== '')
  return distinct(lines.map(targetOf))
}

/** The witnesses with an address in a policy file (C2SP tlog-policy). Throws StartupError. */
export async function policyWitnesses(file: string): Promise<WitnessTarget[]> {
  try {
    const { witnesses } = parsePolicy(sha256Bytes, await readFile(file))
    const targets = witnesses.flatMap(({ vkey, url }) => (vkey && url !== null ? [{ vkey, url: addressOf(url) }] : []))
    if (targets.length > 0) return distinct(targets)
  } catch (error) {
    if (!(error instanceof Error)) throw error
    throw new StartupError(`WITNESS_POLICY names ${file}, which cannot be used: ${error.message}.`)
  }
  throw new StartupError(
    `WITNESS_POLICY names ${file}, which has no witness to ask: write the address after its key, witness <name> <key> <address>.`,
  )
}

function targetOf(line: string): WitnessTarget {
  const [key = '', url, ...rest] = line.split(/\s+/)
  if (url === undefined || rest.length > 0) throw new StartupError(`"${line}" is not a key, a space and an address`)
  try {
    const vkey = parseVkey(sha256Bytes, key)
    if (vkey.kind === 'cosignature/v1') return { vkey, url: addressOf(url) }
  } catch (error) {
    if (!(error instanceof TlogError)) throw error
    throw new StartupError(`"${key}" is not the key of a witness: ${error.message}`)
  }
  throw new StartupError(`"${key}" is the key of a log, not of a witness`)
}

function addressOf(url: string): string {
  if (/^https?:\/\//i.test(url) && URL.canParse(url)) return url.replace(/\/+$/, '')
  throw new StartupError(`"${url}" is not an address that begins with http:// or https://`)
}

function distinct(targets: WitnessTarget[]): WitnessTarget[] {
  if (targets.length > MOST_WITNESSES)
    throw new StartupError(`${targets.length} witnesses are more than ${MOST_WITNESSES}`)
  const keys = targets.map(({ vkey }) => Buffer.from(vkey.publicKey).toString('hex'))
  if (new Set(keys).size < keys.length) throw new StartupError('a witness is listed twice')
  return targets
}
