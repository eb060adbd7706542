import { z } from 'zod'
import { Code, Commitment, Hash, Id } from '../ids.ts'
import { refuse } from '../refusal.ts'
import { defineRule, firstOf, noEffects } from '../rule.ts'
import { aboutProject, projectReads } from './projects.ts'

const Submission = z.strictObject({
  project: Id,
  /** A kind of the preset. */
  document: Code,
  sha256: Hash,
  /** Its title or file name, if it has one. */
  name: Commitment.nullable(),
})
type Submission = z.infer<typeof Submission>

const Submitted = Submission.extend({ allotted: z.strictObject({ version: z.number().int().min(1) }) })
type Submitted = z.infer<typeof Submitted>

/** A document of a project, by its hash, as the next version of its kind. No version is ever changed or removed. */
export const documentSubmitted = defineRule<Submitted, Submission>({
  type: 'DocumentSubmitted',
  v: 1,
  body: Submitted,
  request: Submission,
  attested: ['what stands in the document'],
  reads: (state, { project }) => projectReads(state, project),
  decide: (state, request) => ({
    ...request,
    allotted: { version: (state.get('project', request.project)?.documents[request.document]?.version ?? 0) + 1 },
  }),
  act: (state, { project, document }) => aboutProject(state, project, `documents.submit.${document}`),
  admit: (state, body, { preset }) => {
    const project = state.get('project', body.project)
    const kind = preset.documents.find((one) => one.kind === body.document)
    if (!project) return refuse('project-unknown', { project: body.project })
    if (!kind) {
      const allowed = preset.documents.map((one) => one.kind).join(', ')
      return refuse('code-unknown', { field: 'document', allowed })
    }
    const before = project.documents[body.document]
    return firstOf(
      !kind.states.includes(project.state) &&
        refuse('project-state', { state: project.state, allowed: kind.states.join(', ') }),
      body.allotted.version !== (before?.version ?? 0) + 1 && refuse('allocation-wrong', { field: 'version' }),
      before?.sha256 === body.sha256 &&
        before.index > project.entered.index &&
        refuse('nothing-changes', { field: 'sha256' }),
    )
  },
  streams: (_state, { project }) => [project],
  effects: (state, { project: id, document, sha256, allotted: { version } }) => {
    const project = state.get('project', id)
    if (!project) return noEffects()
    const documents = { ...project.documents, [document]: { version, index: state.size, sha256 } }
    return { ...noEffects(), puts: [{ kind: 'project', id, row: { ...project, documents } }] }
  },
})
