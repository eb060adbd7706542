import type { AddressInfo } from 'node:net'
import { SMTPServer, type SMTPServerOptions } from 'smtp-server'

/** A mail as the server got it. */
export interface Delivered {
  messageId: string
  from: string
  to: string[]
  source: string
}

/** Of one SMTP server: what it did wrong on purpose. */
export interface Faults {
  /** Chance of each, from 0 to 1. */
  refuse?: number
  hang?: number
  busy?: number
  dropBefore?: number
  /** It has taken the mail and hangs up without a word: nobody but itself can tell. */
  dropAfter?: number
}

export interface TestSmtp {
  host: string
  port: number
  delivered: Delivered[]
  /** Message-IDs of which it never said that it took them. */
  unanswered: Set<string>
  faults: Faults
  close(): Promise<void>
}

/** A real SMTP server on this machine. It takes everything, but for its faults. */
export async function testSmtp(faults: Faults = {}, options: SMTPServerOptions = {}): Promise<TestSmtp> {
  const delivered: Delivered[] = []
  const unanswered = new Set<string>()
  const smtp = { host: '127.0.0.1', port: 0, delivered, unanswered, faults }
  const happens = (chance = 0) => Math.random() < chance
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    disableReverseLookup: true,
    logger: false,
    closeTimeout: 100,
    onConnect(_session, callback) {
      if (happens(smtp.faults.refuse)) return callback(answer(554, 'no service'))
      if (happens(smtp.faults.hang)) return
      callback()
    },
    onRcptTo(_address, _session, callback) {
      callback(happens(smtp.faults.busy) ? answer(451, 'later') : null)
    },
    onData(stream, session, callback) {
      const chunks: Buffer[] = []
      stream.on('data', (chunk: Buffer) => chunks.push(chunk))
      stream.on('end', () => {
        const { mailFrom, rcptTo } = session.envelope
        if (happens(smtp.faults.busy)) return callback(answer(452, 'no room now'))
        if (happens(smtp.faults.dropBefore)) return hangUp(session.id)
        const source = Buffer.concat(chunks).toString('utf8')
        const messageId = /^Message-ID: (\S+)/im.exec(source)?.[1] ?? ''
        const to = rcptTo.map(({ address }) => address)
        delivered.push({ messageId, from: mailFrom === false ? '' : (mailFrom?.address ?? ''), to, source })
        if (!happens(smtp.faults.dropAfter)) return callback()
        unanswered.add(messageId)
        hangUp(session.id)
      })
    },
    ...options,
  })
  server.on('error', () => undefined)
  const hangUp = (id: string) => {
    for (const connection of server.connections) if (connection.id === id) connection._socket?.destroy()
  }
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  smtp.port = (server.server.address() as AddressInfo).port
  return { ...smtp, close: () => new Promise((resolve) => server.close(() => resolve())) }
}

function answer(responseCode: number, message: string): Error {
  return Object.assign(new Error(message), { responseCode })
}

export { answer }
