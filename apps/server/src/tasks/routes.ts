import { listTasks } from '@tallystick/contract'
import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { decodeCursor, InstantPart, limitOf, pageFrom, TextPart } from '../platform/cursor.ts'
import { spokenTo } from '../platform/language.ts'
import { handle } from '../platform/operations.ts'
import type { Services } from '../platform/services.ts'
import { lookFor, placeIn, shownTasks, tasksFor } from './list.ts'
import type { Source } from './source.ts'

/** The number of the kind, and the place within it: an instant or a day where its kind is in order of time, and an id. */
const Since = z.union([z.literal(''), InstantPart, z.iso.date().refine((day) => day >= '0001')])
const TaskKey = z.tuple([z.number().int().min(0).max(100), Since, TextPart])

/** What waits for whoever asks, out of these sources. */
export function taskRoutes(sources: readonly Source[]) {
  return (app: FastifyInstance, services: Services): void => {
    handle(app, services, listTasks, async ({ query, actor, request, reply }) => {
      const [kind, ...place] = decodeCursor(TaskKey, query.cursor) ?? []
      const after = kind === undefined ? undefined : { kind, place: [place[0] ?? '', place[1] ?? ''] as const }
      const limit = limitOf(query)
      const { look, doers } = await lookFor(services, actor, spokenTo(request, reply))
      if (!look) return { items: [], next: null }
      const tasks = await tasksFor(sources, look, { kind: query.kind, after }, limit + 1)
      const { next } = pageFrom(tasks, limit, () => null, placeIn)
      return { items: shownTasks(tasks.slice(0, limit), look, doers), next }
    })
  }
}
