import { encodeBundle } from '@tallystick/tlog'
import { expect, onTestFinished, test } from 'vitest'
import { liveLedger } from '../../../../tests/support/ledger-life.ts'
import { InspectorInThread, inspectorHere } from './inspector.ts'

test('another thread reads a bundle as this one does', async () => {
  const { ledger } = await liveLedger('inspector', 60)
  const entries = (await ledger.entries(0, 60)).map(({ bytes }) => bytes)
  const bundle = encodeBundle(entries)
  const thread = new InspectorInThread()
  onTestFinished(() => thread.close())
  const cases = [bundle, bundle.subarray(0, -3), encodeBundle(entries.with(7, Buffer.from('{}'))), Buffer.of()]
  for (const bytes of cases) {
    const [{ entryAt: here, ...expected }, { entryAt: there, ...found }] = await Promise.all([
      inspectorHere.inspect(bytes.slice(), 60),
      thread.inspect(bytes.slice(), 60),
    ])
    expect(Buffer.compare(found.bytes, expected.bytes)).toBe(0)
    expect({ ...found, bytes: 0 }).toEqual({ ...expected, bytes: 0 })
    for (let at = 0; at < found.formed; at += 1) expect(there(at)).toEqual(here(at))
  }
})

test('a thread that has ended says so instead of waiting for ever', async () => {
  const thread = new InspectorInThread()
  const waiting = thread.inspect(Buffer.alloc(1_000), 1)
  const refused = expect(waiting).rejects.toThrow('has ended')
  await thread.close()
  await refused
  await expect(thread.inspect(Buffer.alloc(1_000), 1)).rejects.toThrow('has ended')
})
