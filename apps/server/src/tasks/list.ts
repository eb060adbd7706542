import { LANGUAGES, type Language, TASK_KINDS, type Task, type TaskKind } from '@tallystick/contract'
import { lawInForce } from '../platform/law.ts'
import type { WaitingSince } from '../platform/mail/reminders.ts'
import { itemInWords, speechIn } from '../platform/mail/texts.ts'
import type { Actor, Services } from '../platform/services.ts'
import { BEGINNING, type Doer, doersOf, type Found, type Look, type Place, type Source } from './source.ts'

/** A task with its kind, which says where in the list it stands. */
export interface Listed extends Found {
  kind: TaskKind
}

export interface Asked {
  /** Only these. */
  kind?: TaskKind | undefined
  after?: { kind: number; place: Place } | undefined
}

/** Looks for somebody; undefined where the mandate stands no more, or its organisation may not act. */
export async function lookFor(services: Services, actor: Actor, language: Language) {
  const [law, doers] = await Promise.all([lawInForce(services.ledger), doersOf(services.pool, actor.organisation)])
  const doer = doers.find(({ mandate }) => mandate === actor.mandate)
  const look: Look | undefined = doer?.active
    ? { services, actor, doer, law, at: services.clock().toISOString(), language }
    : undefined
  return { look, doers }
}

/** So many tasks of somebody, kind by kind: all kinds are asked at once, since most people have few of each. */
export async function tasksFor(
  sources: readonly Source[],
  look: Look,
  { kind, after }: Asked,
  limit: number,
): Promise<Listed[]> {
  const isAsked = (one: TaskKind) =>
    (kind === undefined || one === kind) && (after === undefined || TASK_KINDS.indexOf(one) >= after.kind)
  const found = TASK_KINDS.filter(isAsked).flatMap((one) => {
    const from = TASK_KINDS.indexOf(one) === after?.kind ? after.place : BEGINNING
    const ofKind = sources.filter((known) => known.kind === one)
    return ofKind.map(async (source) => (await source.find(look, from, limit)).map((task) => ({ ...task, kind: one })))
  })
  return (await Promise.all(found)).flat().slice(0, limit)
}

/** The place of a task in the whole list. */
export function placeIn({ kind, place }: Listed): [number, string, string] {
  return [TASK_KINDS.indexOf(kind), ...place]
}

const MOST_OTHERS = 20

/** Tasks as they are shown. */
export function shownTasks(tasks: readonly Listed[], look: Look, doers: readonly Doer[]): Task[] {
  const { services, actor, language, law } = look
  const speech = speechIn(language, services.genesis, law.preset.words)
  const colleagues = doers.filter(({ user }) => user !== actor.user)
  return tasks.map(({ kind, id, title, steps, path, organisation, project, since, due, isFor }) => {
    const others = isFor === undefined ? [] : some(colleagues, isFor)
    return {
      ...{ kind, id, title: itemInWords(speech, services.genesis, { ...title, link: '' }), steps, path },
      ...{ organisation, project, since, due },
      others: others.map(({ user, name }) => ({ id: user, name })),
    }
  })
}

/** Tasks that one reminder tells of at most. */
const MOST_REMINDED = 500

/** The first who could do it: in a large organisation not everybody is asked. */
function some(doers: readonly Doer[], isFor: (doer: Doer) => boolean): Doer[] {
  const found: Doer[] = []
  for (const doer of doers) {
    if (found.length === MOST_OTHERS) break
    if (isFor(doer)) found.push(doer)
  }
  return found
}

/** What has waited for somebody since an instant or longer, as a reminder lists it. */
export function waitingSince(services: Services, sources: readonly Source[]): WaitingSince {
  return async (actor, before) => {
    const language = LANGUAGES.find((one) => one === actor.language) ?? services.language
    const { look } = await lookFor(services, actor, language)
    if (!look) return []
    const tasks = await tasksFor(sources, look, {}, MOST_REMINDED)
    const limit = before.toISOString()
    const late = tasks.filter(({ since }) => since !== null && since <= limit)
    return late.map(({ title, path }) => ({ ...title, link: `${services.publicUrl}${path}` }))
  }
}
