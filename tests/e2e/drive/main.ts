// `npm run -s drive -- --preset article6`: three projects, from their idea to their end, over HTTP alone; a line for each step.
import { parseArgs } from 'node:util'
import { shippedPresets } from '@tallystick/rules'
import { drive } from './drive.ts'

const { values } = parseArgs({ options: { preset: { type: 'string' } } })
const named = shippedPresets.filter((name) => values.preset === undefined || name === values.preset)
if (named.length === 0) {
  console.error(`--preset is one of ${shippedPresets.join(', ')}; without it, all are driven.`)
  process.exit(1)
}
for (const preset of named) {
  const began = Date.now()
  console.log(`\nUNDER THE PRESET ${preset.toUpperCase()}`)
  const { verdict, requests } = await drive(preset, console.log)
  const seconds = ((Date.now() - began) / 1000).toFixed(0)
  console.log(`\n  ${preset}: ${requests} requests in ${seconds} s; the log is ${verdict}`)
  if (verdict !== 'WHOLE') process.exitCode = 1
}
