import { execFile } from 'node:child_process'
import { readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)
const BUFFER = 64 * 1024 * 1024
const said = async (program: string, ...args: string[]) =>
  (await run(program, args, { encoding: 'utf8', maxBuffer: BUFFER })).stdout

/** Programs by which papers are looked at, and that are not installed. */
export async function missingTools(): Promise<string[]> {
  const asked = ['pdfinfo -v', 'pdffonts -v', 'pdftotext -v', 'pdfsig -v', 'openssl version'].map(async (command) => {
    const [program = '', option = ''] = command.split(' ')
    return run(program, [option]).then(
      () => [],
      (error) => (error.code === 'ENOENT' ? [program] : []),
    )
  })
  return (await Promise.all(asked)).flat()
}

/** The registry's authority, as programs are told to trust it. */
export interface Trust {
  pem: string
}

export async function trustIn(folder: string, authority: Buffer): Promise<Trust> {
  const pem = join(folder, 'authority.pem')
  await writeFile(pem, authority)
  return { pem }
}

/** The words of a PDF in the order in which they were set; of a line from the right in the order in which it is read. */
export const textOf = (file: string, isFromRight: boolean): Promise<string> =>
  said('pdftotext', ...(isFromRight ? [] : ['-raw']), '-enc', 'UTF-8', file, '-')

export async function pagesOf(file: string): Promise<number> {
  return Number(/^Pages:\s+(\d+)/m.exec(await said('pdfinfo', file))?.[1])
}

/** Does a PDF say that it keeps to PDF/A, and has all fonts in it, as that asks? */
export async function isPdfA(file: string, pdf: Buffer): Promise<boolean> {
  const metadata = pdf.toString('latin1')
  const isSaid = /<pdfaid:part>[23]<\/pdfaid:part><pdfaid:conformance>B</.test(metadata)
  const fonts = (await said('pdffonts', file)).trim().split('\n').slice(2)
  return isSaid && metadata.includes('/OutputIntents') && fonts.length > 0 && fonts.every((font) => EMBEDDED.test(font))
}

/** Columns emb and sub of pdffonts; the last two are the object. */
const EMBEDDED = /\byes (?:yes|no )\s+(?:yes|no)\s+\d+\s+\d+$/

/** How many signatures of a PDF pdfsig finds valid. */
export async function signaturesIn(file: string): Promise<number> {
  const told = await said('pdfsig', '-nocert', file)
  return told.match(/Signature is Valid/g)?.length ?? 0
}

/** How many certificates by which a PDF is signed openssl finds to be vouched for by the authority. */
export async function certificatesIn(file: string, pdf: Buffer, { pem }: Trust): Promise<number> {
  const authority = await readFile(pem, 'utf8')
  let count = 0
  for (const [, start = '', length = '', end = ''] of pdf.toString('latin1').matchAll(BYTE_RANGE)) {
    const hex = pdf.subarray(Number(start) + Number(length) + 1, Number(end) - 1).toString('latin1')
    const signature = `${file}.signature`
    await writeFile(signature, Buffer.from(hex, 'hex'))
    const certificates = await said('openssl', 'pkcs7', '-inform', 'DER', '-print_certs', '-in', signature)
    const own = (certificates.match(PEM) ?? []).find((one) => !isSame(one, authority))
    await writeFile(signature, own ?? '')
    // The play is ahead of the clock, and so are certificates.
    const told = await said('openssl', 'verify', '-no_check_time', '-CAfile', pem, signature)
    if (told.includes('OK')) count += 1
    await rm(signature)
  }
  return count
}

const PEM = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g
const isSame = (a: string, b: string) => a.replace(/\s/g, '') === b.replace(/\s/g, '')

/** Where the bytes stand that a signature is over: before it, and behind it. */
const BYTE_RANGE = /\/ByteRange\s*\[\s*(\d+)\s+(\d+)\s+(\d+)\s+\d+\s*\]/g
