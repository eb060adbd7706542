import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { type Ledger, LedgerBusy } from '@tallystick/ledger'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { memoryTarget, type Target } from '../../../../tests/import/ledgers.ts'
import { type ImportAnswer, runImport } from './command.ts'

const sample = join(import.meta.dirname, 'samples/verra-transactions.csv')

let folder = ''
let target: Target
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'import-'))
  target = await memoryTarget()
})
afterAll(() => rm(folder, { recursive: true }))

const silent = { write: () => undefined }
const run = async (...args: string[]) => printed(await runImport(args, async () => target, silent))

/** The answer with all that it prints. */
async function printed({ exitCode, text }: ImportAnswer): Promise<{ exitCode: number; text: string }> {
  return { exitCode, text: (await Readable.from(text).toArray()).join('') }
}

describe('tallystick import', () => {
  it('says for people what it did', async () => {
    const dry = await run('verra-transactions', sample, '--dry-run')
    expect(dry.exitCode).toBe(0)
    expect(dry.text.split('\n')).toEqual([
      `${sample} (verra-transactions): 5 rows`,
      '  accepted 5 · already there 0 · refused 0',
      '  tonnes of the file: issued 52,001 · active 49,201 · retired 2,800 · cancelled 0',
      '  registry verra would then have: issued 52,001 · active 49,201 · retired 2,800 · cancelled 0',
      'Dry run: nothing was changed.',
    ])
    expect(JSON.parse((await run('verra-transactions', sample, '--dry-run', '--json')).text)).toMatchObject({
      dryRun: true,
    })
  })

  it('says it as one object with --json, and keeps it with --report', async () => {
    const kept = join(folder, 'report.json')
    const { exitCode, text } = await run('verra-transactions', sample, '--json', '--report', kept)
    expect(exitCode).toBe(0)
    expect(text).not.toContain('\n')
    const report: unknown = JSON.parse(text)
    expect(JSON.parse(await readFile(kept, 'utf8'))).toEqual(report)
    expect(Object.keys(report ?? {})).toEqual([
      'dryRun',
      'file',
      'rows',
      'accepted',
      'alreadyThere',
      'refused',
      'tonnes',
      'registry',
    ])
  })

  it('answers 4 where rows are refused', async () => {
    const file = join(folder, 'bad.csv')
    await writeFile(file, (await readFile(sample, 'utf8')).replace('"1,200"', '"1,201"').concat('a,b,c\n'))
    const { exitCode, text } = await run('verra-transactions', file)
    expect(exitCode).toBe(4)
    expect(text).toContain('\n  row 1, Quantity Issued: quantity-differs: Quantity Issued says 1201 units')
    expect(text).toContain('\n  row 6, Vintage End: too-few-values: The row has 3 values where the header has 17')
  })

  it.each([
    [['verra-transactions'], /^Usage: tallystick import/],
    [['verra-transactions', sample, 'third.csv'], /^Usage/],
    [['verra-transactions', sample, '--dryrun'], /--dryrun[\s\S]*Usage/],
    [['verra', sample], /^mapping-unknown: There is no mapping verra\. There are: art-trees-cancellations, /],
    [['verra-transactions', 'none.csv'], /^file-unreadable: The file none\.csv/],
    [['gold-standard-issuances', sample], /^columns-missing/],
    [
      ['verra-transactions', sample, '--report', 'none/r.json'],
      /^report-unwritable: .*none\/r\.json .* there is no \/.*\/none \(ENOENT\)/,
    ],
  ])('answers 2 to %j', async (args, said) => {
    expect(await run(...args)).toEqual({ exitCode: 2, text: expect.stringMatching(said) })
    const { error } = JSON.parse((await run(...args, '--json')).text)
    expect(error).toMatch(said)
  })

  it('says how it is called', async () => {
    expect(await run('--help')).toEqual({ exitCode: 0, text: expect.stringMatching(/^Usage: tallystick import/) })
  })

  it('takes the path of a mapping', async () => {
    const path = join(folder, 'mine.json')
    const bundled = await readFile(join(import.meta.dirname, 'mappings/verra-transactions.json'), 'utf8')
    await writeFile(path, bundled)
    expect((await run(path, sample)).exitCode).toBe(0)
    await writeFile(path, bundled.replace('"kind"', '"knid"'))
    expect(await run(path, sample)).toEqual({ exitCode: 2, text: expect.stringMatching(/kind: .*\n.*knid/) })
  })

  it('shows its progress on a terminal only', async () => {
    const shown: string[] = []
    const terminal = { isTTY: true, write: (text: string) => shown.push(text) }
    await runImport(['verra-transactions', sample], async () => target, terminal)
    expect(shown).toHaveLength(2)
    expect(shown[0]).toMatch(/█{40} 100 % · 5 rows/)
    expect(shown[1]).toBe('\r\u001b[K')
    shown.length = 0
    await runImport(['verra-transactions', sample], async () => target, { ...terminal, isTTY: false })
    expect(shown).toEqual([])
  })

  it('says what to do when the ledger goes away in the middle', async () => {
    const { ledger, openings } = await memoryTarget()
    let left = 3
    const execute: typeof ledger.execute = async (submission) => {
      left -= 1
      if (left < 0) throw new LedgerBusy('the ledger could not be entered in time')
      return ledger.execute(submission)
    }
    const away = new Proxy(ledger, {
      get: (target, name) => {
        const member = name === 'execute' ? execute : Reflect.get(target, name, target)
        return typeof member === 'function' ? member.bind(target) : member
      },
    })
    const into = async (ledger: Ledger) =>
      printed(await runImport(['verra-transactions', sample, '--json'], async () => ({ ledger, openings }), silent))
    expect(await into(away)).toEqual({
      exitCode: 2,
      text: expect.stringMatching(/^{"error":"ledger-away: .* run it again/),
    })
    expect(JSON.parse((await into(ledger)).text)).toMatchObject({ accepted: 3, alreadyThere: 2 })
  })
})
