import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { shippedPresets } from '@tallystick/rules'
import { openRegistry, readConfig, stderrLog } from '@tallystick/server'
import { beforeAll, expect, onTestFinished, test } from 'vitest'
import { UsageError } from '../command.ts'
import { presetCommand } from './preset.ts'

let folder = ''

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'preset-'))
  return () => rm(folder, { recursive: true, force: true })
})

const copied = async (name: string, to: string) => {
  await presetCommand(['copy', name, join(folder, to)])
  return join(folder, to)
}

/** Writes one of the two documents anew, changed. */
async function change(at: string, file: 'preset' | 'permissions', by: (document: never) => unknown): Promise<void> {
  const path = join(at, `${file}.json`)
  const document = JSON.parse(await readFile(path, 'utf8')) as never
  by(document)
  await writeFile(path, JSON.stringify(document))
}

test.each(shippedPresets)('what ships is copied, and is sound: %s', async (name) => {
  const at = await copied(name, `copy-of-${name}`)
  expect(await presetCommand(['check', at])).toMatchObject({ exitCode: 0, json: { sound: true, faults: [] } })
  const files = [join(at, 'preset.json'), join(at, 'permissions.json')]
  expect(await presetCommand(['check', ...files])).toMatchObject({ exitCode: 0 })
  const { kind, name: named, version } = JSON.parse(await readFile(files[0] ?? '', 'utf8'))
  expect({ kind, named, version }).toEqual({ kind: 'preset', named: name, version: 1 })
})

test('every fault is named plainly, in the file where it stands', async () => {
  const at = await copied('simple', 'faulty')
  await change(at, 'preset', ({ project }: { project: { moves: { from: string[] }[] } }) => {
    for (const move of project.moves.slice(0, 1)) move.from = ['submited']
  })
  await change(at, 'permissions', ({ actions }: { actions: Record<string, object> }) => {
    actions['accounts.open'] = { 'goverment/Admin': 'any' }
  })
  const { exitCode, text } = await presetCommand(['check', at])
  expect(exitCode).toBe(1)
  expect(text).toContain(
    'preset.json: the move register names the state "submited", which project.states does not have.',
  )
  expect(text).toContain(
    'permissions.json: actions.accounts.open names the role "goverment/Admin", which roles does not have.',
  )
  expect(text).not.toMatch(/\{\w+\}|undefined/)
})

test('what could not go on is told in words, and so is what was perhaps not meant', async () => {
  const at = await copied('simple', 'stranding')
  await change(at, 'preset', ({ project, twoPersons }: { project: { ends: string[] }; twoPersons: string[] }) => {
    project.ends = ['withdrawn']
    twoPersons.push('projects.move.register')
  })
  await change(at, 'permissions', ({ actions }: { actions: Record<string, object> }) => {
    actions['credits.isue'] = { 'government/Admin': 'any' }
  })
  const { text, json } = await presetCommand(['check', at])
  expect(text).toMatch(/From the state "registered", a project reaches no end/)
  expect(text).toContain('twoPersons of the preset names projects.move.register')
  expect(text).not.toMatch(/\{\w+\}|undefined/)
  expect(json).toMatchObject({ sound: false })
  await change(at, 'preset', ({ project, twoPersons }: { project: { ends: string[] }; twoPersons: string[] }) => {
    project.ends.push('rejected', 'deregistered')
    twoPersons.pop()
  })
  const sound = await presetCommand(['check', at])
  expect(sound.exitCode).toBe(0)
  expect(sound.text).toContain('Nothing in this program is the action credits.isue')
})

test('words for codes that are not there are noted', async () => {
  const at = await copied('simple', 'worded')
  await change(at, 'preset', (preset: object) =>
    Object.assign(preset, { words: { en: { 'state.registerd': 'listed' } } }),
  )
  const { exitCode, text } = await presetCommand(['check', at])
  expect(exitCode).toBe(0)
  expect(text).toContain('words has "state.registerd", and neither the preset nor the table has such a code.')
  await change(at, 'preset', (preset: object) =>
    Object.assign(preset, { words: { en: { 'state.registered': '{by}' } } }),
  )
  expect(await presetCommand(['check', at])).toMatchObject({
    exitCode: 1,
    text: expect.stringContaining('must be words'),
  })
})

test('a cause is named first, in words, and fields have names that people know', async () => {
  const at = await copied('two-ministries', 'causes')
  type Table = { actions: Record<string, Record<string, string>>; approvals: Record<string, unknown> }
  await change(at, 'permissions', ({ actions, approvals }: Table) => {
    delete actions['mandates.environment/Admin']
    approvals['organisations.register'] = [{ count: 1, by: ['government/Admin'] }]
    approvals['credits.retire'] = [{ count: 1, by: ['government/ViewOnly'] }]
  })
  const { text } = await presetCommand(['check', at])
  expect(text).toMatch(
    /Nobody can be appointed to environment\/Admin, and so nobody can do, or approve: .*credits\.issue/,
  )
  expect(text).toContain('approvals.organisations.register asks for approvals of what cannot wait for them')
  expect(text).toContain('credits.retire waits in the ledger for an approval by government/ViewOnly')
  expect(text).not.toMatch(/\{\w+\}|undefined|reaches no end/)
  await change(at, 'preset', (preset: { project: { moves: object[] }; comments?: object }) => {
    Object.assign(preset.project.moves[0] ?? {}, { need: {} })
    preset.comments = { states: [], days: 0 }
  })
  const formal = await presetCommand(['check', at])
  expect(formal.text).toMatch(/the move [a-z-]+: there is no such field here/)
  expect(formal.text).toContain('comments.states: must have at least one item')
})

test('files that are not there, or not JSON, are told', async () => {
  expect(await presetCommand(['check', join(folder, 'nowhere')])).toMatchObject({ exitCode: 1 })
  const at = await copied('simple', 'broken')
  await writeFile(join(at, 'preset.json'), '{ "kind": ')
  const { exitCode, text } = await presetCommand(['check', at])
  expect(exitCode).toBe(1)
  expect(text).toContain('preset.json is not JSON')
})

test('nothing is written over, and only what ships is copied', async () => {
  const at = await copied('simple', 'mine')
  await expect(presetCommand(['copy', 'article6', at])).rejects.toThrow(UsageError)
  await expect(presetCommand(['copy', 'atlantis', join(folder, 'new')])).rejects.toThrow(UsageError)
  await expect(presetCommand(['bless'])).rejects.toThrow(UsageError)
})

test('a registry is founded with a folder, and not with one that has faults', { timeout: 120_000 }, async () => {
  const at = await copied('two-ministries', 'estuaria')
  await change(at, 'preset', (preset: Record<string, unknown>) => Object.assign(preset, { name: 'estuaria' }))
  const data = await mkdtemp(join(tmpdir(), 'estuaria-'))
  onTestFinished(() => rm(data, { recursive: true, force: true }))
  const config = (preset: string) => readConfig({ DATA_DIR: data, PRESET: preset, PORT: '0' })
  await change(at, 'permissions', ({ roles }: { roles: string[] }) => roles.shift())
  await expect(openRegistry(config(at), { log: stderrLog })).rejects.toThrow(/preset check/)
  await change(at, 'permissions', ({ roles }: { roles: string[] }) => roles.unshift('system/system'))
  const registry = await openRegistry(config(at), { log: stderrLog })
  const law = await registry.services.ledger.row('ledger', 'ledger')
  const bytes = await registry.services.ledger.document(law?.preset ?? '')
  expect(JSON.parse(Buffer.from(bytes ?? []).toString())).toMatchObject({ name: 'estuaria', version: 1 })
  await registry.close()
  expect(registry.founded.notes).toEqual([])
  // What becomes of the folder afterwards is told, and keeps nobody from the registry.
  await change(at, 'preset', (preset: { trust: object }) => Object.assign(preset.trust, { hours: 99 }))
  const changed = await openRegistry(config(at), { log: stderrLog })
  expect(changed.founded.notes).toEqual([expect.stringContaining('differs in trust.hours')])
  await changed.close()
  await writeFile(join(at, 'preset.json'), '{ "kind": 1e400 }')
  await (await openRegistry(config(at), { log: stderrLog })).close()
  await rm(at, { recursive: true })
  const again = await openRegistry(config(at), { log: stderrLog })
  expect(again.founded.founded).toBe(false)
  await again.close()
})
