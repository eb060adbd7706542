import type { FastifyInstance, HTTPMethods } from 'fastify'
import { ProblemError, problem } from './problem.ts'

const METHODS: readonly HTTPMethods[] = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']

/** Which methods each address takes. */
export type Routes = Map<string, Set<string>>

export function watchRoutes(app: FastifyInstance): Routes {
  const routes: Routes = new Map()
  app.addHook('onRoute', ({ url, method }) => {
    const methods = routes.get(url) ?? new Set()
    for (const one of [method].flat()) methods.add(one)
    routes.set(url, methods)
  })
  return routes
}

/** Every other method of a known address is refused with 405 and the list of those that it takes. */
export function addMethodRoutes(app: FastifyInstance, routes: Routes): void {
  for (const [url, taken] of [...routes]) {
    const allowed = [...taken].sort().join(', ')
    const method = METHODS.filter((one) => !taken.has(one))
    if (method.length === 0 || url === '*') continue
    app.route({
      method,
      url,
      onRequest: async (request) => {
        throw new ProblemError(problem('method-not-allowed', { method: request.method, allowed }).problem, {
          allow: allowed,
        })
      },
      handler: () => undefined,
    })
  }
}
