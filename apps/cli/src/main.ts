#!/usr/bin/env node
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
if (major < 22 || (major === 22 && minor < 18)) {
  const { text } = await import('./texts.ts')
  console.error(text('nodeTooOld', { version: process.version }))
  process.exit(2)
}
const { run } = await import('./run.ts')
await run(process.argv.slice(2))
