import { z } from 'zod'
import { Id, Instant } from './common.ts'
import { defineOperation } from './operation.ts'
import { PageQuery, pageOf } from './page.ts'
import { OrganisationRef, ProjectRef } from './units.ts'

/** Kinds of tasks, in the order of the list. */
export const TASK_KINDS = [
  'movement',
  'proposal',
  'registration',
  'finding',
  'reversal',
  'period',
  'project',
  'accreditation',
  'api-key',
  'record',
] as const
export const TaskKind = z.enum(TASK_KINDS)
export type TaskKind = z.infer<typeof TaskKind>

export const Task = z
  .object({
    kind: TaskKind,
    id: Id.meta({ description: 'Of the thing that waits.' }),
    title: z.string().meta({ description: 'What it is, in one line, in your language.' }),
    steps: z.array(z.string()).meta({
      description:
        'What you can do about it, such as `accept`, `approve`, `answer`; of a loss `decide`, `compensate` by the owners, or `cancel` out of the buffer; of a project or a monitoring period the moves of the ' +
        'preset, `document/<kind>` for a document to submit, `signature/<kind>/<place>` for one to sign, `assignment/<task>` for a certifier to assign, ' +
        '`certification` of outcomes, `crediting` for a crediting period to set.',
    }),
    path: z.string().meta({ description: 'Where it is read.' }),
    organisation: OrganisationRef.nullable().meta({ description: 'Whose it is, or who brought it.' }),
    project: ProjectRef.nullable(),
    since: Instant.nullable().meta({ description: 'Since when it waits; null where that lies too far back to tell.' }),
    due: Instant.nullable().meta({ description: 'When it ends by itself; null where it does not.' }),
    others: z
      .array(z.object({ id: Id, name: z.string() }))
      .meta({ description: 'Others of your organisation who can do it; at most 20.' }),
  })
  .meta({ id: 'Task', description: 'Something that waits for you.' })
export type Task = z.infer<typeof Task>

export const listTasks = defineOperation({
  id: 'listTasks',
  method: 'GET',
  path: '/national/tasks',
  summary: 'List what waits for you',
  description:
    'Only what you may do, as things stand now: by the permission table, independence, accreditation, and who did what ' +
    'before. Kind by kind; within most kinds the oldest first.',
  tag: 'Tasks',
  access: 'signed-in',
  query: PageQuery.extend({ kind: TaskKind.optional() }),
  answer: pageOf(Task),
  problems: ['cursor-invalid'],
})
