import type { Preset } from '@tallystick/rules'
import type { FactName, Template } from '@tallystick/templates'

/** Facts of monitoring periods, which a country without them does not keep; of what is certified nothing else tells. */
const OF_PERIODS: readonly FactName[] = ['period.number', 'period.dates', 'period.verified', 'period.certified']

/** Facts of crediting periods. */
const OF_CREDITING: readonly FactName[] = ['project.crediting']

/** The facts that the registry never knows under this preset: people fill in what it would fill in elsewhere. */
export function factsByHand({ period, crediting }: Preset): ReadonlySet<FactName> {
  return new Set([...(period ? [] : OF_PERIODS), ...(crediting ? [] : OF_CREDITING)])
}

const written = new WeakMap<Template, Map<string, Template>>()

/** The template as people write it: fields of these facts are theirs. The same object for the same facts. */
export function writtenByHand(template: Template, facts: ReadonlySet<FactName>): Template {
  if (pathsByHand(template, facts).length === 0) return template
  const known = written.get(template) ?? new Map<string, Template>()
  written.set(template, known)
  const key = [...facts].sort().join()
  const found = known.get(key) ?? withoutFacts(template, facts)
  known.set(key, found)
  return found
}

/** The places of a document that people fill in here, though the template has the registry do it. */
export function pathsByHand({ sections }: Template, facts: ReadonlySet<FactName>): string[] {
  return sections.flatMap(({ key, fields }) =>
    fields.filter((field) => isOf(field, facts)).map((field) => `${key}.${field.key}`),
  )
}

type Field = Template['sections'][number]['fields'][number]

const isOf = ({ auto }: Field, facts: ReadonlySet<FactName>): boolean =>
  auto?.fact !== undefined && facts.has(auto.fact)

function withoutFacts(template: Template, facts: ReadonlySet<FactName>): Template {
  const sections = template.sections.map((section) => ({
    ...section,
    fields: section.fields.map((field): Field => {
      if (!isOf(field, facts)) return field
      const { auto: _, ...rest } = field
      return rest
    }),
  }))
  return { ...template, sections }
}
