import { createTransport } from 'nodemailer'
import { type Endpoint, isLocal } from './endpoint.ts'
import type { Message } from './message.ts'

/** How mail leaves. */
export interface Transport {
  /** Hands a mail over; answers once the other side has taken it. Throws `NotTaken`. */
  hand(message: Message): Promise<void>
  /** Ends connections; what is being handed over is broken off. */
  close(): void
}

/** Whose fault it is that a mail was not taken, and whether it is any use to try again. */
export class NotTaken extends Error {
  /** `mail`: others may well be taken; `server`: nothing is likely to be taken now. */
  readonly of: 'mail' | 'server'
  readonly isFinal: boolean
  /** A code, such as `550` or `ETIMEDOUT`: never a text of the other side, which may hold addresses. */
  readonly reason: string

  constructor(of: 'mail' | 'server', isFinal: boolean, reason: string) {
    super(`mail was not taken: ${reason}`)
    this.of = of
    this.isFinal = isFinal
    this.reason = reason
  }
}

/**
 * Prints mails, for registries without mail; before one with a temporary password, in whatever language that is, a line
 * that can be searched for.
 */
export function consoleTransport(print: (text: string) => void): Transport {
  return {
    async hand({ to, subject, text, password }) {
      if (password !== undefined) print(`Password (temporary) for ${to.address}: ${password}`)
      const lines = text.trimEnd().split('\n')
      print([`Mail to ${to.address}: ${subject}`, ...lines.map((line) => (line === '' ? '' : `  ${line}`))].join('\n'))
    },
    close() {},
  }
}

export interface SmtpSettings {
  endpoint: Endpoint
  /** Must a connection to another machine be encrypted? */
  tls: 'required' | 'optional'
  auth: { user: string; pass: string } | undefined
  from: string
  /** Connections at once. */
  connections: number
  /** A server that says nothing for so long is given up. */
  silenceMs: number
}

/** A hand-over that takes longer is broken off, however the other side keeps the connection busy. */
const HAND_OVER_MS = 300_000
const MESSAGES_A_CONNECTION = 100
/** Shorter than servers wait, so that none closes a connection in the middle of a mail. */
const IDLE_MS = 15_000

/** Hands mails to an SMTP server, over connections that are kept. */
export function smtpTransport(settings: SmtpSettings): Transport {
  const { endpoint, auth, tls, connections, silenceMs, from } = settings
  const local = isLocal(endpoint.host)
  const pool = createTransport({
    pool: true,
    host: endpoint.host,
    port: endpoint.port,
    secure: endpoint.implicitTls,
    requireTLS: !endpoint.implicitTls && tls === 'required' && !local,
    ignoreTLS: !endpoint.implicitTls && local,
    ...(auth ? { auth } : {}),
    maxConnections: connections,
    maxMessages: MESSAGES_A_CONNECTION,
    idleTimeout: IDLE_MS,
    // It would hand a mail over again without our having written it down.
    maxRequeues: 0,
    connectionTimeout: silenceMs,
    greetingTimeout: silenceMs,
    socketTimeout: silenceMs,
    dnsTimeout: silenceMs,
    logger: false,
    disableFileAccess: true,
    disableUrlAccess: true,
  })
  const closing = new AbortController()
  return {
    async hand(message) {
      const signal = AbortSignal.any([closing.signal, AbortSignal.timeout(HAND_OVER_MS)])
      try {
        await pool.sendMail({ ...headersOf(message, from), signal })
      } catch (error) {
        throw notTaken(error)
      }
    },
    close() {
      closing.abort()
      pool.close()
    },
  }
}

function headersOf(message: Message, from: string) {
  const { id, messageId, date, to, fromName, subject, text, html, language, unsubscribe } = message
  return {
    envelope: { from, to: [to.address] },
    from: { name: fromName, address: from },
    to,
    subject,
    text,
    html,
    messageId,
    date,
    baseBoundary: id,
    headers: {
      'Content-Language': language,
      // Nobody's absence is told to us, and no two machines answer each other for ever.
      'Auto-Submitted': 'auto-generated',
      'X-Auto-Response-Suppress': 'All',
      ...(unsubscribe === null
        ? {}
        : { 'List-Unsubscribe': `<${unsubscribe}>`, 'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click' }),
    },
  }
}

/** What an error of the connection means: a refusal of this receiver or this text is the mail's own, all else is not. */
export function notTaken(error: unknown): NotTaken {
  const { code, command, responseCode } = detailsOf(error)
  const reason = responseCode === undefined ? code : String(responseCode)
  const isOwn = command === 'RCPT TO' || command === 'DATA'
  if (isOwn && responseCode !== undefined && responseCode !== 421)
    return new NotTaken('mail', responseCode >= 500, reason)
  // Not even offered: no mailbox, or too large for this server.
  if (code === 'EENVELOPE' && command === 'API') return new NotTaken('mail', true, 'address')
  if (code === 'EMESSAGE' && responseCode === undefined) return new NotTaken('mail', true, 'size')
  return new NotTaken('server', false, reason)
}

function detailsOf(error: unknown): { code: string; command: string; responseCode: number | undefined } {
  const read = (name: string): unknown =>
    typeof error === 'object' && error !== null ? Reflect.get(error, name) : undefined
  const [code, command, responseCode] = [read('code'), read('command'), read('responseCode')]
  return {
    code: typeof code === 'string' && /^[A-Z]\w{1,40}$/.test(code) ? code : 'unknown',
    command: typeof command === 'string' ? command : '',
    responseCode: typeof responseCode === 'number' ? responseCode : undefined,
  }
}
