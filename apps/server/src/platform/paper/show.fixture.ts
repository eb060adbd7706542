// Writes a paper of each kind as PDF to a folder, to be looked at: docs/paper.md says how.
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { everyKind } from './every-kind.fixture.ts'
import { paperRenderer } from './renderer.ts'

const [folder = './papers'] = process.argv.slice(2)
mkdirSync(folder, { recursive: true })
const renderer = paperRenderer()
for (const [name, paper] of everyKind()) {
  const { pdf, pages } = await renderer.renderPdf(paper)
  writeFileSync(join(folder, `${name}.pdf`), pdf)
  console.log(`${name}.pdf: ${pages} ${pages === 1 ? 'page' : 'pages'}`)
}
renderer.close()
