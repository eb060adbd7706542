import { type May, officers } from './reasons.ts'

export const owners: May = { 'developer/Admin': 'own', 'developer/Manager': 'own' }
export const certifiers: May = { 'certifier/Admin': 'assigned' }

/** Years of a crediting period of each kind, and how often that is renewed. */
export const kinds: Record<string, { years: number; renewals: number }> = {
  renewable: { years: 5, renewals: 1 },
  fixed: { years: 10, renewals: 0 },
}

export const machine: Record<string, { from: string[]; to: string; may: May; approved?: true; reason?: true }> = {
  'submit-verification': { from: ['opened'], to: 'verification-submitted', may: certifiers },
  'return-verification': { from: ['verification-submitted'], to: 'opened', may: officers, reason: true },
  'approve-issuance': { from: ['verification-submitted'], to: 'issuance-approved', may: officers, approved: true },
  'refuse-issuance': { from: ['verification-submitted', 'issuance-approved'], to: 'refused', may: officers },
  'withdraw-report': { from: ['opened'], to: 'withdrawn', may: owners },
}
export const isOver = (state: string) => state === 'refused' || state === 'withdrawn'

/** On this outcomes are certified, and in these states of a period it is submitted. */
export const report = 'monitoring-report'
export const reported = ['opened', 'issuance-approved']

/** What the preset says that keeps periods. */
export const keptPeriods = {
  period: {
    initial: 'opened',
    states: ['opened', 'verification-submitted', 'issuance-approved', 'refused', 'withdrawn'],
    moves: Object.entries(machine).map(([name, { from, to, reason }]) => {
      const asked = { documents: [report], fresh: true, findingsClosed: true, certified: true }
      return {
        ...{ name, from, to },
        ...(name === 'submit-verification' ? { needs: asked } : {}),
        ...(reason ? { reason } : {}),
      }
    }),
    ends: ['issuance-approved', 'refused', 'withdrawn'],
    findings: ['opened', 'verification-submitted'],
    certifies: ['opened'],
    reports: [report],
    mayIssue: ['issuance-approved'],
    void: ['refused', 'withdrawn'],
  },
  crediting: {
    states: ['registered'],
    kinds: Object.entries(kinds).map(([kind, rest]) => ({ kind, ...rest })),
  },
}
