import { Authenticator } from '../../../apps/server/src/signatures/authenticator.fixture.ts'
import { until } from '../../support/api.ts'
import type { Person, Stage, Told } from './stage.ts'
import { type Play, partOf } from './walk.ts'
import type { Written } from './write.ts'

/** Most codes that a person asks for within ten minutes: one is kept for a key. */
const MOST_CODES = 3

/** What somebody has to sign with: a security key, and codes asked for lately. */
interface Means {
  key: Authenticator | undefined
  codes: number
  /** The day of the play on which they were asked for. */
  day: string
}

const means = new WeakMap<Person, Means>()

function meansOf(stage: Stage, who: Person): Means {
  const known = means.get(who) ?? { key: undefined, codes: 0, day: '' }
  if (known.day !== stage.day(0)) Object.assign(known, { codes: 0, day: stage.day(0) })
  means.set(who, known)
  return known
}

/** Signs a document in every place that the law gives it, each in its turn. */
export async function signEverywhere(play: Play, written: Written): Promise<void> {
  const { stage } = play
  const signers = new Set<Person>()
  for (;;) {
    const state = await signaturesOn(stage, written)
    const place = state?.places.find((one: Told) => one.signed === null && one.before.length === 0)
    if (!place) return
    const who = signerOf(play, written, place).find((one) => !signers.has(one))
    if (!who) throw new Error(`nobody is left to sign ${written.kind} as ${place.slot}`)
    signers.add(who)
    const target = {
      ...{ project: written.project, period: written.period, document: written.kind },
      ...(written.agreement && { agreement: written.agreement }),
      ...{ version: state.version, sha256: state.sha256, slot: place.slot },
    }
    const isSimple = place.levels.includes('SES') && meansOf(stage, who).codes < MOST_CODES
    await (isSimple ? signSimply : signWithKey)(stage, who, target)
  }
}

/** Where the signatures on a document are read, or its paper with them. */
export function signaturePath({ project, period, kind, agreement }: Written, what: '' | '/paper'): string {
  const of = new URLSearchParams({ ...(period && { period }), ...(agreement && { agreement }) })
  return `/national/projects/${project}/documents/${kind}/signatures${what}?${of}`
}

/** The places of the version in force; undefined where the law gives it none. */
export async function signaturesOn(stage: Stage, written: Written): Promise<Told> {
  return stage.found(signaturePath(written, ''))
}

function signerOf(play: Play, { kind, sides }: Written, { capacity, slot }: Told): Person[] {
  const { cast } = play
  const certifier = kind.startsWith('verification') ? cast.verifier : cast.validator
  const known: Record<string, (Person | undefined)[]> = {
    owner: [partOf(play, 'owner')],
    certifier: slot === 'approver' ? [cast.approvers.get(certifier.organisation)] : [certifier],
    government: [cast.officer, cast.second],
    environment: [cast.environment],
    finance: [cast.finance],
    seller: [sides?.seller],
    buyer: [sides?.buyer],
  }
  return (known[capacity] ?? []).flatMap((one) => one ?? [])
}

async function codeFor(stage: Stage, who: Person, sha256: string | null): Promise<string> {
  const before = stage.mails().length
  await stage.act(who, 'asks for a code to sign with', '/national/signing/codes', { sha256 })
  meansOf(stage, who).codes += 1
  return until(`a code for ${who.email}`, async () => {
    const mail = stage
      .mails()
      .slice(before)
      .findLast(({ to, subject }) => to === who.email && subject.startsWith('Confirm with a code'))
    return mail && /\b(\d{8})\b/.exec(mail.text)?.[1]
  })
}

type Target = { slot: string; document: string; sha256: string }

async function signSimply(stage: Stage, who: Person, target: Target): Promise<void> {
  const code = await codeFor(stage, who, target.sha256)
  const what = `shows by the code of the mail who signs ${target.document}`
  const { permit } = await stage.act(who, what, '/national/signing/permits', { ...target, code })
  const body = { permit, agreed: true }
  await stage.act(who, `signs ${target.document} as ${target.slot}, simply`, '/national/signatures', body)
}

async function signWithKey(stage: Stage, who: Person, target: Target): Promise<void> {
  const key = await keyOf(stage, who)
  const asked = await stage.act(
    who,
    `asks to sign ${target.document} with a key`,
    '/national/signing/challenges',
    target,
  )
  key.origin = new URL(stage.url()).origin
  const body = { challenge: asked.challenge, answer: key.answer(asked.options) }
  await stage.act(who, `signs ${target.document} as ${target.slot}, with a key`, '/national/signatures/advanced', body)
}

/** The security key of a person, who gets a certificate for it once. */
async function keyOf(stage: Stage, who: Person): Promise<Authenticator> {
  const known = meansOf(stage, who)
  if (known.key) return known.key
  const key = new Authenticator(new URL(stage.url()).origin)
  const code = await codeFor(stage, who, null)
  const { options } = await stage.act(who, 'begins to get a key to sign with', '/national/signing/keys/begin', { code })
  const body = { answer: key.register(options) }
  await stage.act(who, 'gets a key and a certificate', '/national/signing/keys', body)
  known.key = key
  return key
}
