import { decodeUtf8, encodeUtf8, equalBytes } from './encoding.ts'
import { TlogError } from './error.ts'
import type { Sha256 } from './hash.ts'
import { type KeyKind, parseVkey, type Vkey } from './vkey.ts'

/** A log that a policy accepts. */
export interface PolicyLog {
  /** Null for a key of a type that this package cannot check; such a log is never found to have signed. */
  readonly vkey: Vkey | null
  readonly keyText: string
  readonly url: string | null
}

export interface PolicyWitness {
  /** Used in the policy file only; the key has a name of its own. */
  readonly name: string
  /** Null for a key of a type that this package cannot check; such a witness never counts. */
  readonly vkey: Vkey | null
  readonly keyText: string
  readonly url: string | null
}

/** Witnesses a checkpoint where at least `threshold` of its members do. */
export interface PolicyGroup {
  readonly name: string
  readonly threshold: number
  /** Names of witnesses, and of groups that come before. */
  readonly members: readonly string[]
}

/** Whom to believe about a log (C2SP tlog-policy): one of these logs has signed, and the quorum of witnesses has cosigned. */
export interface Policy {
  readonly logs: readonly PolicyLog[]
  readonly witnesses: readonly PolicyWitness[]
  /** Each after those that it names. */
  readonly groups: readonly PolicyGroup[]
  /** Name of a witness or group; null where no cosignature is asked for. */
  readonly quorum: string | null
}

export const MAX_POLICY_BYTES = 262_144
const MAX_LINES_OF_A_KIND = 1_024

/** No name of a witness or group. */
const NONE = 'none'

/** A policy while it is read. */
interface Draft {
  readonly sha256: Sha256
  readonly logs: PolicyLog[]
  readonly witnesses: PolicyWitness[]
  readonly groups: PolicyGroup[]
  readonly names: Set<string>
  /** Names that are members of a group: each may be so once, so that nobody counts twice. */
  readonly members: Set<string>
  quorum?: string | null
}

/** Reads a policy file. Throws `bad-policy` with the number of the line that is wrong. */
export function parsePolicy(sha256: Sha256, file: string | Uint8Array): Policy {
  const bytes = typeof file === 'string' ? encodeUtf8(file) : file
  if (bytes.length > MAX_POLICY_BYTES)
    throw new TlogError('bad-policy', `a policy has at most ${MAX_POLICY_BYTES} bytes`)
  const lines = linesOf(bytes)
  const draft: Draft = { sha256, logs: [], witnesses: [], groups: [], names: new Set([NONE]), members: new Set() }
  for (const [at, line] of lines.entries()) {
    try {
      readLine(draft, line)
    } catch (error) {
      if (!(error instanceof TlogError)) throw error
      throw new TlogError('bad-policy', `line ${at + 1}: ${error.message}`)
    }
  }
  const { logs, witnesses, groups, quorum } = draft
  if (quorum === undefined) throw new TlogError('bad-policy', 'a policy has a line "quorum"')
  return { logs, witnesses, groups, quorum }
}

/** One string a line, one character an octet. */
function linesOf(bytes: Uint8Array): string[] {
  let text = ''
  for (const [at, byte] of bytes.entries()) {
    if (byte === 0x7f || (byte < 0x20 && byte !== 0x09 && byte !== 0x0a)) {
      throw new TlogError('bad-policy', `byte ${at} is a control character other than tab and newline`)
    }
    text += String.fromCharCode(byte)
  }
  const lines = text.split('\n')
  if (lines.pop() !== '')
    throw new TlogError('bad-policy', 'the last line does not end with a newline: is the file whole?')
  return lines
}

function readLine(draft: Draft, line: string): void {
  const [keyword, ...items] = line
    .split(/[ \t]+/)
    .filter((item) => item !== '')
    .map(textOf)
  if (keyword === undefined || keyword.startsWith('#')) return
  switch (keyword) {
    case 'log':
      readLog(draft, items)
      break
    case 'witness':
      readWitness(draft, items)
      break
    case 'group':
      readGroup(draft, items)
      break
    case 'quorum':
      readQuorum(draft, items)
      break
    default:
      throw flaw(`a line begins with log, witness, group, quorum or #, not "${keyword}"`)
  }
}

function readLog({ sha256, logs }: Draft, items: string[]): void {
  const [keyText, url, ...rest] = items
  if (keyText === undefined || rest.length > 0) throw flaw('a log is written: log <vkey> [<url>]')
  const log = { ...keyOf(sha256, keyText, 'ed25519'), url: url ?? null }
  refuseTwin(logs, log)
  add(logs, log)
}

function readWitness({ sha256, witnesses, names }: Draft, items: string[]): void {
  const [name, keyText, url, ...rest] = items
  if (name === undefined || keyText === undefined || rest.length > 0) {
    throw flaw('a witness is written: witness <name> <vkey> [<url>]')
  }
  define(names, name)
  const witness = { name, ...keyOf(sha256, keyText, 'cosignature/v1'), url: url ?? null }
  refuseTwin(witnesses, witness)
  add(witnesses, witness)
}

function readGroup({ groups, names, members: taken }: Draft, items: string[]): void {
  const [name, count, ...members] = items
  if (name === undefined || count === undefined || members.length === 0) {
    throw flaw('a group is written: group <name> all|any|<number> <name>…')
  }
  for (const member of members) {
    if (member === NONE || !names.has(member)) throw flaw(`"${member}" is not defined above`)
    if (taken.has(member)) throw flaw(`"${member}" is a member of a group already`)
    taken.add(member)
  }
  define(names, name)
  add(groups, { name, members, threshold: thresholdOf(count, members.length) })
}

function readQuorum(draft: Draft, items: string[]): void {
  const [name, ...rest] = items
  if (name === undefined || rest.length > 0) throw flaw('a quorum is written: quorum <name>')
  if (draft.quorum !== undefined) throw flaw('there is a quorum already')
  if (!draft.names.has(name)) throw flaw(`"${name}" is not defined above`)
  draft.quorum = name === NONE ? null : name
}

function thresholdOf(count: string, members: number): number {
  if (count === 'all') return members
  if (count === 'any') return 1
  const threshold = /^[1-9][0-9]{0,8}$/.test(count) ? Number(count) : 0
  if (threshold >= 1 && threshold <= members) return threshold
  throw flaw(`a group of ${members} asks for all, any or a number from 1 to ${members}, not "${count}"`)
}

function define(names: Set<string>, name: string): void {
  if (name === NONE) throw flaw('"none" is no name of a witness or group')
  if (names.has(name)) throw flaw(`"${name}" is defined already`)
  names.add(name)
}

function keyOf(sha256: Sha256, keyText: string, kind: KeyKind): { vkey: Vkey | null; keyText: string } {
  try {
    const vkey = parseVkey(sha256, keyText)
    if (vkey.kind === kind) return { vkey, keyText }
  } catch (error) {
    if (error instanceof TlogError && error.code === 'unknown-key-type') return { vkey: null, keyText }
    throw error
  }
  throw flaw(kind === 'ed25519' ? `"${keyText}" is the key of a witness` : `"${keyText}" is the key of a log`)
}

type Keyed = Pick<PolicyLog, 'vkey' | 'keyText'>

/** The same key under two names would count twice. */
function refuseTwin(known: readonly Keyed[], { vkey, keyText }: Keyed): void {
  for (const other of known) {
    const isSameKey = vkey && other.vkey && equalBytes(vkey.publicKey, other.vkey.publicKey)
    const hasSameId = vkey && other.vkey && vkey.name === other.vkey.name && vkey.id === other.vkey.id
    const isSameText = materialOf(keyText) === materialOf(other.keyText)
    if (isSameKey || hasSameId || isSameText) throw flaw(`the key of "${keyText}" is listed already`)
  }
}

function materialOf(keyText: string): string {
  return keyText.slice(keyText.indexOf('+', keyText.indexOf('+') + 1) + 1)
}

function add<T>(list: T[], item: T): void {
  if (list.length >= MAX_LINES_OF_A_KIND) throw flaw(`more than ${MAX_LINES_OF_A_KIND} lines of this kind`)
  list.push(item)
}

/**
 * Octets as text. Names are opaque octets by the format; should two that are no UTF-8 be spelt alike here, the second is
 * refused as defined already.
 */
function textOf(octets: string): string {
  const bytes = Uint8Array.from(octets, (character) => character.charCodeAt(0))
  return decodeUtf8(bytes) ?? Array.from(bytes, spelt).join('')
}

function spelt(byte: number): string {
  return byte < 0x80 ? String.fromCharCode(byte) : `\\x${byte.toString(16)}`
}

function flaw(message: string): TlogError {
  return new TlogError('bad-policy', message)
}
