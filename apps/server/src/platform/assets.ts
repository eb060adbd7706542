import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { extname } from 'node:path'
import type { FastifyInstance } from 'fastify'

const MEDIA: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
}

/** Serves the files of a folder under `/assets/`, from memory: read once, known by their names. */
export function serveAssets(app: FastifyInstance, folder: URL): void {
  for (const name of readdirSync(folder)) {
    const media = MEDIA[extname(name)]
    if (media === undefined) continue
    const bytes = readFileSync(new URL(name, folder))
    const etag = `"${createHash('sha256').update(bytes).digest('base64url').slice(0, 22)}"`
    app.get(`/assets/${name}`, async (request, reply) => {
      reply.header('cache-control', 'public, max-age=300').header('etag', etag)
      if (request.headers['if-none-match'] === etag) return reply.code(304).send()
      return reply.type(media).send(bytes)
    })
  }
}
