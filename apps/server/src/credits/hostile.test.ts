import fc from 'fast-check'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Person } from '../registry.fixture.ts'
import { type World, world } from '../world.fixture.ts'

let all: World
let batch: string
beforeAll(async () => {
  all = await world()
  batch = (await all.issue('2024', '100')).id
})
afterAll(() => all.registry.close())

const ids = () => [
  batch,
  all.project.id,
  all.authorisation,
  all.sunfield.holding,
  all.sunfield.retirement,
  '0'.repeat(32),
]

const commands: readonly [path: (id: string) => string, fields: readonly string[]][] = [
  [() => '/national/projects', ['title', 'sectoralScope', 'methodology', 'owners']],
  [(id) => `/national/projects/${id}/moves`, ['move']],
  [
    (id) => `/national/projects/${id}/authorisations`,
    ['unitType', 'quantity', 'purposes', 'firstTransfer', 'cooperativeApproach'],
  ],
  [() => '/national/batches', ['authorisation', 'vintage', 'quantity', 'monitoringPeriod']],
  [(id) => `/national/proposals/${id}/approvals`, ['sha256']],
  [() => '/national/transfers', ['batch', 'from', 'to', 'quantity', 'ranges', 'serial']],
  [() => '/national/retirements', ['batch', 'from', 'quantity', 'ranges', 'serial', 'purpose', 'beneficiary']],
  [() => '/national/cancellations', ['batch', 'from', 'quantity', 'ranges', 'serial', 'purpose', 'beneficiary']],
  [() => '/national/holds', ['account', 'batch', 'range', 'reason']],
  [(id) => `/national/holds/${id}/lift`, []],
]

/** What a field may be given: what it takes elsewhere, and what nothing takes. */
const value = () =>
  fc.oneof(
    fc.constantFrom(...ids()),
    fc.constantFrom<unknown>(
      '1',
      '100',
      '0',
      '-1',
      '1e3',
      '999999999999999',
      '9'.repeat(40),
      '2024',
      'NDC',
      'voluntary',
    ),
    fc.constantFrom<unknown>(
      'ITMO',
      '__proto__',
      'constructor',
      'other',
      'register',
      'XT-ITMO-1-001-2024-0-1-10',
      null,
    ),
    fc.constantFrom<unknown>({ first: '1', last: '2' }, { first: 'x', last: '2' }, [], {}, true, 1, -1, 1e300),
    fc.constantFrom<unknown>([{ first: '5', last: '4' }], [{ account: all.sunfield.holding, share: '100' }], ['NDC']),
    fc.constantFrom<unknown>({ name: 'A' }, { name: '\u202e' }, { from: '2024-02-30', to: '2024-01-01' }),
    fc.string({ unit: 'binary', maxLength: 30 }),
    fc.jsonValue({ maxDepth: 2 }),
  )

it('no input makes a command fail on our side, and none that is refused writes anything', async () => {
  const people: readonly Person[] = [all.officer, all.sunfield.admin, all.registry.nobody]
  const request = fc
    .tuple(fc.constantFrom(...commands), fc.constantFrom(...people), fc.constantFrom(...ids()))
    .chain(([[path, fields], who, id]) =>
      fc.record({
        who: fc.constant(who),
        path: fc.constant(path(id)),
        body: fc.oneof(
          {
            arbitrary: fc.record(Object.fromEntries(fields.map((field) => [field, value()])), { requiredKeys: [] }),
            weight: 9,
          },
          { arbitrary: fc.jsonValue({ maxDepth: 3 }), weight: 1 },
        ),
      }),
    )
  await fc.assert(
    fc.asyncProperty(request, async ({ who, path, body }) => {
      const before = (await all.registry.services.ledger.head()).size
      const answer = await who.post(path, body)
      expect(answer.status).toBeLessThan(500)
      if (answer.status < 400) return
      expect(answer.headers['content-type']).toContain('application/problem+json')
      expect((await all.registry.services.ledger.head()).size).toBe(before)
    }),
    { numRuns: 400 },
  )
})

it('no address makes a read fail on our side', async () => {
  const reads = [
    'projects',
    'batches',
    'proposals',
    'transfers',
    'retirements',
    'cancellations',
    'certificates',
    'entries',
  ]
  const piece = fc.oneof(
    fc.constantFrom(...ids(), '1', '0', '-1', '1e9', '999999999999999', '9'.repeat(50), '%00', '%ff', '..', 'null'),
    fc
      .string({ unit: 'binary', maxLength: 20 })
      .filter((text) => text.isWellFormed())
      .map(encodeURIComponent),
  )
  const query = fc.constantFrom(
    '',
    '?limit=0',
    '?limit=201',
    '?limit=x',
    '?cursor=x',
    '?cursor=W10',
    '?wait=x',
    '?a[]=1',
    '?limit=1&limit=2',
  )
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...reads), piece, query, async (kind, id, asked) => {
      for (const path of [
        `/national/${kind}${asked}`,
        `/national/${kind}/${id}${asked}`,
        `/national/${kind}/${id}/ledger`,
      ]) {
        const answer = await all.registry.app.inject({
          url: path,
          headers: { authorization: `Bearer ${all.officer.token}` },
        })
        expect([path, answer.statusCode < 500]).toEqual([path, true])
      }
      for (const path of [`/serials/${id}`, `/serials?q=${id}`, `/entries/${id}`, `/projects/${id}`, `/log/${id}`]) {
        const answer = await all.registry.app.inject(path)
        expect([path, answer.statusCode < 500]).toEqual([path, true])
      }
    }),
    { numRuns: 150 },
  )
})
