import {
  changeOwnership,
  listProjects,
  moveProject,
  projectLedgerCsv,
  projectLedgerJsonl,
  readProject,
  readProjectLedger,
  registerProject,
  sentenceOf,
  setIssuanceTerms,
} from '@tallystick/contract'
import { randomId } from '@tallystick/ledger'
import { invariant } from '@tallystick/rules'
import type { FastifyInstance, FastifyReply } from 'fastify'
import { decodeCursor, limitOf, NumberKey, pageFrom } from '../platform/cursor.ts'
import { entryOf, streamRows } from '../platform/entries.ts'
import { explained, movesNamed } from '../platform/explain.ts'
import { refuseWithoutGrounds } from '../platform/grounds.ts'
import { execute, writtenOf } from '../platform/idempotency.ts'
import { spokenTo } from '../platform/language.ts'
import { lawInForce } from '../platform/law.ts'
import { type ExportFormat, exportLedger } from '../platform/ledger-export.ts'
import { namesIn, speechOf } from '../platform/names.ts'
import { handle } from '../platform/operations.ts'
import { problem } from '../platform/problem.ts'
import type { Services } from '../platform/services.ts'
import { registerAuthorisations } from './authorisations.ts'
import { registerLife } from './life.ts'
import { projectPage } from './list.ts'
import { registerPools } from './pools.ts'
import { projectDetails, projectOf } from './queries.ts'

/** Projects: register, move, own, authorise; the project ledger; the pools that parts of issuances go to. */
export function register(app: FastifyInstance, services: Services): void {
  commands(app, services)
  registerAuthorisations(app, services)
  registerPools(app, services)
  registerLife(app, services)

  handle(app, services, listProjects, ({ query }) => projectPage(services, query))

  handle(app, services, readProject, async ({ params }) => {
    const project = await projectDetails(services, params.id)
    if (!project) throw problem('not-found')
    return project
  })

  handle(app, services, projectLedgerCsv, ({ params, reply }) => ledgerFile(services, params.id, reply, 'csv'))
  handle(app, services, projectLedgerJsonl, ({ params, reply }) => ledgerFile(services, params.id, reply, 'jsonl'))

  handle(app, services, readProjectLedger, async ({ params, query, request, reply }) => {
    if (!(await services.ledger.row('project', params.id))) throw problem('not-found')
    const limit = limitOf(query)
    const [after = 0] = decodeCursor(NumberKey, query.cursor) ?? []
    const rows = await streamRows(services, params.id, after, limit + 1)
    const names = await namesIn(
      services,
      rows.map(({ entry }) => entry),
    )
    const speech = speechOf(services, spokenTo(request, reply))
    return pageFrom(
      rows,
      limit,
      ({ place: revision, index, leaf, entry }) => {
        const { at, type, by } = entry
        return { revision, index, leaf, at, type, by, sentence: sentenceOf(entry, names, speech) }
      },
      ({ place }) => [place],
    )
  })
}

async function ledgerFile(services: Services, id: string, reply: FastifyReply, format: ExportFormat) {
  if (!(await services.ledger.row('project', id))) throw problem('not-found')
  return exportLedger(services, reply, format, {
    name: `project-${id}-ledger`,
    start: 0,
    read: (after, limit) => streamRows(services, id, after, limit),
  })
}

function commands(app: FastifyInstance, services: Services): void {
  handle(app, services, registerProject, async (call) => {
    const { title, sectoralScope, methodology, owners } = call.body
    const commitment = await services.openings.commit(title)
    const receipt = await execute(services, call, {
      type: 'ProjectRegistered',
      request: { project: randomId(), title: commitment, scope: sectoralScope, methodology, owners },
      commitments: [commitment],
    })
    const { body } = entryOf('ProjectRegistered', receipt)
    const [{ preset }, names] = await Promise.all([lawInForce(services.ledger), namesIn(services, body)])
    const project = projectOf(names, body.project)
    invariant(project, 'a registered project has its row')
    return { ...project, state: preset.project.initial, entry: writtenOf(receipt) }
  })

  handle(app, services, moveProject, async (call) => {
    const { preset } = await lawInForce(services.ledger)
    refuseWithoutGrounds(preset.project, call.body)
    const { text, ...asked } = call.body
    const commitment = text === undefined ? undefined : await services.openings.commit(text)
    const command = {
      type: 'ProjectMoved',
      request: { project: call.params.id, ...asked, ...(commitment === undefined ? {} : { text: commitment }) },
      commitments: commitment === undefined ? [] : [commitment],
    } as const
    const receipt = await explained(services, movesNamed('project', asked.move), () => execute(services, call, command))
    const { project, move } = entryOf('ProjectMoved', receipt).body
    const state = preset.project.moves.find(({ name }) => name === move)?.to ?? ''
    return { id: project, move, state, entry: writtenOf(receipt) }
  })

  handle(app, services, changeOwnership, async (call) => {
    const request = { project: call.params.id, owners: call.body.owners }
    const receipt = await execute(services, call, { type: 'OwnershipChanged', request })
    const { project, owners } = entryOf('OwnershipChanged', receipt).body
    const names = await namesIn(services, owners)
    const shown = owners.map(({ account, share }) => {
      return { account, organisation: names.party(account).organisation, share }
    })
    return { id: project, owners: shown, entry: writtenOf(receipt) }
  })

  handle(app, services, setIssuanceTerms, async (call) => {
    const request = { project: call.params.id, ...call.body }
    const receipt = await execute(services, call, { type: 'IssuanceTermsSet', request })
    const { project, buffer, exempt, reason } = entryOf('IssuanceTermsSet', receipt).body
    return { id: project, buffer, exempt, reason, entry: writtenOf(receipt) }
  })
}
