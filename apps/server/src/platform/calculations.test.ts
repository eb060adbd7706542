import { isRefused } from '@tallystick/calculators'
import { MemoryLedger } from '@tallystick/ledger'
import { expect, it } from 'vitest'
import { calculated, calculationJudge, snapshotOf } from './calculations.ts'

const services = { ledger: new MemoryLedger() }
const inputs = { area: { value: '50', unit: 'ha' }, duration: { value: '365', unit: 'd' } }

// As a document holds it.
function snapshot() {
  const answer = calculated('UNDP-AGRI-RICE', { inputs }, undefined)
  if (!answer || isRefused(answer)) throw new Error('it can be calculated')
  return JSON.parse(JSON.stringify(snapshotOf(answer)))
}

it('a calculation that a document holds is done again, and must give the same', async () => {
  const kept = snapshot()
  const judge = await calculationJudge(services, { fields: [kept] })
  expect(judge(kept)).toMatchObject({ agrees: true })
  const { result } = kept
  for (const change of [
    { er: '840' },
    { trace: [] },
    { warnings: [] },
    { parameters: [] },
    { on: '2024-01-01', er: '1' },
    { more: 1 },
  ]) {
    expect(judge({ ...kept, result: { ...result, ...change } }), JSON.stringify(change)).toMatchObject({
      agrees: false,
    })
  }
  const larger = { ...inputs, area: { value: '51', unit: 'ha' } }
  expect(judge({ ...kept, inputs: larger })).toMatchObject({ agrees: false })
  expect(judge({ ...kept, inputs: {} })).toMatchObject({ agrees: false })
})

it('tells the inputs that were given by their keys and by what people call them', async () => {
  const judged = (await calculationJudge(services, {}))(snapshot())
  expect(judged?.inputs.map((names) => names.at(0))).toEqual(['area', 'duration'])
  for (const names of judged?.inputs ?? []) expect(names.length).toBeGreaterThan(2)
})

it('does not judge what it does not know', async () => {
  const kept = snapshot()
  const judge = await calculationJudge(services, kept)
  const country = { id: 'x', version: '1', hash: 'ab'.repeat(32) }
  const other = { ...kept.result, parameterSet: { ...kept.result.parameterSet, country } }
  expect(judge({ ...kept, method: 'NOTHING' })).toBeUndefined()
  expect(judge({ ...kept, version: '99' })).toBeUndefined()
  expect(judge({ ...kept, result: other })).toBeUndefined()
  expect((await calculationJudge(services, other))({ ...kept, result: other })).toBeUndefined()
})

it('the sets of parameters are those that were used, by name, version and hash', async () => {
  const kept = snapshot()
  const { reference } = kept.result.parameterSet
  const hash = 'ab'.repeat(32)
  for (const parameterSet of [
    ...[{ hash }, { id: 'evil' }, { version: '77' }, { more: '1' }].map((change) => ({
      reference: { ...reference, ...change },
      country: null,
    })),
    ...[{ country: null }, { reference }, { reference, country: null, more: null }, null],
  ]) {
    const forged = { ...kept, result: { ...kept.result, parameterSet } }
    const judged = (await calculationJudge(services, forged))(forged)
    expect(judged, JSON.stringify(parameterSet)).toMatchObject({ agrees: false })
  }
})

it('what is given by year is an input too, and nothing is given beside it that no year takes', async () => {
  const { area, duration } = inputs
  const years = [2023, 2024].map((year) => ({ year, inputs: { duration } }))
  const vintages = { by: 'data', years }
  const answer = calculated('UNDP-AGRI-RICE', { inputs: { area }, vintages }, undefined)
  if (!answer || isRefused(answer)) throw new Error('it can be calculated')
  const kept = JSON.parse(JSON.stringify(snapshotOf(answer)))
  const judge = await calculationJudge(services, kept)
  const judged = judge(kept)
  expect(judged).toMatchObject({ agrees: true })
  expect(judged?.inputs.map((names) => names.at(0))).toEqual(['area', 'duration'])
  const padded = { area, duration: { value: '96000', unit: 'd' } }
  expect(judge({ ...kept, inputs: padded, result: { ...kept.result, inputs: padded } })).toMatchObject({
    agrees: false,
  })
})
