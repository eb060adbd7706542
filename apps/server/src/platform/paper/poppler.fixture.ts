import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Printed } from './compile.ts'

export const poppler = existsSync('/usr/bin/pdftotext')

/** What one of poppler's tools says of a PDF, or writes to `OUT`. */
export function tool(name: string, { pdf }: Pick<Printed, 'pdf'>, ...args: string[]): string {
  const folder = mkdtempSync(join(tmpdir(), 'paper-'))
  try {
    const [file, out] = [join(folder, 'paper.pdf'), join(folder, 'out')]
    writeFileSync(file, pdf)
    const given = args.map((one) => (one === 'FILE' ? file : one === 'OUT' ? out : one))
    const { stdout } = spawnSync(name, given, { encoding: 'utf8' })
    return existsSync(out) ? readFileSync(out, 'utf8') : stdout
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** Pages as `pdftoppm` draws them, one PPM picture after the other. */
export function pictureOf({ pdf }: Pick<Printed, 'pdf'>, ...args: string[]): Buffer {
  return spawnSync('pdftoppm', [...args, '-'], { input: pdf, maxBuffer: 200_000_000 }).stdout
}

export interface Word {
  text: string
  left: number
  top: number
  right: number
  bottom: number
}

export interface Page {
  width: number
  height: number
  /** In the order in which they were written. */
  words: Word[]
}

const SIGNS: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }

/** What `pdftotext` finds on each page, and where, in points from the top and the left. */
export function pagesOf(printed: Pick<Printed, 'pdf'>): Page[] {
  const found = tool('pdftotext', printed, '-raw', '-bbox', 'FILE', 'OUT')
  return [...found.matchAll(/<page width="([\d.]+)" height="([\d.]+)">(.*?)<\/page>/gs)].map(
    ([, width, height, inside = '']) => ({
      width: Number(width),
      height: Number(height),
      words: [...inside.matchAll(/<word xMin="(.*?)" yMin="(.*?)" xMax="(.*?)" yMax="(.*?)">(.*?)<\/word>/g)].map(
        wordOf,
      ),
    }),
  )
}

function wordOf([, left, top, right, bottom, text = '']: RegExpMatchArray): Word {
  const plain = text.replace(/&(\w+);/g, (sign, name: string) => SIGNS[name] ?? sign)
  return { text: plain, left: Number(left), top: Number(top), right: Number(right), bottom: Number(bottom) }
}
