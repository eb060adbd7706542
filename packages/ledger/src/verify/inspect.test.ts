import { encodeEntry } from '@tallystick/rules'
import { bundlesOf, encodeBundle } from '@tallystick/tlog'
import { expect, onTestFinished, test } from 'vitest'
import { liveLedger } from '../../../../tests/support/ledger-life.ts'
import { MemorySource } from '../../../../tests/support/log-files.ts'
import { receiptOf } from '../receipt.ts'
import { isUnreadable } from './source.ts'
import { entryAt, ReaderInThread, readerHere } from './stretch.ts'

test('a name that a reader drops unseen is malformed, in whichever thread it is read', async () => {
  const fixture = await liveLedger('inspect', 20)
  const [stored] = await fixture.ledger.entries(7, 1)
  if (!stored) throw new Error('the ledger has an entry 7')
  const text = Buffer.from(encodeEntry(receiptOf(stored).entry)).toString()
  const [tile] = bundlesOf(2)
  if (!tile) throw new Error('two entries make a bundle')
  const hidden = '"__proto__":{"free":"any text"},'
  const forgeries = [text.replace('"body":{', `"body":{${hidden}`), text.replace('{', `{${hidden}`)]
  for (const forged of forgeries) {
    expect(forged).toContain(hidden)
    const bundle = encodeBundle([stored.bytes, Buffer.from(forged)])
    const source = new MemorySource(new Map([['tile/entries/000.p/2', bundle]]))
    const thread = new ReaderInThread(source)
    onTestFinished(() => thread.close())
    for (const reader of [thread, readerHere(source)]) {
      const { reading } = await reader.read(tile)
      if (!reading || isUnreadable(reading)) throw new Error('the bundle is there')
      expect(reading.formed).toBe(1)
      expect(reading.formless).toMatchObject({ refused: 'malformed' })
      expect(entryAt(reading, 0)).toEqual(receiptOf(stored).entry)
    }
  }
})
