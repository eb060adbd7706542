import { rm } from 'node:fs/promises'
import type { Outcome, SigningKey, Submission } from '@tallystick/ledger'
import { type Checkpoint, parseCheckpoint } from '@tallystick/tlog'
import { type Dice, LedgerFixture } from '../../support/ledger-fixture.ts'
import { createScheduler, type Life, QuickDice, type Scheduler } from './scheduler.ts'

const EPOCH_MS = Date.UTC(2026, 0, 1)

export interface Request {
  submission: Submission
  reply(outcome: Outcome): void
}

export interface Server {
  life: Life
  inbox: Request[]
  /** How far its clock is off. */
  skewMs: number
}

/** What a simulation is made of, and what it leaves behind. */
export interface World {
  seed: string
  /** Where the signer keeps what it signed last: outlives it, and the database. */
  stateFile: string
  dice: Dice
  scheduler: Scheduler
  /** The ledger, and who acts on it. Another object after a restore. */
  fixture: LedgerFixture
  key: SigningKey
  clock: { skewMs: number; fixedAt: number | undefined }
  /** Whoever holds the head row; a killed process lets go of it. */
  lane: { holder: Life | undefined }
  servers: Server[]
  /** Lives of integrators and signer. */
  helpers: Life[]
  /** Everything that was committed, to restore a backup from. */
  committed: { submission: Submission; at: string }[]
  /** What clients were answered, by sender and key. */
  acknowledged: Map<string, { index: number; leaf: string; submission: Submission }>
  /** Every checkpoint that the key has put its name under, published or not. */
  signed: Checkpoint[]
  /** Leaves of the log as it was before the database was put back. */
  abandoned: string[]
  /** Nobody is started again. */
  isOver: boolean
  counts: { sent: number; crashes: number; lost: number; doubled: number; refusedForks: number; restored: number }
}

/** A founded registry that nobody works on yet. */
export async function foundWorld(seed: string, stateFile: string): Promise<World> {
  await rm(stateFile, { force: true })
  const dice = new QuickDice(`simulation ${seed}`)
  const scheduler = createScheduler(dice)
  const clock: World['clock'] = { skewMs: 0, fixedAt: EPOCH_MS }
  const fixture = await foundedAt(seed, clock, scheduler)
  clock.fixedAt = undefined
  const signed: Checkpoint[] = []
  return {
    seed,
    stateFile,
    dice,
    scheduler,
    fixture,
    key: listening(fixture.key, signed),
    clock,
    lane: { holder: undefined },
    servers: [],
    helpers: [],
    committed: [],
    acknowledged: new Map(),
    signed,
    abandoned: [],
    isOver: false,
    counts: { sent: 0, crashes: 0, lost: 0, doubled: 0, refusedForks: 0, restored: 0 },
  }
}

async function foundedAt(seed: string, clock: World['clock'], scheduler: Scheduler): Promise<LedgerFixture> {
  const fixture = new LedgerFixture(seed, () => {
    return new Date(clock.fixedAt ?? EPOCH_MS + scheduler.now() + clock.skewMs)
  })
  await fixture.found()
  return fixture
}

/** A key that remembers what it signed. */
function listening(key: SigningKey, signed: Checkpoint[]): SigningKey {
  return {
    ...key,
    signer: (origin) => {
      const signer = key.signer(origin)
      return {
        ...signer,
        sign: (message) => {
          signed.push(parseCheckpoint(Buffer.from(message).toString()))
          return signer.sign(message)
        },
      }
    },
  }
}

/** Puts the database back to where it was some commits ago, as after the loss of its disk. */
export async function restoreBackup(world: World): Promise<void> {
  const { dice, clock, scheduler, seed } = world
  world.abandoned = await leavesOf(world)
  world.committed.splice(dice.below(Math.max(1, world.committed.length)))
  clock.fixedAt = EPOCH_MS
  const fixture = await foundedAt(seed, clock, scheduler)
  for (const { submission, at } of world.committed) {
    clock.fixedAt = Date.parse(at)
    await fixture.ledger.execute(submission)
  }
  clock.fixedAt = undefined
  world.fixture = fixture
  world.counts.restored += 1
}

export async function leavesOf({ fixture: { ledger } }: World): Promise<string[]> {
  const { size } = await ledger.head()
  return (await ledger.entries(0, size)).map(({ leaf }) => leaf)
}
