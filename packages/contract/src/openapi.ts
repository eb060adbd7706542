import { z } from 'zod'
import type { Operation } from './operation.ts'
import { Problem, type ProblemCode, problemStatus } from './problem.ts'

export interface ApiInfo {
  title: string
  version: string
  description: string
  /** Where the API is, without a slash at the end. */
  server: string
}

type Json = Record<string, unknown>

/** The OpenAPI 3.1 document of these operations. */
export function openApiOf(operations: readonly Operation[], info: ApiInfo): Json {
  const schemas: Json = {}
  const paths: Record<string, Json> = {}
  const problem = schemaOf(Problem, 'output', schemas)
  for (const operation of operations) {
    const path = paths[operation.path] ?? {}
    path[operation.method.toLowerCase()] = operationOf(operation, problem, schemas)
    paths[operation.path] = path
  }
  return {
    openapi: '3.1.0',
    info: { title: info.title, version: info.version, description: info.description, license },
    servers: [{ url: info.server }],
    tags: [...new Set(operations.map(({ tag }) => tag))].map((name) => ({ name })),
    paths,
    components: { schemas, securitySchemes },
  }
}

const license = { name: 'AGPL-3.0-or-later', identifier: 'AGPL-3.0-or-later' }

const securitySchemes = {
  bearer: {
    type: 'http',
    scheme: 'bearer',
    description: 'The token that `POST /national/sessions` answers with, or an API key.',
  },
  cookie: { type: 'apiKey', in: 'cookie', name: 'tallystick_session' },
  apiKey: {
    type: 'apiKey',
    in: 'header',
    name: 'api_key',
    description: 'An API key of `POST /national/api-keys`. The same may be sent as a bearer token; never both.',
  },
}

function operationOf(operation: Operation, problem: Json, schemas: Json): Json {
  const { id, summary, description, tag, access, keys, body, takesFile } = operation
  return {
    operationId: id,
    summary,
    ...(description ? { description } : {}),
    tags: [tag],
    security:
      access === 'public' ? [] : [{ bearer: [] }, { cookie: [] }, ...(keys === 'never' ? [] : [{ apiKey: [] }])],
    parameters: [
      ...parametersOf('path', operation.params, schemas),
      ...parametersOf('query', operation.query, schemas),
      ...(operation.command ? [idempotencyKey] : []),
    ],
    ...(body
      ? {
          requestBody: {
            required: true,
            content: { 'application/json': { schema: schemaOf(body, 'input', schemas) } },
          },
        }
      : {}),
    ...(takesFile ? { requestBody: file } : {}),
    responses: { ...successResponses(operation, schemas), ...problemResponses(operation, problem) },
  }
}

/** A body that is a file: its bytes as they are, in whatever media type they are sent. */
const file = {
  required: true,
  content: { 'application/octet-stream': { schema: { type: 'string', format: 'binary' } } },
}

function successResponses({ answers, media = 'application/json' }: Operation, schemas: Json): Json {
  return Object.fromEntries(
    Object.entries(answers).map(([status, answer]) => [
      status,
      {
        description: status === '202' ? 'Taken; it waits for approval.' : 'Done.',
        ...(status === '204' ? {} : { content: { [media]: { schema: schemaOf(answer, 'output', schemas) } } }),
      },
    ]),
  )
}

const idempotencyKey = {
  name: 'Idempotency-Key',
  in: 'header',
  required: true,
  description:
    'New for each intention, the same for each retry: a repeated command is answered, not carried out again.',
  schema: { type: 'string', minLength: 8, maxLength: 200, pattern: '^[\\x21-\\x7e]+$' },
}

/** What an operation may answer besides success: its own codes and those of its kind. */
export function problemsOf(operation: Operation): ProblemCode[] {
  // Whoever sends an API key is told where it is not in force, even where anybody may ask.
  const codes: ProblemCode[] = ['invalid-request', 'ledger-busy', 'not-signed-in']
  codes.push(operation.keys === 'never' ? 'people-only' : 'forbidden')
  if (operation.method !== 'GET') codes.push('too-large', 'unsupported-media-type')
  if (operation.method !== 'GET' && operation.access === 'signed-in') codes.push('cross-site')
  if (operation.command) {
    codes.push('key-missing', 'key-invalid', 'key-reused', 'not-permitted', 'mandate-revoked', 'organisation-suspended')
  }
  return [...new Set([...codes, ...operation.problems])]
}

/** Every status that an operation may answer with, but for failures of the server. */
export function statusesOf(operation: Operation): Set<number> {
  const successes = Object.keys(operation.answers).map(Number)
  return new Set([...successes, ...problemsOf(operation).map((code) => problemStatus[code])])
}

function problemResponses(operation: Operation, schema: Json): Json {
  const byStatus = new Map<number, ProblemCode[]>()
  for (const code of problemsOf(operation)) {
    const status = problemStatus[code]
    byStatus.set(status, [...(byStatus.get(status) ?? []), code])
  }
  return Object.fromEntries(
    [...byStatus].map(([status, codes]) => [
      status,
      {
        description: codes.map((code) => `\`${code}\``).join(', '),
        content: { 'application/problem+json': { schema } },
      },
    ]),
  )
}

function parametersOf(place: 'path' | 'query', schema: z.ZodType, schemas: Json): Json[] {
  const { properties = {}, required = [] } = schemaOf(schema, 'input', schemas) as {
    properties?: Record<string, Json>
    required?: string[]
  }
  return Object.entries(properties).map(([name, property]) => {
    const { description, ...rest } = property
    return {
      name,
      in: place,
      required: required.includes(name),
      ...(description ? { description } : {}),
      schema: rest,
    }
  })
}

/** JSON Schema of a zod schema; what has an id of its own goes to `schemas` and is referred to. */
function schemaOf(schema: z.ZodType, io: 'input' | 'output', schemas: Json): Json {
  const text = JSON.stringify(z.toJSONSchema(schema, { io, target: 'draft-2020-12' }))
  const { $schema: _, $defs = {}, ...own } = JSON.parse(text.replaceAll('"#/$defs/', '"#/components/schemas/'))
  Object.assign(schemas, $defs)
  return own
}
