import { rm } from 'node:fs/promises'
import { CheckpointSigner, ForkError, Integrator, isReceipt, type Outcome, type Submission } from '@tallystick/ledger'
import { overNetwork } from './network.ts'
import type { Life } from './scheduler.ts'
import { someWish } from './wishes.ts'
import { type Request, restoreBackup, type Server, type World } from './world.ts'

const MOST_IN_GROUP = 5
const PATIENCE_MS = 60
const SKEW_MS = 50

/** A process that serves commands in groups: into the lane, decide, commit, answer. */
export function startServer(world: World, name: string): Server {
  const server: Server = {
    life: { name, alive: true },
    inbox: [],
    skewMs: world.dice.below(2 * SKEW_MS) - SKEW_MS,
  }
  const { scheduler } = world
  scheduler.spawn(server.life, async () => {
    for (;;) {
      await scheduler.pause(server.life)
      if (server.inbox.length > 0) await runGroup(world, server)
    }
  })
  return server
}

async function runGroup(world: World, server: Server): Promise<void> {
  const { scheduler, lane, clock } = world
  const { life } = server
  while (lane.holder?.alive && lane.holder !== life) await scheduler.pause(life)
  lane.holder = life
  const group = server.inbox.splice(0, MOST_IN_GROUP)
  await scheduler.pause(life)
  // Decision and commit are one: whoever is killed before has done nothing, whoever is killed after has done all of it.
  clock.skewMs = server.skewMs
  const outcomes: Outcome[] = []
  for (const { submission } of group) {
    const outcome = await world.fixture.ledger.execute(submission)
    if (isReceipt(outcome) && !outcome.repeated) world.committed.push({ submission, at: outcome.entry.at })
    outcomes.push(outcome)
  }
  await scheduler.pause(life)
  lane.holder = undefined
  for (const [at, { reply }] of group.entries()) {
    const outcome = outcomes[at]
    if (outcome) reply(outcome)
  }
}

export function startIntegrator(world: World, name: string): Life {
  const life = { name, alive: true }
  const integrator = new Integrator(overNetwork(() => world.fixture.ledger, world.scheduler, life))
  world.scheduler.spawn(life, async () => {
    for (;;) {
      await world.scheduler.pause(life, world.dice.below(40))
      await integrator.step().catch((error: unknown) => tolerateRestore(world, error))
    }
  })
  return life
}

/** A tree that was put back under an integrator's feet may not fit what it holds in memory. */
function tolerateRestore({ counts }: World, error: unknown): void {
  if (counts.restored === 0) throw error
}

export async function startSigner(world: World, name: string): Promise<Life> {
  const life = { name, alive: true }
  // The lock of a process that is no more is taken away by the next; here both are one process of the computer.
  await rm(`${world.stateFile}.lock`, { force: true })
  const ledger = overNetwork(() => world.fixture.ledger, world.scheduler, life)
  const clock = () => new Date(world.scheduler.now())
  const signer = new CheckpointSigner(ledger, world.key, world.stateFile, clock)
  world.scheduler.spawn(life, async () => {
    for (;;) {
      await world.scheduler.pause(life, 10 + world.dice.below(60))
      await signer.step().catch((error: unknown) => {
        if (!(error instanceof ForkError)) return tolerateRestore(world, error)
        world.counts.refusedForks += 1
      })
    }
  })
  return life
}

/** Sends commands one after the other, each until it is answered, to whichever server. */
export async function runClient(world: World, name: string, commands: number): Promise<void> {
  const life = { name, alive: true }
  for (let at = 0; at < commands; at += 1) {
    const wish = someWish(world.fixture, world.dice)
    const submission = await world.fixture.submissionOf(wish, `${name} ${at}`)
    const outcome = await untilAnswered(world, life, submission)
    if (isReceipt(outcome)) {
      const { index, leaf } = outcome
      world.acknowledged.set(`${wish.by} ${name} ${at}`, { index, leaf, submission })
    }
    await world.scheduler.pause(life, world.dice.below(30))
  }
}

async function untilAnswered(world: World, life: Life, submission: Submission): Promise<Outcome> {
  const { scheduler, dice } = world
  let answer: Outcome | undefined
  const reply = (outcome: Outcome) => {
    answer ??= outcome
  }
  while (answer === undefined) {
    const copies = dice.below(5) === 0 ? 2 : 1
    world.counts.doubled += copies - 1
    for (let copy = 0; copy < copies; copy += 1) send(world, { submission, reply })
    const patience = scheduler.now() + PATIENCE_MS + dice.below(PATIENCE_MS)
    while (answer === undefined && scheduler.now() < patience) await scheduler.pause(life, 1 + dice.below(5))
  }
  return answer
}

/** Carries a request to some server and its answer back; either may be late, or lost. */
function send(world: World, request: Request): void {
  const { scheduler, dice, servers } = world
  world.counts.sent += 1
  const arrive = (deliver: () => void) => {
    if (dice.below(6) === 0) {
      world.counts.lost += 1
      return
    }
    const message = { name: 'message', alive: true }
    scheduler.spawn(message, async () => {
      await scheduler.pause(message, dice.below(dice.below(8) === 0 ? 200 : 10))
      deliver()
    })
  }
  const reply = (outcome: Outcome) => arrive(() => request.reply(outcome))
  arrive(() => dice.pick(servers).inbox.push({ ...request, reply }))
}

/** Kills one of the processes and starts it again, at once or later. */
export async function killOne(world: World): Promise<void> {
  const { dice, scheduler, servers, helpers } = world
  world.counts.crashes += 1
  const victim = dice.below(servers.length + helpers.length)
  const reborn: Life = { name: 'supervisor', alive: true }
  const again = (start: () => Promise<void>) =>
    scheduler.spawn(reborn, async () => {
      await scheduler.pause(reborn, dice.below(100))
      if (!world.isOver) await start()
    })
  const server = servers[victim]
  if (server) {
    if (!server.life.alive) return
    server.life.alive = false
    server.inbox = []
    again(async () => {
      servers[victim] = startServer(world, server.life.name)
    })
    return
  }
  const at = victim - servers.length
  const life = helpers[at]
  if (!life?.alive || life.name === 'thief') return
  life.alive = false
  again(async () => {
    helpers[at] = life.name === 'signer' ? await startSigner(world, life.name) : startIntegrator(world, life.name)
  })
}

/** Every process loses its connection, and the database comes back as it was earlier. */
export async function restore(world: World): Promise<void> {
  for (const { life } of world.servers) life.alive = false
  await restoreBackup(world)
  for (const [at, { life }] of world.servers.entries()) world.servers[at] = startServer(world, life.name)
}
