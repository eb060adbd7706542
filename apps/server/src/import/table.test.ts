import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { MAX_ROW_LENGTH, openTable } from './table.ts'

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
    expect(rows.slice(1)).toEqual([{ row: 2, lines: [3, 3], cells: undefined, broken: 'quote-not-closed' }])
  })

  it('bounds the length of a row', async () => {
    const { rows } = await read(`a,b\n${'1,2\n'.repeat(1_000)}3,"${'x\n'.repeat(MAX_ROW_LENGTH)}",4\n5,6\n`)
    expect(rows).toHaveLength(1_001)
    expect(rows.at(-1)?.broken).toBe('row-too-long')
  })

  it.each<[string, string | Uint8Array]>([
    ['file-empty', ''],
    ['file-empty', '\ufeff'],
    ['file-empty', ' \n\r\n'],
    ['header-broken', 'a,"b\n1,2\n'],
    ['a spreadsheet or an archive', Buffer.from('504b03041400', 'hex')],
    ['a PDF', '%PDF-1.7'],
    ['UTF-16', Buffer.from('\ufeffa,b\n1,2', 'utf16le')],
    ['bytes that no text has', 'a,b\n1,\u00002'],
    ['file-not-utf8: .*near line 3', Buffer.from('a,b\n1,2\ncaf\u00e9,4\n', 'latin1')],
    ['file-not-utf8: .*near line 2', Buffer.from('a,b\n1,caf\u00e9', 'latin1')],
  ])('that is none is refused: %s', async (said, content) => {
    await expect(read(content)).rejects.toThrow(new RegExp(said))
  })

  it('that is not there is refused', async () => {
    await expect(openTable(join(folder, 'none.csv'), ',')).rejects.toThrow('cannot be read (ENOENT)')
    await expect(openTable(folder, ',')).rejects.toThrow('cannot be read (EISDIR)')
  })
})
