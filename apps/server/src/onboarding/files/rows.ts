import { Contact, Email, line, Phone, TaxId } from '@tallystick/contract'
import type { Law } from '@tallystick/rules'
import { taxKeyOf } from '../../platform/organisations.ts'
import { passwordFault } from '../../platform/password-policy.ts'
import type { Services } from '../../platform/services.ts'
import { rolesOf } from '../reach.ts'
import type { Column, Fault, Row, TextKey } from './table.ts'

const NAME = 'NAME'
const EMAIL = 'EMAIL'
const PHONE = 'PHONE'
const TAX_ID = 'ORGANISATION TAX ID'
const TYPE = 'ORGANISATION TYPE'
const SCOPES = 'SECTORAL SCOPE'
const MINISTER = 'MINISTER NAME'
const ROLE = 'ROLE'
const PASSWORD = 'Password'
const API_KEY = 'APIKey'

const tax = { name: TAX_ID, aliases: ['ORGANISATION TAX ID | COMPANY ID', 'COMPANY ID', 'TAX ID'] }
const type = { name: TYPE, aliases: ['COMPANY ROLE'] }

export const ORGANISATION_COLUMNS: readonly Column[] = [
  ...[{ name: NAME }, { name: EMAIL }, { name: PHONE }, tax, type],
  ...([SCOPES, MINISTER].map((name) => ({ name, optional: true })) as Column[]),
]

export const USER_COLUMNS: readonly Column[] = [
  ...[{ name: NAME }, { name: EMAIL }, { name: PHONE }, tax, type, { name: ROLE }, { name: PASSWORD }],
  { name: API_KEY, optional: true },
]

/** What the documents call a kind of organisation, and what the presets do. */
const KINDS: Readonly<Record<string, string>> = {
  developer: 'developer',
  pd: 'developer',
  programmedeveloper: 'developer',
  projectdeveloper: 'developer',
  certifier: 'certifier',
  ic: 'certifier',
  api: 'api',
  government: 'government',
  dna: 'government',
  ministry: 'ministry',
  holder: 'holder',
}

const ROLES: Readonly<Record<string, string>> = {
  admin: 'Admin',
  manager: 'Manager',
  view: 'ViewOnly',
  viewonly: 'ViewOnly',
}

export interface OrganisationRow {
  line: number
  name: string
  /** Tells rows apart, and organisations: the tax id, or of machines without one their name. */
  key: string
  taxId: string | null
  kind: string
  contact: { email?: string; phone?: string }
  profile: { sectoralScopes?: number[]; minister?: string } | null
}

export interface UserRow {
  line: number
  name: string
  email: string
  phone: string | null
  /** Tax id or id of the organisation; empty for the government. */
  organisation: string
  kind: string
  role: string
  password: string | null
}

type Read<Wanted> = Wanted | { faults: Fault[] }

/** A row of `organisations.csv`, or all that is wrong with it. */
export function organisationRow(row: Row, { preset }: Law): Read<OrganisationRow> {
  const faults = new Faults(row)
  const name = faults.name(200)
  const email = row.value(EMAIL)
  if (email !== '' && !Contact.shape.email.safeParse(email).success) faults.add(EMAIL, 'email')
  const phone = row.value(PHONE)
  if (phone !== '' && !Phone.safeParse(phone).success) faults.add(PHONE, 'phone')
  const kind = faults.kind(preset.organisationKinds.filter((one) => one !== 'government'))
  const taxId = row.value(TAX_ID)
  if (taxId === '' ? kind !== 'api' : !TaxId.safeParse(taxId).success) faults.add(TAX_ID, taxId ? 'tax-id' : 'missing')
  const scopes = faults.scopes()
  const minister = row.value(MINISTER)
  if (minister !== '' && !line(100).safeParse(minister).success) faults.add(MINISTER, 'text', { most: '100' })
  if (faults.all.length > 0) return { faults: faults.all }
  const profile = { ...(scopes ? { sectoralScopes: scopes } : {}), ...(minister ? { minister } : {}) }
  return {
    line: row.line,
    name,
    key: taxId === '' ? `name ${kind} ${name.toUpperCase()}` : `tax ${taxKeyOf(taxId)}`,
    taxId: taxId === '' ? null : taxId,
    kind,
    contact: { ...(email ? { email } : {}), ...(phone ? { phone } : {}) },
    profile: Object.keys(profile).length > 0 ? profile : null,
  }
}

/** A row of `users.csv`, or all that is wrong with it. */
export function userRow(row: Row, { preset, permissions }: Law, onboarding: Services['onboarding']): Read<UserRow> {
  const faults = new Faults(row)
  const name = faults.name(100)
  const email = row.value(EMAIL)
  if (!Email.safeParse(email).success) faults.add(EMAIL, email ? 'email' : 'missing')
  const phone = row.value(PHONE)
  if (phone !== '' && !Phone.safeParse(phone).success) faults.add(PHONE, 'phone')
  const kind = faults.kind(preset.organisationKinds)
  const role = kind === '' ? '' : faults.role(rolesOf(permissions, kind).filter((one) => one !== 'Root'))
  const organisation = row.value(TAX_ID)
  if (kind !== 'government' && taxKeyOf(organisation) === '') faults.add(TAX_ID, organisation ? 'tax-id' : 'missing')
  if (row.value(API_KEY) !== '') faults.add(API_KEY, 'api-key')
  const password = row.value(PASSWORD)
  const fault = onboarding === 'password' && password !== '' ? passwordFault(password, { email, name }) : undefined
  if (fault) faults.add(PASSWORD, `password.${fault}`)
  if (faults.all.length > 0) return { faults: faults.all }
  return {
    ...{ line: row.line, name, email, phone: phone || null, kind, role, password: password || null },
    organisation: kind === 'government' ? '' : organisation,
  }
}

/** Gathers what is wrong with one row. */
class Faults {
  readonly all: Fault[] = []
  readonly #row: Row

  constructor(row: Row) {
    this.#row = row
  }

  add(column: string, text: TextKey, places: Readonly<Record<string, string>> = {}, allowed?: string): void {
    this.all.push({ line: this.#row.line, column, text, places, ...(allowed === undefined ? {} : { allowed }) })
  }

  name(most: number): string {
    const name = this.#row.value(NAME)
    if (name === '') this.add(NAME, 'missing')
    else if (!line(most).safeParse(name).success) this.add(NAME, 'text', { most: String(most) })
    return name
  }

  /** The kind that the preset has; empty where it has none like it. */
  kind(kinds: readonly string[]): string {
    const found = this.#row.value(TYPE)
    const kind = mapped(KINDS, found) ?? found.toLowerCase()
    if (kinds.includes(kind)) return kind
    const allowed = kinds.map((one) => namedIn(KINDS, one)).join(', ')
    if (kind === 'government') this.add(TYPE, 'type.government', {}, allowed)
    else this.add(TYPE, found === '' ? 'missing' : 'type', { found: shown(found) }, allowed)
    return ''
  }

  role(roles: readonly string[]): string {
    const found = this.#row.value(ROLE)
    const role = mapped(ROLES, found) ?? found
    if (roles.includes(role)) return role
    this.add(ROLE, found === '' ? 'missing' : 'role', { found: shown(found) }, roles.join(', '))
    return ''
  }

  scopes(): number[] | undefined {
    const text = this.#row.value(SCOPES)
    if (text === '') return undefined
    const scopes = text.split('-').map(Number)
    const areScopes = /^\d{1,2}(-\d{1,2}){0,14}$/.test(text) && scopes.every((scope) => scope >= 1 && scope <= 15)
    if (!areScopes || new Set(scopes).size < scopes.length) this.add(SCOPES, 'scopes')
    return scopes
  }
}

function mapped(words: Readonly<Record<string, string>>, text: string): string | undefined {
  const word = text.toLowerCase().replace(/[\s_-]/g, '')
  return Object.hasOwn(words, word) ? words[word] : undefined
}

/** The word of the documents for a kind: `Developer`, `API`. */
function namedIn(words: Readonly<Record<string, string>>, kind: string): string {
  if (kind === 'api') return 'API'
  const word = Object.keys(words).find((one) => words[one] === kind) ?? kind
  return `${word.charAt(0).toUpperCase()}${word.slice(1)}`
}

/** A value of the file, short and harmless. */
export function shown(text: string): string {
  return JSON.stringify(text.length > 40 ? `${text.slice(0, 40)}…` : text)
}
