import type { Law } from './laws.ts'
import { type Person, ROOT_EMAIL, type Stage, type Told } from './stage.ts'

/** Somebody with the accounts of his organisation, by kind. */
export interface Holder extends Person {
  accounts: Record<string, string>
}

/** Everybody who takes part. */
export interface Cast {
  root: Person
  officer: Holder
  second: Person
  environment: Person | undefined
  finance: Holder | undefined
  sunfield: Holder
  highland: Holder
  valley: Holder
  hearth: Holder
  airline: Holder
  validator: Person
  verifier: Person
  /** Whoever signs a report beside its author, by the certifier. */
  approvers: ReadonlyMap<string, Person>
  /** A certifier that is affiliated to the solar developer. */
  kindred: string
}

const KINDRED = 'Kindred Assessors'

/** Root, the authority and its officers, ministries, companies and certifiers: each let in by whoever may. */
export async function setUpCast(stage: Stage, law: Law): Promise<Cast> {
  stage.say('\nThe registry is founded. Root signs in with the link that the server printed, and lets in the authority')
  const root = await stage.enter({ name: 'Root', email: ROOT_EMAIL, role: 'government/Root', organisation: '' })
  const authority = String((await stage.read('/national/sessions/current', root)).organisation.id)
  root.organisation = authority
  const join = (by: Person, name: string, kind: string, organisation: string) =>
    newPerson(stage, by, { name, role: `${kind}/Admin`, organisation })
  const officer = await join(root, 'Amara, the authority', 'government', authority)
  const second = await join(root, 'Ben, the authority', 'government', authority)
  const first = async (by: Person, kind: string, name: string, company: string) =>
    join(by, `${name}, ${company}`, kind, await newOrganisation(stage, officer, kind, company))
  const ministry = async (kind: 'environment' | 'finance', name: string) =>
    law.ministries.includes(kind) ? first(root, kind, name, `Ministry of ${kind}`) : undefined
  const environment = await ministry('environment', 'Ines')
  const finance = await ministry('finance', 'Joel')
  // What a ministry asks for, another of its people approves.
  if (finance) await join(root, 'Kofi, Ministry of finance', 'finance', finance.organisation)

  stage.say('\nThe authority lets in companies and certifiers, and opens their accounts')
  const { developer, certifier } = law.kinds
  const company = async (name: string, organisation: string) =>
    withAccounts(stage, officer, await first(officer, developer, name, organisation))
  const sunfield = await company('Sara', 'Sunfield Power')
  const highland = await company('Tomas', 'Highland Forestry')
  const valley = await company('Lena', 'Valley Cooperative')
  const hearth = await company('Nia', 'Hearth Stoves')
  const validator = await first(officer, certifier, 'Paul', 'Assay Ltd')
  const verifier = await first(officer, certifier, 'Mina', 'Northern Audit')
  const colleague = (name: string, { organisation }: Person) => join(second, name, certifier, organisation)
  const approvers = new Map([
    [validator.organisation, await colleague('Rafael, Assay Ltd', validator)],
    [verifier.organisation, await colleague('Samuel, Northern Audit', verifier)],
  ])
  const kindred = await newOrganisation(stage, officer, certifier, KINDRED)
  const airline = await withAccounts(stage, officer, await registersItself(stage, officer, law.kinds.holder))
  const affiliation = { organisation: kindred, kind: 'ownership' }
  const ofSunfield = `/national/organisations/${sunfield.organisation}/affiliations`
  await stage.act(sunfield, `records that it owns part of ${KINDRED}`, ofSunfield, affiliation)
  await accredit(stage, law.accredits === 'environment' && environment ? environment : officer, [
    ['Assay Ltd', validator.organisation],
    ['Northern Audit', verifier.organisation],
    [KINDRED, kindred],
  ])
  const held = await poolsAndAccounts(stage, officer, law.uses === 'officer')
  return {
    ...{ root, officer: Object.assign(officer, { accounts: held }), second, environment },
    finance: finance && (await withAccounts(stage, officer, finance, [{ kind: 'holding' }, { kind: 'ndc-use' }])),
    ...{ sunfield, highland, valley, hearth, airline, validator, verifier, approvers, kindred },
  }
}

/** Names as they stand under documents. */
const SURNAMES: Readonly<Record<string, string>> = {
  ...{ Sara: 'Adeyemi', Tomas: 'Berg', Nia: 'Okoro', Olu: 'Bankole', Lena: 'Oru', Paul: 'Ndiaye', Mina: 'Sato' },
  ...{ Rafael: 'Costa', Samuel: 'Osei', Amara: 'Diop', Ben: 'Laurent', Ines: 'Ferreira', Joel: 'Moyo' },
}

function fullName(name: string): string {
  const [first = name] = name.split(',')
  return [first, SURNAMES[first]].filter(Boolean).join(' ')
}

async function newPerson(stage: Stage, by: Person, who: Omit<Person, 'api' | 'email'>): Promise<Person> {
  const [first = '', organisation = ''] = who.name.toLowerCase().split(', ')
  const email = `${first}@${organisation.replaceAll(/\W+/g, '-')}.example`
  const added = { email, name: fullName(who.name), organisation: who.organisation, role: 'Admin' }
  await stage.act(by, `lets in ${who.name}, as Admin`, '/national/users', added)
  return stage.enter({ ...who, email })
}

async function newOrganisation(stage: Stage, by: Person, kind: string, name: string): Promise<string> {
  const { id } = await stage.act(by, `registers ${name} (${kind})`, '/national/organisations', { kind, name })
  return String(id)
}

async function openAccounts(stage: Stage, by: Person, who: Person, accounts?: { kind: string; registry?: string }[]) {
  const body = { organisation: who.organisation, ...(accounts && { accounts }) }
  const opened = await stage.act(by, `opens accounts for ${who.name}`, '/national/accounts', body)
  return Object.fromEntries(opened.accounts.map(({ kind, id }: Told) => [kind, id])) as Record<string, string>
}

async function withAccounts(
  stage: Stage,
  by: Person,
  who: Person,
  accounts?: { kind: string; registry?: string }[],
): Promise<Holder> {
  return Object.assign(who, { accounts: await openAccounts(stage, by, who, accounts) })
}

/** The airline asks by itself to be let in, confirms its address, and the authority approves. */
async function registersItself(stage: Stage, officer: Person, kind: string): Promise<Person> {
  const email = 'olu@blue-wing.example'
  const asking = stage.visitor('Olu, Blue Wing Airways', email)
  const organisation = { kind, name: 'Blue Wing Airways' }
  await stage.act(asking, 'asks for access, as a new organisation', '/national/registrations', {
    ...{ email, name: fullName(asking.name), organisation },
  })
  const token = await stage.linkMailed(email, 'Confirm your address')
  await stage.act(asking, 'confirms the address by the link of the mail', '/national/registrations/confirmations', {
    token,
  })
  const [request] = (await stage.read('/national/registrations', officer)).items
  const approval = `/national/registrations/${request.id}/approval`
  const approved = await stage.act(officer, 'approves the request of Blue Wing Airways', approval, {})
  return stage.enter({ name: asking.name, email, role: `${kind}/Admin`, organisation: approved.organisation })
}

async function accredit(stage: Stage, by: Person, certifiers: [name: string, id: string][]): Promise<void> {
  const terms = { accreditedBy: 'National Accreditors', from: '2020-01-01', to: '2999-12-31' }
  for (const [name, id] of certifiers) {
    await stage.act(
      by,
      `accredits ${name} for energy, households and forests`,
      `/national/organisations/${id}/accreditations`,
      {
        ...{ ...terms, scopes: ['1', '3', '14'] },
      },
    )
  }
}

/** The country's own accounts: the buffer, what is used towards the NDC, and an account in a partner's registry. */
async function poolsAndAccounts(stage: Stage, officer: Person, usesCredits: boolean): Promise<Record<string, string>> {
  const accounts = await openAccounts(stage, officer, officer, [
    ...[{ kind: 'holding' }, { kind: 'cancellation' }, { kind: 'buffer' }, { kind: 'foreign', registry: 'CHE01' }],
    ...(usesCredits ? [{ kind: 'ndc-use' }] : []),
  ])
  const pools = { buffer: accounts.buffer, shareOfProceeds: null, omge: null, host: null }
  await stage.decide(officer, 'names the buffer account of the country', '/national/pools', pools)
  return accounts
}
