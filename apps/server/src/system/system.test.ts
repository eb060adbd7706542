import * as contract from '@tallystick/contract'
import { type Operation, problemStatus } from '@tallystick/contract'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type TestRegistry, testRegistry } from '../registry.fixture.ts'

let registry: TestRegistry

beforeAll(async () => {
  registry = await testRegistry()
})
afterAll(() => registry.close())

type Json = Record<string, unknown>

async function openApi(): Promise<Json> {
  return (await registry.app.inject({ url: '/national/openapi.json' })).json()
}

/** Every object in a JSON value, with its path. */
function* objects(value: unknown, path = '#'): Iterable<[string, Json]> {
  if (typeof value !== 'object' || value === null) return
  if (!Array.isArray(value)) yield [path, value as Json]
  for (const [name, member] of Object.entries(value)) yield* objects(member, `${path}/${name}`)
}

const isOperation = (value: unknown): value is Operation =>
  typeof value === 'object' && value !== null && 'method' in value && 'path' in value && 'access' in value

const isFamily = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && Object.values(value).every(isOperation)

describe('the description for programs', () => {
  it('is OpenAPI 3.1 with everything that an operation must have', async () => {
    const document = await openApi()
    expect(document.openapi).toBe('3.1.0')
    expect(document.info).toMatchObject({ title: expect.any(String), version: expect.any(String) })
    const ids = new Set<unknown>()
    for (const [path, item] of Object.entries(document.paths as Record<string, Record<string, Json>>)) {
      expect(path).toMatch(/^\//)
      for (const [method, operation] of Object.entries(item)) {
        expect(['get', 'post', 'put', 'delete']).toContain(method)
        expect(ids.has(operation.operationId), `${operation.operationId} is there once`).toBe(false)
        ids.add(operation.operationId)
        expect(operation.summary).toEqual(expect.any(String))
        const parameters = operation.parameters as { name: string; in: string; required: boolean; schema: Json }[]
        const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name)
        expect(parameters.filter((one) => one.in === 'path').map(({ name }) => name)).toEqual(inPath)
        expect(parameters.every((one) => one.in !== 'path' || one.required)).toBe(true)
        expect(parameters.every(({ schema }) => typeof schema === 'object')).toBe(true)
        const statuses = Object.keys(operation.responses as Json)
        expect(
          statuses.some((status) => status.startsWith('2')),
          `${method} ${path} succeeds`,
        ).toBe(true)
        expect(statuses).toContain('400')
        expect(statuses.every((status) => /^[1-5]\d\d$/.test(status))).toBe(true)
      }
    }
  })

  it('refers only to what is there, and nothing is there for nobody', async () => {
    const document = await openApi()
    const known = new Set(Object.keys((document.components as { schemas: Json }).schemas))
    const used = new Set<string>()
    for (const [path, object] of objects(document)) {
      if (typeof object.$ref !== 'string') continue
      const name = /^#\/components\/schemas\/(\w+)$/.exec(object.$ref)?.[1] ?? ''
      expect(known.has(name), `${object.$ref} at ${path}`).toBe(true)
      used.add(name)
    }
    expect([...known].filter((name) => !used.has(name))).toEqual([])
    for (const [path, object] of objects(document)) expect(object, path).not.toHaveProperty('$defs')
  })

  it('has a problem of a known code behind every refusal', async () => {
    const document = await openApi()
    for (const item of Object.values(document.paths as Record<string, Record<string, Json>>)) {
      for (const operation of Object.values(item)) {
        for (const [status, response] of Object.entries(operation.responses as Record<string, Json>)) {
          if (!/^[45]/.test(status)) continue
          expect(response.content).toEqual({
            'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } },
          })
          const codes = [...String(response.description).matchAll(/`([\w-]+)`/g)].map(([, code]) => code ?? '')
          expect(codes).not.toEqual([])
          for (const code of codes) expect(Reflect.get(problemStatus, code)).toBe(Number(status))
        }
      }
    }
  })

  it('has every operation of the contract, each of which is served', async () => {
    const exported: unknown[] = Object.values(contract)
    // Inventories and projections are families of operations of one shape.
    const declared = exported.flatMap((one) => [one, ...(isFamily(one) ? Object.values(one) : [])]).filter(isOperation)
    const served = registry.app.operations
    const name = ({ method, path }: Operation) => `${method} ${path}`
    expect(served.map(name).toSorted()).toEqual(declared.map(name).toSorted())
    const document = (await openApi()).paths as Record<string, Json>
    for (const { method, path } of declared) {
      expect(document[path], path).toHaveProperty(method.toLowerCase())
      const url = path.replace(/\{(\w+)\}/g, ':$1')
      expect(registry.app.hasRoute({ method, url }), `${method} ${url}`).toBe(true)
    }
  })
})

describe('the page for people', () => {
  it('names every operation, and needs no script', async () => {
    const { body, headers, statusCode } = await registry.app.inject({ url: '/national' })
    expect(statusCode).toBe(200)
    expect(headers['content-type']).toBe('text/html; charset=utf-8')
    for (const { path, summary } of registry.app.operations) {
      expect(body).toContain(path)
      expect(body).toContain(summary.replaceAll("'", '&#39;'))
    }
    expect(body).toContain('/national/openapi.json')
    expect(body).not.toMatch(/<script|\sstyle=|\son\w+=/)
    for (const [, asset] of body.matchAll(/(?:href|src)="(\/assets\/[^"]+)"/g)) {
      expect((await registry.app.inject({ url: asset ?? '' })).statusCode, asset).toBe(200)
    }
  })
})

describe('health', () => {
  it('says what runs, which ledger, how far it is, and where the source is', async () => {
    const { body } = await registry.nobody.get('/national/health')
    const { genesis } = registry.founded
    expect(body).toEqual({
      version: '0.0.0-test',
      ledgerId: genesis.ledger,
      origin: genesis.origin,
      country: { code: 'XT', name: 'Exampleland' },
      test: true,
      size: 2,
      checkpoint: null,
      signing: { waiting: 2, since: expect.any(String), well: true },
      witnesses: null,
      modules: ['national'],
      source: 'https://example.org/source',
    })
  })

  it('is not well where nobody has signed for a minute, while commands are taken all the same', async () => {
    const signing = async () => (await registry.nobody.get('/national/health')).body.signing
    await registry.publish()
    registry.pass(3_600_000)
    expect(await signing()).toEqual({ waiting: 0, since: null, well: true })
    await registry.newOrganisation(registry.root, 'Unsigned Power')
    const fresh = await signing()
    expect(fresh).toMatchObject({ since: expect.any(String), well: true })
    registry.pass(61_000)
    expect(await signing()).toEqual({ ...(fresh as object), well: false })
    await registry.newOrganisation(registry.root, 'Later Power')
    expect(await signing()).toMatchObject({ since: (fresh as { since: string }).since, well: false })
    await registry.publish()
    expect(await signing()).toEqual({ waiting: 0, since: null, well: true })
  })
})
