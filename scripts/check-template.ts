/**
 * `npx node scripts/check-template.ts <template> [<document> [--write]]`: says everything that is wrong with the data file of a template,
 * or what it holds; then what is wrong with a document of it. Documents of the projects in `examples` are filled in from what the registry
 * knows of these, and calculations are done again. `--write` puts what the registry fills in into the file, and the calculations.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { basename } from 'node:path'
import { calculate, isRefused, type Options } from '../packages/calculators/src/index.ts'
import {
  compute,
  type Document,
  type Json,
  type Problem,
  readTemplate,
  type Sources,
  sentence,
  sourceFaults,
  type Template,
  TemplateError,
  templates,
  validate,
} from '../packages/templates/src/index.ts'

const USAGE = 'npx node scripts/check-template.ts <template>.json [<document>.json [--write]]'

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

function readData(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch (error) {
    throw new Error(`${file}: ${error instanceof Error ? error.message : error}`)
  }
}

async function sourcesOf(file: string, template: string): Promise<Sources> {
  const examples = await import('../packages/templates/src/examples/read.fixture.ts')
  const project = examples.PROJECTS.find((name) => basename(file).startsWith(`${name}.`))
  return project ? examples.sourcesOf(project, template) : {}
}

/** The document with each calculation in it done again by its method, as `POST /national/calculations/{method}` answers it. */
function calculatedAgain(json: Json): Json {
  if (typeof json !== 'object' || json === null) return json
  if (Array.isArray(json)) return json.map(calculatedAgain)
  const { method, inputs, result } = json
  if (typeof method !== 'string' || inputs === undefined || typeof result !== 'object' || result === null) {
    return Object.fromEntries(Object.entries(json).map(([key, one]) => [key, calculatedAgain(one)]))
  }
  const { gwpSet, vintages, on } = result as Record<string, Json>
  const chosen = Object.entries({ gwpSet, vintages, on }).filter(([, one]) => one !== undefined && one !== null)
  const answer = calculate(method, inputs, Object.fromEntries(chosen) as Options)
  // What cannot be calculated is told as a fault of the document.
  if (isRefused(answer) || answer.parameterSet.country) return json
  const { methodId, methodVersion, inputs: given, ...rest } = answer
  return JSON.parse(JSON.stringify({ method: methodId, version: String(methodVersion), inputs: given, result: rest }))
}

/** What is wrong with a document, filled in as the registry would; its problems are those of a final one. */
async function judge(one: Template, file: string, write: boolean): Promise<Problem[]> {
  const json = write ? calculatedAgain(readData(file) as Json) : readData(file)
  const sources = await sourcesOf(file, one.id)
  const unfilled = validate(one, json, { final: true, sources })
  const isDocument = unfilled.every(({ path }) => path !== '')
  const filled = isDocument ? compute(one, json as Document, sources) : json
  if (write && isDocument) writeFileSync(file, `${JSON.stringify(filled, null, 2)}\n`)
  return validate(one, filled, { final: true, sources })
}

const line = (one: Problem) =>
  `- ${one.path || 'the whole'}: ${sentence(one, 'en')}${one.severity === 'warning' ? ' (a warning)' : ''}`

try {
  const [file, document, option] = process.argv.slice(2)
  if (!file || (option && option !== '--write')) throw new Error(USAGE)
  const one = readTemplate(readData(file))
  const others = templates().filter(({ id, version }) => id !== one.id || version !== one.version)
  const faults = sourceFaults(one, [one, ...others])
  if (faults.length > 0) throw new TemplateError(one.id, faults)
  if (document) {
    const problems = await judge(one, document, option === '--write')
    const final = !problems.some(({ severity }) => severity === 'error')
    console.log([`${document} ${final ? 'may' : 'cannot'} be final.`, ...problems.map(line)].join('\n'))
    process.exitCode = final ? 0 : 1
  } else console.log(listing(one))
} catch (error) {
  console.log(error instanceof Error ? error.message : String(error))
  process.exitCode = 1
}
