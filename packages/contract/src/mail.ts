import { z } from 'zod'
import { Id, Instant } from './common.ts'
import { defineOperation } from './operation.ts'

const count = (description: string) => z.number().int().meta({ description })

export const MailReport = z
  .object({
    waiting: count('Mails that are to be sent, or tried again.'),
    handingOver: count('Mails that a mailer is handing over now, or was when it ended.'),
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
