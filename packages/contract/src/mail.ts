import { z } from 'zod'
import { Id, Instant } from './common.ts'
import { defineOperation } from './operation.ts'

const count = (description: string) => z.number().int().meta({ description })

export const MailReport = z
  .object({
    waiting: count('Mails that are to be sent, or tried again.'),
    handingOver: count('Mails that a mailer is handing over now, or was when it ended.'),
    gathering: count('What is kept for mails that gather it.'),
    sent: count('Mails that the mail server has taken, of the last 90 days.'),
    failed: count('Mails that were given up, of the last 90 days.'),
    waitingSince: Instant.nullable().meta({ description: 'Since when the oldest that is to be sent has waited.' }),
    givenUp: z
      .array(
        z.object({
          id: Id.meta({ description: 'Its Message-ID begins with it.' }),
          template: z.string().meta({ description: 'What it is about, such as `sign-in-link`.' }),
          user: z.string().nullable().meta({ description: 'To whom; null for somebody who is no user.' }),
          reason: z.string().meta({
            description:
              'The answer of the mail server, such as `550`; or `expired`, `user-ended`, `address`, `size`, `template`.',
          }),
          tries: z.number().int(),
          at: Instant,
        }),
      )
      .meta({ description: 'The latest 100 that were given up, the newest first.' }),
  })
  .meta({ id: 'MailReport' })
export type MailReport = z.infer<typeof MailReport>

export const readMailReport = defineOperation({
  id: 'readMailReport',
  method: 'GET',
  path: '/national/mail',
  summary: 'How much mail waits, was sent and was given up',
  description: 'For administrators of the government. It says no address and no text.',
  tag: 'Mail',
  access: 'signed-in',
  keys: 'never',
  answer: MailReport,
})

const Pace = z.enum(['at-once', 'hourly', 'daily', 'never']).meta({
  description:
    'Of what asks nothing of you: `at-once`, though of more than five of a kind in an hour the rest come in one mail; ' +
    '`hourly` or `daily`: one mail in an hour or a day lists it; `never`. What you must act on always comes at once.',
})

export const MailSettings = z
  .object({ pace: Pace })
  .meta({ id: 'MailSettings', description: 'How a person wants mail.' })
export type MailSettings = z.infer<typeof MailSettings>

export const readMailSettings = defineOperation({
  id: 'readMailSettings',
  method: 'GET',
  path: '/national/mail/settings',
  summary: 'Read how you want mail',
  tag: 'Mail',
  access: 'signed-in',
  keys: 'never',
  answer: MailSettings,
})

export const changeMailSettings = defineOperation({
  id: 'changeMailSettings',
  method: 'PUT',
  path: '/national/mail/settings',
  summary: 'Choose how you want mail',
  tag: 'Mail',
  access: 'signed-in',
  keys: 'never',
  body: z.strictObject({ pace: Pace }),
  answer: MailSettings,
})
