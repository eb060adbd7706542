import { describe, expect, it, test } from 'vitest'
import { country, first, last, number } from './elements.ts'
import { serialFormat } from './format.ts'
import {
  count,
  type FormatId,
  isSerialError,
  nationalSerial,
  parse,
  print,
  recognise,
  splitCheck,
  subrange,
  withCheck,
} from './index.ts'
import { pattern } from './pattern.ts'

const NATIONAL = 'XT-ITMO-11-356-2022-0-27-35'
const VERRA = '9301-70000001-70000250-VCS-VCU-999-VER-XT-14-1234-01012019-31122019-1'
const GOLD = 'GS1-1-XT-GS1234-16-2024-30001-110-5463'
const CER = 'XT-5-1001-2-2-0-7014'
const CERS = 'XT-5-1001-2-2-0-7014 - XT-5-1300-2-2-0-7014'

function read(format: FormatId, text: string) {
  const serial = parse(format, text)
  if (isSerialError(serial)) throw new Error(serial.message)
  return serial
}

describe('what a serial says', () => {
  test('national', () => {
    expect(parse('national', NATIONAL)).toEqual({
      format: 'national',
      space: 'national:XT/ITMO',
      range: { first: 27n, last: 35n },
      facts: { country: 'XT', type: 'ITMO', scope: '11', project: '356', vintage: '2022', blank: '0' },
    })
    expect(parse('national', 'XT-A6ER-1-002-2023--7-7')).toMatchObject({
      space: 'national:XT/A6ER',
      range: { first: 7n, last: 7n },
      facts: { project: '002', blank: '' },
    })
  })

  test('Verra', () => {
    expect(parse('verra', VERRA)).toEqual({
      format: 'verra',
      space: 'verra:VCU',
      range: { first: 70000001n, last: 70000250n },
      facts: {
        batch: '9301',
        account: '999',
        country: 'XT',
        scope: '14',
        project: '1234',
        from: '2019-01-01',
        to: '2019-12-31',
        flag: '1',
      },
    })
  })

  test('Gold Standard, its own and CERs in one column', () => {
    expect(parse('gold-standard-any', GOLD)).toEqual({
      format: 'gold-standard',
      space: 'gold-standard:GS1-1-XT-GS1234-16-2024-30001',
      range: { first: 110n, last: 5463n },
      facts: { country: 'XT', project: '1234', projectType: '16', vintage: '2024', issuance: '30001' },
    })
    expect(parse('gold-standard-any', CERS)).toEqual({
      format: 'kyoto',
      space: 'kyoto:XT/5',
      range: { first: 1001n, last: 1300n },
      facts: {
        party: 'XT',
        type: '5',
        originalPeriod: '2',
        applicablePeriod: '2',
        activity: '0',
        project: '7014',
      },
    })
  })

  test('each kind of Kyoto unit, with all that it has', () => {
    expect(read('kyoto', 'XT-1-1-90-1-1-0-0')).toMatchObject({
      space: 'kyoto:XT/1',
      range: { first: 1n, last: 90n },
      facts: { type: '1', activity: '0', project: '0', form: 'range' },
    })
    expect(read('kyoto', 'XT-2-7-1-2-3-0').facts).toMatchObject({ type: '2', activity: '3', project: '0' })
    expect(read('kyoto', 'XT-4-7-1-2-6-99-2').facts).toMatchObject({ activity: '6', project: '99', track: '2' })
    expect(read('kyoto', 'XT-7-7-1-2-1-99-2040-12-31').facts).toMatchObject({ type: '7', expiry: '2040-12-31' })
  })

  test('Climate Action Reserve and ART', () => {
    expect(read('climate-action-reserve', 'CAR-ROC-XT-1316-105-276-CA-2025-9388-2 to 25412')).toEqual({
      format: 'climate-action-reserve',
      space: 'climate-action-reserve:CAR-ROC-XT-1316-105-276-CA-2025-9388',
      range: { first: 2n, last: 25412n },
      facts: {
        type: 'ROC',
        country: 'XT',
        project: '1316',
        projectType: '105',
        developer: '276',
        state: 'CA',
        vintage: '2025',
        issuance: '9388',
      },
    })
    expect(read('art-trees', 'FCPF-XT-130-2023-20-1 to 46404')).toEqual({
      format: 'art-trees',
      space: 'art-trees:FCPF-XT-130-2023-20',
      range: { first: 1n, last: 46404n },
      facts: { programme: 'FCPF', country: 'XT', project: '130', vintage: '2023', issuance: '20' },
    })
  })

  test('a CER alone, and a block of one that stays a block', () => {
    expect(read('kyoto', CER).range).toEqual({ first: 1001n, last: 1001n })
    expect(print(read('kyoto', `${CER} - ${CER}`))).toBe(`${CER} - ${CER}`)
  })
})

test.each<[FormatId, string, number, string, string]>([
  ['national', '', 0, 'country', 'missing'],
  ['national', 'XT-ITMO-11', 10, 'project', 'missing'],
  ['national', 'XT-ITMO-11-356-2022-0-27-', 25, 'last', 'missing'],
  ['national', ' XT-ITMO-11-356-2022-0-27-35', 0, 'country', 'unexpected'],
  ['national', 'Xt-ITMO-11-356-2022-0-27-35', 1, 'country', 'unexpected'],
  ['national', 'XTA-ITMO-11-356-2022-0-27-35', 2, 'country', 'unexpected'],
  ['national', 'XT-ITMOS-11-356-2022-0-27-35', 7, 'type', 'unexpected'],
  ['national', 'XT-ITMO-0-356-2022-0-27-35', 8, 'scope', 'out-of-range'],
  ['national', 'XT-ITMO-16-356-2022-0-27-35', 8, 'scope', 'out-of-range'],
  ['national', 'XT-ITMO-01-356-2022-0-27-35', 8, 'scope', 'leading-zero'],
  ['national', 'XT-ITMO-11-35-2022-0-27-35', 13, 'project', 'unexpected'],
  ['national', 'XT-ITMO-11-000-2022-0-27-35', 11, 'project', 'out-of-range'],
  ['national', 'XT-ITMO-11-0356-2022-0-27-35', 11, 'project', 'leading-zero'],
  ['national', 'XT-ITMO-11-1234567890-2022-0-27-35', 20, 'project', 'out-of-range'],
  ['national', 'XT-ITMO-11-356-1999-0-27-35', 15, 'vintage', 'out-of-range'],
  ['national', 'XT-ITMO-11-356-2022-ABCDE-27-35', 24, 'blank', 'unexpected'],
  ['national', 'XT-ITMO-11-356-2022-0-0-35', 22, 'first', 'out-of-range'],
  ['national', 'XT-ITMO-11-356-2022-0-35-34', 25, 'last', 'end-before-start'],
  ['national', 'XT-ITMO-11-356-2022-0-27-1000000000000000', 40, 'last', 'out-of-range'],
  ['national', 'XT-ITMO-11-356-2022-0-27-35 ', 27, 'last', 'trailing'],
  ['national', 'XT-ITMO-11-356-2022-0-27', 24, 'last', 'missing'],
  ['national', `${NATIONAL}${'5'.repeat(200)}`, 200, 'text', 'too-long'],
  ['verra', VERRA.replace('01012019', '29022019'), 50, 'from', 'no-such-date'],
  ['verra', VERRA.replace('01012019', '01132019'), 52, 'from', 'no-such-date'],
  ['verra', VERRA.replace('01012019', '32132019'), 50, 'from', 'no-such-date'],
  ['verra', VERRA.replace('01012019', '01011899'), 54, 'from', 'out-of-range'],
  ['verra', VERRA.replace('01012019', '01012020'), 59, 'to', 'end-before-start'],
  ['verra', VERRA.replace('-14-', '-16-'), 42, 'scope', 'out-of-range'],
  ['verra', VERRA.replace(/1$/, '2'), 68, 'flag', 'out-of-range'],
  ['verra', '201-5000001-5000250-VCU-009-APX-XT-1-55-01012008-31122008-0', 22, 'VCS-VCU', 'unexpected'],
  ['gold-standard', GOLD.replace('GS1234', '1234'), 9, 'GS', 'unexpected'],
  ['gold-standard', GOLD.replace('-16-', '-1000-'), 19, 'projectType', 'out-of-range'],
  ['gold-standard', GOLD.replace('-2024-', '-1989-'), 19, 'vintage', 'out-of-range'],
  ['gold-standard', CER, 0, 'GS1-1', 'unexpected'],
  ['gold-standard-any', GOLD.replace('110', '0110'), 30, 'first', 'leading-zero'],
  ['gold-standard-any', CERS.replace('XT-5-1300', 'XU-5-1300'), 24, 'party', 'ends-differ'],
  ['kyoto', CERS.replace('1300', '1000'), 28, 'last', 'end-before-start'],
  ['kyoto', `${CERS}5`, 43, 'project', 'ends-differ'],
  ['kyoto', CERS.slice(0, -1), 42, 'project', 'ends-differ'],
  ['kyoto', CERS.replace(' - ', '-'), 20, 'project', 'trailing'],
  ['kyoto', CERS.replace(' - ', ' -'), 22, 'party', 'unexpected'],
  ['kyoto', 'XT-5-1001-100-2-0-7014', 12, 'originalPeriod', 'out-of-range'],
  ['kyoto', 'XT-5-1001-2-0-0-7014', 12, 'applicablePeriod', 'out-of-range'],
  ['kyoto', 'XT-5-1001-2-2-8-7014', 14, 'activity', 'out-of-range'],
  ['kyoto', 'XT-5-1001-2-2-0-10000000', 23, 'project', 'out-of-range'],
  ['kyoto', CER.replace('-5-', '-8-'), 3, 'type', 'out-of-range'],
  ['kyoto', CER.replace('-5-', '-6-'), 14, 'activity', 'out-of-range'],
  ['kyoto', CER.replace('-5-', '-1-'), 17, 'project', 'out-of-range'],
  ['kyoto', CER.replace('-5-', '-3-'), 20, 'track', 'missing'],
  ['kyoto', 'XT-3-1-9-1-1-0-7014-3', 20, 'track', 'out-of-range'],
  ['kyoto', 'XT-4-1001-2-2-0-7014-1', 14, 'activity', 'out-of-range'],
  ['kyoto', 'XT-6-1001-2-2-1-7014-2027-02-29', 29, 'expiry', 'no-such-date'],
  ['kyoto', 'XT-7-1001-2-2-1-7014-2027-13-01', 26, 'expiry', 'no-such-date'],
  ['kyoto', 'XT-7-1001-2-2-1-7014-31122027', 25, 'expiry', 'unexpected'],
  ['climate-action-reserve', 'CAR-1-US-101-4-39-AL-2007-1-1-100', 29, 'first', 'unexpected'],
  ['climate-action-reserve', 'CAR-1-US-101-4-39-AL-2007-1-100 to 1', 35, 'last', 'end-before-start'],
  ['climate-action-reserve', 'CAR-1-US-101-4-39-AL-1907-1-1 to 1', 21, 'vintage', 'out-of-range'],
  ['climate-action-reserve', 'CAR101', 3, 'CAR', 'unexpected'],
  ['art-trees', 'ART-XT-102-2021-11-27 to', 24, 'to', 'missing'],
  ['art-trees', 'ART-XT-102-2021-11-27 to 27a', 27, 'last', 'trailing'],
])('%s refuses %j at %i: %s %s', (format, text, position, field, reason) => {
  expect(parse(format, text)).toMatchObject({ position, field, reason })
})

describe('parts', () => {
  it('are written in the same format', () => {
    expect(subrange(read('national', NATIONAL), 27n, 30n)).toBe('XT-ITMO-11-356-2022-0-27-30')
    expect(subrange(read('verra', VERRA), 70000250n, 70000250n)).toContain('9301-70000250-70000250-VCS')
    expect(subrange(read('kyoto', CERS), 1002n, 1003n)).toBe('XT-5-1002-2-2-0-7014 - XT-5-1003-2-2-0-7014')
    expect(subrange(read('kyoto', CERS), 1001n, 1001n)).toBe(CER)
    expect(count({ first: 27n, last: 35n })).toBe(9n)
  })

  it('are refused outside the whole', () => {
    const serial = read('national', NATIONAL)
    for (const [first, last] of [
      [26n, 30n],
      [30n, 36n],
      [30n, 29n],
    ] as const) {
      expect(() => subrange(serial, first, last)).toThrow(RangeError)
    }
  })
})

test('a serial that no text gives is not printed', () => {
  const serial = read('national', NATIONAL)
  expect(() => print({ ...serial, range: { first: 9n, last: 8n } })).toThrow(RangeError)
  expect(() => print({ ...serial, space: 'national:ZZ/ITMO' })).toThrow(RangeError)
  expect(() => print({ ...serial, facts: { ...serial.facts, scope: '16' } })).toThrow(RangeError)
  expect(() => print({ ...serial, facts: { country: 'XT' } })).toThrow(RangeError)
  expect(() => print({ ...serial, format: 'unknown' })).toThrow(RangeError)
  expect(() => print({ ...read('kyoto', CERS), format: 'gold-standard-any' })).toThrow(RangeError)
})

test('a national serial is made of its parts', () => {
  const parts = {
    country: 'XT',
    type: 'ITMO',
    scope: 1,
    project: 2n,
    vintage: 2022,
    range: { first: 101n, last: 1100n },
  }
  const serial = nationalSerial(parts)
  expect(isSerialError(serial) || print(serial)).toBe('XT-ITMO-1-002-2022-0-101-1100')
  expect(nationalSerial({ ...parts, scope: 1.5 })).toMatchObject({ position: 9, field: 'scope' })
  expect(nationalSerial({ ...parts, blank: 'A-1' })).toMatchObject({ reason: 'trailing' })
})

test('a format with other words between its numbers is one pattern', () => {
  const form = pattern`EX-${country}-${number('issuance')}-${first} to ${last}`
  const example = serialFormat({ id: 'example', space: pattern`EX-${country}`, forms: [{ pattern: form }] })
  const serial = example.parse('EX-XT-12-1 to 500')
  expect(serial).toMatchObject({ space: 'example:EX-XT', range: { first: 1n, last: 500n }, facts: { issuance: '12' } })
  expect(isSerialError(serial) || example.print(serial)).toBe('EX-XT-12-1 to 500')
  expect(example.parse('EX-XT-12-1 t0 500')).toMatchObject({ position: 12, field: 'to' })
  const [loose] = 'SEE EX-XT - 12-1  TO 500.'.matchAll(form.loose)
  expect(form.spell(loose?.slice(1, -1) ?? [])).toBe('EX-XT-12-1 to 500')
})

describe('check digits', () => {
  it('follow ISO 7064 MOD 97-10', () => {
    expect(withCheck('VU-ITMO-11-356-2022-0-27-35')).toBe('VU-ITMO-11-356-2022-0-27-35~70')
  })

  it('are taken off with a verdict', () => {
    expect(splitCheck(NATIONAL)).toEqual({ text: NATIONAL, check: 'absent' })
    expect(splitCheck(withCheck(NATIONAL))).toEqual({ text: NATIONAL, check: 'right' })
    for (const suffix of ['~', '~7', '~700', '~7O', '~-7']) {
      expect(splitCheck(`VU-ITMO-11-356-2022-0-27-35${suffix}`).check).toBe('wrong')
    }
  })

  it('need the characters of a serial', () => {
    expect(() => withCheck('xt-1')).toThrow(RangeError)
    expect(() => withCheck('')).toThrow(RangeError)
  })
})

describe('the search box', () => {
  const found = (text: string) => recognise(text).map(print)

  it('reads sloppy spelling', () => {
    expect(found('  xt\u2013itmo\u201411\u2011356 - 2022 -0- 27 \u2013 35 ')).toEqual([NATIONAL])
    expect(found(CERS.toLowerCase().replace(' - ', '\u2014'))).toEqual([CERS])
    expect(found('\uff38\uff34-ITMO-11-\uff13\uff15\uff16-2022-0-27-35')).toEqual([NATIONAL])
  })

  it('takes a single unit without its end', () => {
    expect(found('XT-ITMO-11-356-2022-0-30')).toEqual(['XT-ITMO-11-356-2022-0-30-30'])
    expect(found('XT-ITMO-11-356-2022--30')).toEqual(['XT-ITMO-11-356-2022--30-30'])
  })

  it('finds serials among words, in order, each once', () => {
    const text = `Retired: ${GOLD}; ${VERRA} (and ${NATIONAL}), ${CERS}. Again ${GOLD.toLowerCase()} \u2013 thanks`
    expect(found(text)).toEqual([GOLD, VERRA, NATIONAL, CERS])
  })

  it('asks check digits to be right where they are given', () => {
    expect(found('vu-itmo-11-356-2022-0-27-35~70')).toEqual(['VU-ITMO-11-356-2022-0-27-35'])
    expect(found('VU-ITMO-11-356-2022-0-27-35~71')).toEqual([])
    for (const suffix of ['~7', '~', ' ~ 71', '~70-5'])
      expect(found(`VU-ITMO-11-356-2022-0-27-35${suffix}`)).toEqual([])
  })

  it('makes nothing of half, wrong or overlong serials', () => {
    for (const text of [
      '',
      'XT-ITMO-11',
      'XT-ITMO-11-356-2022-0-35-27',
      'XT-ITMO-11-356-2022-0-27-35-1',
      'A-XT-ITMO-11-356-2022-0-27-35',
      'XT-ITMO-11-356-2022-0-27-35A',
      CERS.replace('XT-5-1300', 'XU-5-1300'),
      VERRA.replace('01012019', '31022019'),
      `${NATIONAL} `.repeat(100),
    ]) {
      expect(found(text)).toEqual([])
    }
  })

  it('stays quick on text made to be slow', () => {
    const start = process.cpuUsage()
    for (const text of [
      '1-',
      'AA - ',
      'AA-5-1-2-2-0-7   -   ',
      ' ',
      '-',
      'XT-ITMO-11-356-2022-',
      'GS1   -   1   -   ',
    ]) {
      recognise(text.repeat(Math.floor(2000 / text.length)))
    }
    expect(process.cpuUsage(start).user).toBeLessThan(1_000_000)
  })
})
