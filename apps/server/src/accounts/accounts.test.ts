import { randomBytes } from 'node:crypto'
import { isReceipt, type Receipt, randomId } from '@tallystick/ledger'
import { isRefusal, proposalHash } from '@tallystick/rules'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { expectStatus, type Person, type TestRegistry, testRegistry } from '../registry.fixture.ts'

let registry: TestRegistry
let government: string
let officer: Person
/** Of another authority, since the government owns a part of the project. */
let deciders: [Person, Person]
let seller: { id: string; admin: Person; holding: string; retirement: string }
let buyer: typeof seller
let treasury: string
let project: string
let batch: string

async function mandateOf(who: Person): Promise<string> {
  return String((await who.get('/national/sessions/current')).body.mandate)
}

/** A command straight to the ledger, as the capabilities about credits send it. */
async function command(
  by: Person,
  type: string,
  request: Record<string, unknown>,
  approver?: Person,
): Promise<Receipt> {
  const { ledger } = registry.services
  const mandate = await mandateOf(by)
  const key = { sender: mandate, id: randomBytes(8).toString('hex') }
  const asked = { type, by: mandate, key, requestHash: key.id, request }
  let outcome = await ledger.execute(asked)
  if (approver && isRefusal(outcome) && outcome.proposal) {
    const { v, body } = outcome.proposal
    const proposal = proposalHash({ v, type, by: mandate, key: await ledger.loggedKey(key), body })
    const approvals = [{ by: await mandateOf(approver), proposal }]
    outcome = await ledger.execute({ ...asked, request: body, approvals })
  }
  if (!isReceipt(outcome)) throw new Error(JSON.stringify(outcome))
  return outcome
}

async function open(organisation: string) {
  const { body } = expectStatus(await officer.post('/national/accounts', { organisation }), 201)
  const accounts = body.accounts as { id: string; kind: string }[]
  const idOf = (kind: string) => accounts.find((account) => account.kind === kind)?.id ?? ''
  return { holding: idOf('holding'), retirement: idOf('retirement') }
}

beforeAll(async () => {
  registry = await testRegistry()
  government = registry.founded.genesis.authority
  officer = await registry.join(registry.root, government, 'Admin')
  const board = { kind: 'government', name: 'Carbon Board' }
  const { body } = expectStatus(await officer.post('/national/organisations', board), 201)
  const decider = () => registry.join(registry.root, String(body.id), 'Admin')
  deciders = [await decider(), await decider()]
  const newParty = async (name: string) => {
    const organisation = await registry.newOrganisation(officer, name)
    return { ...organisation, ...(await open(organisation.id)) }
  }
  seller = await newParty('Sunfield Power')
  buyer = await newParty('Green Port')
  treasury = (await open(government)).holding
  project = randomId()
  batch = randomId()
  const authorisation = randomId()
  await command(officer, 'ProjectRegistered', {
    project,
    title: randomBytes(32).toString('hex'),
    scope: '1',
    methodology: 'AMS-I.D',
    owners: [
      { account: seller.holding, share: '60' },
      { account: treasury, share: '40' },
    ],
  })
  await command(deciders[0], 'ProjectMoved', { project, move: 'register' })
  await command(deciders[0], 'QuantityAuthorised', {
    authorisation,
    project,
    unitType: 'ITMO',
    quantity: '1000',
    purposes: ['NDC'],
    firstTransfer: null,
    cooperativeApproach: null,
  })
  const issuance = { batch, authorisation, vintage: '2024', quantity: '1000', monitoringPeriod: null }
  await command(deciders[0], 'BatchIssued', issuance, deciders[1])
  const movement = { batch, from: seller.holding }
  await command(seller.admin, 'CreditsTransferred', { ...movement, to: buyer.holding, ranges: [['101', '150']] })
  await command(seller.admin, 'CreditsTransferred', { ...movement, to: treasury, quantity: '30' })
  const end = { to: seller.retirement, quantity: '20', purpose: 'voluntary', beneficiary: null }
  await command(seller.admin, 'CreditsRetired', { ...movement, ...end })
})
afterAll(() => registry.close())

describe('opening accounts', () => {
  it('opens three in one entry, once under a key', async () => {
    const { id } = await registry.newOrganisation(officer, 'Tide')
    const key = 'open-accounts-once'
    const { size } = await registry.services.ledger.head()
    const first = expectStatus(await officer.post('/national/accounts', { organisation: id }, { key }), 201)
    expect(first.body.accounts).toMatchObject(
      ['holding', 'retirement', 'cancellation'].map((kind) => ({ organisation: id, kind, active: true })),
    )
    const again = await officer.post('/national/accounts', { organisation: id }, { key })
    expect([again.status, again.body]).toEqual([201, first.body])
    expect((await registry.services.ledger.head()).size).toBe(size + 1)
    const { body } = await registry.nobody.get(`/national/accounts?organisation=${id}`)
    const byId = (a: { id: string }, b: { id: string }) => (a.id < b.id ? -1 : 1)
    expect(body.items).toEqual((first.body.accounts as { id: string }[]).toSorted(byId))
    const other = await officer.post('/national/accounts', { organisation: government }, { key })
    expect(other).toMatchObject({ status: 422, body: { code: 'key-reused' } })
  })

  it('needs an organisation', async () => {
    const answer = await officer.post('/national/accounts', { organisation: 'f'.repeat(32) })
    expect(answer).toMatchObject({ status: 404, body: { code: 'organisation-unknown' } })
  })
})

describe('an account', () => {
  it('shows its balances and the serials that it holds', async () => {
    const { body } = expectStatus(await registry.nobody.get(`/national/accounts/${seller.holding}`), 200)
    const unitClass = { registry: null, project, vintage: '2024', unitType: 'ITMO' }
    expect(body).toEqual({
      id: seller.holding,
      organisation: seller.id,
      kind: 'holding',
      active: true,
      policy: null,
      loosened: null,
      registry: null,
      balances: [{ class: unitClass, credits: '600', debits: '100', balance: '500' }],
      holdings: {
        items: [
          {
            serial: 'XT-ITMO-1-001-2024-0-51-100',
            space: 'national:XT/ITMO',
            first: '51',
            last: '100',
            quantity: '50',
            batch,
            class: unitClass,
          },
          {
            serial: 'XT-ITMO-1-001-2024-0-151-600',
            space: 'national:XT/ITMO',
            first: '151',
            last: '600',
            quantity: '450',
            batch,
            class: unitClass,
          },
        ],
        next: null,
      },
    })
  })

  it('is not the issuance account, which is bookkeeping of the ledger', async () => {
    const { authority, issuance } = registry.founded.genesis
    for (const query of [`organisation=${authority}`, 'limit=200']) {
      const { body } = await registry.nobody.get(`/national/accounts?${query}`)
      expect((body.items as { kind: string }[]).map(({ kind }) => kind)).not.toContain('issuance')
      expect(body.items).not.toEqual([])
    }
    for (const path of ['', '/holdings', '/ledger']) {
      expect((await registry.nobody.get(`/national/accounts/${issuance}${path}`)).status).toBe(404)
    }
  })

  it('gives its holdings in pages', async () => {
    const path = `/national/accounts/${seller.holding}/holdings?limit=1`
    const first = await registry.nobody.get(path)
    expect(first.body.items).toMatchObject([{ first: '51' }])
    const rest = await registry.nobody.get(`${path}&cursor=${first.body.next}`)
    expect(rest.body).toMatchObject({ items: [{ first: '151' }], next: null })
  })

  it('is suspended and reactivated for a reason of the preset', async () => {
    const path = `/national/accounts/${buyer.holding}`
    const suspended = expectStatus(await officer.post(`${path}/suspend`, { reason: 'investigation' }), 200)
    expect(suspended.body).toMatchObject({ id: buyer.holding, active: false, reason: 'investigation' })
    expect((await registry.nobody.get(path)).body.active).toBe(false)
    expect((await officer.post(`${path}/suspend`, { reason: 'investigation' })).body.code).toBe('account-already-so')
    expect(await officer.post(`${path}/reactivate`, { reason: 'whim' })).toMatchObject({
      status: 422,
      body: { code: 'code-unknown', errors: [{ field: 'reason' }] },
    })
    expect((await buyer.admin.post(`${path}/reactivate`, { reason: 'other' })).status).toBe(403)
    expectStatus(await officer.post(`${path}/reactivate`, { reason: 'other' }), 200)
    expect((await registry.nobody.get(path)).body.active).toBe(true)
    expect(await officer.post(`/national/accounts/${'f'.repeat(32)}/suspend`, { reason: 'other' })).toMatchObject({
      status: 404,
      body: { code: 'account-unknown' },
    })
    const retirement = `/national/accounts/${buyer.retirement}/suspend`
    expect((await officer.post(retirement, { reason: 'other' })).body.code).toBe('account-kind')
  })
})

interface Line {
  index: number
  type: string
  revision: number
  changes: { debit: string; credit: string }[]
}

async function walk(path: string, limit: number): Promise<unknown[]> {
  const seen: unknown[] = []
  let next: unknown = ''
  while (next !== null) {
    const { body } = expectStatus(await registry.nobody.get(`${path}?limit=${limit}${next && `&cursor=${next}`}`), 200)
    seen.push(...(body.items as unknown[]))
    next = body.next
  }
  return seen
}

describe('the account ledger', () => {
  it('is every entry about the account, in order and without gaps', async () => {
    const lines = (await walk(`/national/accounts/${seller.holding}/ledger`, 2)) as Line[]
    expect(lines.map(({ type }) => type)).toEqual([
      'AccountsOpened',
      'BatchIssued',
      'CreditsTransferred',
      'CreditsTransferred',
      'CreditsRetired',
    ])
    expect(lines.map(({ revision }) => revision)).toEqual([1, 2, 3, 4, 5])
    const moved = lines.flatMap(({ changes }) => changes).map(({ debit, credit }) => [credit, debit])
    expect(moved).toEqual([
      ['600', '0'],
      ['0', '50'],
      ['0', '30'],
      ['0', '20'],
    ])
  })

  it('adds up to the balance of the account', async () => {
    for (const account of [seller.holding, seller.retirement, buyer.holding, treasury]) {
      const lines = (await walk(`/national/accounts/${account}/ledger`, 3)) as Line[]
      const sum = lines
        .flatMap(({ changes }) => changes)
        .reduce((total, { debit, credit }) => total + BigInt(credit) - BigInt(debit), 0n)
      const { balances } = (await registry.nobody.get(`/national/accounts/${account}`)).body as {
        balances: { balance: string }[]
      }
      expect(sum.toString()).toBe(balances[0]?.balance)
    }
  })

  it('is there only for accounts', async () => {
    expect((await registry.nobody.get(`/national/accounts/${project}/ledger`)).status).toBe(404)
  })
})

describe('the country ledger', () => {
  it('is every entry that touches an account of the government, whatever the size of the pages', async () => {
    const lines = (await walk('/national/ledgers/country', 200)) as { index: number; type: string }[]
    const types = lines.map(({ type }) => type)
    expect(types).toEqual(['AccountsOpened', 'BatchIssued', 'CreditsTransferred'])
    for (const limit of [1, 2, 3]) expect(await walk('/national/ledgers/country', limit)).toEqual(lines)
    expect(lines[2]).toMatchObject({ accounts: [{ account: treasury, revision: 3, changes: [{ credit: '30' }] }] })
  })

  it('stays right when the streams are long and are mixed with others', async () => {
    const more = await Promise.all([open(government), open(government)])
    for (let round = 0; round < 12; round += 1) {
      const from = round % 2 === 0 ? treasury : (more[0]?.holding ?? '')
      const to = round % 2 === 0 ? (more[0]?.holding ?? '') : treasury
      await command(officer, 'CreditsTransferred', { batch, from, to, quantity: '1' })
      await command(seller.admin, 'CreditsTransferred', {
        batch,
        from: seller.holding,
        to: round % 3 === 0 ? (more[1]?.holding ?? '') : buyer.holding,
        quantity: '1',
      })
    }
    const { ledger } = registry.services
    const own = new Set([treasury, ...more.flatMap(({ holding, retirement }) => [holding, retirement])])
    const entries = await ledger.entries(0, 1000)
    const expected = entries.flatMap(({ index, bytes }) => {
      const { streams } = JSON.parse(Buffer.from(bytes).toString()) as { streams: [string][] }
      return streams.some(([id]) => own.has(id)) ? [index] : []
    })
    for (const limit of [1, 4, 7, 200]) {
      const lines = (await walk('/national/ledgers/country', limit)) as Line[]
      expect(lines.map(({ index }) => index)).toEqual(expected)
    }
  })
})
