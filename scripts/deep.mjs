/**
 * The attacks in full length, for `npm run test:deep`. Each suite stands for itself, so that a run that was broken off
 * goes on with what is left: `npm run test:deep -- crash cases`.
 */
export const suites = {
  model: { paths: ['packages/ledger/src/conformance/differential'], env: { TALLYSTICK_SEQUENCES: '10000' } },
  simulation: { paths: ['tests/attack/simulation'], env: { TALLYSTICK_SEEDS: '1000' } },
  'double-spend': { paths: ['tests/e2e/contention'], env: { TALLYSTICK_ROUNDS: '1000' } },
  cases: { paths: ['tests/attack/cases'], env: { TALLYSTICK_ROUNDS: '100' } },
  bank: { paths: ['tests/attack/processes/bank'], env: { TALLYSTICK_SECONDS: '60' } },
  history: { paths: ['tests/attack/processes/history'], env: { TALLYSTICK_OPERATIONS: '100000' } },
  mail: { paths: ['apps/server/src/platform/mail/crash'], env: { TALLYSTICK_MAILS: '10000' } },
  idempotency: { paths: ['tests/attack/processes/idempotency'], env: { TALLYSTICK_OPERATIONS: '50000' } },
  crash: { paths: ['tests/e2e/crash'], env: { TALLYSTICK_CRASHES: '100' } },
  fork: { paths: ['tests/attack/fork'], env: { TALLYSTICK_CRASHES: '100' } },
  flips: { paths: ['tests/tamper/flips'], env: { TALLYSTICK_FLIPS: '10000' } },
  calculations: { paths: ['packages/calculators/src/second'], env: { TALLYSTICK_CALCULATIONS: '10000' } },
  canonical: { paths: ['packages/rules/src/canonical'], env: { TALLYSTICK_JSON_OBJECTS: '1000000' } },
  tamper: { paths: ['tests/tamper/tamper', 'tests/tamper/database', 'tests/unlawful'], env: {} },
}

/** Limits of one test and one hook, for vitest: a suite may take long. */
export const limits = ['--testTimeout=14400000', '--hookTimeout=600000']

/** The suites that were named, all where none was. Throws where there is no such suite. */
export function suitesNamed(names) {
  const unknown = names.filter((name) => !Object.hasOwn(suites, name))
  if (unknown.length > 0) {
    throw new Error(`There is no suite ${unknown.join(', ')}: there are ${Object.keys(suites).join(', ')}`)
  }
  return Object.entries(suites).filter(([name]) => names.length === 0 || names.includes(name))
}
