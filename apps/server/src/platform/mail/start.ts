import { repeat } from '@tallystick/ledger'
import type { Config } from '../config.ts'
import { knownWords } from '../law.ts'
import type { Log } from '../log.ts'
import type { Services } from '../services.ts'
import { forgetOld } from './claims.ts'
import { beginFeed, feedEntries, feedProposals } from './feed.ts'
import { gatherMails } from './gather.ts'
import { Mailer } from './mailer.ts'
import { remindPeople, type WaitingSince } from './reminders.ts'
import { consoleTransport, smtpTransport, type Transport } from './transport.ts'

const FEED_PAUSE_MS = 1_000
const GATHER_PAUSE_MS = 30_000
const REMIND_PAUSE_MS = 300_000
const FORGET_PAUSE_MS = 3_600_000
/** So long it can be asked what became of a mail. */
const KEPT_DAYS = 90
const CONNECTIONS = 4
const SILENCE_MS = 30_000

export interface Started {
  services: Services
  language: string
  config: Config
  log: Log
  /** What people are reminded of. */
  waiting: WaitingSince
}

/** Starts what `RUN_MODULE=mailer` runs: it tells people of what happens in the log, and hands over what the outbox holds. */
export async function startMail(
  { services, language, config, log, waiting }: Started,
  onError: (error: unknown) => void,
): Promise<() => Promise<void>> {
  const { pool, ledger, genesis, publicUrl } = services
  await beginFeed(pool)
  const feeding = { services, language, log }
  const feed = repeat(async () => (await feedEntries(feeding)) + (await feedProposals(feeding)), {
    pauseMs: FEED_PAUSE_MS,
    onError,
  })
  const gather = repeat(() => gatherMails(pool, { language, publicUrl }), { pauseMs: GATHER_PAUSE_MS, onError })
  const reminding = { services, language, days: config.REMINDER_DAYS, waiting }
  const remind = repeat(() => remindPeople(reminding), { pauseMs: REMIND_PAUSE_MS, onError })
  const forget = repeat(() => forgetOld(pool, KEPT_DAYS).then(() => 0), { pauseMs: FORGET_PAUSE_MS, onError })
  const transport = transportOf(config, log)
  const sender = { genesis, publicUrl, words: () => knownWords(ledger) }
  const mailer = new Mailer({ pool, sender, transport, log, connections: CONNECTIONS })
  return async () => {
    await Promise.all([feed.stop(), gather.stop(), remind.stop(), forget.stop()])
    await mailer.stop()
  }
}

/** The console where mail is switched off, or no server is named. */
function transportOf(config: Config, log: Log): Transport {
  const {
    SMTP_ENDPOINT: endpoint,
    SMTP_TLS: tls,
    SOURCE_EMAIL: from,
    SMTP_USERNAME: user,
    SMTP_PASSWORD: pass,
  } = config
  if (config.IS_EMAIL_DISABLED || endpoint === undefined || from === undefined) {
    return consoleTransport((text) => log.info(text))
  }
  const auth = user === undefined || pass === undefined ? undefined : { user, pass }
  return smtpTransport({ endpoint, tls, auth, from, connections: CONNECTIONS, silenceMs: SILENCE_MS })
}
