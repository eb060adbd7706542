import { energyVectors } from './vectors/energy.fixture.ts'
import { landVectors } from './vectors/land.fixture.ts'

export const vectors = [...energyVectors, ...landVectors]

/** Worked numbers that belong to other rooms, with where they are tested. */
export const elsewhere = [
  {
    id: 'a64',
    method: 'A64-SPLIT',
    file: 'packages/rules/src/cases/issuing.cases.ts',
    contains: '11480 solar/2025/A6ER',
  },
  {
    id: 'mod97',
    method: 'MOD9710',
    file: 'packages/serials/src/serials.test.ts',
    contains: "'VU-ITMO-11-356-2022-0-27-35~70'",
  },
] as const
