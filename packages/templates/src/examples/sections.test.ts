import { expect, test } from 'vitest'
import { DATA } from './read.fixture.ts'

/** Sections by which those who asked for these documents know them. */
const KNOWN_BY: Record<string, string[]> = {
  validation: [
    'Project summary',
    'Validation scope',
    'Eligibility and methodology validation',
    'Stakeholder input and project compliance',
    'Opinion and recommendations for validation',
  ],
  issuance: [
    'Project identification and developer',
    'Verification body and period',
    'Quantity of credits',
    'Unique serial numbers',
  ],
  transfer: [
    'Parties and responsibilities',
    'Quantity and type of carbon credits',
    'Payment terms: price',
    'Payment terms: payment and delivery',
    'Warranty of ownership and legal compliance',
    'Dispute resolution',
  ],
  engagement: [
    'Scope of work and verification period',
    'Verification standards and criteria',
    'Responsibilities of developer and verifier',
    'Terms of engagement and fees',
    'Confidentiality and data handling',
  ],
}

test.each(Object.entries(KNOWN_BY))('%s has the sections that it is known by, in their order', (name, titles) => {
  const all = DATA.get(name)?.sections.map(({ title }) => title.en) ?? []
  expect(all.filter((title) => titles.includes(title ?? ''))).toEqual(titles)
})

test('a validation report judges 19 areas, a verification report 21', () => {
  const rows = (name: string) =>
    (DATA.get(name)?.sections ?? [])
      .flatMap(({ fields }) => fields)
      .flatMap((field) =>
        field.type === 'matrix' && field.fields.some(({ key }) => key === 'means') ? field.rows : [],
      )
  expect(rows('validation')).toHaveLength(19)
  expect(rows('verification')).toHaveLength(21)
})

const PRICES = ['price.unitPrice', 'price.total', 'price.formula', 'fees.total', 'fees.schedule', 'fees.dayRate']
const PEOPLE = ['person']

test.each([...DATA])('%s makes no price and no person public', (_, { public: open, sections }) => {
  const leaves = sections.flatMap((section) =>
    section.fields.flatMap((field) => [
      { path: `${section.key}.${field.key}`, field, shown: field.public ?? open },
      ...('fields' in field
        ? field.fields.map((column) => ({
            path: `${section.key}.${field.key}.${column.key}`,
            field: column,
            shown: (field.public ?? open) && (column.public ?? true),
          }))
        : []),
    ]),
  )
  const told = leaves.filter(
    ({ path, field, shown }) => shown && (PRICES.includes(path) || PEOPLE.includes(field.type)),
  )
  expect(told.map(({ path }) => path)).toEqual([])
})
