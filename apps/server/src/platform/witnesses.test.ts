import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { policyWitnesses } from './witnesses.ts'

const KEY = 'witness.example/w1+2796b321+BK5Tsniid+HXmUUIJTpaJGs65sFnOOaKMdkPgFPVzixk'

test('a policy file names the witnesses to ask: those with an address', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'policy-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  const file = join(folder, 'policy')
  await writeFile(file, `witness w1 ${KEY} https://w.example/\nquorum w1\n`)
  expect(await policyWitnesses(file)).toMatchObject([
    { vkey: { name: 'witness.example/w1' }, url: 'https://w.example' },
  ])
  const wrong = [
    [`witness w1 ${KEY}\nquorum w1\n`, 'no witness to ask'],
    [`witness w1 ${KEY} ftp://w.example\nquorum w1\n`, 'is not an address'],
    ['quorum w1\n', 'line 1'],
  ] as const
  for (const [text, message] of wrong) {
    await writeFile(file, text)
    await expect(policyWitnesses(file)).rejects.toThrow(message)
  }
  await expect(policyWitnesses(join(folder, 'none'))).rejects.toThrow('ENOENT')
})
