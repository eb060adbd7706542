import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { dateForm, isBounded, meaningOf, numberForm } from './forms.ts'

describe('dates', () => {
  it.each([
    ['yyyy-mm-dd', '2024-02-29', '2024-02-29'],
    ['yyyy-mm-ddT*', '2026-04-13T12:35:58.842275', '2026-04-13'],
    ['yyyy-mm-ddT*', '2026-04-13T12:35:58+02:00', '2026-04-13'],
    ['mm/dd/yyyy', '02/28/2025', '2025-02-28'],
    ['m/d/yyyy *', '2/8/2024 3:18:54 PM', '2024-02-08'],
    ['dd.mm.yyyy', '08.02.2024', '2024-02-08'],
    ['d mmm yyyy', '8 Feb 2024', '2024-02-08'],
    ['mm.yyyy', '02.2024', '2024-02'],
    ['yyyy', '2024', '2024'],
    ['yyyy/*', '2022/23', '2022'],
  ])('%s reads %s', (pattern, text, day) => {
    expect(dateForm(pattern)?.read(text)).toBe(day)
  })

  it.each([
    ['yyyy-mm-dd', '2023-02-29'],
    ['yyyy-mm-dd', '2023-13-01'],
    ['yyyy-mm-dd', '2023-00-01'],
    ['yyyy-mm-dd', '2023-1-1'],
    ['yyyy-mm-dd', '2023-01-01T00:00:00'],
    ['mm/dd/yyyy', '28/02/2025'],
    ['dd.mm.yyyy', '08-02-2024'],
    ['yyyy-mm-ddT*', '2026-04-13Tnoon'],
    ['yyyy', '24'],
  ])('%s does not read %s', (pattern, text) => {
    expect(dateForm(pattern)?.read(text)).toBeUndefined()
  })

  it.each(['', 'mm-dd', 'yyyy-dd', 'yyyy-mm-mm', 'yy-mm-dd', 'yyyy-mm-dd[a-z]', 'date'])('%s is no pattern', (text) => {
    expect(dateForm(text)).toBeUndefined()
  })

  it.each([
    ['1900-01-01', true],
    ['2099-12-31', true],
    ['1899-12-31', false],
    ['2100', false],
    ['0202-01-01', false],
  ])('%s is within the bounds: %s', (day, isWithin) => {
    expect(isBounded(dateForm(day.length === 4 ? 'yyyy' : 'yyyy-mm-dd')?.read(day) ?? '')).toBe(isWithin)
  })

  it('reads back every day of two centuries', () => {
    const day = fc.date({ min: new Date('1900-01-01'), max: new Date('2099-12-31'), noInvalidDate: true })
    fc.assert(
      fc.property(day, (date) => {
        const text = date.toISOString().slice(0, 10)
        const [year, month, dayOfMonth] = text.split('-')
        expect(dateForm('yyyy-mm-dd')?.read(text)).toBe(text)
        expect(dateForm('m/d/yyyy')?.read(`${Number(month)}/${Number(dayOfMonth)}/${year}`)).toBe(text)
      }),
    )
  })
})

describe('numbers', () => {
  it.each([
    ['1,234', '1,454,054', 1454054n],
    ['1,234', '425', 425n],
    ['1,234', '28571', 28571n],
    ['1.234', '1.454.054', 1454054n],
    ['1 234', '1\u202f454', 1454n],
    ["1'234", '1’454', 1454n],
    ['1234', '0', 0n],
    ['1234.0', '9166.0', 9166n],
    ['1234.0', '9166.00', 9166n],
    ['1234.0', '9166', 9166n],
    ['1234,0', '4500,00', 4500n],
    ['1.234,0', '4.500,00', 4500n],
    ['1.234,0', '4.500', 4500n],
    ['1,234.0', '4,500.00', 4500n],
    ['1 234,0', '4\u202f500,0', 4500n],
    ["1'234.0", "4'500.00", 4500n],
  ])('%s reads %s', (example, text, number) => {
    expect(numberForm(example)?.read(text)).toBe(number)
  })

  it.each([
    ['1234', '1,234'],
    ['1,234', '1.234'],
    ['1,234', '1,23'],
    ['1,234', '1234,567'],
    ['1,234', '0,123'],
    ['1234', '-5'],
    ['1234', '5.0'],
    ['1234', '007'],
    ['1234.0', '9166.5'],
    ['1234.0', '9166.'],
    ['1234.0', '9,166.0'],
    ['1234.0', '9.000'],
    ['1.234,0', '12,50'],
    ['1.234,0', '9,000'],
    ['1.234,0', '4,500.00'],
    ['1.234', '4.500,00'],
    ['1234', '1e3'],
    ['1234', ''],
    ['1234', '1234567890123456'],
  ])('%s does not read %s', (example, text) => {
    expect(numberForm(example)?.read(text)).toBeUndefined()
  })

  it('is one of the forms that are listed', () => expect(numberForm('1_234')).toBeUndefined())
})

describe('words', () => {
  const words = {
    'Livestock - Old Compliance': 'OLD',
    '* Compliance': 'ROC',
    'Livestock*': 'LIV',
    '*': 'CRT',
    'A*A': 'AA',
  }

  it.each([
    ['Livestock - Old Compliance', 'OLD'],
    ['Livestock - ARB Compliance', 'ROC'],
    ['Livestock Gas', 'LIV'],
    ['Compliance', 'CRT'],
    ['', 'CRT'],
    ['A', 'CRT'],
    ['AA', 'AA'],
    ['AbA', 'AA'],
    ['toString', 'CRT'],
  ])('%j stands for %s', (text, meaning) => {
    expect(meaningOf(words, text)).toBe(meaning)
  })

  it('that are not listed stand for nothing', () => {
    expect(meaningOf({ Retired: 'retired' }, 'constructor')).toBeUndefined()
    expect(meaningOf({ Retired: 'retired' }, 'Retired ')).toBeUndefined()
  })
})
