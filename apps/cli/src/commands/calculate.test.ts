import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { methods } from '@tallystick/calculators'
import { beforeAll, expect, test } from 'vitest'
import { UsageError } from '../command.ts'
import { calculateCommand } from './calculate.ts'

let folder = ''

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'calculate-'))
  return () => rm(folder, { recursive: true, force: true })
})

async function file(name: string, content: unknown): Promise<string> {
  const path = join(folder, name)
  await writeFile(path, typeof content === 'string' ? content : JSON.stringify(content))
  return path
}

const rice = { area: { value: '50', unit: 'ha' }, duration: { value: '365', unit: 'd' } }

test('lists the methods, and tells what each asks for with a file to begin with', async () => {
  const { text, json } = await calculateCommand([])
  expect(json).toEqual({ methods: methods() })
  for (const { id, title } of methods()) {
    expect(text).toContain(title)
    const asked = await calculateCommand([id])
    expect(asked.text).toContain(title)
    expect(asked.text).not.toMatch(/\{\w+\}|undefined/)
    const template = JSON.parse(asked.text.slice(asked.text.indexOf('\n{')))
    expect(Object.keys(template).length).toBeGreaterThan(0)
  }
})

test('speaks the languages that the server does', async () => {
  const input = await file('less.json', {
    electricity: { value: '1', unit: 'MWh' },
    projectEmissions: { value: '9', unit: 'tCO2e' },
  })
  for (const [language, list, note, blocks] of [
    ['fr', 'Méthodes :', 'Note :', 'Rien ne peut être délivré'],
    ['es', 'Métodos:', 'Nota:', 'Nada puede expedirse'],
  ] as const) {
    const all = await calculateCommand(['--language', language])
    expect(all.json).toEqual({ methods: methods(language) })
    expect(all.text).toContain(list)
    const asked = await calculateCommand(['AMS-I.A', `--language=${language}`])
    expect(asked.text).toContain(methods(language).find(({ id }) => id === 'AMS-I.A')?.title)
    const done = await calculateCommand(['AMS-I.A', '--input', input, '--language', language])
    expect(done.text).toContain(note)
    expect(done.text).toContain(blocks)
    const refused = await calculateCommand(['AMS-I.A', '--input', await file('none.json', {}), '--language', language])
    const english = await calculateCommand(['AMS-I.A', '--input', await file('none.json', {})])
    expect([refused.exitCode, english.exitCode]).toEqual([1, 1])
    expect(refused.text).not.toBe(english.text)
  }
  await expect(calculateCommand(['--language', 'de'])).rejects.toThrow('Languages: en, fr, es')
})

test('calculates, with trace, years, warnings and the parameters of a country', async () => {
  const input = await file('rice.json', rice)
  const vintages = await file('vintages.json', { by: 'days', from: '2023-07-01', to: '2024-06-29' })
  const done = await calculateCommand(['UNDP-AGRI-RICE', '--input', input, '--vintages', vintages, '--trace'])
  expect(done.exitCode).toBe(0)
  expect(done.text).toContain('ER = 839.5 tCO2e')
  expect(done.text).toContain('2023: 423 tCO2e')
  expect(done.text).toContain(
    'BE = area * duration * areaFactor = 839.5 tCO2e   [area 50, duration 365, areaFactor 0.046]',
  )
  expect(done.text).toContain('Note: Screening estimate')
  const own = {
    key: 'undp.rice.factor',
    value: '0.05',
    unit: 'tCO2e/ha/d',
    ...{ source: 'Decree 1', sourceVersion: '1', validFrom: null, validTo: null, verifiedBy: null, verifiedAt: null },
  }
  const parameters = await file('own.json', { id: 'example', version: '7', entries: [own] })
  const other = await calculateCommand(['UNDP-AGRI-RICE', '--input', input, '--parameters', parameters, '--gwp', 'AR6'])
  expect(other.json).toMatchObject({
    er: '912.5',
    gwpSet: 'AR6',
    parameterSet: { country: { id: 'example', version: '7' } },
  })
  expect(other.text).toContain('parameters example 7 (')
})

test('names all that is wrong, and ends with 1', async () => {
  const input = await file('wrong.json', { area: { value: '50', unit: 'kg' } })
  const { exitCode, text, json } = await calculateCommand(['UNDP-AGRI-RICE', '--input', input, '--gwp', 'AR7'])
  expect(exitCode).toBe(1)
  expect(text.split('\n')).toEqual([
    'Nothing was calculated. What is wrong (3):',
    '  - gwpSet must be one of these: SAR, AR4, AR5, AR6.',
    '  - inputs.area cannot have the unit "kg". Allowed: ha, m2, cm2, mm2, km2, ac, ft2, in2, mi2.',
    '  - inputs.duration is missing.',
  ])
  expect(json).toMatchObject({ problems: [{ code: 'not-a-choice' }, { code: 'wrong-unit' }, { code: 'missing' }] })
})

test('a negative reduction is told, and that nothing can be issued on it', async () => {
  const input = await file('negative.json', {
    electricity: { value: '1', unit: 'MWh' },
    projectEmissions: { value: '2', unit: 'tCO2e' },
  })
  const { text } = await calculateCommand(['AMS-I.A', '--input', input])
  expect(text).toContain('ER = -1.2 tCO2e\n  Nothing can be issued on this.')
})

test('what cannot be used is a mistake of usage', async () => {
  await expect(calculateCommand(['NOTHING'])).rejects.toThrow(UsageError)
  await expect(calculateCommand(['--trace'])).rejects.toThrow('METHOD is missing.')
  await expect(calculateCommand(['AMS-I.A', '--input', await file('bad.json', '{')])).rejects.toThrow(UsageError)
  await expect(calculateCommand(['AMS-I.A', '--input', join(folder, 'absent.json')])).rejects.toMatchObject({
    code: 'ENOENT',
  })
})
