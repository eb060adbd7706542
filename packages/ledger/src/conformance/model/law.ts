import { documentBytes, simpleDocuments } from '@tallystick/rules'
import { keptPeriods, report, reported } from './kept.ts'
import type { Needs } from './life.ts'
import type { DocumentKind, Model } from './naive.ts'

/** What the documents say that a life may adopt one after the other; what is not told here is as in the first. */
interface Law {
  /** How many officers approve a movement of a kind. */
  approvals: { transfer: number; retirement: number; cancellation: number }
  pendingHours: number
  trustHours: number
  /** What is taken from an issuance of A6ER; of other types nothing is. */
  levies: { base: 'gross' | 'after-buffer'; rounding: 'up' | 'down'; a6er: Record<Levy, string> }
  releasePercent: number
  releaseYears: number
  debitIssuances: boolean
  /** Are issuances of monitoring periods, and those of crediting periods? */
  periods: boolean
  /** What moves of projects ask for. */
  needs: Record<string, Needs>
}

export type Levy = 'shareOfProceeds' | 'omge' | 'host'

const permissions: Record<number, Pick<Law, 'approvals'>> = {
  1: { approvals: { transfer: 0, retirement: 0, cancellation: 0 } },
  2: { approvals: { transfer: 0, retirement: 1, cancellation: 0 } },
  3: { approvals: { transfer: 1, retirement: 0, cancellation: 2 } },
}

const presets: Record<number, Omit<Law, 'approvals'>> = {
  1: {
    pendingHours: 720,
    trustHours: 24,
    levies: { base: 'after-buffer', rounding: 'up', a6er: { shareOfProceeds: '5', omge: '2', host: '0' } },
    releasePercent: 15,
    releaseYears: 5,
    debitIssuances: true,
    periods: false,
    needs: { deregister: { settled: true } },
  },
  2: {
    pendingHours: 48,
    trustHours: 1,
    levies: { base: 'gross', rounding: 'down', a6er: { shareOfProceeds: '7.5', omge: '2', host: '10' } },
    releasePercent: 50,
    releaseYears: 1,
    debitIssuances: false,
    periods: false,
    needs: {
      suspend: { fresh: 'project-design', answered: true },
      resume: { signed: 'project-design' },
      deregister: { reason: true, settled: true },
    },
  },
  3: {
    pendingHours: 240,
    trustHours: 0,
    levies: { base: 'gross', rounding: 'up', a6er: { shareOfProceeds: '0.0001', omge: '0', host: '60' } },
    releasePercent: 100,
    releaseYears: 2,
    debitIssuances: true,
    periods: true,
    needs: {
      register: { once: 'validation-report' },
      reject: { reason: true, within: 20 },
      resume: { days: 2, answered: true },
      suspend: { renews: true },
      deregister: { creditingEnds: 30, settled: true },
    },
  },
}

export function lawOf({ inForce }: Model): Law {
  const [ofPermissions, ofPreset] = [permissions[inForce.permissions], presets[inForce.preset]]
  if (!ofPermissions || !ofPreset) throw new Error('the documents in force are known')
  return { ...ofPermissions, ...ofPreset }
}

/** How many officers approve a movement: for a purpose other than an NDC always one. */
export function officersFor(model: Model, kind: keyof Law['approvals'], purpose: string | null): number {
  return purpose?.startsWith('OIMP') ? 1 : lawOf(model).approvals[kind]
}

/** The documents that may be adopted, with their versions. */
export function nextDocuments(): { kind: DocumentKind; version: number; bytes: Uint8Array }[] {
  return [2, 3].flatMap((version) => [
    { kind: 'permissions' as const, version, bytes: permissionsBytes(version) },
    { kind: 'preset' as const, version, bytes: presetBytes(version) },
  ])
}

const simple = (kind: DocumentKind) => JSON.parse(Buffer.from(simpleDocuments[kind]).toString())

function permissionsBytes(version: number): Uint8Array {
  const document = simple('permissions')
  const actions = { transfer: 'credits.transfer', retirement: 'credits.retire', cancellation: 'credits.cancel' }
  for (const [kind, action] of Object.entries(actions)) {
    const count = permissions[version]?.approvals[kind as keyof typeof actions] ?? 0
    if (count > 0) document.approvals[action] = [{ count, by: ['government/Admin'] }]
  }
  return documentBytes({ ...document, version })
}

/** What a move asks for, as the preset says it. */
function moveNeeds({
  fresh,
  once,
  signed,
  answered,
  days,
  within,
  reason,
  renews,
  creditingEnds,
  settled,
}: Needs = {}): object {
  const kind = fresh ?? once
  return {
    ...(reason ? { reason } : {}),
    ...(renews ? { renews } : {}),
    needs: {
      ...(kind === undefined ? {} : { documents: [kind] }),
      ...(fresh === undefined ? {} : { fresh: true }),
      ...(signed === undefined ? {} : { signed: [signed] }),
      ...(answered ? { findingsClosed: true } : {}),
      ...(days === undefined ? {} : { days }),
      ...(within === undefined ? {} : { within }),
      ...(creditingEnds === undefined ? {} : { creditingEnds }),
      ...(settled ? { settled } : {}),
    },
  }
}

/** Reports on monitoring are of periods, where there are some. */
function withPeriods(documents: { kind: string }[]): object {
  const others = documents.filter(({ kind }) => kind !== report)
  return { ...keptPeriods, documents: [...others, { kind: report, of: 'period', states: reported }] }
}

function presetBytes(version: number): Uint8Array {
  const document = simple('preset')
  const law = presets[version]
  if (!law) throw new Error(`no preset ${version}`)
  const { base, rounding, a6er } = law.levies
  const moves = document.project.moves.map((move: { name: string }) => ({
    ...move,
    ...moveNeeds(law.needs[move.name]),
  }))
  return documentBytes({
    ...document,
    version,
    project: { ...document.project, moves },
    ...(law.periods ? withPeriods(document.documents) : {}),
    pending: { hours: law.pendingHours },
    trust: { hours: law.trustHours },
    levies: { base, rounding, unitTypes: { A6ER: a6er } },
    buffer: {
      releasePercent: `${law.releasePercent}`,
      releaseYears: law.releaseYears,
      assessment: 'risk-assessment',
      debitIssuances: law.debitIssuances,
    },
  })
}
