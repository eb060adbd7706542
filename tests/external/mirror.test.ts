import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { publish } from '../support/ledger-fixture.ts'
import { extend, liveLedger } from '../support/ledger-life.ts'
import { filesOf, scratchFolder } from '../support/log-files.ts'
import { tallystick } from '../support/tallystick.ts'
import { goVerifier } from './go.ts'

/** Serves files under /log/; answers where, and how to serve others from then on. */
async function serving(): Promise<{ address: string; serve: (files: ReadonlyMap<string, Uint8Array>) => void }> {
  let files: ReadonlyMap<string, Uint8Array> = new Map()
  const server = createServer((request, response) => {
    const bytes = files.get(request.url?.replace(/^\/log\//, '') ?? '')
    response.writeHead(bytes ? 200 : 404).end(bytes)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/log`
  return {
    address,
    serve: (next) => {
      files = next
    },
  }
}

test('a stranger mirrors a log over HTTP, again when it has grown, and has both programs check the copy', async () => {
  const fixture = await liveLedger('http mirror', 300)
  const copy = join(await scratchFolder(), 'copy')
  const { address, serve } = await serving()
  const go = await goVerifier()
  let older = new Map<string, Uint8Array>()
  for (const size of [300, 600]) {
    await extend(fixture, size)
    await publish(fixture.ledger, fixture.key)
    const files = await filesOf(fixture.ledger)
    serve(files)
    const mirrored = await tallystick(['mirror', address, copy, '--json'], {})
    expect(mirrored.exitCode, mirrored.stderr).toBe(0)
    expect((await tallystick(['verify', copy, '--vkey', fixture.vkey], {})).exitCode).toBe(0)
    if (!('skipped' in go)) expect(await go.verify(copy, fixture.vkey)).toMatchObject({ ok: true })
    if (size === 300) older = files
  }
  serve(older)
  const shorter = await tallystick(['mirror', address, copy], {})
  expect(shorter).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('has become shorter') })
  serve(new Map())
  const nothing = await tallystick(['mirror', address, copy], {})
  expect(nothing).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('cannot be had: it is not there') })
  expect((await tallystick(['mirror', 'copy', copy], {})).exitCode).toBe(2)
  expect((await tallystick(['verify', copy, '--vkey', fixture.vkey], {})).exitCode).toBe(0)
})
