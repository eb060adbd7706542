import { isIP } from 'node:net'

/** Where mail is handed over. */
export interface Endpoint {
  host: string
  port: number
  /** TLS from the first byte; otherwise STARTTLS. */
  implicitTls: boolean
}

const FORM = 'must be a host, host:port, smtps://host or smtp://host'
const SUBMISSIONS = 465
const SUBMISSION = 587

/**
 * Reads `SMTP_ENDPOINT`: `host` (TLS on 465), `host:port` (TLS at once on 465, STARTTLS elsewhere), `smtps://host[:port]`,
 * `smtp://host[:port]` (587). Answers a sentence where it is none.
 */
export function endpointOf(text: string): Endpoint | string {
  const [, scheme, rest = ''] = /^(?:(smtps?):\/\/)?(.*)$/i.exec(text) ?? []
  if (rest.includes('@')) return `${FORM}; name and password have variables of their own`
  if (!URL.canParse(`tcp://${rest}`)) return FORM
  const { hostname, port, pathname, search, hash } = new URL(`tcp://${rest}`)
  const host = hostname.replace(/^\[(.*)\]$/, '$1')
  const isHost = isIP(host) > 0 || /^[A-Za-z0-9]([A-Za-z0-9._-]{0,252}[A-Za-z0-9])?$/.test(host)
  if (!isHost || !['', '/'].includes(pathname) || search !== '' || hash !== '' || port === '0') return FORM
  const isSecure = scheme?.toLowerCase() === 'smtps'
  const usual = scheme === undefined || isSecure ? SUBMISSIONS : SUBMISSION
  const chosen = port === '' ? usual : Number(port)
  return { host, port: chosen, implicitTls: isSecure || chosen === SUBMISSIONS }
}

/** Is it this machine? What never leaves it need not be encrypted. */
export function isLocal(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'))
}
