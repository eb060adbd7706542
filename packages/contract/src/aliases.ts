/** Another name for a member of a body, as older registries and their documents have it. */
export interface Alias {
  /** Where its value stands in the body, from the outside in. */
  readonly to: readonly string[]
  /** Its value as the member has it; a value that cannot be read stays as it is, and is refused as such. */
  readonly as?: (value: unknown) => unknown
}

export type Aliases = Readonly<Record<string, Alias>>

type Members = Readonly<Record<string, unknown>>

function isMembers(value: unknown): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/**
 * A body under the names of the contract. A member that is there under both names is left as it was sent, so that it is
 * refused and never guessed which of the two was meant.
 */
export function named(body: unknown, aliases: Aliases): unknown {
  if (!isMembers(body)) return body
  let told: Members = body
  for (const [alias, { to, as = (value: unknown) => value }] of Object.entries(aliases)) {
    if (!Object.hasOwn(told, alias) || has(told, to)) continue
    const { [alias]: value, ...others } = told
    told = put(others, to, as(value))
  }
  return told
}

/** Is something at the place, or in its way? */
function has(members: Members, [name = '', ...rest]: readonly string[]): boolean {
  if (!Object.hasOwn(members, name)) return false
  const value = members[name]
  return rest.length === 0 || !isMembers(value) || has(value, rest)
}

function put(members: Members, [name = '', ...rest]: readonly string[], value: unknown): Members {
  if (rest.length === 0) return { ...members, [name]: value }
  const inner = Object.hasOwn(members, name) ? members[name] : {}
  return { ...members, [name]: put(isMembers(inner) ? inner : {}, rest, value) }
}

/** For the description of an operation. */
export function aliasesInWords(aliases: Aliases): string {
  const pairs = Object.entries(aliases).map(([alias, { to }]) => `\`${alias}\` for \`${to.join('.')}\``)
  return `Names that are accepted as well, where the other is not given: ${pairs.join(', ')}.`
}

/** Roles of companies, as the documents of other registries name them, and what they are here. */
const KINDS: ReadonlyMap<string, string> = new Map(
  Object.entries({
    government: ['Government'],
    ministry: ['Ministry'],
    developer: ['ProgrammeDeveloper', 'ProjectDeveloper'],
    certifier: ['Certifier', 'IndependentCertifier'],
    api: ['API'],
  }).flatMap(([kind, names]) => names.map((name): [string, string] => [wordsIn(name), kind])),
)

/** `programmedeveloper` of `Programme Developer`. */
function wordsIn(name: string): string {
  return name.replace(/[\s_-]+/g, '').toLowerCase()
}

function kindOf(value: unknown): unknown {
  return typeof value === 'string' ? (KINDS.get(wordsIn(value)) ?? value) : value
}

/** The day of an instant: an ISO date and time in UTC, or seconds since 1970. */
function dayOf(value: unknown): unknown {
  if (typeof value === 'string') return /^\d{4}-\d{2}-\d{2}T[\d:.]+Z$/.test(value) ? value.slice(0, 10) : value
  const isSeconds = typeof value === 'number' && Number.isSafeInteger(value) && Math.abs(value) < 1e10
  return isSeconds ? new Date(value * 1_000).toISOString().slice(0, 10) : value
}

/** A number keeps so many digits for certain. */
const SURE_DIGITS = 15

/** A sum in dollars, as a decimal string; a number that may have lost digits stays, and is refused. */
function dollarsOf(value: unknown): unknown {
  const text = typeof value === 'number' ? String(value) : value
  const isSum = typeof text === 'string' && /^\d+(\.\d+)?$/.test(text)
  const isSure = isSum && (typeof value === 'string' || text.replace('.', '').length <= SURE_DIGITS)
  return isSure ? { amount: text, currency: 'USD' } : value
}

/** Names of regions, or one of them. */
function regionsOf(value: unknown): unknown {
  const names: unknown[] = Array.isArray(value) ? value : [value]
  return names.every((name) => typeof name === 'string') ? names.map((name) => ({ inCountryRegion: name })) : value
}

/** Of an organisation. `taxId` and `name` have the same names there. */
export const ORGANISATION_ALIASES: Aliases = {
  companyRole: { to: ['kind'], as: kindOf },
  email: { to: ['contact', 'email'] },
  phoneNo: { to: ['contact', 'phone'] },
  website: { to: ['contact', 'website'] },
  address: { to: ['contact', 'address'] },
  country: { to: ['profile', 'country'] },
  regions: { to: ['profile', 'regions'] },
}

/** Of a person who asks to be let in. */
export const REGISTRATION_ALIASES: Aliases = {
  phoneNo: { to: ['phone'] },
  company: { to: ['organisation'], as: (value) => named(value, ORGANISATION_ALIASES) },
  companyId: { to: ['join'] },
}

/** Of a user who is added. */
export const USER_ALIASES: Aliases = { companyId: { to: ['organisation'] } }

/** Of the description of a project. */
export const DESCRIPTION_ALIASES: Aliases = {
  startTime: { to: ['startDate'], as: dayOf },
  endTime: { to: ['endDate'], as: dayOf },
  greenHouseGasses: { to: ['gases'] },
  geographicalLocation: { to: ['projectLocations'], as: regionsOf },
  programmeCostUSD: { to: ['cost'], as: dollarsOf },
  projectCostUSD: { to: ['cost'], as: dollarsOf },
}
