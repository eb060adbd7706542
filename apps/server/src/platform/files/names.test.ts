import fc from 'fast-check'
import { expect, it } from 'vitest'
import { KINDS } from './judge/verdict.ts'
import { asDownload, cleanName, endingOf } from './names.ts'

it.each([
  ['Report 2024.pdf', 'Report 2024.pdf'],
  ['../../etc/passwd.pdf', 'passwd.pdf'],
  ['C:\\Users\\ana\\map.pdf', 'map.pdf'],
  ['/', 'file.pdf'],
  ['.pdf', 'file.pdf'],
  ['...pdf', 'file.pdf'],
  ['-rf.pdf', '-rf.pdf'],
  ['con.pdf', 'file_con.pdf'],
  ['AUX.tar.pdf', 'file_AUX.tar.pdf'],
  ['invoice.exe.pdf', 'invoice_exe.pdf'],
  ['a.svg.html.pdf', 'a_svg_html.pdf'],
  ['annex\u202efdp.pdf', 'annexfdp.pdf'],
  ['a\u0000b\r\nc.pdf', 'abc.pdf'],
  ['zero\u200bwidth\ufeff.pdf', 'zerowidth.pdf'],
  ['a"b<c>d|e?f*g:h.pdf', 'a_b_c_d_e_f_g_h.pdf'],
  ['  two   spaces  .PDF', 'two spaces.pdf'],
  ['предложение – प्रस्ताव – اقتراح.pdf', 'предложение – प्रस्ताव – اقتراح.pdf'],
  ['cafe\u0301.pdf', 'café.pdf'],
])('%j is given to others as %s', (name, clean) => {
  expect(cleanName(name, 'pdf')).toBe(clean)
  expect(endingOf(name).toLowerCase()).toBe(name === '/' ? '' : 'pdf')
})

it('a name has the ending of what the file is', () => {
  expect(cleanName('photo.jpeg', 'jpg')).toBe('photo.jpg')
  expect(cleanName('map.json', 'geojson')).toBe('map.geojson')
  expect([...cleanName(`${'é'.repeat(400)}.csv`, 'csv')]).toHaveLength(124)
})

it('whatever was sent becomes a name, again the same, and one header', () => {
  const names = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 300 }),
    fc
      .array(
        fc.constantFrom('..', '/', '\\', '.exe', '.pdf', 'a', ' ', '\u202e', '\0', '\r\n', '"', '%0d', 'con', 'é'),
        { maxLength: 12 },
      )
      .map((parts) => parts.join('')),
  )
  fc.assert(
    fc.property(names, fc.constantFrom(...(Object.keys(KINDS) as (keyof typeof KINDS)[])), (name, kind) => {
      const clean = cleanName(name, kind)
      expect(clean).toMatch(/^(?:[\u200c\u200d]|[^\p{Cc}\p{Cf}"*:<>?|/\\]){1,125}\.[a-z]{3,7}$/u)
      expect(clean).not.toMatch(/^[.\s]|\.(?:exe|html?|svg)\./i)
      expect(clean.endsWith(`.${KINDS[kind].endings[0]}`)).toBe(true)
      expect(cleanName(clean, kind)).toBe(clean)
      const header = asDownload(clean)
      expect(header).toMatch(/^attachment; filename="[\x20-\x7e]*"; filename\*=UTF-8''[A-Za-z0-9%._~!$&+^`|#-]+$/)
      expect(header.match(/"/g)).toHaveLength(2)
      expect(decodeURIComponent(header.split("''")[1] ?? '')).toBe(clean)
    }),
    { numRuns: 1_000 },
  )
})
