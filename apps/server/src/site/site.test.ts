import type { Batch } from '@tallystick/contract'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { expectStatus } from '../registry.fixture.ts'
import { type World, world } from '../world.fixture.ts'

const TITLE = `<script>alert("title")</script> & 'quotes' TURNED`
const BENEFICIARY = `<img src=x onerror=alert(1)> "Ferries" TURNED`

/** Text that was stored before such characters were refused. */
const TURNED = '\u2069\u202eqwz\u2067'

let all: World
let batch: Batch

beforeAll(async () => {
  all = await world(TITLE)
  batch = await all.issue('2024', '1000')
  const { admin, holding: from } = all.sunfield
  const move = (first: string, last: string) => ({ batch: batch.id, from, ranges: [{ first, last }] })
  const end = { ...move('201', '250'), purpose: 'voluntary', beneficiary: { name: BENEFICIARY } }
  expectStatus(await admin.post('/national/retirements', end), 201)
  expectStatus(await admin.post('/national/cancellations', { ...move('251', '260'), purpose: 'voluntary' }), 201)
  expectStatus(
    await all.officer.post('/national/holds', { batch: batch.id, range: { first: '1', last: '5' }, reason: 'other' }),
    201,
  )
  await all.registry.services.pool.query(
    "UPDATE content_opening SET value = replace(value::text, $1, $2)::jsonb WHERE value::text LIKE '%' || $1 || '%'",
    ['TURNED', TURNED],
  )
  await all.registry.services.pool.query(
    "UPDATE content_opening SET value = to_jsonb((value #>> '{}') || $1::text) WHERE value = to_jsonb('Sunfield Power'::text)",
    [TURNED],
  )
})
afterAll(() => all.registry.close())

const page = async (path: string, status = 200) => {
  const answer = await all.registry.app.inject(path)
  expect([path, answer.statusCode]).toEqual([path, status])
  expect(answer.headers['content-type']).toBe('text/html; charset=utf-8')
  return answer.body
}
const text = (body: string) => body.replace(/<[^>]*>/g, '').replace(/\s+/g, ' ')

describe('every page', () => {
  const paths = () =>
    [
      ['/', 200],
      [`/serials/${batch.block.serial}`, 200],
      ['/serials/XT-ITMO-1-001-2024-0-201-250', 200],
      ['/serials/XT-ITMO-1-009-2024-0-201-250', 404],
      ['/serials?q=%3Cscript%3Ealert(1)%3C%2Fscript%3E%22%27%26', 404],
      ['/serials?q=', 404],
      ['/serials?q=a&q=b', 404],
      [`/serials/${encodeURIComponent('"><svg onload=alert(1)>')}`, 404],
      ['/entries/0', 200],
      ['/entries/10', 200],
      ['/entries/99999', 404],
      ['/entries/1e3', 404],
      [`/projects/${all.project.id}`, 200],
      [`/projects/${all.project.id}/timeline`, 200],
      [`/projects/${all.project.id}/timeline?order=oldest&limit="><script>`, 200],
      ['/projects/x', 404],
      ['/verify', 200],
    ] as const

  it('escapes whatever people have typed, runs no script and sets no style', async () => {
    for (const [path, status] of paths()) {
      const body = await page(path, status)
      const tags = (body.match(/<[^>]*>/g) ?? []).map((tag) => tag.replace(/"[^"]*"/g, '""'))
      expect(tags.filter((tag) => /<script|\son\w+=|\sstyle=|=x/i.test(tag))).toEqual([])
    }
  })

  it('keeps to itself the direction of whatever people have typed, however it was stored', async () => {
    const { size } = await all.registry.services.ledger.head()
    const entries = Array.from({ length: size }, (_, at) => [`/entries/${at}`, 200] as const)
    let seen = 0
    for (const [path, status] of [...paths(), ...entries]) {
      const body = await page(path, status)
      expect(body).not.toMatch(/[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/)
      const typed = (text: string) => text.split('qwz').length - 1
      const isolated = body.match(/<bdi>[^<]*<\/bdi>|<title>[^<]*<\/title>/g) ?? []
      expect(
        isolated.reduce((sum, text) => sum + typed(text), 0),
        path,
      ).toBe(typed(body))
      seen += typed(body)
    }
    expect(seen).toBeGreaterThan(20)
  })

  it('has its landmarks, one first heading, a language, and says that this is a test', async () => {
    for (const [path, status] of paths()) {
      const body = await page(path, status)
      expect(body.match(/<h1/g)).toHaveLength(1)
      for (const tag of ['<header', '<main', '<footer', '<html lang="en']) expect(body).toContain(tag)
      expect(body).toMatch(/role="search"/)
      for (const [, id] of body.matchAll(/<input id="([^"]+)"/g)) expect(body).toContain(`<label for="${id}">`)
      expect(text(body)).toContain('TEST LEDGER')
      expect(body).toContain('href="https://example.org/source"')
      expect(new Set(body.match(/ id="[^"]+"/g)).size).toBe(body.match(/ id="[^"]+"/g)?.length)
    }
  })
})

describe('the search', () => {
  it('leads to the one address of a serial, however it was typed', async () => {
    for (const path of ['/serials?q=xt–itmo-1-001-2024-0-201–250', '/serials/xt-itmo-1-001-2024-0-201-250']) {
      const answer = await all.registry.app.inject(encodeURI(path))
      expect(answer.statusCode).toBe(303)
      expect(answer.headers.location).toBe('/serials/XT-ITMO-1-001-2024-0-201-250')
    }
  })

  it('says how a serial was read of which nothing is known, and what the numbers are called', async () => {
    const shown = text(await page('/serials/XT-ITMO-1-009-2024-0-201-250', 404))
    expect(shown).toContain('no credits with it are known here')
    expect(shown).toContain('national:XT/ITMO')
    expect(shown).toContain('These numbers are known as XT-ITMO-1-001-2024-0-201-250')
  })

  it('lets choose among several serials', async () => {
    const q = encodeURIComponent('XT-ITMO-1-001-2024-0-1-2, XT-ITMO-1-001-2024-0-3-4')
    expect(text(await page(`/serials?q=${q}`, 404))).toContain('names more than one serial number')
  })
})

describe('the page of a serial', () => {
  it('begins with a sentence that can be quoted', async () => {
    const shown = text(await page('/serials/XT-ITMO-1-001-2024-0-201-250'))
    expect(shown).toMatch(/50 tonnes of CO₂e, saved in 2024 by .*, retired on \d+ \w+ \d{4} for .*Ferries/)
  })

  it('draws a batch whose parts add up to it', async () => {
    const body = await page(`/serials/${batch.block.serial}`)
    const legend = /<ul class="legend">(.*?)<\/ul>/s.exec(body)?.[1] ?? ''
    const counts = [...legend.matchAll(/<b>([\d,]+)<\/b>/g)].map(([, count = '']) => Number(count.replace(',', '')))
    expect(counts).toEqual([5, 935, 50, 10])
    const widths = [...body.matchAll(/<rect class="[\w-]+" x="[\d.]+%" width="([\d.]+)%"/g)].map(([, width]) =>
      Number(width),
    )
    expect(widths.reduce((sum, width) => sum + width, 0)).toBeCloseTo(100)
  })

  it('says whether it is proved yet', async () => {
    expect(text(await page('/serials/XT-ITMO-1-001-2024-0-201-250'))).toContain('Not signed yet')
    await all.registry.publish()
    const body = await page('/serials/XT-ITMO-1-001-2024-0-201-250')
    expect(text(body)).toMatch(/Proved Entry \d+ is in the public log of \d+ entries, signed/)
    expect(body).toMatch(/href="\/national\/entries\/\d+\/receipt"/)
  })
})

it('the first page counts what was issued and what became of it', async () => {
  const shown = text(await page('/'))
  expect(shown).toContain('1,000 tonnes of CO₂e')
  expect(shown).toMatch(/Held 940 Retired 50 Cancelled 10/)
})

it('a page has its styles', async () => {
  const styles = [...(await page('/')).matchAll(/href="(\/assets\/[^"]+\.css)"/g)].map(([, address = '']) => address)
  expect(styles).toEqual(['/assets/base.css', '/assets/states.css', '/assets/site.css'])
  for (const address of styles) {
    const { statusCode, headers } = await all.registry.app.inject(address)
    expect([statusCode, headers['content-type']]).toEqual([200, 'text/css; charset=utf-8'])
  }
})
