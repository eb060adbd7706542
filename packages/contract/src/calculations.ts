import { z } from 'zod'
import { Hash, Written } from './common.ts'
import { defineOperation } from './operation.ts'
import { LegalDate } from './units.ts'

const tag = 'Calculations'

const MethodId = z
  .string()
  .regex(/^[A-Za-z0-9.-]{1,40}$/, 'must be the id of a method')
  .meta({ description: 'Of the list of methods, such as `AMS-I.D`.' })

const Decimal = z
  .string()
  .meta({ id: 'Decimal', description: 'An exact decimal number, as a string without an exponent.' })

const DaySaid = LegalDate.nullable().meta({ description: 'Null where it has always held, or holds on.' })

const SetName = z
  .object({
    id: z.string(),
    version: z.string(),
    hash: Hash.meta({ description: 'Of its canonical JSON (RFC 8785).' }),
  })
  .meta({ id: 'ParameterSetName' })

const Parameter = z
  .object({
    key: z.string(),
    value: Decimal.nullable().meta({ description: 'Null where there is no value for all: a country gives its own.' }),
    unit: z.string(),
    source: z.string(),
    sourceVersion: z.string(),
    validFrom: DaySaid,
    validTo: DaySaid,
    verifiedBy: z
      .string()
      .nullable()
      .meta({ description: 'Who has compared it with its source; null while nobody has.' }),
    verifiedAt: LegalDate.nullable(),
  })
  .meta({ id: 'Parameter', description: 'A constant, with where it comes from and when it holds.' })

const MethodSummary = z
  .object({
    id: MethodId,
    version: z.number().int(),
    title: z.string(),
    of: z
      .enum(['reduction', 'value'])
      .meta({ description: 'Emission reductions, or a number for other calculations.' }),
    scopes: z.array(z.number().int()).meta({ description: 'Sectoral scopes, 1 to 15.' }),
    isScreening: z.boolean().meta({ description: 'For a first look, by no methodology of a crediting programme.' }),
  })
  .meta({ id: 'MethodSummary' })

const Cell = {
  key: z.string(),
  label: z.string(),
  type: z.enum(['number', 'choice', 'day', 'table']),
  required: z.boolean(),
  when: z
    .object({ input: z.string(), is: z.array(z.string()) })
    .optional()
    .meta({ description: 'It counts only where that choice was made so.' }),
  kind: z.string().optional(),
  unit: z.string().optional().meta({ description: 'Of limits and default.' }),
  units: z.array(z.string()).optional().meta({ description: 'All that it may be given in.' }),
  limits: z
    .object({
      min: Decimal.optional(),
      above: Decimal.optional(),
      max: Decimal.optional(),
      below: Decimal.optional(),
      whole: z.boolean().optional(),
    })
    .optional(),
  default: z
    .object({ value: z.string().optional(), unit: z.string().optional(), parameter: z.string().optional() })
    .optional()
    .meta({ description: 'What is taken where nothing is given: a value, or the parameter in force.' }),
  options: z.array(z.object({ value: z.string(), label: z.string() })).optional(),
}

const Input = z
  .object({
    ...Cell,
    columns: z.array(z.object(Cell)).optional(),
    minRows: z.number().int().optional(),
    maxRows: z.number().int().optional(),
  })
  .meta({ id: 'MethodInput', description: 'One input, as a form asks for it.' })

const Method = z
  .object({
    ...MethodSummary.shape,
    source: z.object({ document: z.string(), place: z.string() }),
    unit: z.string(),
    inputs: z.array(Input),
    parameters: z.array(Parameter).meta({ description: 'All that it may use, as they are in force.' }),
    gases: z.array(z.string()),
    outputs: z.array(z.object({ step: z.string(), unit: z.string() })),
    gates: z
      .array(z.object({ code: z.string(), text: z.string() }))
      .meta({ description: 'Conditions of eligibility.' }),
    parameterSet: SetName.nullable().meta({
      description: 'The set of the country; null where only those hold that ship.',
    }),
  })
  .meta({ id: 'Method' })

const Chosen = z.union([Hash, z.literal('reference')]).meta({
  description: 'Another set than the one in force: one that was ever adopted, or `reference` for those that ship.',
})

const OnDay = LegalDate.meta({
  description:
    'The day on which constants of the set hold. Without it: for a year that is calculated by itself its last day, for a ' +
    'period that is split by days the last of them, and else what has no end.',
})

export const listMethods = defineOperation({
  id: 'listMethods',
  method: 'GET',
  path: '/national/calculations',
  summary: 'List the methods and tools that emission reductions are calculated by',
  description: 'Titles are in the language of the request.',
  tag,
  access: 'public',
  answer: z.object({ methods: z.array(MethodSummary) }).meta({ id: 'MethodList' }),
})

export const describeMethod = defineOperation({
  id: 'describeMethod',
  method: 'GET',
  path: '/national/calculations/{method}',
  summary: 'Read what a method asks for: inputs, units, limits, defaults, conditions',
  description: 'All that a form needs, in the language of the request, with the constants that are in force.',
  tag,
  access: 'public',
  params: z.strictObject({ method: MethodId }),
  query: z.strictObject({ on: OnDay.optional(), parameters: Chosen.optional() }),
  answer: Method,
  problems: ['not-found', 'document-unknown'],
})

const TraceStep = z
  .object({
    step: z.string(),
    formula: z.string(),
    inputs: z.record(z.string(), Decimal),
    value: Decimal,
    unit: z.string(),
    vintage: z.number().int().optional(),
  })
  .meta({ id: 'TraceStep', description: 'A formula as it was computed, what went in, what came out.' })

const Warning = z
  .object({ code: z.string(), facts: z.record(z.string(), z.string()) })
  .meta({ id: 'CalculationWarning' })

const ofEvery = {
  unit: z.string(),
  outputs: z.record(z.string(), z.object({ value: Decimal, unit: z.string() })),
  trace: z.array(TraceStep),
  warnings: z.array(Warning),
  gwpSet: z.string(),
  parameterSet: z.object({ reference: SetName, country: SetName.nullable() }),
  parameters: z.array(Parameter).meta({ description: 'Those that went into it, as they were.' }),
  vintages: z.record(z.string(), z.unknown()).nullable(),
  on: LegalDate.nullable(),
}

const Reduction = z
  .object({
    of: z.literal('reduction'),
    be: Decimal.meta({ description: 'Emissions of the baseline.' }),
    pe: Decimal.meta({ description: 'Emissions of the project.' }),
    le: Decimal.meta({ description: 'Leakage.' }),
    er: Decimal.meta({ description: 'Emissions reduced: `be` - `pe` - `le`.' }),
    perVintage: z.array(
      z.object({
        year: z.number().int(),
        er: Decimal,
        be: Decimal.optional(),
        pe: Decimal.optional(),
        le: Decimal.optional(),
        days: z.number().int().optional(),
      }),
    ),
    blocksIssuance: z.boolean().meta({ description: 'Whether the whole, or any year of it, is negative.' }),
    ...ofEvery,
  })
  .meta({ id: 'Reduction' })

const Value = z.object({ of: z.literal('value'), value: Decimal, ...ofEvery }).meta({ id: 'CalculatedValue' })

export const Calculation = z
  .object({
    snapshot: z
      .object({
        method: MethodId,
        version: z.string().meta({ description: 'Of the method, as a string.' }),
        inputs: z.record(z.string(), z.unknown()).meta({ description: 'As they were given.' }),
        result: z.discriminatedUnion('of', [Reduction, Value]),
      })
      .meta({
        id: 'CalculationSnapshot',
        description: 'All that is needed to calculate it again. What a `calc` field of a document holds.',
      }),
    sha256: Hash.meta({ description: 'Of the canonical JSON (RFC 8785) of `snapshot`.' }),
    messages: z.array(z.string()).meta({ description: 'The warnings of the result, in the language of the request.' }),
  })
  .meta({ id: 'Calculation', description: 'An estimate, until a verifier certifies it.' })
export type Calculation = z.infer<typeof Calculation>

export const calculateByMethod = defineOperation({
  id: 'calculateByMethod',
  method: 'POST',
  path: '/national/calculations/{method}',
  summary: 'Calculate by a method',
  description:
    'Nothing is kept: whoever wants to keep it keeps `snapshot`, with its hash. Numbers are `{ "value": "12.5", "unit": ' +
    '"MWh" }`, both texts; choices are words, days are dates, tables are lists of rows. Everything that is wrong is named ' +
    'at once in `errors`, each by its field (`not-calculated`). The same calculation later, after other constants were ' +
    'adopted: name in `parameters` the set that the result names, or `reference` where it names none.',
  tag,
  access: 'public',
  params: z.strictObject({ method: MethodId }),
  body: z.strictObject({
    inputs: z.record(z.string(), z.unknown()).meta({ description: 'By the keys that the method has.' }),
    gwpSet: z
      .string()
      .optional()
      .meta({ description: 'Global warming potentials: `SAR`, `AR4`, `AR5` (where none is named) or `AR6`.' }),
    vintages: z
      .record(z.string(), z.unknown())
      .optional()
      .meta({
        description:
          '`{ "by": "data", "years": [{ "year": 2024, "inputs": { … } }] }`: by what was measured in each year, over what is ' +
          'given for all; what every year has is not given for all. `{ "by": "days", "from": "2024-01-01", "to": "2025-06-30" }`: the whole, split by days.',
      }),
    on: z
      .string()
      .optional()
      .meta({ description: 'As a date. Which day that is without it: see the form of the method.' }),
    parameters: Chosen.optional(),
  }),
  answer: Calculation,
  problems: ['not-found', 'document-unknown', 'not-calculated', 'too-many-requests'],
})

const Adopted = z
  .object({
    number: z.number().int().meta({ description: 'Of the adoptions, counted from 1.' }),
    name: z.string(),
    version: z.string(),
    sha256: Hash.meta({ description: 'Of its canonical JSON (RFC 8785), which stands at `/log/content/{sha256}`.' }),
    entry: Written,
  })
  .meta({ id: 'AdoptedParameters' })
export type AdoptedParameters = z.infer<typeof Adopted>

export const readParameters = defineOperation({
  id: 'readParameters',
  method: 'GET',
  path: '/national/parameters',
  summary: 'Read which sets of constants for calculations the country has adopted, and which is in force',
  description: 'The newest first; at most 1,000.',
  tag,
  access: 'public',
  answer: z
    .object({
      reference: SetName.meta({ description: 'What ships; the country lays its own over it.' }),
      inForce: Adopted.nullable(),
      adopted: z.array(Adopted),
    })
    .meta({ id: 'ParameterSets' }),
})

export const readParameterSet = defineOperation({
  id: 'readParameterSet',
  method: 'GET',
  path: '/national/parameters/{sha256}',
  summary: 'Read a set of constants for calculations',
  description:
    'One that ships or was ever adopted; whoever is signed in reads one that is only proposed, too, as approvers must.',
  tag,
  access: 'public',
  params: z.strictObject({ sha256: Hash }),
  answer: z
    .object({ sha256: Hash, id: z.string(), version: z.string(), entries: z.array(Parameter) })
    .meta({ id: 'ParameterSet' }),
  problems: ['not-found'],
})

export const adoptParameters = defineOperation({
  id: 'adoptParameters',
  method: 'POST',
  path: '/national/parameters',
  summary: "Adopt a set of the country's own constants for calculations",
  description:
    'The whole set, in the place of the one before; an empty one leaves only what ships. A name and a version mean one set ' +
    'for ever. What was calculated before names its set and stays as it is. `errors` names everything that is wrong.',
  tag,
  access: 'signed-in',
  command: true,
  proposable: true,
  keys: 'never',
  body: z.strictObject({
    content: z
      .record(z.string(), z.unknown())
      .meta({ description: '`{ "id", "version", "entries" }`: docs/calculators.md.' }),
  }),
  status: 201,
  answer: Adopted,
  problems: ['document-unknown', 'version-not-next', 'nothing-changes', 'already-exists'],
})
