import { pdfOf } from '../platform/printing.ts'
import type { Services } from '../platform/services.ts'
import { fileText, type Printable } from './paper.ts'

/** Of about 60 kB each. */
const MOST_KEPT = 200

/** Papers that were printed, by the hash of what they say; the last ones that were asked for are kept. */
const printed = new WeakMap<Services, Map<string, Promise<Uint8Array>>>()

/** Was it printed before, and is still here? */
export function isPrinted(services: Services, { sha256 }: Printable): boolean {
  return printed.get(services)?.has(sha256) === true
}

/**
 * The paper as PDF/A. Many who ask for the same at once wait for one print. A receipt proves for ever, so that one which
 * was printed stays as it is.
 */
export function printedOnce(
  services: Services,
  paper: Printable,
  receipt: () => Promise<string>,
  wait: boolean,
): Promise<Uint8Array> {
  const kept = printed.get(services) ?? new Map<string, Promise<Uint8Array>>()
  printed.set(services, kept)
  const { sha256 } = paper
  const pdf = kept.get(sha256) ?? print(services, paper, receipt, wait)
  kept.delete(sha256)
  kept.set(sha256, pdf)
  for (const oldest of kept.keys()) {
    if (kept.size <= MOST_KEPT) break
    kept.delete(oldest)
  }
  pdf.catch(() => kept.get(sha256) === pdf && kept.delete(sha256))
  return pdf
}

async function print(services: Services, paper: Printable, receipt: () => Promise<string>, wait: boolean) {
  const text = await receipt()
  const file = await fileText(paper.evidence, wait)
  return pdfOf(services.papers, paper.proved(file, text))
}
