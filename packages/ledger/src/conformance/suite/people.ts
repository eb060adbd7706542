import { documentBytes, simpleDocuments } from '@tallystick/rules'
import { expect, test } from 'vitest'
import { randomId } from '../../founding.ts'
import { isReceipt } from '../../port.ts'
import { approved, done, issue, issued, someCommitment } from '../registry.ts'
import type { Ground } from './ground.ts'

/** Mandates, ids and the documents in force. */
export function people(ground: Ground): void {
  const { developer, refusal, transfer } = ground

  test('a revoked mandate decides and approves nothing', async () => {
    const { ledger, registry } = ground
    const mandate = randomId()
    const grant = { mandate, organisation: registry.genesis.authority, role: 'government/Admin', limit: null }
    await done(ledger, registry.root, 'MandateGranted', grant)
    await done(ledger, registry.root, 'MandateRevoked', { mandate })
    expect(await issue(registry, '1', { approver: mandate })).toMatchObject({ refused: 'mandate-revoked' })
    expect(await refusal(ledger, mandate, 'HoldLifted', { hold: randomId() })).toBe('mandate-revoked')
    expect(await refusal(ledger, randomId(), 'HoldLifted', { hold: randomId() })).toBe('mandate-unknown')
  })

  test('a mandate with a limit stays within it', async () => {
    const { ledger, registry } = ground
    const batch = await issued(registry, '100')
    const { organisation, mandate: admin } = developer(0)
    const mandate = randomId()
    await done(ledger, admin, 'MandateGranted', { mandate, organisation, role: 'developer/Admin', limit: '10' })
    expect(await transfer(batch, { quantity: '11' }, { ...developer(0), mandate })).toMatchObject({
      refused: 'mandate-limit',
    })
    expect(isReceipt(await transfer(batch, { quantity: '10' }, { ...developer(0), mandate }))).toBe(true)
  })

  test('a limit is not shed by granting: neither to a wider mandate nor by approving', async () => {
    const { ledger, registry } = ground
    const { organisation, mandate: admin } = developer(0)
    const grant = (by: string, role: string, org: string, limit: string | null) =>
      refusal(ledger, by, 'MandateGranted', { mandate: randomId(), organisation: org, role, limit })
    const limited = randomId()
    await done(ledger, admin, 'MandateGranted', {
      mandate: limited,
      organisation,
      role: 'developer/Admin',
      limit: '10',
    })
    expect(await grant(limited, 'developer/Admin', organisation, null)).toBe('mandate-limit')
    expect(await grant(limited, 'developer/Admin', organisation, '11')).toBe('mandate-limit')
    expect(await grant(registry.officer, 'government/Admin', registry.genesis.authority, null)).toBe('not-permitted')
    const approver = randomId()
    const approving = {
      mandate: approver,
      organisation: registry.genesis.authority,
      role: 'government/Admin',
      limit: '10',
    }
    await done(ledger, registry.root, 'MandateGranted', approving)
    expect(await issue(registry, '11', { approver })).toMatchObject({ refused: 'mandate-limit' })
    expect(isReceipt(await issue(registry, '10', { approver }))).toBe(true)
  })

  test('an id is one thing for ever', async () => {
    const { ledger, registry } = ground
    const account = developer(1).holding
    const owners = [{ account: developer(0).holding, share: '100' }]
    const project = { title: someCommitment(), scope: '1', methodology: 'AMS-I.D', owners }
    expect(await refusal(ledger, registry.officer, 'ProjectRegistered', { project: account, ...project })).toBe(
      'already-exists',
    )
    const opened = {
      organisation: developer(0).organisation,
      accounts: [{ kind: 'holding', account: registry.project }],
    }
    expect(await refusal(ledger, registry.officer, 'AccountsOpened', opened)).toBe('already-exists')
    const hold = { hold: randomId(), reason: 'other', account, batch: null, range: null }
    await done(ledger, registry.officer, 'HoldPlaced', hold)
    await done(ledger, registry.officer, 'HoldLifted', { hold: hold.hold })
    expect(await refusal(ledger, registry.officer, 'HoldPlaced', hold)).toBe('already-exists')
  })

  test('a new permission table is adopted by two, and only one under which somebody can adopt the next', async () => {
    const { ledger, registry } = ground
    const adopt = async (
      change: (table: { version: number; actions: Record<string, unknown>; roles: string[] }) => void,
      approvers = [registry.officer],
    ) => {
      const table = JSON.parse(Buffer.from(simpleDocuments.permissions).toString())
      table.version = 2
      change(table)
      const sha256 = await ledger.putDocument(documentBytes(table))
      const request = { document: 'permissions', version: 2, sha256 }
      return approved(registry, registry.root, 'DocumentAdopted', request, approvers)
    }
    expect(await adopt(() => {}, [])).toMatchObject({ refused: 'approval-missing' })
    expect(await adopt((table) => delete table.actions['documents.adopt'])).toMatchObject({
      refused: 'document-unknown',
    })
    expect(await adopt((table) => table.roles.push('system/other'))).toMatchObject({ refused: 'document-unknown' })
    expect(
      await adopt((table) => (table.actions['mandates.system/system'] = { 'government/Root': 'any' })),
    ).toMatchObject({ refused: 'document-unknown' })
    expect(isReceipt(await adopt(() => {}))).toBe(true)
    expect(isReceipt(await transfer(await issued(registry, '10'), { quantity: '1' }))).toBe(true)
  })
}
