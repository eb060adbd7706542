import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Answer, issue, registerProject } from '../support/api.ts'
import { Dice } from '../support/ledger-fixture.ts'
import { tallystick } from '../support/tallystick.ts'
import { openStage, type Stage } from './peer-holes.ts'

let stage: Stage

beforeAll(async () => {
  stage = await openStage()
})
afterAll(() => stage?.close())

interface Run {
  owner: { account: string }
  quantity: string
}

async function heldOf(batch: string, account: string): Promise<bigint> {
  const { runs } = await stage.cast.officer.get(`/national/batches/${batch}`)
  return (runs as Run[])
    .filter(({ owner }) => owner.account === account)
    .reduce((sum, run) => sum + BigInt(run.quantity), 0n)
}

const won = (answers: readonly Answer[]) => answers.filter(({ status }) => status === 201).length

describe('money', () => {
  test('hole 17: of twenty who spend the same units at once, one does', async () => {
    const { cast, authorisation } = stage
    const [from, to] = cast.developers
    const batch = await issue(cast, authorisation, '2024', '100')
    const wish = { batch: batch.id, from: from.holding, to: to.holding, quantity: '60' }
    const answers = await Promise.all(Array.from({ length: 20 }, () => from.api.command('/national/transfers', wish)))
    expect(won(answers)).toBe(1)
    expect([await heldOf(batch.id, from.holding), await heldOf(batch.id, to.holding)]).toEqual([0n, 100n])
    const same = await Promise.all(
      Array.from({ length: 20 }, () =>
        to.api.command(
          '/national/transfers',
          { ...wish, from: to.holding, to: from.holding, quantity: '10' },
          'one-key-for-all-1',
        ),
      ),
    )
    expect(new Set(same.map(({ status, body }) => `${status} ${body.entry?.index}`)).size).toBe(1)
    expect(await heldOf(batch.id, from.holding)).toBe(10n)
  })

  test('hole 18: what is refused changes no account, and what is answered stands in all of them', async () => {
    const { cast, authorisation, pool } = stage
    const [from, to] = cast.developers
    const batch = await issue(cast, authorisation, '2023', '100')
    const rows = async () => {
      const { rows: found } = await pool.query(
        `SELECT account, class, debits::text, credits::text FROM ledger_balance ORDER BY 1, 2`,
      )
      return found
    }
    const before = await rows()
    const units = { batch: batch.id, from: from.holding }
    for (const wish of [
      { ...units, to: to.holding, quantity: '61' },
      { ...units, to: '0'.repeat(32), quantity: '1' },
      { ...units, to: to.holding, ranges: [{ first: '1', last: '999999' }] },
      { batch: batch.id, from: to.holding, to: from.holding, quantity: '1' },
    ]) {
      expect((await from.api.command('/national/transfers', wish)).status).toBeGreaterThanOrEqual(400)
    }
    expect(await rows()).toEqual(before)
    await from.api.done('/national/transfers', { ...units, to: to.holding, quantity: '7' })
    expect([await heldOf(batch.id, from.holding), await heldOf(batch.id, to.holding)]).toEqual([53n, 47n])
  })

  test('hole 20: units are whole numbers of any size that fits, and shares leave no rest', async () => {
    const { cast, authorisation } = stage
    const [from, to] = cast.developers
    const batch = await issue(cast, authorisation, '2024', '10')
    const units = { batch: batch.id, from: from.holding, to: to.holding }
    for (const quantity of ['0.5', '1e1', '-1', '0', '01', ' 1', '1 ', '١', 1, 0.1, null, true, '9'.repeat(16)]) {
      const answer = await from.api.command('/national/transfers', { ...units, quantity })
      expect([quantity, answer.status]).toEqual([quantity, 400])
    }
    for (const [shares, quantity] of [
      [['33.3333', '66.6667'], '100'],
      [['0.0001', '99.9999'], '10000'],
      [['50', '50'], '3'],
      [['12.5', '87.5'], '999999999999'],
    ] as const) {
      const made = await registerProject(cast, [shares[0], shares[1]], quantity)
      const issued = await issue(cast, made.authorisation.id, '2024', quantity)
      const total = (issued.runs as Run[]).reduce((sum, run) => sum + BigInt(run.quantity), 0n)
      expect(total).toBe(BigInt(quantity))
      expect(BigInt(issued.block.last) - BigInt(issued.block.first) + 1n).toBe(BigInt(quantity))
    }
    for (const shares of [
      ['33.3333', '33.3333'],
      ['100', '0.0001'],
      ['0', '0'],
    ] as const) {
      await expect(registerProject(cast, [shares[0], shares[1]], '1')).rejects.toThrow(/ 4\d\d /)
    }
  })

  test('hole 21: whatever happens, what was issued is held, retired or cancelled, to the unit', async () => {
    const { cast, authorisation, databaseUrl, dataDir } = stage
    const seed = process.env.TEST_SEED ?? String(Date.now())
    console.log(`TEST_SEED=${seed}`)
    const dice = new Dice(seed)
    const batch = await issue(cast, authorisation, '2024', '500')
    const sides = cast.developers
    await Promise.all(
      Array.from({ length: 60 }, async () => {
        const [from, to] = dice.below(2) === 0 ? sides : ([sides[1], sides[0]] as const)
        const units = { batch: batch.id, from: from.holding, quantity: `${1 + dice.below(30)}` }
        const end = { ...units, purpose: dice.pick(['voluntary', 'other']) }
        const [path, wish] = dice.pick<[string, object]>([
          ['/national/transfers', { ...units, to: to.holding }],
          ['/national/retirements', end],
          ['/national/cancellations', end],
        ])
        const { status } = await from.api.command(path, wish)
        expect([201, 409]).toContain(status)
      }),
    )
    const { runs } = await cast.officer.get(`/national/batches/${batch.id}`)
    expect((runs as Run[]).reduce((sum, run) => sum + BigInt(run.quantity), 0n)).toBe(500n)
    const { exitCode, json, stderr } = await tallystick(['reconcile', '--json'], {
      DATABASE_URL: databaseUrl,
      DATA_DIR: dataDir,
    })
    expect([exitCode, json?.differences, stderr]).toEqual([0, [], ''])
  })

  test('hole 22: nothing said is nothing done, and no odd call fails', async () => {
    const { cast, authorisation, project } = stage
    const [from] = cast.developers
    const batch = await issue(cast, authorisation, '2024', '10')
    const before = await stage.size()
    for (const quantity of ['0', '', undefined, null]) {
      const answer = await cast.officer.command('/national/batches', { authorisation, vintage: '2024', quantity })
      expect([quantity, answer.status]).toEqual([quantity, 400])
    }
    const units = { batch: batch.id, from: from.holding, to: from.holding, quantity: '1' }
    expect(await from.api.command('/national/transfers', units)).toMatchObject({ body: { code: 'same-account' } })
    for (const missing of ['batch', 'from', 'to', 'quantity']) {
      const answer = await from.api.command('/national/transfers', { ...units, [missing]: undefined })
      expect([missing, answer.status]).toEqual([missing, 400])
    }
    for (const path of [
      `/national/projects/${project}/certifications/revoke`,
      `/national/projects/${project}/certifiers/release`,
      `/national/holds/${'0'.repeat(32)}/lift`,
      `/national/movements/${'0'.repeat(32)}/approvals`,
      `/national/reversals/${'0'.repeat(32)}/decision`,
    ]) {
      for (const body of [{}, { task: 'validation', reason: 'request' }, [], null]) {
        const { status } = await cast.officer.command(path, body)
        expect([path, status >= 400 && status < 500]).toEqual([path, true])
      }
    }
    expect(await stage.size()).toBe(before)
  })

  test('hole 23: whoever receives units can pass them on and retire them; every unit has a number of its own', async () => {
    const { cast, authorisation } = stage
    const [from, to] = cast.developers
    const batch = await issue(cast, authorisation, '2024', '100')
    const units = { batch: batch.id, from: to.holding }
    await from.api.done('/national/transfers', { ...units, from: from.holding, to: to.holding, quantity: '30' })
    await to.api.done('/national/transfers', { ...units, to: from.holding, quantity: '65' })
    const retired = await to.api.done('/national/retirements', { ...units, quantity: '5', purpose: 'voluntary' })
    const again = await to.api.command('/national/retirements', {
      ...units,
      ranges: retired.ranges.map(({ first, last }: { first: string; last: string }) => ({ first, last })),
      purpose: 'voluntary',
    })
    expect(again).toMatchObject({ status: 409, body: { code: 'not-owned' } })
    const { runs } = await cast.officer.get(`/national/batches/${batch.id}`)
    const numbers = (runs as { first: string; last: string }[]).flatMap(({ first, last }) =>
      Array.from({ length: Number(BigInt(last) - BigInt(first)) + 1 }, (_, at) => `${BigInt(first) + BigInt(at)}`),
    )
    expect([numbers.length, new Set(numbers).size]).toEqual([100, 100])
  })

  test('hole 24: a stranger checks the whole log over HTTP, and sees a byte that was changed in the database', async () => {
    const { url, pool, cast } = stage
    const { json } = await tallystick(['vkey', '--json'], { DATABASE_URL: stage.databaseUrl, DATA_DIR: stage.dataDir })
    const entry = (await stage.size()) - 1
    await cast.officer.send('GET', `/national/entries/${entry}/receipt?wait=proof`)
    const check = () => tallystick(['verify', `${url}/log`, '--vkey', json.vkey, '--json'], {})
    const first = await check()
    expect([first.exitCode, first.stderr]).toEqual([0, ''])
    const change = (from: string, to: string) =>
      pool.query(
        `UPDATE ledger_entry SET bytes = convert_to(replace(convert_from(bytes, 'UTF8'), $1, $2), 'UTF8')
          WHERE type = 'ProjectRegistered'`,
        [from, to],
      )
    await change('AMS-I.D', 'AMS-I.E')
    expect((await check()).exitCode).toBe(1)
    await change('AMS-I.E', 'AMS-I.D')
    expect((await check()).exitCode).toBe(0)
  })

  test('hole 25: a project is registered once, and no more is issued than was authorised', async () => {
    const { cast } = stage
    const [from] = cast.developers
    const { project, authorisation } = await registerProject(cast, ['60', '40'], '100')
    const again = await cast.officer.command(`/national/projects/${project.id}/moves`, { move: 'register' })
    expect(again).toMatchObject({ status: 409, body: { code: 'project-state' } })
    await issue(cast, authorisation.id, '2024', '100')
    const more = await cast.officer.command('/national/batches', {
      authorisation: authorisation.id,
      vintage: '2024',
      quantity: '1',
    })
    expect(more).toMatchObject({ status: 409, body: { code: 'authorisation-exceeded' } })
    const owners = [{ account: from.holding, share: '100' }]
    const asked = { title: 'Twins', sectoralScope: '1', methodology: 'AMS-I.D', owners }
    const twins = await Promise.all(Array.from({ length: 10 }, () => from.api.done('/national/projects', asked)))
    expect(new Set(twins.map(({ number }) => number)).size).toBe(10)
    const keyed = await Promise.all(
      Array.from({ length: 10 }, () => from.api.done('/national/projects', asked, 'one-project-of-one-key')),
    )
    expect(new Set(keyed.map(({ id }) => id)).size).toBe(1)
  })

  test('hole 26: two issuances at once never pass the cap; no sender says when something was', async () => {
    const { cast } = stage
    const { authorisation } = await registerProject(cast, ['60', '40'], '100')
    const ask = { authorisation: authorisation.id, vintage: '2024', quantity: '60' }
    const proposals = await Promise.all([1, 2, 3].map(() => cast.officer.done('/national/batches', ask)))
    const answers = await Promise.all(
      proposals.map(({ id, sha256 }) => cast.second.command(`/national/proposals/${id}/approvals`, { sha256 })),
    )
    expect(won(answers)).toBe(1)
    for (const field of ['at', 'createdTime', 'txTime', 'timestamp', 'serial', 'first']) {
      const answer = await cast.officer.command('/national/batches', { ...ask, quantity: '1', [field]: '2020-01-01' })
      expect([field, answer.status]).toEqual([field, 400])
    }
    for (const vintage of ['2999', '1999', '0', 2024]) {
      const answer = await cast.officer.command('/national/batches', { ...ask, quantity: '1', vintage })
      expect([vintage, answer.status >= 400]).toEqual([vintage, true])
    }
    const overlap = { from: '2024-01-01', to: '2023-01-01' }
    const answer = await cast.officer.command('/national/batches', { ...ask, quantity: '1', monitoringPeriod: overlap })
    expect(answer.status).toBeGreaterThanOrEqual(400)
  })
})
