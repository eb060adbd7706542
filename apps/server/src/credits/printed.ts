import { PaperError } from '../platform/paper/renderer.ts'
import { problem } from '../platform/problem.ts'
import type { Services } from '../platform/services.ts'
import type { CertificatePaper } from './certificate-paper.ts'

/** Of about 60 kB each. */
const MOST_KEPT = 200

/** Certificates that were printed, by the hash of what they say; the last ones that were asked for are kept. */
const printed = new WeakMap<Services, Map<string, Promise<Uint8Array>>>()

/** Was it printed before, and is still here? */
export function isPrinted(services: Services, { sha256 }: CertificatePaper): boolean {
  return printed.get(services)?.has(sha256) === true
}

/**
 * The certificate as PDF/A. Many who ask for the same at once wait for one print. A receipt proves for ever, so that one which
 * was printed stays as it is.
 */
export function printedOnce(
  services: Services,
  certificate: CertificatePaper,
  receipt: () => Promise<string>,
): Promise<Uint8Array> {
  const kept = printed.get(services) ?? new Map<string, Promise<Uint8Array>>()
  printed.set(services, kept)
  const { sha256 } = certificate
  const pdf = kept.get(sha256) ?? print(services, certificate, receipt)
  kept.delete(sha256)
  kept.set(sha256, pdf)
  for (const oldest of kept.keys()) {
    if (kept.size <= MOST_KEPT) break
    kept.delete(oldest)
  }
  pdf.catch(() => kept.get(sha256) === pdf && kept.delete(sha256))
  return pdf
}

async function print(services: Services, { paper }: CertificatePaper, receipt: () => Promise<string>) {
  const text = await receipt()
  try {
    return (await services.papers.renderPdf(paper(text))).pdf
  } catch (error) {
    const isPassing = error instanceof PaperError && ['busy', 'timeout', 'crashed', 'closed'].includes(error.reason)
    throw isPassing ? problem('papers-busy') : error
  }
}
