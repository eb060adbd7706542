import { readFile } from 'node:fs/promises'
import {
  calculate,
  type Description,
  describe,
  type InputDescription,
  isRefused,
  methods,
  type Options,
  problemText,
  type Reduction,
  type Value,
  warningText,
} from '@tallystick/calculators'
import { type Command, type Done, parse, UsageError } from '../command.ts'
import { type CalculateText, calculateTexts, SPOKEN, type SpokenLanguage, text } from '../texts.ts'

const OPTIONS = {
  input: { type: 'string' },
  parameters: { type: 'string' },
  vintages: { type: 'string' },
  gwp: { type: 'string' },
  on: { type: 'string' },
  trace: { type: 'boolean' },
  language: { type: 'string' },
} as const

/** In which words it is told. */
interface Speech {
  language: SpokenLanguage
  say: CalculateText
}

/** `calculate`: lists the methods, tells what one asks for, or calculates by it. Needs no ledger and no network. */
export const calculateCommand: Command = async (args) => {
  const { positionals, values } = parse(args, OPTIONS, positionalsOf(args))
  const speech = speechOf(values.language)
  const [id] = positionals
  if (id === undefined) return list(speech)
  if (values.input !== undefined) return result(id, values.input, values, speech)
  const description = describe(id, { language: speech.language })
  if (!description) throw new UsageError(speech.say('unknownMethod', { method: id }))
  return { exitCode: 0, text: asked(description, speech), json: description }
}

/** Without a method only the list is asked for, in some language. */
function positionalsOf(args: readonly string[]): string[] {
  const others = args.filter((one, at) => !/^--(json|language(=.*)?)$/.test(one) && args[at - 1] !== '--language')
  return others.length === 0 ? [] : ['METHOD']
}

function speechOf(asked: string | undefined): Speech {
  const language = SPOKEN.find((one) => one === (asked ?? 'en'))
  if (!language) throw new UsageError(text('unknownLanguage', { language: asked ?? '', allowed: SPOKEN.join(', ') }))
  return { language, say: calculateTexts(language) }
}

function list({ language, say }: Speech): Done {
  const all = methods(language)
  const width = Math.max(...all.map(({ id }) => id.length))
  const lines = all.map(({ id, title }) => `  ${id.padEnd(width)}  ${title}`)
  return { exitCode: 0, text: [say('methodList'), ...lines, say('methodListEnd')].join('\n'), json: { methods: all } }
}

/** What a method asks for, in lines, and the beginning of a file to fill in. */
function asked({ id, title, inputs, gates }: Description, { say }: Speech): string {
  const template = JSON.stringify(example(inputs), null, 2)
  const conditions = gates.length > 0 ? [say('methodGates'), ...gates.map((gate) => `  - ${gate.text}`)] : []
  return [
    `${id}: ${title}`,
    say('methodInputs'),
    ...inputs.flatMap((input) => linesOf(input, say)),
    ...conditions,
    say('methodFile'),
    template,
  ].join('\n')
}

function linesOf(input: InputDescription, say: CalculateText): string[] {
  const { key, label, required, unit, options, columns = [], when } = input
  const facts = [
    ...(unit ? [unit] : []),
    ...(options ? [options.map(({ value }) => value).join(' | ')] : []),
    ...(required ? [] : [say('methodOptional')]),
    ...(when ? [say('methodWhen', { input: when.input, values: when.is.join(', ') })] : []),
  ]
  const inner = columns.flatMap((column) => linesOf(column, say))
  return [`  ${key}: ${label} (${facts.join('; ')})`, ...inner.map((line) => `  ${line}`)]
}

/** What must be given where nothing is chosen yet, with places for the values. */
function example(inputs: readonly InputDescription[]): Record<string, unknown> {
  const chosen = new Map(
    inputs.map(({ key, required, options, default: standard }) => [
      key,
      standard?.value ?? (required && options?.[0]?.value),
    ]),
  )
  const counts = ({ required, when }: InputDescription) =>
    required && (!when || when.is.some((one) => one === chosen.get(when.input)))
  return Object.fromEntries(
    inputs.filter(counts).map(({ key, type, unit = '1', options = [], columns = [] }) => {
      if (type === 'table') return [key, [example(columns)]]
      return [key, type === 'number' ? { value: '', unit } : (options[0]?.value ?? 'YYYY-MM-DD')]
    }),
  )
}

type Given = Partial<Record<'parameters' | 'vintages' | 'gwp' | 'on', string>> & { trace?: boolean }

async function result(id: string, file: string, given: Given, speech: Speech): Promise<Done> {
  const { language, say } = speech
  const files = { parameters: given.parameters, vintages: given.vintages }
  const read: Record<string, unknown> = { gwpSet: given.gwp, on: given.on }
  for (const [key, path] of Object.entries(files)) if (path !== undefined) read[key] = await jsonOf(path)
  const options: Options = Object.fromEntries(Object.entries(read).filter(([, value]) => value !== undefined))
  const found = calculate(id, await jsonOf(file), options)
  if (!isRefused(found)) return { exitCode: 0, text: told(found, given.trace === true, speech), json: found }
  const sentences = found.problems.map((problem) => problemText(problem, language))
  const lines = [say('calculationRefused', { count: sentences.length }), ...sentences.map((line) => `  - ${line}`)]
  const problems = found.problems.map((problem, index) => ({ ...problem, message: sentences[index] }))
  return { exitCode: 1, text: lines.join('\n'), json: { problems } }
}

function told(found: Reduction | Value, withTrace: boolean, { language, say }: Speech): string {
  const { reference, country } = found.parameterSet
  const set = country
    ? `${country.id} ${country.version} (${country.hash})`
    : `${reference.id} ${reference.version} (${reference.hash})`
  const outputs = Object.entries(found.outputs).map(([step, { value, unit }]) => `  ${step} = ${value} ${unit}`)
  const { methodId, methodVersion, gwpSet } = found
  return [
    say('calculated', { method: methodId, version: methodVersion, gwpSet, set }),
    ...(found.of === 'value' ? [`  ${found.value} ${found.unit}`] : reductionLines(found, say)),
    ...outputs,
    ...(withTrace ? found.trace.map(traceLine) : []),
    ...found.warnings.map((warning) => say('calculationWarning', { warning: warningText(warning, language) })),
  ].join('\n')
}

function reductionLines({ be, pe, le, er, unit, perVintage, blocksIssuance }: Reduction, say: CalculateText): string[] {
  const lines = Object.entries({ BE: be, PE: pe, LE: le, ER: er }).map(
    ([name, value]) => `  ${name} = ${value} ${unit}`,
  )
  const years = perVintage.map((vintage) => `  ${vintage.year}: ${vintage.er} ${unit}`)
  return [...lines, ...years, ...(blocksIssuance ? [say('calculationBlocks')] : [])]
}

function traceLine({ step, formula, inputs, value, unit, vintage }: Reduction['trace'][number]): string {
  const from = Object.entries(inputs).map(([name, one]) => `${name} ${one}`)
  const year = vintage === undefined ? '' : `${vintage} `
  const size = unit === '1' ? value : `${value} ${unit}`
  return `  ${year}${step} = ${formula} = ${size}${from.length > 0 ? `   [${from.join(', ')}]` : ''}`
}

async function jsonOf(file: string): Promise<unknown> {
  const bytes = await readFile(file, 'utf8')
  try {
    return JSON.parse(bytes)
  } catch (error) {
    throw new UsageError(
      text('presetNotJson', { file, reason: error instanceof Error ? error.message : String(error) }),
    )
  }
}
