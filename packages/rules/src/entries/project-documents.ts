import { z } from 'zod'
import { Code, Commitment, Hash, Id } from '../ids.ts'
import type { Preset } from '../preset.ts'
import { isRefusal, type Refusal, refuse } from '../refusal.ts'
import { defineRule, firstOf, noEffects } from '../rule.ts'
import type { Put, Rows, State } from '../state.ts'
import { usable } from './accounts.ts'
import { isIssued } from './periods.ts'
import { aboutDeed } from './projects.ts'
import {
  type Agreement,
  aboutSubject,
  admitState,
  kindOf,
  type Subject,
  subjectOf,
  subjectPuts,
  subjectReads,
} from './subject.ts'

const submission = {
  project: Id,
  /** A kind of the preset. */
  document: Code,
  sha256: Hash,
  /** Its title or file name, if it has one. */
  name: Commitment.nullable(),
  /** Of an agreement on units of the project: its id, and the accounts of whoever sells and whoever buys. */
  agreement: z.strictObject({ id: Id, seller: Id, buyer: Id }).optional(),
}
const isOfOne = ({ period, agreement }: { period: string | null; agreement?: Agreement | undefined }) =>
  period === null || agreement === undefined
const OF_ONE = { path: ['agreement'], message: 'is not of a monitoring period' }

/** `period`: the monitoring period that it is of; none where it is of the project itself. */
const Submission = z.strictObject({ ...submission, period: Id.nullable().default(null) }).refine(isOfOne, OF_ONE)
type Submission = z.infer<typeof Submission>

const Submitted = z
  .strictObject({
    ...submission,
    period: Id.nullable(),
    allotted: z.strictObject({ version: z.number().int().min(1) }),
  })
  .refine(isOfOne, OF_ONE)
type Submitted = z.infer<typeof Submitted>

/** The version in force of a kind of document. */
function versionOf(state: State, { document, ...subject }: Subject & { document: string }) {
  const row = subjectOf(state, subject)
  return isRefusal(row) || !Object.hasOwn(row.documents, document) ? undefined : row.documents[document]
}

/** The period on whose outcomes this is a report, if it is one and a certification of them stands: on the version in force. */
function certifiedOn(
  state: State,
  { period: id, document }: Submission,
  { period }: Preset,
): Rows['period'] | undefined {
  const row = id === null || period?.reports.includes(document) !== true ? undefined : state.get('period', id)
  return row?.certified ? row : undefined
}

/**
 * What was certified in this round stays with its report, unless a finding, or a move, asks for another: nobody takes the word
 * of a certifier back for it. Where units were issued, the report stays for ever.
 */
function admitReport(row: Rows['period'] | undefined, kind: string, { period }: Preset): Refusal | undefined {
  if (!row) return undefined
  const { state, entered, documents, findings, certified } = row
  const isOld = (documents[kind]?.index ?? 0) < entered.index
  const isAwaited = period?.moves.some(
    ({ from, needs }) => from.includes(state) && needs?.fresh === true && needs.documents?.includes(kind),
  )
  const isOfRound = certified !== null && certified.index > entered.index
  return firstOf(
    isIssued(row) && refuse('already-issued', { document: kind }),
    isOfRound && findings.open === 0 && !(isOld && isAwaited) && refuse('already-certified', { document: kind }),
  )
}

/** What was certified on an earlier version does not stand any more. */
function voided(put: Put): Put {
  return put.kind === 'period' && put.row ? { ...put, row: { ...put.row, certified: null, outcomes: {} } } : put
}

/** An agreement is between the holding accounts of two organisations, and stays between them. */
function admitAgreement(state: State, { project, agreement }: Submission): Refusal | undefined {
  if (!agreement) return undefined
  const { id, seller, buyer } = agreement
  const before = state.get('agreement', id)
  const isOther = before && (before.project !== project || before.seller !== seller || before.buyer !== buyer)
  const holders = [seller, buyer].map((account) => state.get('account', account)?.organisation)
  return firstOf(
    isOther && refuse('agreement-unknown', { agreement: id }),
    usable(state, 'agreement.seller', seller, 'holding'),
    usable(state, 'agreement.buyer', buyer, 'holding'),
    holders[0] === holders[1] && refuse('same-account', { field: 'agreement.buyer' }),
  )
}

/** It is the seller who writes it. */
function aboutSale(state: State, body: Submission & { agreement: Agreement }, action: string) {
  const seller = state.get('account', body.agreement.seller)?.organisation
  return { ...aboutSubject(state, body, action), organisations: seller === undefined ? [] : [seller] }
}

/**
 * A document of a project, of one of its monitoring periods or of an agreement on its units, by its hash, as the next version
 * of its kind. No version is ever changed or removed. A new version of a report ends the certification that stands on an
 * earlier one.
 */
export const documentSubmitted = defineRule<Submitted, Submission>({
  type: 'DocumentSubmitted',
  v: 1,
  body: Submitted,
  request: Submission,
  attested: ['what stands in the document'],
  reads: (state, request) => subjectReads(state, request),
  decide: (state, request) => ({
    ...request,
    allotted: { version: (versionOf(state, request)?.version ?? 0) + 1 },
  }),
  act: (state, body, _written, { preset }) => {
    const { project, period, document, agreement } = body
    const action = `documents.submit.${document}`
    if (agreement) return aboutSale(state, { ...body, agreement }, action)
    return period === null ? aboutDeed(state, project, action, preset, { document }) : aboutSubject(state, body, action)
  },
  admit: (state, body, { preset }) => {
    const row = subjectOf(state, body)
    if (isRefusal(row)) return row
    const kinds = preset.documents.filter(({ of }) => of === kindOf(body))
    const kind = kinds.find((one) => one.kind === body.document)
    if (!kind) {
      return refuse('code-unknown', { field: 'document', allowed: kinds.map((one) => one.kind).join(', ') })
    }
    const before = versionOf(state, body)
    return firstOf(
      admitState(body, row, kind.states),
      admitAgreement(state, body),
      admitReport(certifiedOn(state, body, preset), body.document, preset),
      body.allotted.version !== (before?.version ?? 0) + 1 && refuse('allocation-wrong', { field: 'version' }),
      before?.sha256 === body.sha256 &&
        before.index > row.entered.index &&
        refuse('nothing-changes', { field: 'sha256' }),
    )
  },
  streams: (_state, { project }) => [project],
  effects: (state, body, { preset }) => {
    const { document, sha256, allotted } = body
    const version = { version: allotted.version, index: state.size, sha256 }
    const puts = subjectPuts(state, body, ({ documents }) => ({ documents: { ...documents, [document]: version } }))
    return { ...noEffects(), puts: certifiedOn(state, body, preset) ? puts.map(voided) : puts }
  },
})
