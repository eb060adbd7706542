import type { Document, Json } from '@tallystick/templates'
import { leavesIn, memberOf } from './document-leaves.ts'
import { keptDocuments, keptTemplates, templateOf, templateOfKind } from './documents.ts'
import { firstNaming, type LogRow, newestEntries } from './entries.ts'
import { lawInForce } from './law.ts'
import { problem } from './problem.ts'
import type { Services } from './services.ts'

/** A document of a monitoring period, or of a project where `period` is null. */
interface Asked {
  project: string
  period: string | null
  kind: string
}

/** What a command asks for that certifies or issues; of others nothing is looked at. */
interface Wanted {
  authorisation?: unknown
  period?: unknown
  outcomes?: unknown
}

/** Where documents say by themselves how much was reduced over all, by their templates. */
export const TOTALS: Readonly<Record<string, string>> = {
  MR: 'E.totalEr',
  PDD: 'B64.totalEr',
  VERIFICATION: 'emissions.total',
}

const ENTRIES_A_READ = 100

/**
 * Throws a problem where a command would certify or issue by a document that says that nothing may be issued by it: more was
 * emitted than without the project, by a calculation over all or in one of its years, or by the total that it states. It is
 * looked for in the documents of the monitoring period, or else of the project. The ledger knows hashes alone: so it is asked here.
 */
export async function refuseNegative(services: Services, type: string, wanted: Wanted): Promise<void> {
  if (type === 'OutcomeCertified' && !isSome(wanted)) return
  if (type !== 'OutcomeCertified' && type !== 'BatchIssued') return
  const { ledger } = services
  const id = typeof wanted.period === 'string' ? wanted.period : null
  const found = id === null ? undefined : await ledger.row('period', id)
  const ground = await ledger.row('authorisation', String(wanted.authorisation ?? ''))
  const project = type === 'BatchIssued' ? ground?.project : found?.project
  if (project === undefined) return
  const period = found ? id : null
  const { documents = {} } = found ?? (await ledger.row('project', project)) ?? {}
  for (const kind of Object.keys(documents)) await refuseBlocking(services, { project, period, kind })
}

/** That nothing was reduced may be certified. */
function isSome({ outcomes }: Wanted): boolean {
  return Array.isArray(outcomes) && outcomes.some((one) => memberOf(one, 'certified') !== '0')
}

/** What the last version says that is data. A version on paper says nothing, and takes nothing back. */
async function refuseBlocking(services: Services, asked: Asked): Promise<void> {
  for await (const row of dataVersions(services, asked)) {
    const { sha256 } = row.entry.body
    const path = blockingPlace((await keptDocuments(services, asked.project, [sha256])).get(sha256))
    if (path !== undefined) throw problem('result-negative', { kind: asked.kind, path, sha256 })
    // The data of another document are none of this one: they take back nothing either.
    const first = await firstNaming(services, 'DocumentSubmitted', asked.project, ['sha256', sha256])
    if (first && isOf(first, asked)) return
  }
}

/** The versions of a document that are data, newest first; where its kind is not data in this country, only that in force. */
async function* dataVersions(services: Services, asked: Asked): AsyncGenerator<LogRow<'DocumentSubmitted'>> {
  const { project, period, kind } = asked
  const { preset } = await lawInForce(services.ledger)
  const template = templateOfKind(preset, kind, period === null ? 'project' : 'period')
  const naming = period === null ? undefined : (['period', period] as const)
  for (let before: number | undefined; ; ) {
    const about = { stream: project, naming, before }
    const rows = await newestEntries(services, 'DocumentSubmitted', about, ENTRIES_A_READ)
    const own = rows.filter((row) => isOf(row, asked)).slice(0, template ? ENTRIES_A_READ : 1)
    const hashes = own.map(({ entry }) => entry.body.sha256)
    const codes = await keptTemplates(services, project, hashes)
    yield* own.filter(({ entry }) => {
      const code = codes.get(entry.body.sha256)
      return code !== undefined && (!template || templateOf(code)?.id === template.id)
    })
    const last = rows.at(-1)
    const isFirst = own.some(({ entry }) => entry.body.allotted.version === 1)
    if (!last || rows.length < ENTRIES_A_READ || isFirst || (!template && own.length > 0)) return
    before = last.place
  }
}

function isOf({ entry: { body } }: LogRow<'DocumentSubmitted'>, { period, kind }: Asked): boolean {
  return body.period === period && body.document === kind && !body.agreement
}

/** Where a document says that nothing is issued by it. */
function blockingPlace(document: Document | undefined): string | undefined {
  const template = document && templateOf(`${document.template}@${document.version}`)
  if (!template) return undefined
  const total = TOTALS[template.id]
  return leavesIn(template, document).find(({ path, type, json }) =>
    type === 'calc' ? blocks(json) : path === total && isNegative(json),
  )?.path
}

/** It says so itself, or it is negative, whatever it says. */
function blocks(json: Json): boolean {
  const result = memberOf(json, 'result')
  const years = memberOf(result, 'perVintage')
  const all = [result, ...(Array.isArray(years) ? years : [])].map((one) => memberOf(one, 'er'))
  return memberOf(result, 'blocksIssuance') === true || all.some(isNegative)
}

const isNegative = (json: Json) => typeof json === 'string' && /^-.*[1-9]/.test(json)
