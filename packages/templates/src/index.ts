export { type Change, compare } from './compare.ts'
export { compute, type Sources } from './compute.ts'
export { blank, prefill, settle } from './document.ts'
export type { CalculationJudged, Facts, JudgeCalculation } from './evaluate.ts'
export { choices, listedName } from './options.ts'
export { type Form, formOf } from './own.ts'
export { isFilled } from './place.ts'
export { type Plain, type PlainField, type PlainSection, type PlainTable, plain } from './plain.ts'
export { type Problem, type ProblemCode, sentence } from './problem.ts'
export { readTemplate, TemplateError } from './read.ts'
export { type Block, blocksOf, type Run } from './rich.ts'
export { isPlace, type Saved, save } from './save.ts'
export {
  type Column,
  type Document,
  FACTS,
  type FactName,
  type Field,
  type Json,
  LIMITS,
  type Section,
  type Slot,
  TEMPLATE_LANGUAGES,
  type Template,
  type TemplateLanguage,
  type Text,
} from './template.ts'
export { sourceFaults, template, templates } from './templates.ts'
export { type Judging, validate } from './validate.ts'
