import { again, code, first, last, year } from '../elements.ts'
import { serialFormat } from '../format.ts'
import { pattern } from '../pattern.ts'

const approach = code('approach', '0-9', 4, 4)
const registryParty = code('registryParty', 'A-Z', 3, 3)
const registryNumber = code('registryNumber', '0-9', 2, 2)
const party = code('party', 'A-Z', 3, 3)
const vintage = year('vintage', 2000, 2099)

const [approach2, registryParty2, registryNumber2, party2, vintage2] = [
  again(approach),
  again(registryParty),
  again(registryNumber),
  again(party),
  again(vintage),
]

const one = pattern`CA${approach}-${registryParty}${registryNumber}-${party}-${first}-${vintage}`
const block = pattern`CA${approach}-${registryParty}${registryNumber}-${party}-${first}-${vintage} - CA${approach2}-${registryParty2}${registryNumber2}-${party2}-${last}-${vintage2}`

/**
 * Identifiers of internationally transferred mitigation outcomes: cooperative approach, originating Party registry,
 * first transferring Party, number, vintage (6/CMA.4 annex I, para 5). One is written `CA0001-VUT01-VUT-27-2022`, a
 * block as its first and last identifier. Numbers run on within everything else.
 */
export const itmo = serialFormat({
  id: 'itmo',
  space: pattern`CA${approach}-${registryParty}${registryNumber}-${party}-${vintage}`,
  forms: [
    { pattern: one },
    { pattern: block, facts: (values) => (values.first === values.last ? { form: 'block' } : {}) },
  ],
})
