import { createReadStream } from 'node:fs'
import { readFile, stat } from 'node:fs/promises'
import { buffer } from 'node:stream/consumers'
import { parseArgs } from 'node:util'
import { type Policy, parseVkey, TlogError, type Vkey } from '@tallystick/tlog'
import { verifyCertificate, verifyCertificatePdf } from './certificate.ts'
import { isPdf, MOST_PDF_BYTES } from './certificate-pdf.ts'
import { type StatedCheckpoint, stateOf } from './checkpoint-check.ts'
import texts from './en.json' with { type: 'json' }
import { fill } from './finding.ts'
import { formatReport } from './format.ts'
import { sha256 } from './inspect.ts'
import { verifyLog } from './log.ts'
import { isListed, logKeysOf, readPolicy } from './policy-check.ts'
import { type CertificateReport, exitCodeOf, type VerifyReport } from './report.ts'
import { FolderSource, type LogSource, UrlSource } from './source.ts'

const usage = texts.usage

/** What the command line asked for cannot be done; the message says what to write instead. */
class UsageError extends Error {}

/** The end of a run of `verify`: what to print (text or one JSON object) and with which code to exit. */
export interface VerifyRun {
  exitCode: 0 | 1 | 2 | 3
  /** Undefined where the arguments were not understood. */
  report: VerifyReport | CertificateReport | undefined
  text: string
}

const options = {
  vkey: { type: 'string' },
  policy: { type: 'string' },
  since: { type: 'string' },
  predecessor: { type: 'string' },
  proof: { type: 'string' },
  certificate: { type: 'string' },
  json: { type: 'boolean' },
  data: { type: 'string' }, // taken by every command; this one needs no data folder
} as const

/**
 * `verify <folder|url> --vkey … [--since file] [--json]` or `verify --proof file --certificate file --vkey … [--json]`
 * (`--certificate file.pdf` alone where the certificate is a PDF, with its proof inside),
 * with the folder or url too, where the certificate shall be held to the log as it is now;
 * with `--policy file` instead of `--vkey` or beside it,
 * `args` being what follows the word `verify`. Exit codes: 0 whole, 1 found wrong, 2 usage, no log there, or
 * not read to its end, 3 identity not checked.
 */
export async function runVerify(
  args: readonly string[],
  onProgress?: (entries: number, size: number) => void,
): Promise<VerifyRun> {
  const json = args.includes('--json')
  try {
    const report = await check(parse(args), onProgress)
    return { exitCode: exitCodeOf(report), report, text: json ? JSON.stringify(report) : formatReport(report) }
  } catch (error) {
    if (!(error instanceof UsageError)) throw error
    const text = json ? JSON.stringify({ error: error.message }) : `${error.message}\n\n${usage.help}`
    return { exitCode: 2, report: undefined, text }
  }
}

type Arguments = ReturnType<typeof parse>

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true })
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error))
  }
}

async function check(
  { values, positionals }: Arguments,
  onProgress: ((entries: number, size: number) => void) | undefined,
): Promise<VerifyReport | CertificateReport> {
  const vkey = values.vkey === undefined ? undefined : readVkey(values.vkey)
  const policy = values.policy === undefined ? undefined : await policyIn(values.policy, vkey)
  if (values.proof !== undefined || values.certificate !== undefined) {
    return checkCertificate({ values, positionals }, { vkey, policy }, onProgress)
  }
  const source = await readSource(positionals)
  const since = values.since === undefined ? undefined : await readSince(values.since)
  const predecessor = values.predecessor === undefined ? undefined : await readSource([values.predecessor])
  const report = await verifyLog(source, { vkey, policy, since, predecessor, onProgress })
  if (report.outcome === 'not-read' && report.checkpoint === null) throw new UsageError(noLog(report))
  return report
}

function noLog({ source, findings: [finding] }: VerifyReport): string {
  const reason = finding?.detail.reason
  return reason === undefined ? fill(usage.noLog, { source }) : fill(usage.noLogReached, { source, reason })
}

async function checkCertificate(
  { values, positionals }: Arguments,
  whom: { vkey: Vkey | undefined; policy: Policy | undefined },
  onProgress: ((entries: number, size: number) => void) | undefined,
): Promise<CertificateReport> {
  const { proof, certificate, since } = values
  if (certificate === undefined) throw new UsageError(usage.proofAlone)
  if (since !== undefined) throw new UsageError(usage.sinceWithProof)
  const bytes = await fileOf(certificate, MOST_PDF_BYTES + 1)
  const source = positionals.length > 0 ? await readSource(positionals) : undefined
  if (isPdf(bytes)) {
    if (proof !== undefined) throw new UsageError(usage.proofBesidePdf)
    return verifyCertificatePdf({ pdf: bytes, source, onProgress, ...whom })
  }
  if (proof === undefined) throw new UsageError(usage.proofAlone)
  return verifyCertificate({
    proof: await fileOf(proof),
    certificate: bytes.toString('utf8'),
    source,
    onProgress,
    ...whom,
  })
}

function readVkey(text: string): Vkey {
  try {
    const vkey = parseVkey(sha256, text.trim())
    if (vkey.kind === 'ed25519') return vkey
  } catch (error) {
    if (!(error instanceof TlogError)) throw error
    throw new UsageError(fill(usage.badVkey, { reason: error.message }))
  }
  throw new UsageError(usage.vkeyOfWitness)
}

/** A policy that tells whose log it may be, by itself or together with the key that was given. */
async function policyIn(file: string, vkey: Vkey | undefined): Promise<Policy> {
  const bytes = await fileOf(file)
  try {
    const policy = readPolicy(bytes)
    if (!vkey && logKeysOf(policy).length === 0) throw new UsageError(usage.policyNoLog)
    if (vkey && !isListed(policy, vkey)) throw new UsageError(usage.policyOtherLog)
    return policy
  } catch (error) {
    if (!(error instanceof TlogError)) throw error
    throw new UsageError(fill(usage.badPolicy, { file, reason: error.message }))
  }
}

async function readSource(positionals: readonly string[]): Promise<LogSource> {
  const [source, another] = positionals
  if (source === undefined) throw new UsageError(usage.noSource)
  if (another !== undefined) throw new UsageError(usage.twoSources)
  if (/^https?:\/\//i.test(source)) {
    if (URL.canParse(source)) return new UrlSource(source)
    throw new UsageError(fill(usage.badUrl, { url: source }))
  }
  const isFolder = await stat(source).then(
    (found) => found.isDirectory(),
    () => false,
  )
  if (!isFolder) throw new UsageError(fill(usage.noFolder, { folder: source }))
  return new FolderSource(source)
}

async function readSince(file: string): Promise<StatedCheckpoint> {
  const note = await fileOf(file)
  try {
    return stateOf(note)
  } catch (error) {
    if (!(error instanceof TlogError)) throw error
    throw new UsageError(fill(usage.badSince, { file, reason: error.message }))
  }
}

/** Of a file its bytes, and no more than so many. */
async function fileOf(file: string, most?: number): Promise<Buffer> {
  try {
    return most === undefined ? await readFile(file) : await buffer(createReadStream(file, { end: most - 1 }))
  } catch (error) {
    throw new UsageError(fill(usage.noFile, { file, reason: error instanceof Error ? error.message : String(error) }))
  }
}
