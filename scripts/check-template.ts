/** `npx node scripts/check-template.ts <file>`: says everything that is wrong with the data file of a template, or what it holds. */
import { readFileSync } from 'node:fs'
import { readTemplate, sourceFaults, type Template, TemplateError, templates } from '../packages/templates/src/index.ts'

type Field = Template['sections'][number]['fields'][number]
const needed = ({ required, auto }: Field) =>
  auto ? 'filled by the registry' : typeof required === 'object' ? 'needed in some cases' : required ? 'needed' : ''

function listing(one: Template): string {
  const lines = [`${one.id}, version ${one.version}: ${one.title.en}. It is a template.`]
  for (const section of one.sections) {
    lines.push(`${section.number}  ${section.title.en}`)
    for (const field of section.fields) {
      const columns = 'fields' in field ? ` (${field.fields.map(({ key }) => key).join(', ')})` : ''
      lines.push(`    ${section.key}.${field.key}  ${field.type}${columns}  ${needed(field)}`.trimEnd())
    }
  }
  return lines.join('\n')
}

try {
  const one = readTemplate(JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8')))
  const others = templates().filter(({ id, version }) => id !== one.id || version !== one.version)
  const faults = sourceFaults(one, [one, ...others])
  if (faults.length > 0) throw new TemplateError(one.id, faults)
  console.log(listing(one))
} catch (error) {
  console.log(error instanceof Error ? error.message : String(error))
  process.exitCode = 1
}
