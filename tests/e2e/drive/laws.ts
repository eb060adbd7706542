import type { ShippedPreset } from '@tallystick/rules'

/** Who takes a step: a part of the cast. */
export type Part = 'owner' | 'officer' | 'environment' | 'validator' | 'verifier'

/** A step of a project's or a monitoring period's life, as the preset wants it. */
export type Step =
  | { who: Part; paper: string }
  | { who: Part; move: string; why?: string }
  | { assign: 'validation' | 'verification' }
  /** Findings are raised, answered and closed. */
  | { findings: Part }
  /** The outcomes of a monitoring period are certified. */
  | { certify: Part }
  /** The public comments, the owner answers, and after the time for it the authority submits the comments. */
  | { comments: number }
  /** A finding whose answers are not enough, twice. */
  | { returnedTwice: Part }
  /** The submission is over: the same idea is submitted anew. */
  | { anew: true }

const paper = (who: Part, kind: string): Step => ({ who, paper: kind })
const move = (who: Part, name: string, why?: string): Step => ({ who, move: name, ...(why && { why }) })

/** What differs from country to country. */
export interface Law {
  preset: ShippedPreset
  kinds: { developer: string; certifier: string; holder: string }
  /** Ministries of their own, which Root sets up: kind of organisation. */
  ministries: ('environment' | 'finance')[]
  accredits: 'officer' | 'environment'
  /** Who uses credits towards the NDC. */
  uses: 'officer' | 'finance'
  /** A type of units that stay at home. */
  homeUnits: string
  /** From the first notification to the registration: a project for use abroad, one for use at home, and a bumpy one. */
  authorised: Step[]
  atHome: Step[]
  bumpy: Step[]
  /** Reports of a year, where they are of the project itself; else the way of a monitoring period, and its end. */
  monitoring: { ofProject: Step[]; issued: Step[] } | { ofPeriod: Step[]; issued: Step[] }
  /** Kinds of crediting periods, and how many years they last. */
  crediting: { solar: [kind: string, years: number]; forest: [kind: string, years: number] } | undefined
  /** A renewal, where there is one. */
  renewal: Step[]
  /** The end: by somebody's decision, or by the owner once crediting is over. */
  end: { decided: Step[] } | { afterCrediting: Step[] }
}

const simple: Law = {
  preset: 'simple',
  kinds: { developer: 'developer', certifier: 'certifier', holder: 'holder' },
  ministries: [],
  accredits: 'officer',
  uses: 'officer',
  homeUnits: 'NCC',
  ...simpleWays(),
  monitoring: {
    ofProject: [
      paper('owner', 'monitoring-report'),
      { assign: 'verification' },
      { findings: 'verifier' },
      paper('verifier', 'verification-report'),
      paper('owner', 'issuance-form'),
    ],
    issued: [paper('owner', 'issuance-form')],
  },
  crediting: undefined,
  renewal: [],
  end: { decided: [move('officer', 'deregister', 'request')] },
}

function simpleWays(): Pick<Law, 'authorised' | 'atHome' | 'bumpy'> {
  const way: Step[] = [
    paper('owner', 'initial-notification'),
    paper('owner', 'project-design'),
    { assign: 'validation' },
    paper('validator', 'engagement-agreement'),
    { findings: 'validator' },
    paper('validator', 'validation-report'),
    move('officer', 'register'),
    paper('owner', 'authorisation-request'),
  ]
  const refused = [
    paper('owner', 'project-design'),
    { returnedTwice: 'officer' as const },
    move('officer', 'reject', 'incomplete'),
  ]
  return { authorised: way, atHome: way, bumpy: [...refused, { anew: true }, ...way] }
}

const article6: Law = {
  preset: 'article6',
  kinds: { developer: 'developer', certifier: 'certifier', holder: 'holder' },
  ministries: [],
  accredits: 'officer',
  uses: 'officer',
  homeUnits: 'NCC',
  ...article6Ways(),
  monitoring: {
    ofPeriod: [
      paper('owner', 'monitoring-report'),
      move('owner', 'submit-report'),
      move('officer', 'publish-report'),
      { assign: 'verification' },
      move('officer', 'begin-verification'),
      { findings: 'verifier' },
      paper('verifier', 'verification-report'),
      { certify: 'verifier' },
      move('verifier', 'submit-verification'),
      paper('owner', 'issuance-form'),
      move('owner', 'request-issuance'),
      move('officer', 'approve-issuance'),
    ],
    issued: [move('officer', 'complete-issuance'), paper('owner', 'issuance-form')],
  },
  crediting: { solar: ['renewable', 5], forest: ['removals', 15] },
  renewal: [
    paper('owner', 'project-design'),
    move('owner', 'ask-renewal'),
    paper('validator', 'validation-report'),
    move('officer', 'renew'),
  ],
  end: { afterCrediting: [move('owner', 'close')] },
}

function article6Ways(): Pick<Law, 'authorised' | 'atHome' | 'bumpy'> {
  const submitConcept = [paper('owner', 'concept-note'), move('owner', 'submit-concept')]
  const approveConcept = [paper('officer', 'no-objection-letter'), move('officer', 'approve-concept')]
  const submitDesign = [
    paper('owner', 'project-design'),
    paper('owner', 'consultation-report'),
    move('owner', 'submit-design'),
  ]
  const examine: Step[] = [
    move('officer', 'publish-design'),
    { assign: 'validation' },
    paper('validator', 'engagement-agreement'),
    { comments: 30 },
    move('officer', 'begin-validation'),
    { findings: 'validator' },
    paper('validator', 'validation-report'),
    move('validator', 'submit-validation'),
    move('officer', 'accept-validation'),
  ]
  const ask = [paper('owner', 'authorisation-request'), move('owner', 'ask-authorisation')]
  const authorise = [...ask, paper('officer', 'authorisation-letter'), move('officer', 'authorise')]
  const register = [paper('officer', 'registration-certificate'), move('officer', 'register')]
  const keep = [...ask, move('officer', 'refuse-authorisation', 'integrity'), move('owner', 'keep-at-home')]
  return {
    authorised: [...submitConcept, ...approveConcept, ...submitDesign, ...examine, ...authorise, ...register],
    atHome: [...submitConcept, ...approveConcept, ...submitDesign, ...examine, ...keep, ...register],
    bumpy: [
      ...submitConcept,
      move('officer', 'return-concept', 'incomplete'),
      ...submitConcept,
      ...approveConcept,
      ...submitDesign,
      move('officer', 'return-design', 'incomplete'),
      ...submitDesign,
      ...examine,
      ...keep,
      move('officer', 'reject', 'not-additional'),
      paper('owner', 'appeal'),
      move('owner', 'appeal-registration'),
      ...register,
    ],
  }
}

const twoMinistries: Law = {
  preset: 'two-ministries',
  kinds: { developer: 'proponent', certifier: 'auditor', holder: 'investor' },
  ministries: ['environment', 'finance'],
  accredits: 'environment',
  uses: 'finance',
  homeUnits: 'ECU',
  ...twoMinistriesWays(),
  monitoring: {
    ofPeriod: [
      paper('owner', 'monitoring-report'),
      move('owner', 'report'),
      { assign: 'verification' },
      { findings: 'verifier' },
      paper('verifier', 'verification-report'),
      { certify: 'verifier' },
      move('verifier', 'verify'),
      paper('owner', 'issuance-form'),
      move('environment', 'approve'),
    ],
    issued: [move('officer', 'finish'), paper('owner', 'issuance-form')],
  },
  crediting: { solar: ['fixed', 10], forest: ['fixed', 10] },
  renewal: [],
  end: { decided: [move('officer', 'close', 'request')] },
}

function twoMinistriesWays(): Pick<Law, 'authorised' | 'atHome' | 'bumpy'> {
  const submit = [paper('owner', 'project-note'), move('owner', 'submit')]
  const designed = [paper('owner', 'project-note'), paper('owner', 'project-design'), move('owner', 'submit')]
  const examine: Step[] = [
    move('environment', 'admit'),
    { assign: 'validation' },
    paper('validator', 'engagement-agreement'),
    { findings: 'validator' },
    paper('validator', 'validation-report'),
    move('validator', 'report-validation'),
    paper('officer', 'registration-letter'),
    move('officer', 'register'),
    paper('owner', 'authorisation-request'),
  ]
  const returned = move('environment', 'return', 'incomplete')
  const refusedAndAppealed = [
    ...submit,
    move('officer', 'refuse', 'not-eligible'),
    paper('owner', 'appeal'),
    move('owner', 'appeal'),
  ]
  const way = [...designed, ...examine]
  return {
    authorised: way,
    atHome: way,
    bumpy: [...designed, returned, ...submit, returned, ...refusedAndAppealed, ...examine],
  }
}

/** The laws that ship. */
export const LAWS: Readonly<Record<ShippedPreset, Law>> = { simple, article6, 'two-ministries': twoMinistries }
