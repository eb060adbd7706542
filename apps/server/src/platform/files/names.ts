import { type FileKind, KINDS } from './judge/verdict.ts'

const MOST_LETTERS = 120
/** Names that Windows gives to devices. */
const DEVICE = /^(?:con|prn|aux|nul|com\d|lpt\d)$/i
/** Endings of what runs: where one stands within a name, whoever does not see the last one would take it for that. */
const RUNS =
  /\.(?=(?:exe|com|bat|cmd|scr|pif|msi|jar|js|jse|vbs|vbe|wsf|ps1|sh|hta|lnk|html?|svg|xhtml|php|asp|jsp|docm|xlsm|dll)(?:\.|$))/gi
/** Controls, and letters that are not seen: directions, marks of byte order. U+200C and U+200D, which scripts need, stay. */
const UNSEEN = /(?![\u200c\u200d])[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Zl}\p{Zp}]/gu
/** What no system takes in a name, or what leads elsewhere. */
const ODD = /["*:<>?|/\\]/g
const EDGES = /^[.\s]+|[.\s]+$/g

/** The ending of a name, without its dot; empty where it has none. */
export function endingOf(name: string): string {
  const last = lastPart(name).replace(UNSEEN, '').trimEnd()
  const dot = last.lastIndexOf('.')
  return dot < 0 ? '' : last.slice(dot + 1)
}

/**
 * The name under which a file is given to others: one line, no path, no letters that are not seen, no ending but that of
 * what it is. Whatever was sent, it is a name on every system.
 */
export function cleanName(name: string, kind: FileKind): string {
  const last = lastPart(name).replace(UNSEEN, '').normalize('NFC').replace(ODD, '_').replace(/\s+/g, ' ').trim()
  const dot = last.lastIndexOf('.')
  const short = [...(dot < 0 ? last : last.slice(0, dot)).replace(EDGES, '')].slice(0, MOST_LETTERS).join('')
  const stem = short.replace(EDGES, '').replace(RUNS, '_')
  return `${nameable(stem)}.${KINDS[kind].endings[0]}`
}

function nameable(stem: string): string {
  if (!/[\p{L}\p{N}\p{P}\p{S}]/u.test(stem)) return 'file'
  return DEVICE.test((stem.split('.', 1)[0] ?? '').trim()) ? `file_${stem}` : stem
}

function lastPart(name: string): string {
  return name.split(/[/\\]/).findLast((part) => part !== '') ?? ''
}

/** The header by which a browser keeps a file, and never shows it (RFC 6266). `name` is a clean one. */
export function asDownload(name: string): string {
  const ascii = name
    .normalize('NFKD')
    .replace(/[^\x20-\x7e]/g, '')
    .replace(/["\\%]/g, '_')
  const encoded = encodeURIComponent(name).replace(
    /['()*!]/g,
    (letter) => `%${letter.charCodeAt(0).toString(16).toUpperCase()}`,
  )
  return `attachment; filename="${ascii}"; filename*=UTF-8''${encoded}`
}
