import { refuseLink } from './links.ts'
import { judgePicture } from './picture.ts'
import { beginsForeign, holdsMarkup, type Note, type Taken, Unfit } from './verdict.ts'
import { type Budget, MOST_UNPACKED_BYTES, type ZipEntry, zipEntries } from './zip.ts'

const MAIN = {
  docx: { part: 'word/document.xml', type: 'wordprocessingml.document.main+xml' },
  xlsx: { part: 'xl/workbook.xml', type: 'spreadsheetml.sheet.main+xml' },
} as const
type Office = keyof typeof MAIN

const TYPES = '[Content_Types].xml'
/** Parts in which programs stand, by their names. */
const MACROS = /vbaproject|vbadata|macrosheets?\/|customui\/|\.(?:vba|xlm)$/i
const ACTIVE = /activex|\/ctrlprops\/|webextension/i
/** What a part may be, by the ending of its name. */
const XML = /\.(?:xml|vml)$/i
const PICTURES = /\.(?:png|jpe?g|gif|bmp|tiff?|emf|wmf|wdp|ico)$/i
const FONTS = /\.(?:odttf|fntdata)$/i
const PRINTER = /\/printersettings\/[^/]+\.bin$/i
const INNER = /\/embeddings\/[^/]+\.(?:xlsx|docx)$/i
/** What a text document fetches by itself when it is opened: its template, frames, objects, parts of another document. */
const FETCHED =
  /\/(?:image|video|audio|media|attachedTemplate|oleObject|frame|subDocument|aFChunk|control|package|mailMergeSource)$/i

/** Judges a text document or a spreadsheet of Office Open XML by every part of it. Throws `Unfit`. */
export function judgeOffice(bytes: Buffer): Taken {
  return judgeWithin(bytes, { left: MOST_UNPACKED_BYTES }, true)
}

function judgeWithin(bytes: Buffer, budget: Budget, isOutermost: boolean): Taken {
  const entries = zipEntries(bytes, budget)
  const kinds = (Object.keys(MAIN) as Office[]).filter((kind) => entries.some(({ name }) => name === MAIN[kind].part))
  const types = entries.find(({ name }) => name === TYPES)
  const [kind, another] = kinds
  if (kind === undefined || !types) throw new Unfit('kind')
  if (another !== undefined) throw new Unfit('two-in-one')
  refuseTypes(xmlOf(types), kind)
  const notes = new Set<Note>()
  for (const entry of entries) judgePart(entry, budget, isOutermost, notes)
  return { kind, notes: [...notes] }
}

/** Macros, and what is no document at all, are told by the list of types. */
function refuseTypes(types: string, kind: Office): void {
  if (/macroEnabled|vbaProject/i.test(types)) throw new Unfit('macros')
  if (/activeX|oleObject/i.test(types)) throw new Unfit('active')
  if (!types.includes(MAIN[kind].type)) throw new Unfit('kind')
}

function judgePart(entry: ZipEntry, budget: Budget, isOutermost: boolean, notes: Set<Note>): void {
  const { name } = entry
  if (name.endsWith('/') && entry.size === 0) return
  if (MACROS.test(name)) throw new Unfit('macros')
  if (ACTIVE.test(name)) throw new Unfit('active')
  if (INNER.test(name)) {
    if (!isOutermost) throw new Unfit('embedded')
    for (const note of judgeWithin(entry.bytes(), budget, false).notes) notes.add(note)
  } else if (/\.rels$/i.test(name)) judgeLinks(xmlOf(entry), notes)
  else if (XML.test(name)) judgeXml(name, xmlOf(entry), notes)
  else judgeOther(entry)
}

function judgeOther(entry: ZipEntry): void {
  const { name } = entry
  const bytes = entry.bytes()
  if (beginsForeign(bytes.toString('latin1', 0, 16))) throw new Unfit('embedded')
  if (/\.svg$/i.test(name)) refuseActiveSvg(xmlOf(entry))
  else if (/\.(?:png|jpe?g)$/i.test(name)) judgePicture(bytes)
  else if (!PICTURES.test(name) && !FONTS.test(name) && !PRINTER.test(name)) throw new Unfit('embedded')
  else if (holdsMarkup(bytes.toString('latin1', 0, 1_024))) throw new Unfit('embedded')
}

/** XML in UTF-8 or, with its mark, in UTF-16; without definitions of its own, which unpack to more than they are. */
function xmlOf(entry: ZipEntry): string {
  const bytes = entry.bytes()
  const isWide = (bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff)
  const text = isWide
    ? new TextDecoder(bytes[0] === 0xff ? 'utf-16le' : 'utf-16be').decode(bytes)
    : bytes.toString('utf8')
  const stated = /^\ufeff?\s*<\?xml[^>]*encoding\s*=\s*["']([^"']+)/i.exec(text)?.[1] ?? 'utf-8'
  if (!/^utf-?(?:8|16)$/i.test(stated) || text.includes('\0')) throw new Unfit('unusual')
  if (/<!(?:DOCTYPE|ENTITY)/i.test(text)) throw new Unfit('unusual')
  return text
}

/** Elements that say what a part does. */
const TELLING = named('altChunk|control|ocx|webExtension|script|ddeLink|oleLink|f|instrText|fldChar|fldSimple')
const LINK = named('Relationship')

function named(names: string): RegExp {
  return new RegExp(`<(?:\\w{1,20}:)?(${names})(?=[\\s/>])`, 'gi')
}

/** Elements of these names, each with what stands in its tag and with the text behind it. */
function* elementsOf(text: string, names: RegExp): Generator<{ name: string; tag: string; content: string }> {
  for (const { index, 1: name = '' } of text.matchAll(names)) {
    const next = text.indexOf('<', index + 1)
    const whole = text.slice(index + 1, next < 0 ? undefined : next)
    const end = whole.indexOf('>')
    yield { name: name.toLowerCase(), tag: whole.slice(0, end), content: whole.slice(end + 1) }
  }
}

function judgeXml(path: string, text: string, notes: Set<Note>): void {
  if (/javascript:/i.test(text)) throw new Unfit('active')
  if (/\/externallinks\//i.test(path)) notes.add('links')
  const fields: string[] = []
  for (const { name, tag, content } of elementsOf(text, TELLING)) {
    if (name === 'f') refuseFormula(plain(content))
    else if (name === 'instrtext') fields.push(content)
    else if (name === 'fldchar') fields.push('|')
    else if (name === 'fldsimple') fields.push(`|${/instr\s*=\s*["']([^"']*)/.exec(tag)?.[1] ?? ''}|`)
    else throw new Unfit(/^(?:dde|ole)link$/.test(name) ? 'remote' : 'active')
  }
  const told = plain(fields.join('')).replace(/["\s]/g, '')
  refuseFields(told)
  if (/HYPERLINK(?!\\l)/i.test(told)) notes.add('links')
}

/** Another program is asked by a name, a bar and what it is to do. */
function refuseFormula(formula: string): void {
  if (/^[^!()"]{1,60}\|/.test(formula) || /\bWEBSERVICE\s*\(/i.test(formula)) throw new Unfit('remote')
}

/** Commands to fetch data from elsewhere, each between bars; they may be written in pieces. */
function refuseFields(fields: string): void {
  if (/DDEAUTO|(?:^|\|)(?:DDE|INCLUDEPICTURE|INCLUDETEXT)|HYPERLINK(?:file:|\\\\)/i.test(fields))
    throw new Unfit('remote')
}

/** What a part names outside of the file. Links that a person follows are taken, and told. */
function judgeLinks(text: string, notes: Set<Note>): void {
  for (const { tag } of elementsOf(text, LINK)) {
    const told = plain(tag)
    const type = /\bType\s*=\s*["']([^"']*)/.exec(told)?.[1] ?? ''
    if (/vbaProject|xlMacrosheet|wordVbaData/i.test(type)) throw new Unfit('macros')
    if (/\/(?:aFChunk|control|activeXControl\w*)$/i.test(type)) throw new Unfit('active')
    if (!/\bTargetMode\s*=\s*["']External/i.test(told)) continue
    if (FETCHED.test(type)) throw new Unfit('remote')
    // Another workbook is asked for only when a person says so.
    const isWorkbook = /\/externalLink(?:Path)?$/i.test(type)
    refuseLink(/\bTarget\s*=\s*(?:"([^"]*)|'([^']*))/.exec(told)?.slice(1).join('') ?? '', isWorkbook)
    notes.add('links')
  }
}

/** Letters that are written as numbers, and the five that have names. */
function plain(text: string): string {
  const names: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }
  return text.replace(/&(?:#x([0-9a-f]{1,6})|#(\d{1,7})|(amp|lt|gt|quot|apos));/gi, (_, hex, decimal, name) => {
    if (name) return names[String(name).toLowerCase()] ?? ''
    const code = hex ? Number.parseInt(hex, 16) : Number(decimal)
    return code <= 0x10ffff ? String.fromCodePoint(code) : ''
  })
}

function refuseActiveSvg(text: string): void {
  const told = plain(text)
  if (/<(?:\w+:)?(?:script|foreignObject|iframe|handler)\b|\son\w+\s*=|javascript:/i.test(told))
    throw new Unfit('active')
}
