import { randomUUID } from 'node:crypto'
import type { Answer, Person, TestRegistry } from '../registry.fixture.ts'

/** Sends files to projects, as a browser or a program does. */
export function sender(registry: TestRegistry) {
  return async (
    who: Person,
    project: string,
    bytes: Buffer | string,
    query: Record<string, string>,
    headers: Record<string, string> = {},
  ): Promise<Answer> => {
    const answer = await registry.app.inject({
      method: 'POST',
      url: `/national/projects/${project}/attachments?${new URLSearchParams(query)}`,
      headers: {
        ...(who.token ? { authorization: `Bearer ${who.token}` } : {}),
        'idempotency-key': randomUUID(),
        'content-type': 'application/octet-stream',
        ...headers,
      },
      payload: bytes,
    })
    return { status: answer.statusCode, body: answer.json(), headers: answer.headers }
  }
}
