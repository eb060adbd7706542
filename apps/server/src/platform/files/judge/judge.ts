import { judgeOffice } from './office.ts'
import { judgePdf } from './pdf.ts'
import { judgePicture } from './picture.ts'
import { judgeText } from './text.ts'
import { type FileKind, KINDS, type Taken, Unfit, type Verdict } from './verdict.ts'

/**
 * What a file is by its content, and whether it is taken under a name that ends so. Nothing in it is run or shown, and
 * nothing beyond the limits is unpacked; yet it takes as long as the file wants: call it where nobody waits.
 */
export function judge(bytes: Buffer, ending: string): Verdict {
  try {
    const taken = judgeContent(bytes)
    if (!endsRight(taken.kind, ending)) throw new Unfit('ending')
    return taken
  } catch (error) {
    // What reads beyond the end, or cannot be decoded, is not whole.
    return { fault: error instanceof Unfit ? error.fault : 'broken' }
  }
}

function judgeContent(bytes: Buffer): Taken {
  if (bytes.length === 0) throw new Unfit('empty')
  const head = bytes.toString('latin1', 0, 8)
  if (head.startsWith('%PDF-')) return judgePdf(bytes)
  if (head.startsWith('PK\x03\x04')) return judgeOffice(bytes)
  if (head.startsWith('\xff\xd8\xff') || head.startsWith('\x89PNG\r\n\x1a\n')) return judgePicture(bytes)
  return judgeText(bytes)
}

function endsRight(kind: FileKind, ending: string): boolean {
  const endings: readonly string[] = KINDS[kind].endings
  return endings.includes(ending.toLowerCase())
}
