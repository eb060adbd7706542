import { describe, expect, it } from 'vitest'
import { CONVERTED, withWord } from '../attributes.ts'
import type { Law } from '../documents.ts'
import { isRefusal } from '../refusal.ts'
import type { BoundBody } from '../rule.ts'
import { mirrorClass } from '../spaces.ts'
import { State } from '../state.ts'
import { mirrorCorrected } from './mirror-corrections.ts'
import { EVIDENCED, mirrorRecorded } from './mirrors.ts'

const id = (digit: string) => digit.repeat(32)
const accounts = { active: id('a'), retired: id('b'), cancelled: id('c') }
const about = { registry: 'elsewhere', project: { id: id('d'), code: 'P1' }, vintage: '2020', unitType: 'VCU' }
const unitClass = mirrorClass('elsewhere', 'P1', '2020', 'VCU')

/** Ten units that ended and were converted, of which no issuance was seen. */
function converted(): State {
  const state = new State()
  const ledger = { issuance: id('e') } as never
  state.load({ kind: 'ledger', id: 'ledger', row: ledger })
  state.load({ kind: 'registry', id: 'elsewhere', row: accounts })
  state.load({
    kind: 'foreign',
    id: 'elsewhere/P1',
    row: { ...about.project, registry: 'elsewhere', registered: false },
  })
  state.load({ kind: 'lot', id: unitClass, row: { quantity: 0n, numbered: 10n, evidenced: 10n } })
  const attributes = withWord(EVIDENCED, CONVERTED, '77')
  const run = { space: 'elsewhere:S', batch: '', class: unitClass, account: accounts.cancelled, attributes }
  state.loadRun({ ...run, first: 1n, last: 10n })
  state.size = 100
  return state
}

function bound(rule: typeof mirrorRecorded, body: object): BoundBody {
  const found = rule.bindBody(body)
  if (isRefusal(found)) throw new Error(JSON.stringify(found))
  return found
}

const law = {} as Law
const written = { by: id('f'), at: '', approvals: [] }
const facts = 'f'.repeat(64)

describe('a word that marks units abroad', () => {
  it('outlives a later record of the same units', () => {
    const state = converted()
    const says = { issued: true, issuedOn: null, fate: 'active', fateOn: null, facts }
    const body = { ...about, space: 'elsewhere:S', range: ['1', '10'], ...says }
    const { runs } = bound(mirrorRecorded, body).effects(state, law, written)
    expect(runs).toMatchObject([{ account: accounts.cancelled, attributes: `${CONVERTED}:77` }])
  })

  it('keeps a record from being taken back', () => {
    const state = converted()
    const part = { range: ['1', '10'], before: 'unknown' }
    const taken = { kind: 'units', space: 'elsewhere:S', issued: false, fate: 'cancelled', parts: [part] }
    const body = { ...about, record: { index: 5, leaf: facts }, taken, reason: facts }
    const refusal = bound(mirrorCorrected, body).admit(state, law, written)
    expect(refusal).toMatchObject({ refused: 'changed-since' })
  })
})
