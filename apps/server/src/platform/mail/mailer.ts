import { randomInt } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { randomId } from '@tallystick/ledger'
import type pg from 'pg'
import type { Log } from '../log.ts'
import { Bell } from './bell.ts'
import { type Claimed, claimDue, noteBegun, noteFailed, noteRefused, noteSent, release, renew } from './claims.ts'
import { type Message, messageOf, type Sender } from './message.ts'
import { CHANNEL } from './outbox.ts'
import { NotTaken, type Transport } from './transport.ts'

export interface MailerOptions {
  pool: pg.Pool
  sender: Sender
  transport: Transport
  log: Log
  /** Mails handed over at once. */
  connections: number
  /** So long others leave alone what this mailer has, once it lives no longer. */
  leaseMs?: number
  /** It looks this often for what is due, even if nobody calls. */
  lookMs?: number
  /** After the first failure of a mail; each pause after that is about twice as long. */
  pauseMs?: number
}

export const LEASE_MS = 60_000
const LOOK_MS = 5_000
const PAUSE_MS = 60_000
const LONGEST_PAUSE_MS = 8 * 3_600_000
/** With these pauses about three days. */
export const MOST_TRIES = 18
const CLAIMED_AT_ONCE = 20
/** So many failures of the server in a row, and the mailer leaves it alone for a while. */
const SERVER_FAILURES = 5
const REST_MS = 1_000
const LONGEST_REST_MS = 60_000

/** How long a mail waits after so many tries: about twice as long each time, and never just as long as another. */
export function pauseAfter(tries: number, pauseMs = PAUSE_MS): number {
  return Math.min(pauseMs * 2 ** (tries - 1), LONGEST_PAUSE_MS) * (0.75 + randomInt(500_001) / 1_000_000)
}

/**
 * Hands over what is due in the outbox, until stopped. Any number of mailers may do so at once, in any processes: a mail
 * is one mailer's, and another's only when that one lives no longer.
 */
export class Mailer {
  readonly #options: Required<MailerOptions>
  readonly #claim = randomId()
  readonly #bell = new Bell()
  readonly #stopping = new AbortController()
  readonly #waiting: Claimed[] = []
  readonly #inHand = new Set<string>()
  readonly #done: Promise<unknown>
  #claiming: Promise<void> | undefined
  #failures = 0
  #told = ''

  constructor(options: MailerOptions) {
    this.#options = { leaseMs: LEASE_MS, lookMs: LOOK_MS, pauseMs: PAUSE_MS, ...options }
    const workers = Array.from({ length: options.connections }, () => this.#work())
    this.#done = Promise.all([...workers, this.#listen(), this.#keepLease()])
  }

  /** Ends when what is being handed over is done; after `graceMs` that is broken off, and tried again by others. */
  async stop(graceMs = 15_000): Promise<void> {
    this.#stopping.abort()
    this.#bell.stick()
    const breakOff = setTimeout(() => this.#options.transport.close(), graceMs)
    await this.#done
    clearTimeout(breakOff)
    this.#options.transport.close()
    await release(this.#options.pool, this.#claim).catch(() => undefined)
  }

  get #isStopping(): boolean {
    return this.#stopping.signal.aborted
  }

  async #work(): Promise<void> {
    while (!this.#isStopping) {
      try {
        const mail = await this.#next()
        if (mail) await this.#handOver(mail)
        else await this.#bell.wait(this.#options.lookMs)
      } catch (error) {
        this.#tell(error)
        await this.#pause(this.#options.lookMs)
      }
    }
  }

  async #next(): Promise<Claimed | undefined> {
    if (this.#waiting.length === 0) {
      this.#claiming ??= this.#claimMore().finally(() => {
        this.#claiming = undefined
      })
      await this.#claiming
    }
    return this.#waiting.shift()
  }

  async #claimMore(): Promise<void> {
    const { pool, leaseMs } = this.#options
    const claimed = await claimDue(pool, { claim: this.#claim, most: CLAIMED_AT_ONCE, leaseMs })
    // What a lease ran out for while the database was away may still be in our own hands.
    this.#waiting.push(...claimed.filter(({ id }) => !this.#inHand.has(id)))
  }

  async #handOver(mail: Claimed): Promise<void> {
    const { pool, sender, transport } = this.#options
    const own = { id: mail.id, claim: this.#claim }
    if (mail.useless !== null) return noteFailed(pool, own, mail.useless)
    this.#inHand.add(mail.id)
    try {
      const message = written(sender, mail)
      if (!message) return await noteFailed(pool, own, 'template')
      if (!(await noteBegun(pool, mail.id, this.#claim))) return
      const failure = await transport.hand(message).then(() => undefined, asFailure)
      if (failure === undefined) await this.#surelySent(mail.id)
      else await this.#notTaken(mail, failure)
    } finally {
      this.#inHand.delete(mail.id)
    }
  }

  /** The other side has it: that must be written, whatever the database does meanwhile. */
  async #surelySent(id: string): Promise<void> {
    this.#failures = 0
    this.#told = ''
    for (let pauseMs = 50; ; pauseMs = Math.min(2 * pauseMs, 2_000)) {
      try {
        return await noteSent(this.#options.pool, id)
      } catch (error) {
        this.#tell(error)
        if (this.#isStopping && pauseMs === 2_000) return
        await delay(pauseMs)
      }
    }
  }

  async #notTaken(mail: Claimed, failure: NotTaken): Promise<void> {
    const { pool, pauseMs, log } = this.#options
    const own = { id: mail.id, claim: this.#claim }
    const tries = mail.tries + 1
    if (failure.isFinal || tries >= MOST_TRIES) {
      await noteFailed(pool, own, failure.reason)
      log.warn(`mailer: a mail (${mail.template}) was given up: ${failure.reason}`)
    } else await noteRefused(pool, own, failure.reason, pauseAfter(tries, pauseMs))
    if (failure.of === 'mail') {
      this.#failures = 0
      return
    }
    this.#failures += 1
    if (this.#failures < SERVER_FAILURES) return
    this.#tell(failure)
    // Others, too, would only fail: their tries are not spent on a server that is away.
    const restMs = REST_MS * 2 ** Math.min(this.#failures - SERVER_FAILURES, 16)
    await this.#pause(Math.min(restMs, pauseMs, LONGEST_REST_MS))
  }

  /** Wakes the workers when something is queued; without a connection for it, the clock does. */
  async #listen(): Promise<void> {
    while (!this.#isStopping) {
      try {
        const client = await this.#options.pool.connect()
        const lost = new Promise<void>((resolve) => {
          client.on('end', resolve)
          client.on('error', () => resolve())
        })
        client.on('notification', () => this.#bell.ring())
        try {
          await client.query(`LISTEN ${CHANNEL}`)
          this.#bell.ring()
          await Promise.race([lost, aborted(this.#stopping.signal)])
        } finally {
          // Closed, so that nobody else gets a connection that listens.
          client.release(true)
        }
      } catch (error) {
        this.#tell(error)
      }
      await this.#pause(this.#options.lookMs)
    }
  }

  async #keepLease(): Promise<void> {
    const { pool, leaseMs } = this.#options
    // To the end: what is handed over while we stop is still ours.
    while (!this.#isStopping || this.#inHand.size > 0) {
      await this.#pause(leaseMs / 3, 50)
      const ours = [...this.#inHand, ...this.#waiting.map(({ id }) => id)]
      if (ours.length > 0) await renew(pool, this.#claim, ours, leaseMs).catch((error: unknown) => this.#tell(error))
    }
  }

  /** Until stopped, or shortly where it is stopped already. */
  async #pause(ms: number, whenStopped = 0): Promise<void> {
    if (this.#isStopping) return void (await delay(whenStopped))
    await delay(ms, undefined, { signal: this.#stopping.signal }).catch(() => undefined)
  }

  /** The same failure, again and again, is told once; and nothing of what a mail says. */
  #tell(error: unknown): void {
    const message = error instanceof Error ? error.message : String(error)
    if (message !== this.#told && !this.#isStopping) this.#options.log.warn(`mailer: ${message}`)
    this.#told = message
  }
}

/** Undefined where a row says less than its template asks for. */
function written(sender: Sender, mail: Claimed): Message | undefined {
  try {
    return messageOf(sender, mail)
  } catch {
    return undefined
  }
}

function asFailure(error: unknown): NotTaken {
  return error instanceof NotTaken ? error : new NotTaken('server', false, 'unknown')
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve(), { once: true })
  })
}
