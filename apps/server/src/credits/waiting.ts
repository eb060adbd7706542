import type { EntryType, MovementProposed } from '@tallystick/contract'
import { type Receipt, randomId } from '@tallystick/ledger'
import { invariant, type PendingKind } from '@tallystick/rules'
import { type LogRow, placeOf } from '../platform/entries.ts'
import { execute, forgetUnwritten, type LedgerCommand, type Sender } from '../platform/idempotency.ts'
import { lawInForce } from '../platform/law.ts'
import type { KnownNames } from '../platform/names.ts'
import { ProblemError, problem } from '../platform/problem.ts'
import type { Actor, Services } from '../platform/services.ts'
import { beneficiaryOf, unitsShown } from './answers.ts'

const DAY_MS = 86_400_000
const HOUR_MS = 3_600_000
/** How long a movement waits where nothing else is said, if the preset allows so much. */
const WAIT_MS = 14 * DAY_MS

/** A movement that is to wait where it cannot take place at once. */
export interface ToWait {
  kind: PendingKind
  batch: string
  from: string
  to: string
  quantity?: string
  ranges?: [string, string][]
  purpose: string | null
  /** A commitment. */
  beneficiary: string | null
  agreement?: { id: string; sha256?: string | undefined }
}

/** What the ledger is asked for, so that a movement waits. */
export async function waitingRequest(
  services: Services,
  {
    acceptance = false,
    expiresAt,
    ...movement
  }: ToWait & {
    acceptance?: boolean
    expiresAt?: string | undefined
  },
) {
  return { movement: randomId(), ...movement, acceptance, expiresAt: expiresAt ?? (await defaultEnd(services)) }
}

async function defaultEnd(services: Services): Promise<string> {
  const { preset } = await lawInForce(services.ledger)
  // The entry may be written a little later than now, by another clock: so the longest wait is not used up.
  const longest = preset.pending.hours * HOUR_MS - 60_000
  return new Date(services.clock().getTime() + Math.min(WAIT_MS, longest)).toISOString()
}

/**
 * Moves units at once; where others must approve or accept first, lets the movement wait if it may, answering 202, and
 * otherwise says how to go on. One key serves both: a repetition finds whichever was written.
 */
export async function executeOrWait<Type extends EntryType>(
  services: Services,
  call: Sender & { actor: Actor },
  command: LedgerCommand & { type: Type },
  waiting: ToWait | undefined,
): Promise<LogRow<Type | 'MovementProposed'>> {
  const receipt = waiting
    ? await movedOrWaiting(services, call, command, waiting)
    : await execute(services, call, command).catch(sayHow)
  const { type } = receipt.entry
  invariant(type === command.type || type === 'MovementProposed', 'a key serves one intention')
  if (type === 'MovementProposed') call.reply.code(202)
  return receipt as unknown as LogRow<Type | 'MovementProposed'>
}

async function movedOrWaiting(
  services: Services,
  call: Sender & { actor: Actor },
  { type, request, commitments = [] }: LedgerCommand,
  waiting: ToWait,
): Promise<Receipt> {
  let moved: Receipt | undefined
  try {
    moved = await execute(services, call, { type, request })
  } catch (error) {
    if (!isForOthers(error)) {
      // Only a refusal says that nothing was written.
      if (error instanceof ProblemError) await forgetUnwritten(services, commitments, undefined)
      throw error
    }
  }
  if (moved) {
    if (moved.repeated) await forgetUnwritten(services, commitments, moved)
    return moved
  }
  const proposal = await waitingRequest(services, waiting)
  return execute(services, call, { type: 'MovementProposed', request: proposal, commitments })
}

function isForOthers(error: unknown): boolean {
  return error instanceof ProblemError && forOthers.has(error.problem.code)
}

const forOthers: ReadonlySet<string> = new Set(['approval-missing', 'acceptance-missing'])

function sayHow(error: unknown): never {
  if (error instanceof ProblemError && error.problem.code === 'approval-missing') throw problem('movement-waits')
  throw error
}

/** A movement as its proposal tells it. */
export function proposedOf(row: LogRow<'MovementProposed'>, names: KnownNames): MovementProposed {
  const { movement, kind, from, to, purpose, beneficiary, agreement = null, expiresAt } = row.entry.body
  return {
    id: movement,
    kind,
    ...unitsShown(row.entry.body, names),
    from: names.party(from),
    to: names.party(to),
    purpose,
    beneficiary: beneficiaryOf(beneficiary, names),
    agreement,
    expiresAt,
    entry: placeOf(row),
  }
}
