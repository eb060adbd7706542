import { execFileSync } from 'node:child_process'
import { mkdir, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { scratchFolder } from '../../../../tests/support/log-files.ts'
import { verifyLog } from './log.ts'
import { FolderSource } from './source.ts'

test('what is not a file is never waited for', async () => {
  const folder = await scratchFolder()
  const make = {
    pipe: async (path: string) => void execFileSync('mkfifo', [path]),
    folder: (path: string) => mkdir(path),
    device: (path: string) => symlink('/dev/zero', path),
    'pipe elsewhere': async (path: string) => {
      execFileSync('mkfifo', [`${path}.elsewhere`])
      await symlink(`${path}.elsewhere`, path)
    },
  }
  for (const [name, makeIt] of Object.entries(make)) {
    await makeIt(join(folder, name))
    expect(await new FolderSource(folder).read(name, 1_000), name).toEqual({ unreadable: 'it is not a file' })
  }
  await writeFile(join(folder, 'real'), 'x')
  await symlink(join(folder, 'real'), join(folder, 'linked'))
  expect(await new FolderSource(folder).read('linked', 1_000)).toEqual(Buffer.from('x'))
})

test('a log whose checkpoint or keys are a pipe is judged', async () => {
  for (const name of ['checkpoint', 'keys.json']) {
    const folder = await scratchFolder()
    execFileSync('mkfifo', [join(folder, name)])
    const report = await verifyLog(new FolderSource(folder))
    expect(report.outcome).not.toBe('whole')
  }
})
