import { crc32, deflateSync } from 'node:zlib'
import { type ZipPart, zipOf } from './zip.fixture.ts'

const DECLARED = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
const MAIN = 'application/vnd.openxmlformats-officedocument'
const TYPES = 'http://schemas.openxmlformats.org/package/2006/content-types'
export const RELATIONS = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships'

export function typesOf(part: string, type: string): ZipPart {
  const override = `<Override PartName="/${part}" ContentType="${MAIN}.${type}"/>`
  return { name: '[Content_Types].xml', content: `${DECLARED}<Types xmlns="${TYPES}">${override}</Types>` }
}

/** The list of what a part leads to. */
export function relationsOf(name: string, ...links: string[]): ZipPart {
  return { name, content: `${DECLARED}<Relationships>${links.join('')}</Relationships>` }
}

export function link(kind: string, target: string, more = ''): string {
  return `<Relationship Id="r1" Type="${RELATIONS}/${kind}" Target="${target}"${more}/>`
}

export const DOCX_PARTS: readonly ZipPart[] = [
  typesOf('word/document.xml', 'wordprocessingml.document.main+xml'),
  relationsOf('_rels/.rels', link('officeDocument', 'word/document.xml')),
  { name: 'word/document.xml', content: `${DECLARED}<w:document><w:body><w:p>Baseline</w:p></w:body></w:document>` },
]

export const XLSX_PARTS: readonly ZipPart[] = [
  typesOf('xl/workbook.xml', 'spreadsheetml.sheet.main+xml'),
  relationsOf('_rels/.rels', link('officeDocument', 'xl/workbook.xml')),
  { name: 'xl/workbook.xml', content: `${DECLARED}<workbook/>` },
  { name: 'xl/worksheets/sheet1.xml', content: `${DECLARED}<worksheet><c><f>SUM(A1:A9)</f><v>7</v></c></worksheet>` },
]

export const docxWith = (...parts: ZipPart[]) => zipOf([...DOCX_PARTS, ...parts])
export const xlsxWith = (...parts: ZipPart[]) => zipOf([...XLSX_PARTS, ...parts])

/** A PDF of these objects, the first of which is the catalog. */
export function pdfOf(...objects: (string | Buffer)[]): Buffer {
  const pieces: Buffer[] = [Buffer.from('%PDF-1.7\n%\xe2\xe3\xcf\xd3\n', 'latin1')]
  for (const [at, object] of objects.entries()) {
    const body = typeof object === 'string' ? Buffer.from(object, 'latin1') : object
    pieces.push(Buffer.from(`${at + 1} 0 obj\n`), body, Buffer.from('\nendobj\n'))
  }
  pieces.push(Buffer.from(`trailer << /Size ${objects.length + 1} /Root 1 0 R >>\nstartxref\n0\n%%EOF\n`))
  return Buffer.concat(pieces)
}

export function streamOf(
  dictionary: string,
  content: string | Buffer,
  pack: (bytes: Buffer) => Buffer = (bytes) => deflateSync(bytes),
): Buffer {
  const packed = pack(typeof content === 'string' ? Buffer.from(content) : content)
  const head = `<< ${dictionary} /Length ${packed.length} >>\nstream\n`
  return Buffer.concat([Buffer.from(head, 'latin1'), packed, Buffer.from('\nendstream')])
}

const PAGES = '<< /Type /Pages /Kids [] /Count 0 >>'
export const CATALOG = '<< /Type /Catalog /Pages 2 0 R >>'
export const PDF = pdfOf(CATALOG, PAGES, streamOf('/Filter /FlateDecode', 'BT (Baseline) Tj ET'))
export const pdfWith = (...objects: (string | Buffer)[]) => pdfOf(CATALOG, PAGES, ...objects)

export function pngOf(width: number, height: number, behind = ''): Buffer {
  const chunk = (type: string, content: Buffer) => {
    const named = Buffer.concat([Buffer.from(type), content])
    const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)]
    length.writeUInt32BE(content.length)
    sum.writeUInt32BE(crc32(named))
    return Buffer.concat([length, named, sum])
  }
  const head = Buffer.from([0, 0, 0, 0, 0, 0, 0, 0, 8, 0, 0, 0, 0])
  head.writeUInt32BE(width, 0)
  head.writeUInt32BE(height, 4)
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])
  const rows = deflateSync(Buffer.alloc(Math.min(1_000, (width + 1) * height)))
  return Buffer.concat([
    signature,
    chunk('IHDR', head),
    chunk('IDAT', rows),
    chunk('IEND', Buffer.alloc(0)),
    Buffer.from(behind, 'latin1'),
  ])
}

export function jpgOf(width: number, height: number, { comment = 'made by a camera', behind = '' } = {}): Buffer {
  const segment = (marker: number, content: Buffer) => {
    const length = Buffer.alloc(2)
    length.writeUInt16BE(content.length + 2)
    return Buffer.concat([Buffer.from([0xff, marker]), length, content])
  }
  const frame = Buffer.from([8, 0, 0, 0, 0, 1, 1, 0x11, 0])
  frame.writeUInt16BE(height, 1)
  frame.writeUInt16BE(width, 3)
  return Buffer.concat([
    Buffer.from([0xff, 0xd8]),
    segment(0xfe, Buffer.from(comment, 'latin1')),
    segment(0xc0, frame),
    segment(0xda, Buffer.from([1, 1, 0, 0, 63, 0])),
    Buffer.from([0x12, 0x34, 0xff, 0x00, 0x56, 0xff, 0xd0, 0x78, 0xff, 0xd9]),
    Buffer.from(behind, 'latin1'),
  ])
}

export const CSV = Buffer.from('year,tonnes,place\n2024,"1,200.5",Ruacana\n2025,-3,Otjiwarongo\n')
export const GEOJSON = Buffer.from(
  JSON.stringify({
    type: 'FeatureCollection',
    features: [
      { type: 'Feature', properties: { name: 'Plant' }, geometry: { type: 'Point', coordinates: [14.2, -17.4] } },
    ],
  }),
)
