import type { Account, AccountDetails, Balance, Holding, Page } from '@tallystick/contract'
import { type AccountKind, policyInForce, type Rows } from '@tallystick/rules'
import { nationalSerial, print } from '@tallystick/serials'
import { z } from 'zod'
import { decodeCursor, IdKey, limitOf, pageFrom, TextPart } from '../platform/cursor.ts'
import { itmoBlock } from '../platform/names.ts'
import type { Services } from '../platform/services.ts'
import { unitClassOf } from './classes.ts'

const MAX_BALANCES = 1000

interface PageAsked {
  limit?: number | undefined
  cursor?: string | undefined
}

interface AccountRow {
  id: string
  row: { organisation: string; kind: AccountKind; active: boolean; registry: string | null }
}

export function shownAccount({ id, row }: AccountRow): Account {
  return { id, organisation: row.organisation, kind: row.kind, active: row.active, registry: row.registry ?? null }
}

export async function accountPage(
  services: Services,
  organisation: string | undefined,
  query: PageAsked,
): Promise<Page<Account>> {
  const [after] = decodeCursor(IdKey, query.cursor) ?? ['']
  const limit = limitOf(query)
  const ofOrganisation = organisation === undefined ? '' : `AND row ? 'organisation' AND row ->> 'organisation' = $4`
  const { rows } = await services.pool.query<AccountRow>(
    `SELECT id, row FROM ledger_row WHERE kind = 'account' AND id > $1 AND id <> $3 ${ofOrganisation} ORDER BY id LIMIT $2`,
    [after, limit + 1, services.genesis.issuance, ...(organisation === undefined ? [] : [organisation])],
  )
  return pageFrom(rows, limit, shownAccount, ({ id }) => [id])
}

export async function balances(services: Services, account: string): Promise<Balance[]> {
  const { rows } = await services.pool.query<{ class: string; debits: string; credits: string; balance: string }>(
    `SELECT class, debits, credits, credits - debits AS balance FROM ledger_balance
     WHERE account = $1 ORDER BY class LIMIT $2`,
    [account, MAX_BALANCES],
  )
  return rows.map((row) => ({ ...row, class: unitClassOf(row.class) }))
}

interface RunRow {
  space: string
  first: string
  last: string
  batch: string
  class: string
  /** Of the project at home. */
  number: number | null
  scope: string | null
}

const RunKey = z.tuple([TextPart, z.string().regex(/^\d{1,15}$/)])

export async function holdingPage(services: Services, account: string, query: PageAsked): Promise<Page<Holding>> {
  const [space, first] = decodeCursor(RunKey, query.cursor) ?? ['', '0']
  const limit = limitOf(query)
  const { rows } = await services.pool.query<RunRow>(
    `SELECT r.space, r.first, r.last, r.batch, r.class,
            (p.row ->> 'number')::integer AS number, p.row ->> 'scope' AS scope
     FROM ledger_run r
     LEFT JOIN ledger_row p ON p.kind = 'project' AND p.id = split_part(r.class, '/', 1)
     WHERE r.account = $1 AND (r.space, r.first) > ($2, $3)
     ORDER BY r.space, r.first LIMIT $4`,
    [account, space, first, limit + 1],
  )
  return pageFrom(
    rows,
    limit,
    (row) => shownHolding(services, row),
    (row) => [row.space, row.first],
  )
}

function shownHolding(services: Services, row: RunRow): Holding {
  const { space, first, last, batch } = row
  return {
    serial: printed(services, row),
    space,
    first,
    last,
    quantity: (BigInt(last) - BigInt(first) + 1n).toString(),
    batch: batch === '' ? null : batch,
    class: unitClassOf(row.class),
  }
}

/** The national serial of units issued here; the identifiers of ITMOs of another Party. */
function printed(services: Services, row: RunRow): string | null {
  if (row.space.startsWith('itmo:')) {
    return itmoBlock(row.space, { first: BigInt(row.first), last: BigInt(row.last) }).serial
  }
  if (row.number === null || row.scope === null) return null
  const { vintage, unitType } = unitClassOf(row.class)
  const serial = nationalSerial({
    country: services.genesis.country.code,
    type: unitType,
    scope: Number(row.scope),
    project: BigInt(row.number),
    vintage: Number(vintage),
    range: { first: BigInt(row.first), last: BigInt(row.last) },
  })
  return 'reason' in serial ? null : print(serial)
}

/** An account that somebody has; the issuance account is the ledger's own bookkeeping. */
export async function accountOf(
  services: Services,
  id: string,
): Promise<(Account & Pick<AccountDetails, 'policy' | 'loosened'>) | undefined> {
  if (id === services.genesis.issuance) return undefined
  const row: Rows['account'] | undefined = await services.ledger.row('account', id)
  return row && { ...shownAccount({ id, row }), ...policyOf(row, services.clock().toISOString()) }
}

function policyOf({ policy }: Rows['account'], now: string): Pick<AccountDetails, 'policy' | 'loosened'> {
  const loosened = policy?.loosened ?? null
  return {
    policy: policy && policyInForce(policy, now),
    loosened: loosened !== null && loosened.from > now ? loosened : null,
  }
}
