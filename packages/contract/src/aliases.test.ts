import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { DESCRIPTION_ALIASES, named, ORGANISATION_ALIASES, REGISTRATION_ALIASES } from './aliases.ts'
import { registerOrganisation } from './organisations.ts'

const organisation = (body: unknown) => named(body, ORGANISATION_ALIASES)

describe('names of other registries', () => {
  it('are read as ours, with the values that they have there', () => {
    const sent = {
      name: 'Sunfield',
      taxId: 'NA-1',
      companyRole: 'Programme Developer',
      email: 'office@sunfield.example',
      phoneNo: '+264 61 1',
      website: 'https://sunfield.example',
      country: 'NA',
    }
    expect(registerOrganisation.body?.parse(organisation(sent))).toEqual({
      name: 'Sunfield',
      taxId: 'NA-1',
      kind: 'developer',
      contact: { email: 'office@sunfield.example', phone: '+264 61 1', website: 'https://sunfield.example' },
      profile: { country: 'NA' },
    })
    expect(
      named(
        {
          startTime: '2026-01-01T08:30:00.000Z',
          endTime: 2_082_758_399,
          greenHouseGasses: ['CO2'],
          geographicalLocation: ['Erongo', 'Karas'],
          programmeCostUSD: 1_250_000.5,
        },
        DESCRIPTION_ALIASES,
      ),
    ).toEqual({
      startDate: '2026-01-01',
      endDate: '2035-12-31',
      gases: ['CO2'],
      projectLocations: [{ inCountryRegion: 'Erongo' }, { inCountryRegion: 'Karas' }],
      cost: { amount: '1250000.5', currency: 'USD' },
    })
    const company = { companyRole: 'Certifier', name: 'Verity', email: 'office@verity.example' }
    expect(named({ email: 'a@verity.example', phoneNo: '1', company }, REGISTRATION_ALIASES)).toEqual({
      email: 'a@verity.example',
      phone: '1',
      organisation: { kind: 'certifier', name: 'Verity', contact: { email: 'office@verity.example' } },
    })
  })

  it('beside ours are refused, and nothing is guessed', () => {
    const both = { kind: 'certifier', companyRole: 'ProgrammeDeveloper', name: 'Sunfield' }
    expect(organisation(both)).toEqual(both)
    expect(registerOrganisation.body?.safeParse(organisation(both)).success).toBe(false)
    const inner = { kind: 'developer', name: 'Sunfield', contact: { email: 'a@b.example' }, email: 'c@d.example' }
    expect(organisation(inner)).toEqual(inner)
    const inTheWay = { kind: 'developer', name: 'Sunfield', contact: 'none', email: 'c@d.example' }
    expect(organisation(inTheWay)).toEqual(inTheWay)
    const twice = { programmeCostUSD: 1, projectCostUSD: 2 }
    expect(named(twice, DESCRIPTION_ALIASES)).toEqual({ cost: { amount: '1', currency: 'USD' }, projectCostUSD: 2 })
  })

  it('with values that cannot be read are left to be refused', () => {
    const odd = { startTime: 'soon', endTime: 1e15, programmeCostUSD: 1e21, geographicalLocation: [7] }
    expect(named(odd, DESCRIPTION_ALIASES)).toEqual({
      startDate: 'soon',
      endDate: 1e15,
      cost: 1e21,
      projectLocations: [7],
    })
    expect(organisation({ companyRole: ['x'] })).toEqual({ kind: ['x'] })
    expect(named({ programmeCostUSD: 1234567890123456 }, DESCRIPTION_ALIASES)).toEqual({ cost: 1234567890123456 })
  })

  it('whatever is sent, only they are touched, and nothing is thrown', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.constantFrom(ORGANISATION_ALIASES, DESCRIPTION_ALIASES), (body, aliases) => {
        const isPlain = typeof body !== 'object' || body === null || Array.isArray(body)
        const said = named(body, aliases)
        if (isPlain || !Object.keys(body).some((name) => Object.hasOwn(aliases, name))) expect(said).toBe(body)
      }),
    )
    expect(organisation(JSON.parse('{"__proto__":{"email":"x"},"phoneNo":"1"}'))).toEqual(
      JSON.parse('{"__proto__":{"email":"x"},"contact":{"phone":"1"}}'),
    )
  })
})
