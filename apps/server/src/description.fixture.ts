/** A description in which every field is filled. */
export const fullDescription = {
  v: 1,
  externalId: 'XT-2026/17',
  sector: 'energy',
  sectoralScope: '1',
  typeOfMitigation: [{ type: 'solar', subType: 'photovoltaics' }, { type: 'wind' }],
  gases: ['CO2', 'CH4'],
  startDate: '2026-01-01',
  endDate: '2035-12-31',
  projectLocations: [
    {
      country: 'NA',
      inCountryRegion: 'Erongo',
      regionCode: 'NA-ER',
      name: 'Salt Lake',
      geometry: { type: 'Point', coordinates: [14.5261, -22.6749] },
    },
    {
      name: 'The second field',
      geometry: {
        type: 'Polygon',
        coordinates: [
          [
            [14.5, -22.6],
            [14.6, -22.6],
            [14.6, -22.7],
            [14.5, -22.6],
          ],
        ],
      },
    },
  ],
  description: 'A solar plant.\nOn the salt lake.',
  projectLink: 'https://example.org/salt-lake',
  links: [{ title: 'Annual report', url: 'https://example.org/report?year=2025' }],
  projectTags: ['Energy efficiency'],
  program: 'Sun for all',
  registryOfOrigin: 'Verra',
  originProjectId: '981',
  relatedProjects: [{ relatedProjectId: '12', relationshipType: 'extends', registry: 'Verra' }],
  coBenefits: [{ sdg: 7, text: 'Power for 4,000 homes.' }, { sdg: 8 }],
  environmentalAssessmentRegistrationNo: 'EIA-44/2025',
  coveredByNDC: 'Inside NDC',
  ndcInformation: 'Target 3.',
  activityScope: 'conditional',
  article6Trading: true,
  buyerCountryEligibility: ['CH', 'SE'],
  maximumInternationalTransfer: '50000',
  creditingPeriod: { years: 5, from: '2026-01-01', renewals: 2 },
  estimations: [
    { creditingPeriodStart: '2026-01-01', creditingPeriodEnd: '2026-12-31', unitCount: '12000.5' },
    { creditingPeriodStart: '2027-01-01', creditingPeriodEnd: '2027-12-31', unitCount: '12000' },
  ],
  cost: { amount: '125000000.00', currency: 'NAD' },
  financing: [{ type: 'loan', amount: { amount: '90000000', currency: 'NAD' }, provider: 'Bank' }, { type: 'equity' }],
  grantEquivalent: { amount: '2000000', currency: 'NAD' },
  carbonPrice: { amount: '12.5', currency: 'USD' },
} as const

/** As little as a description may say. */
export function plainDescription(externalId: string) {
  return {
    v: 1,
    externalId,
    sector: 'energy',
    sectoralScope: '1',
    typeOfMitigation: [{ type: 'solar' }],
    gases: ['CO2'],
    startDate: '2026-01-01',
    endDate: '2035-12-31',
    projectLocations: [{ country: 'NA' }],
  }
}
