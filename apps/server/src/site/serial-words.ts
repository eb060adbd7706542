import type { CustodyEvent, SerialPart, SerialReport } from '@tallystick/contract'
import { type Html, html, written } from '../platform/pages.ts'
import type { Mark } from './marks.ts'
import { nameOf, type SiteSpeech, strong, type TextKey } from './speech.ts'

export type Measure = 'tCO2e' | 'Wh' | 'unit'

type State = SerialPart['state']

/** The one state of all parts, or undefined where there are several. */
export function onlyState(report: SerialReport): State | undefined {
  const states = new Set(report.parts.map(({ state }) => state))
  return states.size === 1 ? report.parts[0]?.state : undefined
}

/** How a whole serial is marked: records of another registry have a colour of their own. */
export function markOf(state: State | undefined, registry: string | null): Mark {
  if (state === undefined) return 'several'
  return registry === null ? state : 'recorded'
}

/** The word for a state, with its source where that is another registry. */
export function stateWord(speech: SiteSpeech, state: State | undefined, registry: string | null): string {
  const word = speech.under('state', state ?? 'several')
  if (registry === null) return word
  return `${speech.say('recorded', { registry: speech.registry(registry) })} · ${word.toLowerCase()}`
}

export function ownerName(speech: SiteSpeech, part: Pick<SerialPart, 'owner'> | undefined): Html {
  return nameOf(speech, part?.owner?.organisation)
}

/** The project as a link, or its name abroad. */
export function projectLink(
  speech: SiteSpeech,
  part: Pick<SerialPart, 'project' | 'class'> | undefined,
  name?: string,
): Html {
  if (part?.project) {
    const { id, title, number } = part.project
    return html`<a href="/projects/${id}">${title === null ? speech.say('project.untitled', { number: `${number}` }) : written(title)}</a>`
  }
  const { project: code = '', registry } = part?.class ?? {}
  const abroad = speech.say('project.abroad', { code, registry: speech.registry(registry ?? '') })
  return name === undefined ? html`${abroad}` : speech.html('project.named', { name: written(name), abroad })
}

/** The sentence that a journalist could quote. */
export function leadOf(speech: SiteSpeech, report: SerialReport, measure: Measure): Html {
  const known = report.parts.filter((part) => part.class !== null)
  const [first] = known
  const state = onlyState(report)
  const places = {
    quantity: speech.counted(`measure.${measure}`, BigInt(report.quantity)),
    vintage: first?.class?.vintage ?? '',
    project: projectLink(speech, first, report.events.at(-1)?.projectName ?? undefined),
    owner: strong(ownerName(speech, first)),
    states: statesInWords(speech, report),
  }
  const oneOwner = new Set(known.map(({ owner }) => owner?.organisation.id)).size === 1
  if (report.registry !== null) return leadAbroad(speech, report, state, places)
  if (state === 'retired' || state === 'cancelled') return leadOfEnd(speech, report, state, places)
  if ((state === 'held' || state === 'on-hold') && oneOwner) return speech.html(`lead.${state}`, places)
  return speech.html('lead.several', places)
}

type Places = Record<string, Html | string>

function leadOfEnd(speech: SiteSpeech, report: SerialReport, state: 'retired' | 'cancelled', places: Places): Html {
  const ends = report.events.filter(({ step, takenBack }) => step === state && takenBack === null)
  const last = ends.at(-1)
  const more = { ...places, day: last ? speech.texts.day(last.entry.at) : '', count: `${ends.length}` }
  if (ends.length !== 1 || !last) return speech.html(`lead.${state}.several`, more)
  if (last.beneficiary === null) return speech.html(`lead.${state}`, more)
  return speech.html(`lead.${state}.for`, { ...more, beneficiary: strong(beneficiaryName(speech, last)) })
}

function leadAbroad(speech: SiteSpeech, report: SerialReport, state: State | undefined, places: Places): Html {
  if (state === undefined || !(state === 'active' || state === 'retired' || state === 'cancelled')) {
    return speech.html('lead.recorded.several', places)
  }
  const ends = report.events.filter(({ step }) => step === state)
  const date = ends.length === 1 ? ends[0]?.date : undefined
  const when = date ? speech.say('lead.when', { day: speech.texts.legalDay(date) }) : ''
  return speech.html(`lead.recorded.${state}`, { ...places, when })
}

export function beneficiaryName(speech: SiteSpeech, { beneficiary }: Pick<CustodyEvent, 'beneficiary'>): Html {
  const { name, country } = beneficiary ?? {}
  if (!name) return html`${speech.say('unnamed.beneficiary')}`
  return country ? html`${written(name)} (${country})` : written(name)
}

/** `500 held, 10 on hold and 50 retired`: the counts add up to the whole. */
function statesInWords(speech: SiteSpeech, { parts }: SerialReport): string {
  const sums = new Map<State, bigint>()
  for (const { state, quantity } of parts) sums.set(state, (sums.get(state) ?? 0n) + BigInt(quantity))
  const words = [...sums].map(([state, sum]) => speech.counted(`count.${state}` satisfies TextKey, sum))
  return speech.texts.list(words)
}
