import type { BatchDetails, Language, ProjectDetails, SerialPart, SerialReport } from '@tallystick/contract'
import { lawInForce } from '../platform/law.ts'
import { type Html, html } from '../platform/pages.ts'
import type { Services } from '../platform/services.ts'
import { chain } from './chain.ts'
import { facts } from './facts.ts'
import { frame } from './frame.ts'
import { chip } from './marks.ts'
import { proofBox } from './proof-box.ts'
import type { PublicReads } from './reads.ts'
import { leadOf, type Measure, markOf, onlyState, ownerName, stateWord } from './serial-words.ts'
import { type SiteSpeech, siteSpeech } from './speech.ts'
import { type Stretch, strip } from './strip.ts'

/** Most parts that the page lists, and most batches that it draws. */
const MAX_LISTED = 50
const MAX_DRAWN = 3
const MAX_ITMOS = 5

/** What a serial number or a range is, was, and belongs to. */
export async function serialPage(
  services: Services,
  language: Language,
  reads: PublicReads,
  report: SerialReport,
): Promise<Html> {
  const speech = siteSpeech(services, language)
  const known = report.parts.find((part) => part.class !== null)
  const { preset } = await lawInForce(services.ledger)
  const measure = preset.unitTypes[known?.class?.unitType ?? '']?.measure ?? 'tCO2e'
  const batchIds = [...new Set(report.parts.flatMap(({ batch }) => batch ?? []))].slice(0, MAX_DRAWN)
  const batches = (await Promise.all(batchIds.map((id) => reads.batch(id)))).filter((batch) => batch !== undefined)
  const project = known?.project ? await reads.project(known.project.id) : undefined
  const state = onlyState(report)
  const mark = markOf(state, report.registry)
  const vintage = known?.class?.vintage ?? ''
  const body = html`<div class="columns">
<div>
<div class="over">${speech.say(report.registry === null ? 'over.batch' : 'over.recorded', { vintage })}</div>
<h1 class="serial">${broken(report.serial)}</h1>
<p>${chip(mark, stateWord(speech, state, report.registry))}</p>
<p class="lead">${leadOf(speech, report, measure)}</p>
${report.registry !== null && html`<p class="note">${speech.say('lead.recorded.note', { registry: speech.registry(report.registry) })}</p>`}
${otherNames(speech, report)}
${report.parts.length > 1 && partsTable(speech, report)}
<section aria-labelledby="chain"><h2 id="chain">${speech.say('chain')}</h2>
${chain(speech, report)}
</section>
${batches.length > 0 ? batches.map((batch) => batchStrip(speech, batch, report, project, measure)) : rangeStrip(speech, report, measure)}
</div>
<aside>
${await proofBox(services, language, report.events)}
${facts(speech, report, project, batches[0])}
</aside>
</div>`
  return frame(services, language, report.serial, body)
}

/** A serial that may break after its dashes. */
export function broken(serial: string): Html {
  return html`${serial.split('-').map((piece, at) => html`${at > 0 && html`-<wbr>`}${piece}`)}`
}

/** The other names of these units, where they have some: in the Article 6 database, or here. */
function otherNames(speech: SiteSpeech, { parts, serial, format }: SerialReport): Html {
  const named = (key: 'itmos' | 'nationals', names: string[]) => {
    const others = names.filter((name) => name !== serial)
    if (others.length === 0) return null
    const shown = others.slice(0, MAX_ITMOS).map((one) => html`<span class="mono">${broken(one)}</span> `)
    const more = BigInt(others.length - shown.length)
    return html`<p class="over">${speech.say(key)}: ${shown}${more > 0n && speech.counted('range.more', more)}</p>`
  }
  const identified = parts.filter(({ itmos }) => itmos !== null)
  const itmos = identified.flatMap(({ itmos }) => itmos?.serial ?? [])
  const nationals = format === 'itmo' ? identified.map((part) => part.serial).filter((one) => !itmos.includes(one)) : []
  return html`${named('itmos', itmos)}${named('nationals', nationals)}`
}

function partsTable(speech: SiteSpeech, { parts, registry, truncated }: SerialReport): Html {
  const rows = parts.slice(0, MAX_LISTED).map((part) => partRow(speech, part, registry))
  const more = BigInt(parts.length - rows.length)
  return html`<section aria-labelledby="parts"><h2 id="parts">${speech.say('parts')}</h2>
<table class="parts">
<thead><tr><th scope="col">${speech.say('parts.serial')}</th><th scope="col" class="number">${speech.say('parts.quantity')}</th><th scope="col">${speech.say('parts.state')}</th>${registry === null && html`<th scope="col">${speech.say('parts.owner')}</th>`}</tr></thead>
<tbody>
${rows}</tbody>
</table>
${more > 0n && html`<p class="over">${speech.counted('parts.more', more)}</p>`}
${truncated && html`<p class="over">${speech.say('chain.truncated')}</p>`}
</section>`
}

function partRow(speech: SiteSpeech, part: SerialPart, registry: string | null): Html {
  const { serial, quantity, state, owner } = part
  return html`<tr><td><a class="mono" href="/serials/${encodeURIComponent(serial)}">${broken(serial)}</a></td><td class="number">${speech.number(quantity)}<span class="phone"> ${speech.say('parts.unit')}</span></td><td>${chip(state, speech.under('state', state))}</td>${registry === null && html`<td>${owner && ownerName(speech, part)}</td>`}</tr>
`
}

/** The batch that the units are a part of, drawn to scale. */
function batchStrip(
  speech: SiteSpeech,
  batch: BatchDetails,
  report: SerialReport,
  project: ProjectDetails | undefined,
  measure: Measure,
): Html {
  const owners = new Set(project?.owners.map(({ account }) => account))
  const [first, last] = [BigInt(batch.block.first), BigInt(batch.block.last)]
  const stretches = batch.truncated
    ? sumsAsStretches(speech, batch, first)
    : batch.runs.map((run): Stretch => {
        const range = { first: BigInt(run.first), last: BigInt(run.last) }
        if (run.state !== 'held') return stretch(speech, run.state, range)
        return owners.has(run.owner.account)
          ? { mark: 'held', label: speech.say('legend.owners'), ...range }
          : { mark: 'transferred', label: speech.say('legend.transferred'), ...range }
      })
  const asked = askedOf(report, batch)
  const framed = { first: asked.first > first ? asked.first : first, last: asked.last < last ? asked.last : last }
  const isPart = !batch.truncated && (framed.first > first || framed.last < last)
  const quantity = speech.counted(`short.${measure}`, BigInt(batch.block.quantity))
  const title = speech.say('batch.picture', { quantity, first: speech.number(first), last: speech.number(last) })
  return html`<section><h2>${speech.say('batch', { quantity })}</h2>
<p class="over"><a class="mono" href="/serials/${encodeURIComponent(batch.block.serial)}">${broken(batch.block.serial)}</a></p>
${strip(speech, stretches, { title, ...(isPart ? { framed } : {}) })}
${isPart && html`<p class="over">${speech.say('batch.asked')}</p>`}
${batch.truncated && html`<p class="over">${speech.say('batch.truncated')}</p>`}
</section>`
}

/** What was asked for, in the numbers of the batch; ITMO identifiers have numbers of their own. */
function askedOf(report: SerialReport, batch: BatchDetails): { first: bigint; last: bigint } {
  if (report.format !== 'itmo') return { first: BigInt(report.first), last: BigInt(report.last) }
  const parts = report.parts.filter((part) => part.batch === batch.id)
  const firsts = parts.map(({ first }) => BigInt(first)).sort((a, b) => (a < b ? -1 : 1))
  const lasts = parts.map(({ last }) => BigInt(last)).sort((a, b) => (a < b ? 1 : -1))
  return { first: firsts[0] ?? 0n, last: lasts[0] ?? 0n }
}

function stretch(
  speech: SiteSpeech,
  state: Exclude<SerialPart['state'], 'held'>,
  range: { first: bigint; last: bigint },
): Stretch {
  return { mark: state, label: speech.say(`legend.${state}`), ...range }
}

/** Sums one after the other, where the runs are too many to draw. */
function sumsAsStretches(speech: SiteSpeech, { sums }: BatchDetails, start: bigint): Stretch[] {
  const states = [
    { mark: 'held', label: speech.say('state.held'), count: BigInt(sums.held) },
    { mark: 'on-hold', label: speech.say('legend.on-hold'), count: BigInt(sums.onHold) },
    { mark: 'retired', label: speech.say('legend.retired'), count: BigInt(sums.retired) },
    { mark: 'cancelled', label: speech.say('legend.cancelled'), count: BigInt(sums.cancelled) },
    { mark: 'used', label: speech.say('legend.used'), count: BigInt(sums.used) },
    { mark: 'abroad', label: speech.say('legend.abroad'), count: BigInt(sums.abroad) },
    { mark: 'not-issued', label: speech.say('legend.not-issued'), count: BigInt(sums.takenBack) },
  ] as const
  let first = start
  return states
    .filter(({ count }) => count > 0n)
    .map(({ mark, label, count }) => {
      first += count
      return { mark, label, first: first - count, last: first - 1n }
    })
}

/** Units of another registry: only what was asked for is known, so that is what is drawn. */
function rangeStrip(speech: SiteSpeech, report: SerialReport, measure: Measure): Html {
  const stretches = report.parts.map(({ state, first, last }): Stretch => {
    const range = { first: BigInt(first), last: BigInt(last) }
    return state === 'held'
      ? { mark: 'held', label: speech.say('state.held'), ...range }
      : stretch(speech, state, range)
  })
  const quantity = speech.counted(`short.${measure}`, BigInt(report.quantity))
  const places = { quantity, first: speech.number(report.first), last: speech.number(report.last) }
  return html`<section><h2>${speech.say('batch.range', { quantity })}</h2>
${strip(speech, stretches, { title: speech.say('batch.picture', places) })}
</section>`
}
