import { z } from 'zod'
import { Code, Commitment, Hash, Id } from '../ids.ts'
import { isRefusal, refuse } from '../refusal.ts'
import { defineRule, firstOf, noEffects } from '../rule.ts'
import type { State } from '../state.ts'
import { aboutSubject, admitState, type Subject, subjectOf, subjectPuts, subjectReads } from './subject.ts'

const submission = {
  project: Id,
  /** A kind of the preset. */
  document: Code,
  sha256: Hash,
  /** Its title or file name, if it has one. */
  name: Commitment.nullable(),
}

/** `period`: the monitoring period that it is of; none where it is of the project itself. */
const Submission = z.strictObject({ ...submission, period: Id.nullable().default(null) })
type Submission = z.infer<typeof Submission>

const Submitted = z.strictObject({
  ...submission,
  period: Id.nullable(),
  allotted: z.strictObject({ version: z.number().int().min(1) }),
})
type Submitted = z.infer<typeof Submitted>

/** The version in force of a kind of document. */
function versionOf(state: State, { document, ...subject }: Subject & { document: string }) {
  const row = subjectOf(state, subject)
  return isRefusal(row) || !Object.hasOwn(row.documents, document) ? undefined : row.documents[document]
}

/**
 * A document of a project or of one of its monitoring periods, by its hash, as the next version of its kind. No version is
 * ever changed or removed.
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
  act: (state, body) => aboutSubject(state, body, `documents.submit.${body.document}`),
  admit: (state, body, { preset }) => {
    const row = subjectOf(state, body)
    if (isRefusal(row)) return row
    const kinds = preset.documents.filter(({ of }) => (of === 'period') === (body.period !== null))
    const kind = kinds.find((one) => one.kind === body.document)
    if (!kind) {
      return refuse('code-unknown', { field: 'document', allowed: kinds.map((one) => one.kind).join(', ') })
    }
    const before = versionOf(state, body)
    return firstOf(
      admitState(body, row, kind.states),
      body.allotted.version !== (before?.version ?? 0) + 1 && refuse('allocation-wrong', { field: 'version' }),
      before?.sha256 === body.sha256 &&
        before.index > row.entered.index &&
        refuse('nothing-changes', { field: 'sha256' }),
    )
  },
  streams: (_state, { project }) => [project],
  effects: (state, body) => {
    const { document, sha256, allotted } = body
    const version = { version: allotted.version, index: state.size, sha256 }
    const puts = subjectPuts(state, body, ({ documents }) => ({ documents: { ...documents, [document]: version } }))
    return { ...noEffects(), puts }
  },
})
