import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { until } from '../support/api.ts'
import { startServer } from '../support/server.ts'
import { tallystick } from '../support/tallystick.ts'
import { startWitness } from '../support/witness.ts'

interface Health {
  size: number
  checkpoint: { size: number; cosignatures: { witness: string; at: string }[] }
  witnesses: { name: string; size: number | null; well: boolean }[]
}

test('a registry with two witnesses: checkpoints, receipts and exports are cosigned, and one that is killed hinders nobody', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'witnessed-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  const data = join(folder, 'data')
  const done = async (args: string[], env: Record<string, string> = {}) => {
    const ran = await tallystick(args, { DATA_DIR: data, ROOT_EMAIL: 'root@authority.example', ...env }, folder)
    return { code: ran.exitCode, text: ran.stdout + ran.stderr, json: ran.json }
  }
  await done(['setup'])
  const { vkey } = (await done(['vkey', '--json'])).json
  const a = await startWitness(join(folder, 'a'), ['--name', 'a.example/w', '--vkey', vkey])
  const b = await startWitness(join(folder, 'b'), ['--name', 'b.example/w', '--vkey', vkey])
  const WITNESSES = `${a.vkey} ${a.url}, ${b.vkey} ${b.url}`
  const server = await startServer({ DATA_DIR: data, WITNESSES })
  onTestFinished(() => server.kill())
  const health = async () => (await (await fetch(`${server.url}/national/health`)).json()) as Health
  const cosigners = async () => {
    const { size, checkpoint } = await health()
    return checkpoint?.size === size ? checkpoint.cosignatures.map(({ witness }) => witness).sort() : []
  }
  const policy = join(folder, 'policy')
  const quorum = (name: string) =>
    `log ${vkey}\nwitness a ${a.vkey}\nwitness b ${b.vkey}\ngroup two all a b\nquorum ${name}\n`
  await writeFile(policy, quorum('two'))

  await done(['demo'])
  await until('both witnesses', async () => (await cosigners()).length === 2)
  expect(await cosigners()).toEqual(['a.example/w', 'b.example/w'])
  expect((await health()).witnesses).toMatchObject([{ name: 'a.example/w', well: true }, { well: true }])
  const whole = await done(['verify', `${server.url}/log`, '--policy', policy])
  expect([whole.code, whole.text]).toEqual([0, expect.stringContaining('quorum      two: met')])

  const file = (name: string) => join(folder, name)
  const national = `${server.url}/national/certificates/1`
  await writeFile(file('certificate'), await (await fetch(national)).text())
  await writeFile(file('proof'), await (await fetch(`${national}/receipt?wait=proof`)).text())
  const papers = ['verify', '--proof', file('proof'), '--certificate', file('certificate'), '--policy', policy]
  expect(await done(papers)).toMatchObject({ code: 0, text: expect.stringContaining('witness     a: cosigned') })

  await b.kill('SIGKILL')
  const before = (await health()).size
  const session = await fetch(`${server.url}/national/sessions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ token: await server.linkFor('root@authority.example') }),
  })
  const { token } = (await session.json()) as { token: string }
  const made = await fetch(`${server.url}/national/organisations`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}`, 'idempotency-key': 'witness-e2e' },
    body: JSON.stringify({ kind: 'developer', name: 'Late Power' }),
  })
  expect(made.status).toBe(201)
  await until('the other witness', async () => (await health()).size > before && (await cosigners()).length > 0)
  await until('the dead one is told of', async () => (await health()).witnesses[1]?.well === false)
  expect(await cosigners()).toEqual(['a.example/w'])
  expect(await done(['verify', `${server.url}/log`, '--policy', policy])).toMatchObject({ code: 1 })
  await writeFile(policy, quorum('a'))
  expect(await done(['verify', `${server.url}/log`, '--policy', policy])).toMatchObject({ code: 0 })

  await server.kill()
  const again = await startWitness(join(folder, 'b'), ['--vkey', vkey])
  expect(again.vkey).toBe(b.vkey)
  await writeFile(
    policy,
    `${quorum('two').replace(a.vkey, `${a.vkey} ${a.url}`).replace(b.vkey, `${b.vkey} ${again.url}`)}`,
  )
  const exported = await done(['export-log', file('log')], { WITNESS_POLICY: policy })
  expect([exported.code, exported.text]).toEqual([0, expect.any(String)])
  const checkpoint = await readFile(join(file('log'), 'checkpoint'), 'utf8')
  for (const name of ['a', 'b']) expect(checkpoint).toContain(`\n— ${name}.example/w `)
  expect(await done(['verify', file('log'), '--policy', policy])).toMatchObject({ code: 0 })
}, 240_000)
