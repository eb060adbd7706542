import { z } from 'zod'
import { Commitment } from '../ids.ts'
import { defineRule, noEffects } from '../rule.ts'
import { noKeys } from '../state.ts'
import {
  admitProject,
  ForeignProject,
  foreignPut,
  mirrorStreams,
  projectRows,
  RegistryCode,
  withKnownProject,
} from './mirror-classes.ts'

/** One row of another registry's list of projects. */
const MirrorProject = z.strictObject({
  registry: RegistryCode,
  project: ForeignProject,
  /** The project's name and everything else that the row says, committed to. */
  facts: Commitment,
})
type MirrorProject = z.infer<typeof MirrorProject>

/** Records what another registry says of a project; no units. A project may be recorded again, with other facts. */
export const mirrorProjectRecorded = defineRule<MirrorProject, MirrorProject>({
  type: 'MirrorProjectRecorded',
  v: 1,
  body: MirrorProject,
  request: MirrorProject,
  attested: ['that the other registry says so'],
  reads: (state, body) => ({ ...noKeys(), rows: projectRows(state, body) }),
  decide: withKnownProject,
  act: () => ({ action: 'mirrors.record', organisations: [] }),
  admit: admitProject,
  streams: (state, body) => mirrorStreams(state, body, []),
  effects: (state, body) => ({ ...noEffects(), puts: [foreignPut(state, body, true)] }),
})
