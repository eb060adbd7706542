import { z } from 'zod'
import { Certified, line, prose } from './common.ts'
import { FINANCING, GASES, MITIGATION_TYPES, SECTORS } from './description-codes.ts'
import { Money } from './money.ts'

const Day = z.iso.date('must be a date such as 2026-01-31')

const Country = z.string().regex(/^[A-Z]{2}$/, 'must be a country code of two capital letters such as KE')

const Web = z
  .url({ protocol: /^https?$/, error: 'must be an address that begins with http:// or https://' })
  .max(1000, 'must have at most 1000 characters')

/** A coordinate may be fine to about a centimetre. */
const DECIMALS = 7

const degrees = (most: number) =>
  z
    .number()
    .min(-most)
    .max(most)
    .refine((value) => Number(value.toFixed(DECIMALS)) === value, 'must have at most 7 decimals')

/** Longitude and latitude, as GeoJSON has them. */
const Position = z.tuple([degrees(180), degrees(90)])

const Ring = z
  .array(Position)
  .min(4)
  .max(5_000)
  .refine((ring) => `${ring.at(0)}` === `${ring.at(-1)}`, 'a ring ends where it begins')

const Polygon = z.array(Ring).min(1).max(50)

const Geometry = z
  .discriminatedUnion('type', [
    z.strictObject({ type: z.literal('Point'), coordinates: Position }),
    z.strictObject({ type: z.literal('Polygon'), coordinates: Polygon }),
    z.strictObject({ type: z.literal('MultiPolygon'), coordinates: z.array(Polygon).min(1).max(100) }),
  ])
  .meta({ id: 'Geometry', description: 'GeoJSON (RFC 7946): longitude before latitude, in degrees.' })

const ProjectLocation = z
  .strictObject({
    country: Country.optional(),
    inCountryRegion: line(200).optional().meta({ description: 'Name of the region.' }),
    regionCode: z
      .string()
      .regex(/^[A-Z]{2}-[A-Z0-9]{1,3}$/, 'must be the code of a region such as KE-30')
      .optional()
      .meta({ description: 'ISO 3166-2.' }),
    name: line(200).optional().meta({ description: 'Name of the place or site.' }),
    geometry: Geometry.optional(),
  })
  .refine((place) => Object.keys(place).length > 0, 'must say where')
  .meta({ id: 'ProjectLocation' })

const Mitigation = z
  .strictObject({
    type: z.enum([...MITIGATION_TYPES.keys()]),
    subType: z.string().max(64).optional(),
  })
  .meta({ id: 'ProjectMitigation', description: 'Type of mitigation, and its sub-type.' })

const Financing = z
  .strictObject({
    type: z.enum(FINANCING),
    amount: Money.optional(),
    provider: line(200).optional(),
  })
  .meta({ id: 'ProjectFinancing' })

const Estimation = z
  .strictObject({
    creditingPeriodStart: Day,
    creditingPeriodEnd: Day,
    unitCount: Certified.meta({ description: 'Tonnes of CO2e that are expected in this time: a decimal string.' }),
  })
  .meta({ id: 'ProjectEstimation' })

const RelatedProject = z
  .strictObject({
    relatedProjectId: line(100),
    relationshipType: line(100).optional(),
    registry: line(100).optional(),
  })
  .meta({ id: 'RelatedProject' })

const place = {
  externalId: line(100)
    .regex(/[\p{L}\p{N}]/u, 'must have a letter or a digit')
    .meta({
      description: 'Its id in other systems. One project has it; how it is spaced and dotted makes no difference.',
    }),
  sector: z.enum([...SECTORS.keys()]),
  sectoralScope: z
    .string()
    .regex(/^([1-9]|1[0-5])$/, 'must be a sectoral scope from 1 to 15, as a string such as "1"')
    .meta({ description: 'As it is registered: of the CDM.' }),
  typeOfMitigation: z.array(Mitigation).min(1).max(20),
  gases: z.array(z.enum(GASES)).min(1),
  startDate: Day,
  endDate: Day,
  projectLocations: z.array(ProjectLocation).min(1).max(100),
}

const story = {
  description: prose(20_000).optional().meta({ description: 'What the project does, in words.' }),
  projectLink: Web.optional(),
  links: z
    .array(z.strictObject({ title: line(200), url: Web }))
    .max(50)
    .optional(),
  projectTags: z.array(line(50)).max(20).optional(),
  program: line(200).optional().meta({ description: 'The programme that it belongs to.' }),
  registryOfOrigin: line(200).optional(),
  originProjectId: line(100).optional(),
  relatedProjects: z.array(RelatedProject).max(100).optional(),
  coBenefits: z
    .array(z.strictObject({ sdg: z.number().int().min(1).max(17), text: prose(2_000).optional() }))
    .max(17)
    .optional()
    .meta({ description: 'Sustainable Development Goals, 1 to 17, that it serves.' }),
  environmentalAssessmentRegistrationNo: line(100).optional(),
}

const climate = {
  coveredByNDC: z.enum(['Inside NDC', 'Outside NDC', 'Unknown']).optional(),
  ndcInformation: prose(2_000).optional(),
  activityScope: z
    .enum(['conditional', 'unconditional'])
    .optional()
    .meta({ description: 'Does the NDC count on it with or without support from abroad?' }),
  article6Trading: z.boolean().optional().meta({ description: 'Are its units to be traded under Article 6?' }),
  buyerCountryEligibility: z
    .array(Country)
    .min(1)
    .max(250)
    .optional()
    .meta({ description: 'Countries that may buy: ISO 3166-1 alpha-2.' }),
  maximumInternationalTransfer: Certified.optional().meta({
    description: 'Most tonnes that are meant to leave the country, as a decimal string. An authorisation decides.',
  }),
  creditingPeriod: z
    .strictObject({
      years: z.number().int().min(1).max(100),
      from: Day.optional(),
      renewals: z.number().int().min(0).max(20).optional(),
    })
    .optional()
    .meta({ description: 'The crediting period that is asked for.' }),
  estimations: z.array(Estimation).min(1).max(100).optional(),
}

const money = {
  cost: Money.optional(),
  financing: z.array(Financing).min(1).max(50).optional(),
  grantEquivalent: Money.optional(),
  carbonPrice: Money.optional().meta({ description: 'For a tonne of CO2e, as it was assumed.' }),
}

const fields = { v: z.literal(1), ...place, ...climate, ...money, ...story }

/** The description of a project in an answer, as it was submitted. */
export const ShownDescription = z.object(fields).meta({
  id: 'ProjectDescription',
  description:
    'What is said of a project by whoever submitted it. Sums of money and estimates are decimal strings. Names are those ' +
    'of CAD Trust where it has one.',
})

/** The description of a project: a document that is versioned by its hash. */
export const ProjectDescription = z.strictObject(fields).superRefine((description, context) => {
  for (const { path, message } of contradictions(description)) context.addIssue({ code: 'custom', path, message })
})
export type ProjectDescription = z.infer<typeof ProjectDescription>

interface Contradiction {
  path: (string | number)[]
  message: string
}

type Fields = z.infer<typeof ShownDescription>

/** What does not go together in a description that is well formed otherwise. */
function contradictions(description: Fields): Contradiction[] {
  return [...ofSector(description), ...ofDates(description), ...ofTrade(description), ...ofLists(description)]
}

function ofSector({ sector, sectoralScope, typeOfMitigation }: Fields): Contradiction[] {
  const { scopes, types } = SECTORS.get(sector) ?? { scopes: null, types: null }
  const isOutside = scopes !== null && !scopes.includes(sectoralScope)
  return [
    ...(isOutside ? [{ path: ['sectoralScope'], message: 'does not belong to this sector' }] : []),
    ...typeOfMitigation.flatMap(({ type, subType }, at): Contradiction[] => {
      const path = ['typeOfMitigation', at]
      if (types !== null && !types.includes(type)) {
        return [{ path: [...path, 'type'], message: 'does not belong to this sector' }]
      }
      const isKnown = subType === undefined || MITIGATION_TYPES.get(type)?.includes(subType) === true
      return isKnown ? [] : [{ path: [...path, 'subType'], message: 'is no sub-type of this type' }]
    }),
  ]
}

function ofDates({ startDate, endDate, estimations = [] }: Fields): Contradiction[] {
  return [
    ...(endDate < startDate ? [{ path: ['endDate'], message: 'ends before it begins' }] : []),
    ...estimations.flatMap(({ creditingPeriodStart: from, creditingPeriodEnd: to }, at): Contradiction[] => {
      if (to < from) return [{ path: ['estimations', at, 'creditingPeriodEnd'], message: 'ends before it begins' }]
      const before = estimations[at - 1]?.creditingPeriodEnd
      if (before === undefined || before < from) return []
      return [{ path: ['estimations', at, 'creditingPeriodStart'], message: 'begins before the one before it ends' }]
    }),
  ]
}

function ofTrade(description: Fields): Contradiction[] {
  if (description.article6Trading === true) return []
  return (['buyerCountryEligibility', 'maximumInternationalTransfer'] as const)
    .filter((field) => description[field] !== undefined)
    .map((field) => ({ path: [field], message: 'goes with article6Trading: true only' }))
}

function ofLists({ gases, buyerCountryEligibility = [], coBenefits = [], projectTags = [] }: Fields): Contradiction[] {
  const lists: Record<string, readonly unknown[]> = {
    gases,
    buyerCountryEligibility,
    projectTags,
    coBenefits: coBenefits.map(({ sdg }) => sdg),
  }
  return Object.entries(lists)
    .filter(([, items]) => new Set(items).size < items.length)
    .map(([field]) => ({ path: [field], message: 'names something twice' }))
}

/** What of an external id tells projects apart: its letters and digits. */
export function externalKeyOf(externalId: string): string {
  return externalId
    .normalize('NFKC')
    .toUpperCase()
    .replace(/[^\p{L}\p{N}]/gu, '')
}
