import { z } from 'zod'
import { ById, Code, Hash, Id, Instant, line, prose, Written } from './common.ts'
import { HIDING_REASONS } from './description-codes.ts'
import { defineOperation } from './operation.ts'
import { PageQuery, pageOf } from './page.ts'
import { OrganisationRef } from './units.ts'
import { Email, PersonName } from './users.ts'

const tag = 'Comments'

const Round = z.number().int().meta({
  description: 'Index of the entry by which the project came into the state in which it is commented on.',
})

/** A language tag, of any language of the world. */
const Tongue = z
  .string()
  .regex(/^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,4}$/, 'must be a language such as fr')
  .meta({ description: 'BCP 47 tag of the language of the text.' })

/** What somebody sends who comments on a project. */
export const NewComment = z.strictObject({
  name: PersonName,
  publicName: z.boolean().default(false).meta({ description: 'Is the name to be shown with the comment?' }),
  email: Email.meta({ description: 'Never shown, and forgotten once it is confirmed.' }),
  language: Tongue.optional().meta({ description: 'Of the text; that of the request if not given.' }),
  text: prose(10_000).regex(/\S/, 'must have a letter or a digit'),
})

export const sendComment = defineOperation({
  id: 'sendComment',
  method: 'POST',
  path: '/public/projects/{id}/comments',
  summary: 'Comment on a project while it is open to comments',
  description:
    'Anybody may. A link goes to the e-mail address; the comment counts once it is confirmed by that link, while comments ' +
    'are still open, and is forgotten after 24 hours otherwise. Texts are public, the name only if it is wished.',
  tag,
  access: 'public',
  params: ById,
  body: NewComment,
  status: 201,
  answer: z
    .object({
      email: z.string(),
      expiresAt: Instant.meta({ description: 'Until then the link in the mail works.' }),
    })
    .meta({ id: 'CommentSent' }),
  problems: ['not-found', 'comments-closed', 'too-many-requests', 'too-many'],
})

export const confirmComment = defineOperation({
  id: 'confirmComment',
  method: 'POST',
  path: '/public/comments/confirm',
  summary: 'Confirm a comment by the link of its mail',
  tag,
  access: 'public',
  body: z.strictObject({ token: line(500).meta({ description: 'The link, or the token in it.' }) }),
  status: 200,
  answer: z.object({ project: Id, id: Id, number: z.number().int() }).meta({ id: 'CommentConfirmed' }),
  problems: ['link-unknown', 'comments-closed', 'too-many-requests', 'too-many'],
})

export const Comment = z
  .object({
    id: Id,
    round: Round,
    number: z.number().int().meta({ description: 'Number within the round, from 1, without gaps.' }),
    name: z.string().nullable().meta({ description: 'Null where it is not to be shown.' }),
    language: z.string(),
    text: z.string().nullable().meta({ description: 'Null where the comment is hidden.' }),
    confirmedAt: Instant,
    hidden: z
      .object({ reason: z.enum(HIDING_REASONS), at: Instant })
      .nullable()
      .meta({ description: 'The government hides it; it is kept, and counts.' }),
    answer: z
      .object({ text: z.string(), at: Instant, by: OrganisationRef })
      .nullable()
      .meta({ description: 'Of the side of the project.' }),
    commitment: Hash.meta({ description: 'What the bundle of the round says of it.' }),
    key: z.string().nullable().meta({
      description:
        'HMAC-SHA-256 under this key over the canonical JSON of `{language, name, text}` is the commitment; null where it is hidden.',
    }),
  })
  .meta({ id: 'Comment' })
export type Comment = z.infer<typeof Comment>

export const listComments = defineOperation({
  id: 'listComments',
  method: 'GET',
  path: '/public/projects/{id}/comments',
  summary: 'List the comments on a project, oldest first',
  tag,
  access: 'public',
  params: ById,
  query: PageQuery,
  answer: pageOf(Comment),
  problems: ['cursor-invalid', 'not-found'],
})

const OneComment = z.strictObject({ id: Id, comment: Id })

export const hideComment = defineOperation({
  id: 'hideComment',
  method: 'PUT',
  path: '/national/projects/{id}/comments/{comment}/hidden',
  summary: 'Hide a comment for a reason, or show it again',
  description:
    'Whoever may submit the bundle of comments, and has no interest in the project. It is kept, counted, and seen to be hidden.',
  tag,
  access: 'signed-in',
  keys: 'never',
  params: OneComment,
  body: z.strictObject({
    reason: z.enum(HIDING_REASONS).nullable().meta({ description: 'Null: show it again.' }),
  }),
  answer: Comment,
  problems: ['not-found', 'not-permitted', 'conflict-of-interest'],
})

export const answerComment = defineOperation({
  id: 'answerComment',
  method: 'PUT',
  path: '/national/projects/{id}/comments/{comment}/answer',
  summary: 'Answer a comment, once, for the owners of the project',
  tag,
  access: 'signed-in',
  params: OneComment,
  body: z.strictObject({ text: prose(10_000) }),
  answer: Comment,
  problems: ['not-found', 'not-permitted', 'already-exists'],
})

export const submitComments = defineOperation({
  id: 'submitComments',
  method: 'POST',
  path: '/national/projects/{id}/comments/bundle',
  summary: 'Submit the comments on a project, once the time for them is over',
  description:
    'The bundle names every comment that counts by a commitment to its text. Its SHA-256 goes into the ledger as a document ' +
    'of the kind `public-comments`: from then on none can be dropped, changed or added unseen.',
  tag,
  access: 'signed-in',
  command: true,
  proposable: true,
  params: ById,
  status: 201,
  answer: z
    .object({
      project: Id,
      round: Round,
      comments: z.number().int(),
      version: z.number().int(),
      sha256: Hash,
      entry: Written,
    })
    .meta({ id: 'CommentsSubmitted' }),
  problems: [
    'project-unknown',
    'project-state',
    'code-unknown',
    'too-early',
    'nothing-changes',
    'conflict-of-interest',
  ],
})

export const readCommentBundle = defineOperation({
  id: 'readCommentBundle',
  method: 'GET',
  path: '/public/comments/bundles/{sha256}',
  summary: 'The exact bytes of a bundle of comments, by their SHA-256',
  tag,
  access: 'public',
  params: z.strictObject({ sha256: Hash }),
  answer: z.string(),
  media: 'application/json',
  problems: ['not-found'],
})

const CheckedRound = z
  .object({
    round: Round.nullable(),
    state: Code.nullable().meta({
      description: 'The state of the project; null where only the ledger knows of the round.',
    }),
    from: Instant.nullable(),
    until: Instant.nullable().meta({ description: 'When it ends, or did.' }),
    verdict: z.enum(['open', 'closed', 'whole', 'broken']).meta({
      description:
        '`closed`: it is over, and its bundle is not in the ledger yet. `whole`: the comments kept are those of the bundle in the ledger.',
    }),
    comments: z.number().int().meta({ description: 'Comments that count.' }),
    hidden: z.number().int(),
    sha256: Hash.nullable().meta({ description: 'Of the bundle, once it is submitted.' }),
    entry: Written.nullable().meta({ description: 'The entry by which it was submitted.' }),
    missing: z.array(z.number().int()).meta({ description: 'Numbers that stand in the bundle and are not kept here.' }),
    changed: z.array(z.number().int()).meta({ description: 'Numbers whose text is not that of the bundle.' }),
    added: z.array(z.number().int()).meta({ description: 'Numbers that do not stand in the bundle.' }),
  })
  .meta({ id: 'CheckedRound' })
export type CheckedRound = z.infer<typeof CheckedRound>

export const checkComments = defineOperation({
  id: 'checkComments',
  method: 'GET',
  path: '/public/projects/{id}/comments/check',
  summary: 'Compare the comments that are kept with the bundles in the ledger',
  description: 'Anybody can do the same with the list, the bytes of the bundle and the log.',
  tag,
  access: 'public',
  params: ById,
  answer: z
    .object({
      open: z.boolean().meta({ description: 'May comments be sent now?' }),
      rounds: z.array(CheckedRound).meta({ description: 'Newest first, at most 100.' }),
    })
    .meta({ id: 'CommentsChecked' }),
  problems: ['not-found', 'too-many-requests'],
})
