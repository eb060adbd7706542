import { z } from 'zod'
import { ById, Hash, Id, Instant, TakenBack } from './common.ts'
import { defineOperation } from './operation.ts'
import { PageQuery, pageOf } from './page.ts'
import { Agent } from './proposals.ts'

/** What an event of a time line is about, in one word: for whoever draws it or looks for one kind. */
export const THEMES = [
  'life',
  'document',
  'finding',
  'certifier',
  'ownership',
  'authorisation',
  'period',
  'issuance',
  'movement',
  'end',
  'buffer',
  'reversal',
  'hold',
  'correction',
  'other',
] as const
export type Theme = (typeof THEMES)[number]

export const Doer = Agent.extend({
  roleWords: z.string().meta({ description: 'The role in words, in the language of the request.' }),
  person: z
    .object({ id: Id, name: z.string() })
    .nullable()
    .meta({ description: 'For the government, and of the own organisation only; null for everybody else.' }),
}).meta({ id: 'Doer', description: 'Who acted: a mandate, as what, for whom, and for some readers the person.' })
export type Doer = z.infer<typeof Doer>

const Theme = z.enum(THEMES).meta({ id: 'Theme', description: 'What the event is about.' })

export const TimelineEvent = z
  .object({
    revision: z.number().int().meta({ description: 'Place in the stream of the project, from 1, without gaps.' }),
    index: z.number().int().meta({ description: 'The entry of the log.' }),
    leaf: Hash.meta({ description: 'RFC 6962 leaf hash.' }),
    at: Instant,
    type: z.string(),
    theme: Theme,
    sentence: z.string(),
    by: Doer,
    approvals: z.array(Doer),
    move: z.string().nullable().meta({ description: 'Of a decision: the move of the preset.' }),
    period: Id.nullable().meta({ description: 'The monitoring period that it is about; null: the project itself.' }),
    reason: z
      .object({ code: z.string(), words: z.string() })
      .nullable()
      .meta({ description: 'The coded reason that the entry gives.' }),
    text: z
      .object({
        state: z.enum(['open', 'signed-in', 'erased']).meta({
          description: '`signed-in`: it is told to those who are. `erased`: only the commitment of the entry is left.',
        }),
        value: z.string().nullable(),
      })
      .nullable()
      .meta({ description: 'What was written about it; null where nothing was.' }),
    document: z
      .object({
        kind: z.string(),
        version: z.number().int(),
        sha256: Hash,
        name: z.string().nullable().meta({ description: 'Null where it has none, or where it was erased.' }),
      })
      .nullable(),
    finding: z.object({ id: Id, kind: z.string(), number: z.number().int() }).nullable(),
    takenBack: TakenBack,
    provable: z.boolean().meta({ description: 'True once a signed checkpoint covers it.' }),
    receipt: z.string().meta({ description: 'Where the proof of the entry is, once it is provable.' }),
  })
  .meta({ id: 'TimelineEvent', description: 'One entry that concerns a project.' })
export type TimelineEvent = z.infer<typeof TimelineEvent>

export const readTimeline = defineOperation({
  id: 'readTimeline',
  method: 'GET',
  path: '/national/projects/{id}/timeline',
  summary: 'The time line of a project: who did what, when and why, from its first draft to its last retirement',
  description:
    'Every entry of the stream of the project: decisions, documents by version, findings, certifiers, authorisations, ' +
    'issuances, movements and ends of its units, holds, reversals. A page costs the same however long the stream is.',
  tag: 'History',
  access: 'public',
  params: ById,
  query: PageQuery.extend({
    order: z
      .enum(['newest', 'oldest'])
      .default('newest')
      .meta({ description: 'What comes first. Keep it for the pages that follow.' }),
  }),
  answer: pageOf(TimelineEvent),
  problems: ['cursor-invalid', 'not-found'],
})

/** What is kept of the registry's own doings, besides the entries of the log. */
export const REGISTRY_EVENTS = [
  'sign-in',
  'sign-in-refused',
  'api-key-made',
  'api-key-revoked',
  'registration-asked',
  'registration-approved',
  'registration-rejected',
  'proposal-made',
  'proposal-approved',
  'role-changed',
  'record-entered',
  'record-approved',
  'record-rejected',
  'record-withdrawn',
  'record-finalised',
] as const
export type RegistryEvent = (typeof REGISTRY_EVENTS)[number]

export const AuditEvent = z
  .object({
    at: Instant,
    source: z.enum(['ledger', 'registry']).meta({
      description: '`ledger`: an entry of the log. `registry`: what the registry keeps beside it, and may be erased.',
    }),
    type: z.string(),
    actions: z.array(z.string()).meta({ description: 'Actions of the permission table that it is, or may be.' }),
    by: Doer.nullable().meta({ description: 'Null where nobody knows who it was.' }),
    approvals: z.array(Doer),
    sentence: z.string(),
    index: z.number().int().nullable(),
    leaf: Hash.nullable(),
    about: z.string().nullable().meta({ description: 'Beside the log: the id of the key, registration or proposal.' }),
    network: Hash.nullable().meta({
      description: 'Of a sign-in: a keyed hash of the network. It tells one from another, and neither from where.',
    }),
    times: z.number().int().meta({ description: 'How often, where what is alike is counted together.' }),
  })
  .meta({ id: 'AuditEvent', description: 'Somebody did something.' })
export type AuditEvent = z.infer<typeof AuditEvent>

const filters = {
  actor: Id.optional().meta({ description: 'A user or a mandate: who did it, or approved it.' }),
  organisation: Id.optional().meta({ description: 'For whom it was done or approved.' }),
  action: z
    .string()
    .regex(
      /^[a-z]+(\.[A-Za-z0-9/-]+){0,3}\.([A-Za-z0-9/-]+|\*)$/,
      'must be an action of the permission table such as credits.issue',
    )
    .max(100, 'must have at most 100 characters')
    .optional()
    .meta({ description: 'An action of the permission table, such as `credits.issue`, or `projects.move.*`.' }),
  type: z
    .string()
    .regex(/^([A-Z][A-Za-z]{1,40}|[a-z]{1,20}(-[a-z]{1,20}){1,3})$/, 'must be a type of entry such as BatchIssued')
    .optional()
    .meta({ description: `A type of entry, or one of ${REGISTRY_EVENTS.join(', ')}.` }),
  project: Id.optional(),
  account: Id.optional(),
  from: Instant.optional().meta({ description: 'Not before this instant.' }),
  to: Instant.optional().meta({ description: 'Before this instant.' }),
  text: z
    .string()
    .regex(/[\p{L}\p{N}]/u, 'must hold a letter or a digit')
    .max(100, 'must have at most 100 characters')
    .optional()
    .meta({
      description:
        'Words that all stand, or begin a word, in one name, title, reason or other text behind entries, or in the name ' +
        'or e-mail address of a person.',
    }),
}

export const AuditQuery = PageQuery.extend(filters)
export type AuditQuery = z.output<typeof AuditQuery>

const audit = { method: 'GET', tag: 'History', access: 'signed-in' } as const

export const searchAudit = defineOperation({
  ...audit,
  id: 'searchAudit',
  path: '/national/audit',
  summary: 'Who did what, and when: search the entries of the log and the doings of the registry, newest first',
  description:
    'For roles that have the action `audit.search`. Filters are joined by and. A page may have fewer items than were ' +
    'asked for, or none, where much had to be looked through: go on while `next` is not null.',
  keys: 'named',
  query: AuditQuery,
  answer: pageOf(AuditEvent).extend({
    behind: z.number().int().meta({
      description: 'Newest entries that were written and are not searched yet; 0 but for moments.',
    }),
  }),
  problems: ['cursor-invalid', 'not-permitted'],
})

export const auditCsv = defineOperation({
  ...audit,
  id: 'auditCsv',
  path: '/national/audit.csv',
  summary: 'Download what a search of the audit finds as CSV',
  description:
    'At most 100,000 rows, newest first. Comma-separated values (RFC 4180) in UTF-8; a text that a spreadsheet would ' +
    'take for a formula has an apostrophe before it.',
  keys: 'named',
  query: z.strictObject(filters),
  answer: z.string(),
  media: 'text/csv; charset=utf-8',
  problems: ['not-permitted'],
})
