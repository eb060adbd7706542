import { hash } from 'node:crypto'
import type pg from 'pg'
import { queueMails } from './mail/outbox.ts'

/** A person who is told something; one without an id is no user yet. */
export interface Recipient {
  id?: string
  email: string
  name: string
  /** Of whoever has not chosen one as a user; null for the registry's own. */
  language?: string | null
}

interface More {
  queries?: Pick<pg.Pool | pg.PoolClient, 'query'>
  cause?: string
}

/** Where messages to people leave. */
export interface Notify {
  /**
   * A one-time link for somebody who is to sign in. It is durable when this answers; as part of the transaction that
   * `queries` is in, if that is given. Of one cause there is one message; where none is given, each link has its own.
   */
  signInLink(to: Recipient, link: { url: string; expiresAt: Date }, more?: More): Promise<void>
  /** Was a message of this cause queued before? A command that is repeated finds out whether it came so far. */
  hasTold(cause: string): Promise<boolean>
  /** A one-time link by which somebody who asked to be let in shows that the address is his. */
  confirmAddress(to: Recipient, link: { url: string; expiresAt: Date }): Promise<void>
  /** Somebody asks to be let in, and this person may decide. */
  registrationWaits(to: Recipient, registration: { id: string; url: string }): Promise<void>
  /** Somebody who asked to be let in was turned away. Who is let in gets a way to sign in instead. */
  registrationRejected(
    to: Recipient,
    decision: { id: string; reason: string; url: string },
    more?: Pick<More, 'queries'>,
  ): Promise<void>
}

/** Queues messages in the outbox; the mailer hands them over. `language` is that of whoever has not chosen one. */
export function outboxNotify(pool: pg.Pool, language: string): Notify {
  return {
    async signInLink({ id, email, name }, { url, expiresAt }, { queries = pool, cause } = {}) {
      await queueMails(queries, language, [
        {
          cause: cause ?? `sign-in-link:${hash('sha256', url)}`,
          template: 'sign-in-link',
          to: { email, name, ...(id === undefined ? {} : { user: id }) },
          params: { expiresAt: { instant: expiresAt.toISOString() } },
          link: url,
          secret: true,
          expiresAt,
        },
      ])
    },
    async hasTold(cause) {
      const { rowCount } = await pool.query('SELECT FROM content_mail WHERE cause = $1', [cause])
      return rowCount === 1
    },
    async confirmAddress({ email, language: own }, { url, expiresAt }) {
      const params = { expiresAt: { instant: expiresAt.toISOString() } }
      const cause = `address-confirm:${hash('sha256', url)}`
      const mail = { cause, template: 'address-confirm', to: { email, name: '' }, params, link: url } as const
      await queueMails(pool, own ?? language, [{ ...mail, secret: true, expiresAt }])
    },
    async registrationWaits({ id: user, email, name }, { id, url }) {
      const to = { email, name, ...(user === undefined ? {} : { user }) }
      const cause = `registration-waits:${id}:${user ?? email}`
      await queueMails(pool, language, [{ cause, template: 'registration-waits', to, params: {}, link: url }])
    },
    async registrationRejected({ email, name, language: own }, { id, reason, url }, { queries = pool } = {}) {
      const cause = `registration-rejected:${id}`
      const mail = {
        cause,
        template: 'registration-rejected',
        to: { email, name },
        params: { reason },
        link: url,
      } as const
      await queueMails(queries, own ?? language, [mail])
    },
  }
}

/** Prints messages, for commands that nobody else reads. */
export function consoleNotify(print: (text: string) => void): Notify {
  return {
    async signInLink(to, { url, expiresAt }) {
      print(`Sign-in link for ${to.email}, once, until ${expiresAt.toISOString()}:\n  ${url}`)
    },
    async hasTold() {
      return true
    },
    async confirmAddress(to, { url, expiresAt }) {
      print(`Link to confirm the address ${to.email}, once, until ${expiresAt.toISOString()}:\n  ${url}`)
    },
    async registrationWaits(to, { id }) {
      print(`Registration ${id} waits for ${to.email} or a colleague to decide`)
    },
    async registrationRejected(to, { reason }) {
      print(`Registration of ${to.email} was rejected: ${reason}`)
    },
  }
}
