import type { Input, Inputs, Method, NumberInput, Output, Source, When } from './method.ts'
import { methodOf, methods } from './methods.ts'
import { inForce, keysLike, type Parameter, type ParameterSet } from './parameters.ts'
import type { GateCode } from './problem.ts'
import { gateText, inputText, type Language, methodText, optionText } from './texts.ts'
import { type Kind, unitsOf } from './units.ts'

/** A method in one line, for lists. */
export interface Summary {
  readonly id: string
  readonly version: number
  readonly title: string
  readonly of: Method['of']
  readonly scopes: readonly number[]
  readonly isScreening: boolean
}

/** An input as a form shows it: plain JSON. */
export interface InputDescription {
  readonly key: string
  readonly label: string
  readonly type: Input['type']
  readonly required: boolean
  readonly when?: When
  readonly kind?: Kind
  /** The unit of limits and default. */
  readonly unit?: string
  readonly units?: readonly string[]
  readonly limits?: Pick<NumberInput, 'min' | 'above' | 'max' | 'below' | 'whole'>
  /** What is taken where nothing is given: a value, or a parameter with its value where it depends on no choice. */
  readonly default?: { readonly value?: string; readonly unit?: string; readonly parameter?: string }
  readonly options?: readonly { readonly value: string; readonly label: string }[]
  readonly columns?: readonly InputDescription[]
  readonly minRows?: number
  readonly maxRows?: number
}

/** A method as a form needs it: plain JSON. */
export interface Description extends Summary {
  readonly source: Source
  readonly unit: string
  readonly inputs: readonly InputDescription[]
  /** Every parameter that the method may use, as it is in force. */
  readonly parameters: readonly Parameter[]
  readonly gases: readonly string[]
  readonly outputs: readonly Output[]
  readonly gates: readonly { readonly code: GateCode; readonly text: string }[]
}

export interface DescribeOptions {
  readonly language?: Language
  readonly parameters?: ParameterSet
  readonly on?: string
}

/** Every method, those that credit first. */
export function summaries(language: Language = 'en'): Summary[] {
  return methods().map((method) => summaryOf(method, language))
}

/** All that a form needs to ask for the inputs of a method, or nothing where there is no such method. */
export function describe(id: string, options: DescribeOptions = {}): Description | undefined {
  const method = methodOf(id)
  if (!method) return undefined
  const { language = 'en' } = options
  const parameters = inForce(options.parameters, options.on)
  const find = (key: string) => parameters.find(key)
  return {
    ...summaryOf(method, language),
    source: method.source,
    unit: method.result?.unit ?? 'tCO2e',
    inputs: describeInputs(method.id, method.inputs, find, language),
    parameters: parametersOf(method).flatMap((key) => find(key) ?? []),
    gases: method.gases ?? [],
    outputs: method.outputs ?? [],
    gates: (method.gates ?? []).map((code) => ({ code, text: gateText(code, language) })),
  }
}

function summaryOf({ id, version, of, scopes, isScreening }: Method, language: Language): Summary {
  return { id, version, title: methodText(id, language), of, scopes, isScreening: isScreening === true }
}

/** Keys of the parameters that a method may read, but for those of the GWPs. */
export function parametersOf(method: Method): string[] {
  const patterns = [...(method.parameters ?? []), ...patternsOf(method.inputs)]
  return [...new Set(patterns.flatMap(keysLike))]
}

function patternsOf(inputs: Inputs): string[] {
  return Object.values(inputs).flatMap((input) => {
    if (input.type === 'table') return patternsOf(input.columns)
    return input.type === 'number' && input.default && 'parameter' in input.default ? [input.default.parameter] : []
  })
}

type Find = (key: string) => Parameter | undefined

function describeInputs(id: string, inputs: Inputs, find: Find, language: Language): InputDescription[] {
  return Object.entries(inputs).map(([key, input]) => ({
    key,
    label: inputText(id, key, language),
    type: input.type,
    required: isRequired(input, find),
    ...(input.when ? { when: input.when } : {}),
    ...(input.type === 'number' ? describeNumber(input, find) : {}),
    ...(input.type === 'choice'
      ? {
          options: input.options.map((value) => ({ value, label: optionText(value, language) })),
          ...(input.default ? { default: input.default } : {}),
        }
      : {}),
    ...(input.type === 'table'
      ? { columns: describeInputs(id, input.columns, find, language), minRows: input.minRows, maxRows: input.maxRows }
      : {}),
  }))
}

function describeNumber(input: NumberInput, find: Find): Partial<InputDescription> {
  const { kind, unit, min, above, max, below, whole } = input
  const limits = Object.fromEntries(
    Object.entries({ min, above, max, below, whole }).filter(([, limit]) => limit !== undefined),
  )
  const standard = input.default && defaultOf(input.default, input.unit, find)
  return { kind, unit, units: unitsOf(kind), limits, ...(standard ? { default: standard } : {}) }
}

function defaultOf(from: NonNullable<NumberInput['default']>, unit: string, find: Find): InputDescription['default'] {
  if ('value' in from) return { value: from.value, unit }
  const found = find(from.parameter)
  return found?.value ? { ...from, value: found.value, unit: found.unit } : from
}

/** Whether something must be given, as far as that does not depend on other inputs. */
function isRequired(input: Input, find: Find): boolean {
  if (input.optional) return false
  if (input.type === 'choice') return input.default === undefined
  if (input.type !== 'number' || !input.default) return true
  return 'parameter' in input.default && keysLike(input.default.parameter).every((key) => !find(key)?.value)
}
