import type { Block, CustodyEvent, SerialReport } from '@tallystick/contract'
import { type Html, html } from '../platform/pages.ts'
import { type Mark, mark } from './marks.ts'
import { beneficiaryName } from './serial-words.ts'
import { moment, nameOf, type SiteSpeech, strong, type TextKey } from './speech.ts'

const MAX_RANGES = 3

const marks: Readonly<Record<CustodyEvent['step'], Mark>> = {
  issued: 'held',
  transferred: 'transferred',
  retired: 'retired',
  cancelled: 'cancelled',
  'hold-placed': 'on-hold',
  'hold-lifted': 'held',
  'taken-back': 'cancelled',
  converted: 'held',
  'transferred-abroad': 'abroad',
  acquired: 'transferred',
  'first-transferred': 'abroad',
  used: 'used',
  'movement-proposed': 'on-hold',
  'movement-ended': 'held',
  pledged: 'on-hold',
  'pledge-ended': 'held',
  contributed: 'transferred',
  released: 'transferred',
  compensated: 'cancelled',
  corrected: 'held',
}

/** Where the units have been, as a line of events. */
export function chain(speech: SiteSpeech, report: SerialReport): Html {
  if (report.events.length === 0) return html`<p>${speech.say('chain.none')}</p>`
  return html`<ol class="chain">
${report.events.map((event) => link(speech, event, report.registry))}</ol>
${report.truncated && html`<p class="over">${speech.say('chain.truncated')}</p>`}`
}

function link(speech: SiteSpeech, event: CustodyEvent, registry: string | null): Html {
  const name = registry === null ? marks[event.step] : 'recorded'
  return html`<li class="${name}">${mark(name)}<div>${headline(speech, event, registry)} <span class="over">· ${dayOf(speech, event, registry)}</span>
<div class="over">${[...details(speech, event, registry)].map((detail) => html`${detail} · `)}<a href="/entries/${event.entry.index}">${speech.say('chain.entry', { index: speech.number(event.entry.index) })}</a></div></div></li>
`
}

function headline(speech: SiteSpeech, event: CustodyEvent, registry: string | null): Html {
  return speech.html(headlineKey(event, registry), {
    step: strong(speech.under('step', event.step)),
    ranges: ranges(speech, event.blocks),
    to: nameOf(speech, event.to?.organisation),
    from: nameOf(speech, event.from?.organisation),
    beneficiary: beneficiaryName(speech, event),
    registry: speech.registry(registry ?? ''),
  })
}

function headlineKey({ step, beneficiary }: CustodyEvent, registry: string | null): TextKey {
  if (step === 'issued') return registry === null ? 'chain.issued' : 'chain.issued.abroad'
  if (step !== 'retired' && step !== 'cancelled') return `chain.${step}`
  if (registry !== null) return `chain.${step}.abroad`
  return beneficiary === null ? `chain.${step}` : `chain.${step}.for`
}

function dayOf(speech: SiteSpeech, event: CustodyEvent, registry: string | null): Html | string {
  if (registry === null) return moment(event.entry.at, speech.texts.day(event.entry.at))
  return event.date === null ? speech.say('chain.noday') : moment(event.date, speech.texts.legalDay(event.date))
}

function* details(speech: SiteSpeech, event: CustodyEvent, registry: string | null): Generator<Html | string> {
  const { approvals, step, purpose, reason, certificate, takenBack } = event
  const from = nameOf(speech, event.from?.organisation)
  if (takenBack !== null) {
    const by = speech.say('chain.takenBack', { index: speech.number(takenBack.index) })
    yield strong(html`<a href="/entries/${takenBack.index}">${by}</a>`)
  }
  if (approvals > 0) yield speech.counted('chain.approved', BigInt(approvals))
  if (step === 'transferred') yield speech.html('chain.from', { from })
  if (event.beneficiary !== null) yield speech.html('chain.by', { from })
  if (reason !== null) yield speech.say('chain.reason', { reason: speech.entries.code('reason', reason) })
  if (purpose !== null) yield speech.say('chain.purpose', { purpose: speech.entries.code('purpose', purpose) })
  const { index } = event.entry
  const pdf = html`(<a href="/national/papers/${index}/paper.pdf?wait=proof">PDF</a>)`
  if (certificate !== null) {
    const code = `C-${String(certificate).padStart(6, '0')}`
    yield html`<a href="/papers/${index}">${speech.say('chain.certificate', { code })}</a> ${pdf}`
  }
  if ((step === 'issued' && registry === null) || step === 'converted') {
    yield html`<a href="/papers/${index}">${speech.under('paper.kind', 'issuance')}</a> ${pdf}`
  }
}

function ranges(speech: SiteSpeech, blocks: readonly Block[]): string {
  const named = blocks.slice(0, MAX_RANGES).map(({ first, last }) => {
    const places = { first: speech.number(first), last: speech.number(last) }
    return speech.say(first === last ? 'range.one' : 'range', places)
  })
  const more = BigInt(blocks.length - named.length)
  return more === 0n ? named.join(', ') : `${named.join(', ')} ${speech.counted('range.more', more)}`
}
