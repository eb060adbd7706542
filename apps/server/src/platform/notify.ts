import { hash } from 'node:crypto'
import type pg from 'pg'
import { type NewMail, queueMails } from './mail/outbox.ts'

/** A person who is told something; one without an id is no user yet. */
export interface Recipient {
  id?: string
  email: string
  name: string
  /** Of whoever has not chosen one as a user; null for the registry's own. */
  language?: string | null
}

interface More {
  /** In whose transaction it is told; without it is told at once. */
  queries?: Pick<pg.Pool | pg.PoolClient, 'query'>
}

interface Link {
  url: string
  expiresAt: Date
}

/** Where messages to people leave. Each is durable when this answers. */
export interface Notify {
  /** A one-time link for somebody who is to sign in. */
  signInLink(to: Recipient, link: Link, more?: More): Promise<void>
  /** A first password for somebody who is to choose another with it; `url` is where. */
  temporaryPassword(
    to: Recipient,
    access: { password: string; expiresAt: Date; url: string },
    more?: More,
  ): Promise<void>
  /** A one-time link for somebody who is to choose a password. */
  passwordLink(to: Recipient, link: Link, more?: More): Promise<void>
  /** A password was chosen or changed; `url` is where to ask for a link if it was somebody else. */
  passwordChanged(to: Recipient, change: { id: string; at: Date; url: string }, more?: More): Promise<void>
  /** A code with which somebody who is signed in shows once more who he is, to sign. */
  signingCode(to: Recipient, access: { code: string; expiresAt: Date; url: string }, more?: More): Promise<void>
  /** An API key of this person was made or revoked: never what it is made of. */
  apiKey(
    to: Recipient,
    what: 'made' | 'revoked',
    key: { id: string; name: string; expiresAt: Date; url: string },
    more?: More,
  ): Promise<void>
  /** A one-time link by which somebody who asked to be let in shows that the address is his. */
  confirmAddress(to: Recipient, link: Link): Promise<void>
  /** A one-time link by which somebody who commented on a project shows that the address is his. */
  confirmComment(to: Recipient, link: Link, about: { number: number; title: string | null }, more?: More): Promise<void>
  /** Somebody asks to be let in, and this person may decide. */
  registrationWaits(to: Recipient, registration: { id: string; url: string }): Promise<void>
  /** Somebody who asked to be let in was turned away. Who is let in gets a way to sign in instead. */
  registrationRejected(to: Recipient, decision: { id: string; reason: string; url: string }, more?: More): Promise<void>
}

/** Queues messages in the outbox; the mailer hands them over. `language` is that of whoever has not chosen one. */
export function outboxNotify(pool: pg.Pool, language: string): Notify {
  const queue = (to: Recipient, mail: Omit<NewMail, 'to'>, { queries = pool }: More = {}) => {
    const { id, email, name, language: own } = to
    const mails = [{ ...mail, to: { email, name, ...(id === undefined ? {} : { user: id }) } }]
    return queueMails(queries, own ?? language, mails).then(() => undefined)
  }
  const instant = (at: Date) => ({ instant: at.toISOString() })
  /** A link that lets in: of no use after its end, and forgotten once it is sent. */
  const letIn = (template: NewMail['template'], { url, expiresAt }: Link): Omit<NewMail, 'to'> => {
    const cause = `${template}:${hash('sha256', url)}`
    return { cause, template, params: { expiresAt: instant(expiresAt) }, link: url, secret: true, expiresAt }
  }
  return {
    signInLink: (to, link, more) => queue(to, letIn('sign-in-link', link), more),
    temporaryPassword(to, { password, expiresAt, url }, more) {
      const params = { email: to.email, expiresAt: instant(expiresAt) }
      const cause = `password-temporary:${hash('sha256', `${to.id} ${expiresAt.toISOString()}`)}`
      const mail = { cause, template: 'password-temporary', params, link: url, secret: true, expiresAt } as const
      return queue(to, { ...mail, hidden: { password } }, more)
    },
    passwordLink: (to, link, more) => queue(to, letIn('password-link', link), more),
    passwordChanged(to, { id, at, url }, more) {
      const params = { at: instant(at) }
      return queue(to, { cause: `password-changed:${id}`, template: 'password-changed', params, link: url }, more)
    },
    signingCode(to, { code, expiresAt, url }, more) {
      const cause = `signing-code:${hash('sha256', `${to.id} ${code} ${expiresAt.toISOString()}`)}`
      const mail = { cause, template: 'signing-code', params: { expiresAt: instant(expiresAt) }, link: url } as const
      return queue(to, { ...mail, secret: true, expiresAt, hidden: { code } }, more)
    },
    apiKey(to, what, { id, name, expiresAt, url }, more) {
      const params = { key: name, ...(what === 'made' ? { expiresAt: instant(expiresAt) } : {}) }
      return queue(to, { cause: `api-key-${what}:${id}`, template: `api-key-${what}`, params, link: url }, more)
    },
    confirmAddress: (to, link) => queue({ ...to, name: '' }, letIn('address-confirm', link)),
    confirmComment(to, link, { number, title }, more) {
      const mail = letIn('comment-confirm', link)
      const params = { ...mail.params, project: { project: number, title } }
      return queue({ ...to, name: '' }, { ...mail, params }, more)
    },
    registrationWaits(to, { id, url }) {
      const cause = `registration-waits:${id}:${to.id ?? to.email}`
      return queue(to, { cause, template: 'registration-waits', params: {}, link: url })
    },
    registrationRejected(to, { id, reason, url }, more) {
      const cause = `registration-rejected:${id}`
      return queue(to, { cause, template: 'registration-rejected', params: { reason }, link: url }, more)
    },
  }
}

/** Prints messages, for commands that nobody else reads. */
export function consoleNotify(print: (text: string) => void): Notify {
  const link = (what: string, { email }: Recipient, { url, expiresAt }: Link) =>
    print(`${what} ${email}, once, until ${expiresAt.toISOString()}:\n  ${url}`)
  return {
    signInLink: async (to, found) => link('Sign-in link for', to, found),
    async temporaryPassword({ email }, { password }) {
      print(`Password (temporary) for ${email}: ${password}`)
    },
    passwordLink: async (to, found) => link('Link to choose a password for', to, found),
    async passwordChanged({ email }) {
      print(`The password of ${email} was changed`)
    },
    async signingCode({ email }, { code }) {
      print(`Code to sign with for ${email}: ${code}`)
    },
    async apiKey({ email }, what, { name }) {
      print(`API key “${name}” of ${email} was ${what}`)
    },
    confirmAddress: async (to, found) => link('Link to confirm the address', to, found),
    confirmComment: async (to, found) => link('Link to confirm a comment of', to, found),
    async registrationWaits(to, { id }) {
      print(`Registration ${id} waits for ${to.email} or a colleague to decide`)
    },
    async registrationRejected(to, { reason }) {
      print(`Registration of ${to.email} was rejected: ${reason}`)
    },
  }
}
