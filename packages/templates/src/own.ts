import { isFromElsewhere } from './evaluate.ts'
import { kept } from './memo.ts'
import { computedOrder } from './order.ts'
import { leavesOf } from './place.ts'
import { issueLines, sectionFaults } from './read.ts'
import { LIMITS, ownSchema, type Section, type Template } from './template.ts'

/** The sections of a template together with those that a project added. */
export type Form = Pick<Template, 'id' | 'version' | 'public' | 'sections' | 'checks'>

const MOST = LIMITS.ownSections
const forms = new WeakMap<Template, WeakMap<object, Form | string>>()

/** The form of a document: its template's sections, then its own. A text says what is wrong with its own. */
export function formOf(template: Template, own: unknown): Form | string {
  if (own === undefined) return template
  if (!Array.isArray(own) || own.length > MOST) return `own is a list of sections, ${MOST} sections at most`
  const known = kept(forms, template, () => new WeakMap())
  return kept(known, own, () => joined(template, own))
}

function joined(template: Template, own: readonly unknown[]): Form | string {
  const parsed = ownSchema.safeParse(own)
  if (!parsed.success) return told(issueLines(parsed.error, own))
  const form = { ...template, sections: [...template.sections, ...parsed.data] }
  const faults: string[] = []
  for (const section of parsed.data) {
    const add = (at: string) => (text: string) => faults.push(`${at}: ${text}`)
    lockFaults(section, template, add(section.key))
    sectionFaults(section, form, add)
  }
  if (new Set(form.sections.map(({ key }) => key)).size < form.sections.length) faults.push('a section comes twice')
  const circle = faults.length === 0 ? computedOrder(form) : []
  if (typeof circle === 'string') faults.push(circle)
  return faults.length > 0 ? told(faults) : form
}

const told = (faults: readonly string[]): string => faults.slice(0, 5).join('; ').slice(0, 500)

/** What a project may not do: stand in the core's place, take what the registry fills in, or bring a pattern of its own. */
function lockFaults(section: Section, template: Template, fault: (text: string) => void): void {
  if (!section.key.startsWith('x-')) fault('the key of a section of one’s own begins with x-')
  if (template.sections.some(({ number }) => number === section.number)) fault(`the number ${section.number} is taken`)
  for (const { leaf } of leavesOf([section])) {
    if (leaf.from || isFromElsewhere(leaf)) fault(`${leaf.key}: only the core is filled in from elsewhere`)
    if (leaf.type === 'text' && leaf.pattern !== undefined) fault(`${leaf.key}: a pattern is for the core only`)
  }
}
