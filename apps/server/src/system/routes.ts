import { type Health, type Operation, openApiOf, readHealth } from '@tallystick/contract'
import { parseCheckpoint, parseNote, statedTime } from '@tallystick/tlog'
import type { FastifyInstance } from 'fastify'
import { serveAssets } from '../platform/assets.ts'
import { logRowOf } from '../platform/entries.ts'
import { spokenTo } from '../platform/language.ts'
import { handle } from '../platform/operations.ts'
import { sendHtml } from '../platform/pages.ts'
import type { Services } from '../platform/services.ts'
import { apiPage, sourcePage } from './api-page.ts'
import { registerLaw } from './law.ts'

export function register(app: FastifyInstance, services: Services): void {
  registerLaw(app, services)

  handle(app, services, readHealth, async () => {
    const { ledger, genesis, version, modules, sourceUrl } = services
    const [head, checkpoint] = await Promise.all([ledger.head(), ledger.tree.checkpoint()])
    return {
      version,
      ledgerId: genesis.ledger,
      origin: genesis.origin,
      country: genesis.country,
      test: genesis.test,
      size: head.size,
      checkpoint: checkpoint
        ? {
            size: checkpoint.size,
            root: checkpoint.root,
            at: checkpoint.at,
            cosignatures: cosignaturesOf(checkpoint.note),
          }
        : null,
      signing: await signingOf(services, head.size, checkpoint?.size ?? 0),
      witnesses:
        services.witnesses?.()?.map(({ name, size, at, reason }) => ({ name, size, at, well: reason === null })) ??
        null,
      modules: [...modules],
      source: sourceUrl,
    }
  })

  app.get('/national/openapi.json', async (_request, reply) =>
    reply.type('application/json; charset=utf-8').send(JSON.stringify(openApiDocument(app.operations, services))),
  )

  app.get('/national', async (request, reply) =>
    sendHtml(reply, apiPage(services, spokenTo(request, reply), inOrder(app.operations))),
  )

  app.get('/source', async (request, reply) => {
    if (services.sourceUrl !== `${services.publicUrl}/source`) return reply.redirect(services.sourceUrl)
    return sendHtml(reply, sourcePage(services, spokenTo(request, reply)))
  })

  serveAssets(app, new URL('../platform/assets/', import.meta.url))
}

/** An entry is under a checkpoint within seconds: one that waits for longer says that nobody signs. */
const LONGEST_UNSIGNED_MS = 60_000

/** Whether entries wait for a checkpoint, and for how long. */
async function signingOf({ ledger, clock }: Services, size: number, signed: number): Promise<Health['signing']> {
  const [oldest] = size > signed ? await ledger.entries(signed, 1) : []
  if (!oldest) return { waiting: 0, since: null, well: true }
  const since = logRowOf(oldest).entry.at
  return { waiting: size - signed, since, well: clock().getTime() - Date.parse(since) <= LONGEST_UNSIGNED_MS }
}

/** The lines by others than the log. Nothing but this process has written them, so they are not checked again. */
function cosignaturesOf(note: string): { witness: string; at: string }[] {
  const { text, signatures } = parseNote(note)
  const { origin } = parseCheckpoint(text)
  return signatures.flatMap((line) => {
    const seconds = line.name === origin ? undefined : statedTime(line)
    return seconds === undefined ? [] : [{ witness: line.name, at: new Date(seconds * 1_000).toISOString() }]
  })
}

function openApiDocument(operations: readonly Operation[], services: Services) {
  return openApiOf(inOrder(operations), {
    title: `National API of ${services.genesis.country.name}`,
    version: services.version,
    description: 'Every command carries an Idempotency-Key; every refusal is a problem (RFC 9457) with a code.',
    server: services.publicUrl,
  })
}

/** Tags in the order of the alphabet, the operations of each as they were registered. */
function inOrder(operations: readonly Operation[]): Operation[] {
  return operations.toSorted((a, b) => a.tag.localeCompare(b.tag, 'en'))
}
