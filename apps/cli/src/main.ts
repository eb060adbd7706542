#!/usr/bin/env node
import module from 'node:module'
import { join } from 'node:path'

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
if (major < 22 || (major === 22 && minor < 18)) {
  const { text } = await import('./texts.ts')
  console.error(text('nodeTooOld', { version: process.version }))
  process.exit(2)
}
// What was compiled once need not be the next time; where the folder cannot be written, it is.
module.enableCompileCache(join(import.meta.dirname, '../../../node_modules/.cache/tallystick'))
const { run } = await import('./run.ts')
await run(process.argv.slice(2))
