import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { claimInstance } from './instance.ts'

let dataDir = ''
let children: ChildProcess[] = []
let url = ''
let healthy = true
const server = createServer((request, response) => {
  response.statusCode = healthy && request.url === '/national/health' ? 200 : 503
  response.end('{}')
})

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'instance '))
  healthy = true
  await once(server.listen(0, '127.0.0.1'), 'listening')
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})

afterEach(async () => {
  for (const child of children) child.kill('SIGKILL')
  children = []
  server.closeAllConnections()
  await new Promise((closed) => server.close(closed))
  await rm(dataDir, { recursive: true })
})

async function other(): Promise<{ child: ChildProcess; claim: unknown }> {
  const fixture = join(import.meta.dirname, 'instance.fixture.ts')
  const child = spawn(process.execPath, [fixture, dataDir, url], { stdio: ['pipe', 'pipe', 'inherit'] })
  children.push(child)
  const [line] = await once(createInterface(child.stdout), 'line')
  return { child, claim: JSON.parse(line) }
}

describe('a claim on a data folder', () => {
  it('is given once, and again after release', async () => {
    const first = await claimInstance(dataDir, url)
    expect(first.claimed).toBe(true)
    expect((await other()).claim).toEqual({ claimed: false, url, pid: process.pid })
    if (first.claimed) await first.release()
    expect(await readdir(dataDir)).toEqual([])
    expect((await other()).claim).toEqual({ claimed: true })
  })

  it('is given to one of many who ask at the same moment', async () => {
    const claims = await Promise.all([other(), other(), other()])
    expect(claims.filter(({ claim }) => JSON.stringify(claim) === '{"claimed":true}')).toHaveLength(1)
  })

  it('does not count after its process was killed, though another server answers at its address', async () => {
    const { child } = await other()
    child.kill('SIGKILL')
    await once(child, 'exit')
    expect((await claimInstance(dataDir, url)).claimed).toBe(true)
  })

  it('does not count when its pid belongs to another program now, or when it makes no sense', async () => {
    await other()
    const file = join(dataDir, 'server.json')
    const record = JSON.parse(await readFile(file, 'utf8'))
    await writeFile(file, JSON.stringify({ ...record, pid: process.pid }))
    const claim = await claimInstance(dataDir, url)
    expect(claim.claimed).toBe(true)
    await writeFile(file, '{"url":')
    expect((await claimInstance(dataDir, url)).claimed).toBe(true)
  })

  it('is refused with the process and its address when that one does not answer', async () => {
    healthy = false
    const { child } = await other()
    const refused = claimInstance(dataDir, url, { startTimeoutMs: 200 })
    await expect(refused).rejects.toThrow(`Process ${child.pid} has ${dataDir}, but does not answer at ${url}`)
  })
})
