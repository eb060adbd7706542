import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { importFile } from '../../apps/server/src/import/import.ts'
import { parseMapping } from '../../apps/server/src/import/mapping.ts'
import { knowledge, memoryTarget, type Target } from './ledgers.ts'

/** A made-up registry that does everything otherwise: its mappings were written from docs/import.md alone. */
const about = {
  registry: 'nordic-wetlands',
  separator: ';',
  vintage: { column: 'Harvest', date: 'yyyy/*' },
  unitType: { value: 'NWC' },
}

const serial = (column: string, project: string) => ({
  column,
  patterns: [
    {
      text: 'NW/{project}/{vintage} no. {first}..{last}',
      space: '{project}/{vintage}',
      agrees: {
        project: { column: project, without: 'NW-', zeros: 'ignored' },
        vintage: { column: 'Harvest', date: 'yyyy/*' },
      },
    },
  ],
})

const issued = {
  ...about,
  name: 'nordic-issued',
  kind: 'issuance',
  serial: { ...serial('Serial block', 'Scheme ref'), mayBeEmpty: true },
  quantity: { column: 'Certificates', number: '1.234' },
  project: { column: 'Scheme ref' },
  issuedOn: { column: 'Certified on', date: 'd.m.yyyy' },
  identity: ['Issue No'],
  facts: { projectName: 'Scheme', verifier: 'Checked by', programmeId: { column: 'Group', number: '1234.0' } },
}

const ended = {
  ...about,
  name: 'nordic-ended',
  kind: 'retirement',
  serial: serial('Block', 'Ref'),
  quantity: { column: 'Count', number: '1.234' },
  project: { column: 'Ref' },
  fate: {
    rule: 'by-word',
    column: 'What happened',
    words: { 'Cleared for *': 'retired', 'Struck off*': 'cancelled' },
    on: { column: 'Day', date: 'd. mmm yyyy' },
  },
}

const schemes = {
  name: 'nordic-schemes',
  registry: 'nordic-wetlands',
  kind: 'project',
  project: { column: 'Ref' },
  inOrder: [
    [
      { column: 'From', date: 'yyyy-mm-dd', mayBeEmpty: true },
      { column: 'To', date: 'yyyy-mm-dd', mayBeEmpty: true },
    ],
  ],
  facts: { projectName: 'Scheme' },
}

const ISSUED = `Issue No;Certified on;Scheme ref;Scheme;Harvest;Certificates;Serial block;Checked by;Left;Group
7001;5.3.2024;NW-0012;Peat Bogs of Halland;2022/23;12.500;;Norsk Kontroll;1.250;31.0
7002;5.3.2024;NW-0012;Peat Bogs of Halland;2022/23;12.500;;Norsk Kontroll;0;
7003;17.11.2024;NW-0044;Kelp "Forest" Møre;2023/24;800;NW/44/2023 no. 00001..00800;Kyst AS;80;
7004;1.2.2025;NW-0051;Biochar Småland;2024/25;0;;Kyst AS;;
`

const ENDED = `Day;Block;Count;Ref;Harvest;What happened
12. Jun 2024;NW/12/2022 no. 00101..00350;250;NW-0012;2022/23;Cleared for client
13. Jun 2024;NW/12/2022 no. 00351..00352;2;NW-0012;2022/23;Cleared for own use
20. Dec 2024;NW/44/2023 no. 00001..00010;10;NW-0044;2023/24;Struck off (fire)
20. Dec 2024;NW/44/2023 no. 00011..00020;10;NW-0444;2023/24;Struck off (fire)
20. Dec 2024;NW/44/2023 no. 00011..00020;10;NW-0044;2022/23;Struck off (fire)
20. Dec 2024;NW/44/2023 no. 00011..00020;10;NW-0044;2023/24;Sold
`

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nordic-'))
})
afterAll(() => rm(folder, { recursive: true }))

async function importText(target: Target, mapping: object, text: string) {
  const file = join(folder, 'rows.csv')
  await writeFile(file, text)
  return importFile({ ...target, mapping: parseMapping(JSON.stringify(mapping), 'nordic.json'), file })
}

const codes = (refused: { row: number; reason: string }[]) =>
  refused.map(({ row, reason }) => [row, reason.split(':')[0]])

describe('a further registry', () => {
  it('is imported by mappings alone, its units counted once, in either order', async () => {
    const [one, other] = [await memoryTarget(), await memoryTarget()]
    const first = await importText(one, issued, ISSUED)
    expect(first).toMatchObject({ rows: 4, accepted: 3, tonnes: { issued: '25800', active: '25800' } })
    expect(codes(first.refused)).toEqual([[4, 'quantity-none']])
    const second = await importText(one, ended, ENDED)
    expect(second).toMatchObject({ rows: 6, accepted: 3, tonnes: { retired: '252', cancelled: '10' } })
    expect(codes(second.refused)).toEqual([
      [4, 'serial-differs'],
      [5, 'serial-differs'],
      [6, 'word-unknown'],
    ])
    expect(second.registry).toEqual({ issued: '25800', active: '25538', retired: '252', cancelled: '10' })
    await importText(other, ended, ENDED)
    await importText(other, issued, ISSUED)
    expect(await knowledge(one.ledger)).toEqual(await knowledge(other.ledger))
    expect(one.openings.kept[0]).toEqual({
      projectName: 'Peat Bogs of Halland',
      verifier: 'Norsk Kontroll',
      programmeId: '31',
    })
  })

  it('tells an issuance again without making another of it', async () => {
    const target = await memoryTarget()
    await importText(target, issued, ISSUED)
    const later = ISSUED.replaceAll('1.250', '900').replaceAll('Peat Bogs of Halland', 'Halland Peat')
    const renamed = { ...issued, name: 'nordic-certified' }
    const lotsOnly = later.split('\n').slice(0, 3).join('\n')
    expect(await importText(target, renamed, lotsOnly)).toMatchObject({ accepted: 0, alreadyThere: 2 })
    const another = lotsOnly.replace('7002', '7005')
    expect(await importText(target, issued, another)).toMatchObject({ accepted: 1, registry: { issued: '38300' } })
  })

  it('counts equal issuances as often as the file says, if the mapping says so', async () => {
    const row = ISSUED.split('\n').slice(0, 2).join('\n')
    const twice = `${row}\n${row.split('\n')[1]}\n`
    const { identity: _, ...plain } = issued
    const once = await memoryTarget()
    expect(await importText(once, plain, twice)).toMatchObject({
      accepted: 1,
      alreadyThere: 1,
      tonnes: { issued: '25000' },
      registry: { issued: '12500' },
    })
    const counting = { ...plain, repeats: 'count' }
    const target = await memoryTarget()
    const report = await importText(target, counting, twice)
    expect(report).toMatchObject({ accepted: 2, tonnes: { issued: '25000' }, registry: { issued: '25000' } })
    expect(await importText(target, counting, twice)).toMatchObject({ accepted: 0, alreadyThere: 2 })
  })

  it('has a list of projects, without units', async () => {
    const target = await memoryTarget()
    const list =
      'Ref,Scheme,From,To\nNW-0012,Peat,2020-01-01,2029-12-31\nNW-0099,Moor,,\nNW-0100,Fen,2030-01-01,2020-01-01\n'
    const report = await importText(target, schemes, list)
    const none = { issued: '0', active: '0', retired: '0', cancelled: '0' }
    expect(report).toMatchObject({ rows: 3, accepted: 2, tonnes: none, registry: none })
    expect(codes(report.refused)).toEqual([[3, 'end-before-start']])
    expect(await knowledge(target.ledger)).toEqual([
      'project nordic-wetlands/NW-0012 registered',
      'project nordic-wetlands/NW-0099 registered',
    ])
    expect(await importText(target, schemes, list)).toMatchObject({ accepted: 0, alreadyThere: 2 })
    const renamed = list.replace('Peat', 'Peat Bogs')
    expect(await importText(target, schemes, renamed)).toMatchObject({ accepted: 1, alreadyThere: 1 })
  })

  it.each([
    ['serial: is needed', { ...ended, serial: undefined }],
    ['serial.mayBeEmpty: only issuances', { ...ended, serial: { ...ended.serial, mayBeEmpty: true } }],
    ['fate: is needed', { ...ended, fate: undefined }],
    ['identity: is for rows without', { ...issued, serial: { ...issued.serial, mayBeEmpty: false } }],
    ['repeats: is for rows without', { ...ended, repeats: 'count' }],
    ['project.words: a word may have one', { ...issued, project: { column: 'Scheme', words: { 'A*b*': 'NWC' } } }],
    ['Unrecognized key: "quantity"', { ...schemes, quantity: issued.quantity }],
    ['facts.programmeId: must be the name of a column', { ...issued, facts: { programmeId: { column: 'Group' } } }],
  ])('is told what is wrong in its mapping: %s', (said, mapping) => {
    expect(() => parseMapping(JSON.stringify(mapping), 'nordic.json')).toThrow(new RegExp(said))
  })
})
