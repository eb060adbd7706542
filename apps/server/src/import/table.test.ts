import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parse } from 'csv-parse/sync'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { MAX_ROW_BYTES, MAX_VALUE_BYTES, RecordCutter } from '../platform/csv-records.ts'
import { openTable } from './table.ts'

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'table-'))
})
afterAll(() => rm(folder, { recursive: true }))

async function read(content: string | Uint8Array, separator = ',') {
  const file = join(folder, 'table.csv')
  await writeFile(file, content)
  const { header, rows } = await openTable(file, separator)
  const all = []
  for await (const row of rows) all.push(row)
  return { header, rows: all }
}

async function cells(content: string | Uint8Array, separator?: string) {
  const { header, rows } = await read(content, separator)
  return [header, ...rows.map(({ cells }) => cells)]
}

const likeOurs = {
  record_delimiter: ['\r\n', '\n', '\r'],
  relax_column_count: true,
  relax_quotes: true,
  skip_empty_lines: true,
}

describe('a table', () => {
  const plain = [
    ['a', 'b'],
    ['1', '2'],
    ['3', '4'],
  ]

  it.each([
    ['LF', 'a,b\n1,2\n3,4\n'],
    ['CRLF', 'a,b\r\n1,2\r\n3,4\r\n'],
    ['CR', 'a,b\r1,2\r3,4'],
    ['mixed line ends', 'a,b\r\n1,2\n3,4'],
    ['a byte order mark', '\ufeffa,b\n1,2\n3,4'],
    ['empty lines', '\na,b\n\n1,2\n\n\n3,4\n\n'],
    ['quotes', '"a",b\n"1","2"\n3,"4"'],
    ['blanks in the header', ' a ,b \n1,2\n3,4'],
  ])('is read with %s', async (_, text) => {
    expect(await cells(text)).toEqual(plain)
  })

  it('is read with another separator', async () => {
    expect(await cells('a;b\n1;2\n3;4', ';')).toEqual(plain)
    expect(await cells('a\tb\n1\t2\n3\t4', '\t')).toEqual(plain)
  })

  it('has rows of several lines, and says where they stand', async () => {
    const { rows } = await read('a,b\n"one\ntwo",2\r\n\n3,"x\r\n\r\ny"\n5,6\n')
    expect(rows).toEqual([
      { row: 1, lines: [2, 3], cells: ['one\ntwo', '2'] },
      { row: 2, lines: [5, 7], cells: ['3', 'x\r\n\r\ny'] },
      { row: 3, lines: [8, 8], cells: ['5', '6'] },
    ])
  })

  it('keeps rows with too few and too many values, stray quotation marks and doubled ones', async () => {
    expect(await cells('a,b\n1\n1,2,3\n5" pipe,"""x"" y"\n"x"y,2\n7,8')).toEqual([
      ['a', 'b'],
      ['1'],
      ['1', '2', '3'],
      ['5" pipe', '"x" y'],
      ['"x"y', '2'],
      ['7', '8'],
    ])
  })

  it('reads characters that two chunks of the file share', async () => {
    const long = `a,b\n${`${'é€😀'.repeat(20)},"${'ñ'.repeat(21)}"\r\n`.repeat(4_000)}`
    const { rows } = await read(long)
    expect(rows).toHaveLength(4_000)
    expect(new Set(rows.map(({ cells }) => cells?.join('|')))).toEqual(
      new Set([`${'é€😀'.repeat(20)}|${'ñ'.repeat(21)}`]),
    )
  })

  it('gives what stands before a quotation mark that is never closed', async () => {
    const { rows } = await read('a,b\n1,2\n3,"4\n5,6\n')
    expect(rows[0]?.cells).toEqual(['1', '2'])
    const broken = { code: 'quote-not-closed', value: 1, found: '' }
    expect(rows.slice(1)).toEqual([{ row: 2, lines: [3, 5], cells: ['3'], broken }])
  })

  it('bounds a value and a row, and reads on after them', async () => {
    const lines = [
      '1,2\n'.repeat(1_000),
      `"3 ""${'x\n'.repeat(1_500_000)}",4\n`,
      `5,${'6'.repeat(MAX_VALUE_BYTES + 1)}\n`,
    ]
    const { rows } = await read(`a,b\n${lines.join('')}7,8\n9,${'"z",'.repeat(MAX_ROW_BYTES / 4)}\n10,11`)
    expect(rows).toHaveLength(1_005)
    expect(rows.slice(-5)).toMatchObject([
      { row: 1_001, lines: [1_002, 1_501_002], broken: { code: 'value-too-long', value: 0 } },
      { row: 1_002, lines: [1_501_003, 1_501_003], broken: { code: 'value-too-long', value: 1 } },
      { row: 1_003, cells: ['7', '8'] },
      { row: 1_004, broken: { code: 'row-too-long', value: MAX_ROW_BYTES / 4 } },
      { row: 1_005, cells: ['10', '11'] },
    ])
    const longest = 'é'.repeat(MAX_VALUE_BYTES / 2)
    expect((await read(`a,b\n"${longest}",2`)).rows).toMatchObject([{ cells: [longest, '2'] }])
  })

  it.each<[string, Uint8Array, object]>([
    ['a byte of Latin-1', Buffer.from('caf\u00e9', 'latin1'), { code: 'value-not-utf8', value: 1, found: 'caf\ufffd' }],
    ['half a character', Buffer.from('e282', 'hex'), { code: 'value-not-utf8', value: 1, found: '\ufffd' }],
    ['a NUL', Buffer.from('x\u0000y'), { code: 'value-control', value: 1, found: 'U+0000' }],
    ['an escape', Buffer.from('\u001b[2J'), { code: 'value-control', value: 1, found: 'U+001B' }],
    ['a C1 control', Buffer.from('\u0085'), { code: 'value-control', value: 1, found: 'U+0085' }],
  ])('with %s in a value breaks that row alone', async (_, value, broken) => {
    for (const quote of ['', '"']) {
      const parts = [Buffer.from(`a,b,c\n1,2,3\n4,${quote}`), value, Buffer.from(`${quote},5\n6,"7\t\r\n8",9`)]
      const { rows } = await read(Buffer.concat(parts))
      expect(rows).toMatchObject([{ cells: ['1', '2', '3'] }, { row: 2 }, { cells: ['6', '7\t\r\n8', '9'] }])
      expect(rows[1]?.broken).toEqual(broken)
    }
  })

  it('is cut the same wherever its chunks end, and as an established parser cuts it', () => {
    const piece = fc.constantFrom('a', 'é', ',', '"', '""', '\n', '\r\n', '"x"', ' ')
    const property = fc.property(fc.array(piece, { maxLength: 30 }), fc.nat(40), (pieces, at) => {
      const bytes = Buffer.from(pieces.join(''))
      const [whole, parts] = [new RecordCutter(','), new RecordCutter(',')]
      const records = [...whole.cut(bytes), ...whole.end()]
      expect([...parts.cut(bytes.subarray(0, at)), ...parts.cut(bytes.subarray(at)), ...parts.end()]).toEqual(records)
      const isClosed = records.every(({ broken }) => broken === undefined)
      if (isClosed) expect(records.map(({ cells }) => cells)).toEqual(parse(bytes, likeOurs))
      else expect(() => parse(bytes, likeOurs)).toThrow(/Quote Not Closed/)
    })
    fc.assert(property, { numRuns: 2_000 })
  })

  it.each<[string, string | Uint8Array]>([
    ['file-empty', ''],
    ['file-empty', '\ufeff'],
    ['file-empty', ' \n\r\n'],
    ['header-broken', 'a,"b\n1,2\n'],
    ['a spreadsheet or an archive', Buffer.from('504b03041400', 'hex')],
    ['a PDF', '%PDF-1.7'],
    ['UTF-16', Buffer.from('\ufeffa,b\n1,2', 'utf16le')],
    ['characters that no table has', Buffer.from('a,b\n1,2', 'utf16le')],
    ['file-not-utf8: .*line 2', Buffer.from('\na,caf\u00e9\n1,2', 'latin1')],
    ['header-broken', `a,${'b'.repeat(MAX_VALUE_BYTES + 1)}\n1,2`],
  ])('that is none is refused: %s', async (said, content) => {
    await expect(read(content)).rejects.toThrow(new RegExp(said))
  })

  it('that is not there is refused', async () => {
    await expect(openTable(join(folder, 'none.csv'), ',')).rejects.toThrow(/cannot be read: there is no .*none\.csv/)
    await expect(openTable(folder, ',')).rejects.toThrow(/cannot be read: .* is a folder/)
  })
})
