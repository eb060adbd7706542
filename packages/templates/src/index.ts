export { type Change, compare } from './compare.ts'
export { compute, type Sources } from './compute.ts'
export { blank, isPlace, prefill, type Saved, save, settle } from './document.ts'
export type { CalculationJudged, Facts, JudgeCalculation } from './evaluate.ts'
export { listedName } from './options.ts'
export { type Form, formOf } from './own.ts'
export { isFilled } from './place.ts'
export { type Plain, type PlainField, type PlainSection, type PlainTable, plain } from './plain.ts'
export { type Problem, type ProblemCode, sentence } from './problem.ts'
export { readTemplate, TemplateError } from './read.ts'
export { type Block, blocksOf, type Run } from './rich.ts'
export type {
  Column,
  Document,
  FactName,
  Field,
  Json,
  Section,
  Slot,
  Template,
  TemplateLanguage,
  Text,
} from './template.ts'
export { FACTS, LIMITS, TEMPLATE_LANGUAGES } from './template.ts'
export { sourceFaults, template, templates } from './templates.ts'
export { type Judging, validate } from './validate.ts'
