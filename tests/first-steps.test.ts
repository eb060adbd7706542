import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, onTestFinished, test } from 'vitest'
import { newSignInLink } from '../apps/server/src/platform/sign-in-links.ts'
import { testRegistry } from '../apps/server/src/registry.fixture.ts'

const page = readFileSync(join(import.meta.dirname, '../docs/first-steps.md'), 'utf8')
const script = [...page.matchAll(/^( *)```sh\n([\s\S]*?)^ *```$/gm)].map(([, , block = '']) => block).join('\n')

test('who runs the lines of docs/first-steps.md has issued units', { timeout: 120_000 }, async () => {
  const registry = await testRegistry()
  const links = createServer(async ({ url = '' }, answer) => {
    const email = url.slice(1)
    const known = registry.links.get(email)?.pop()
    const { services, founded } = registry
    answer.end(known ?? (await newSignInLink(services, services.pool, founded.root.user)).url)
  })
  await new Promise<void>((resolve) => links.listen(0, '127.0.0.1', resolve))
  onTestFinished(async () => {
    links.close()
    await registry.close()
  })
  const address = await registry.app.listen({ port: 0, host: '127.0.0.1' })
  const { port } = links.address() as AddressInfo
  // Only the links come from elsewhere, since this registry has no data folder.
  const lines = script.replace(/^link\(\) .*$/m, `link() { curl -sS "http://127.0.0.1:${port}/$1"; }`)
  expect(lines).not.toBe(script)
  const bash = promisify(execFile)('bash', ['-euo', 'pipefail', '-c', lines], { env: { ...process.env, URL: address } })
  const { stdout } = await bash
  expect(stdout).toContain('True Measure')
  expect(stdout.trimEnd()).toMatch(/-1-4800$|ITMO/)
  const { body } = await registry.nobody.get('/national/batches')
  expect(body.items).toMatchObject([{ block: { quantity: '4800' }, vintage: '2024' }])
})
