// `npm run -s drive -- --preset article6`: three projects, from their idea to their end, over HTTP alone; a line for each step.
// With `--papers FOLDER` every document and its PDFs are kept there.
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { type ShippedPreset, shippedPresets } from '@tallystick/rules'
import { drive } from './drive.ts'

const { values } = parseArgs({ options: { preset: { type: 'string' }, papers: { type: 'string' } } })
const named = shippedPresets.filter((name) => values.preset === undefined || name === values.preset)
if (named.length === 0) {
  console.error(`--preset is one of ${shippedPresets.join(', ')}; without it, all are driven.`)
  process.exit(1)
}
// Ctrl-C ends the registry: the next request fails, and the play clears away what it made.
let isBrokenOff = false
process.on('SIGINT', () => {
  isBrokenOff = true
})
try {
  for (const preset of named) await watch(preset)
} catch (error) {
  console.error(
    isBrokenOff ? '\nBroken off.' : `\nIt does not go on: ${error instanceof Error ? error.message : error}`,
  )
  process.exitCode = 1
}

async function watch(preset: ShippedPreset): Promise<void> {
  const began = Date.now()
  console.log(`\nUNDER THE PRESET ${preset.toUpperCase()}`)
  const kept = values.papers === undefined ? {} : { folder: join(values.papers, preset) }
  const { verdict, requests, papers, letters } = await drive(preset, console.log, {}, kept)
  const seconds = ((Date.now() - began) / 1000).toFixed(0)
  console.log(`\n  ${preset}: ${requests} requests in ${seconds} s; the log is ${verdict}`)
  if (verdict !== 'WHOLE' || [...papers, ...letters].some(({ faults }) => faults.length > 0)) process.exitCode = 1
}
