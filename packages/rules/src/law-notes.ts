import { declarations } from './declarations.ts'
import type { Law } from './documents.ts'
import { isTaken } from './entries/appointable.ts'
import { movesOfClock } from './entries/clock.ts'
import { assignedToNothing } from './law-causes.ts'
import type { Remark } from './law-check.ts'
import { PermissionTable, SYSTEM_ROLE } from './permissions.ts'
import type { Preset } from './preset.ts'
import { shippedPresets, shippedSources, simpleDocuments } from './simple.ts'

/** The role of the first user. */
export const ROOT = 'government/Root'

/** What the documents may be without, and perhaps should not. */
export function notesOn(law: Law): Remark[] {
  const { preset, permissions } = law
  const kindsOf = (role: string) => role.slice(0, role.indexOf('/'))
  return [
    ...moveNotes(law, 'projects.move.', preset.project.moves),
    // A table may be ready for monitoring periods that the preset does not keep.
    ...(preset.period ? moveNotes(law, 'periods.move.', preset.period.moves) : []),
    ...pairNotes(
      permissions,
      'documents.submit.',
      preset.documents.map(({ kind }) => kind),
      'document',
    ),
    ...permissions.roles
      .filter((role) => role !== SYSTEM_ROLE && !preset.organisationKinds.includes(kindsOf(role)))
      .map((role): Remark => ({ of: 'law', code: 'kind-missing', facts: { role, kind: kindsOf(role) } })),
    ...actionNotes(law),
    ...assignedToNothing(law).filter(({ facts: { action = '' } }) => isTaken(law, action)),
    ...renewalNotes(law),
    ...nameNotes(law),
    ...wordNotes(law),
    ...(permissions.appoints.includes(ROOT)
      ? []
      : [{ of: 'permissions' as const, code: 'root-alone' as const, facts: { role: ROOT } }]),
  ]
}

/** Moves renew crediting, and no kind of it may be renewed. */
function renewalNotes({ preset: { project, crediting } }: Law): Remark[] {
  if (!crediting || crediting.kinds.some(({ renewals }) => renewals > 0)) return []
  return project.moves
    .filter(({ needs, renews }) => renews === true || needs?.renewable === true)
    .map(({ name }) => ({ of: 'preset', code: 'renews-nothing', facts: { move: name } }))
}

/** What the two are called: documents of one's own have names of their own, and begin with version 1. */
function nameNotes(law: Law): Remark[] {
  return (['preset', 'permissions'] as const).flatMap((of): Remark[] => {
    const { name, version } = law[of]
    const isOwn = shippedPresets.every(
      (one) => JSON.stringify(sorted(shippedSources[one][of])) !== JSON.stringify(sorted(law[of])),
    )
    const isTaken = shippedPresets.some((one) => (shippedSources[one][of] as { name: string }).name === name)
    return [
      ...(isOwn && isTaken ? [{ of, code: 'name-shipped' as const, facts: { name } }] : []),
      ...(version === 1 ? [] : [{ of, code: 'version-later' as const, facts: { version: String(version) } }]),
    ]
  })
}

/** Words for codes that neither document has: mostly written wrong. */
function wordNotes({ preset, permissions }: Law): Remark[] {
  const { project, period, purposes, crediting } = preset
  const { authorisation, retirement, cancellation, affiliation, ...reasons } = purposes
  const known: Readonly<Record<string, readonly string[]>> = {
    state: [...project.states, ...(period?.states ?? [])],
    move: [...project.moves, ...(period?.moves ?? [])].map(({ name }) => name),
    document: preset.documents.map(({ kind }) => kind),
    task: preset.certifiers.tasks,
    crediting: (crediting?.kinds ?? []).map(({ kind }) => kind),
    reason: Object.values(reasons).flat(),
    purpose: [...authorisation, ...retirement, ...cancellation],
    affiliation,
    kind: preset.organisationKinds,
    role: permissions.roles,
  }
  const keys = new Set(Object.values(preset.words ?? {}).flatMap((words) => Object.keys(words)))
  return [...keys]
    .filter((key) => known[key.slice(0, key.indexOf('.'))]?.includes(key.slice(key.indexOf('.') + 1)) !== true)
    .map((word) => ({ of: 'preset', code: 'word-of-nothing', facts: { word } }))
}

/** The same value with the keys of its objects in one order. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (value === null || typeof value !== 'object') return value
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))
  return Object.fromEntries(entries.map(([key, one]) => [key, sorted(one)]))
}

function moveNotes(law: Law, prefix: string, moves: Preset['project']['moves']): Remark[] {
  const ofClock = movesOfClock(law)
  const waiting = moves.filter((move) => {
    const by = law.permissions.actions[`${prefix}${move.name}`] ?? {}
    return Object.hasOwn(by, SYSTEM_ROLE) && !ofClock.includes(move)
  })
  return [
    ...pairNotes(
      law.permissions,
      prefix,
      moves.map(({ name }) => name),
      'move',
    ),
    ...waiting.map(({ name }): Remark => {
      return { of: 'law', code: 'never-by-itself', facts: { action: `${prefix}${name}` } }
    }),
  ]
}

/** What the preset names and the table gives to nobody, and the reverse. */
function pairNotes(
  { actions }: PermissionTable,
  prefix: string,
  words: readonly string[],
  what: 'move' | 'document',
): Remark[] {
  const closed = words.filter((word) => Object.keys(actions[`${prefix}${word}`] ?? {}).length === 0)
  const known = Object.keys(actions).filter((action) => action.startsWith(prefix))
  const missing = known.filter((action) => !words.includes(action.slice(prefix.length)))
  return [
    ...closed.map(
      (word): Remark => ({ of: 'law', code: `${what}-closed`, facts: { word, action: `${prefix}${word}` } }),
    ),
    ...missing.map((action): Remark => {
      return { of: 'law', code: `${what}-missing`, facts: { word: action.slice(prefix.length), action } }
    }),
  ]
}

/** Prefixes of actions that are as many as the preset, or the list of roles, has words. */
const OPEN = ['projects.move.', 'periods.move.', 'documents.submit.', 'documents.sign.', 'mandates.']

/** The actions of this program: those of entries, and those that the table which ships has besides. */
function actionsOfProgram(): Set<string> {
  const ofEntries = Object.values(declarations).flatMap(({ actions }) => actions.filter((one) => !one.endsWith('*')))
  const table = PermissionTable.parse(JSON.parse(new TextDecoder().decode(simpleDocuments.permissions)))
  return new Set(
    [...ofEntries, ...Object.keys(table.actions)].filter((action) => action !== 'genesis' && !isOpen(action)),
  )
}

function isOpen(action: string): boolean {
  return OPEN.some((prefix) => action.startsWith(prefix))
}

function actionNotes({ preset, permissions }: Law): Remark[] {
  const known = actionsOfProgram()
  const given = Object.keys(permissions.actions).filter((action) => !isOpen(action))
  const asked = [...given, ...Object.keys(permissions.approvals), ...preset.twoPersons].filter(
    (action) => !isOpen(action),
  )
  const unknown = [...new Set(asked)].filter((action) => !known.has(action))
  const closed = [...known].filter((action) => Object.keys(permissions.actions[action] ?? {}).length === 0)
  return [
    ...unknown.map((action): Remark => ({ of: 'law', code: 'action-unknown', facts: { action } })),
    ...closed.map((action): Remark => ({ of: 'law', code: 'action-closed', facts: { action } })),
  ]
}
