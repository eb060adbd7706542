import type { Language, Page, ProjectDetails, Theme, TimelineEvent } from '@tallystick/contract'
import { type Html, html, written, writtenSentence } from '../platform/pages.ts'
import type { Services } from '../platform/services.ts'
import { frame } from './frame.ts'
import { type Mark, mark } from './marks.ts'
import { moment, nameOf, type SiteSpeech, siteSpeech, strong } from './speech.ts'

/** Events on a page of the time line, and on the page of the project itself. */
export const TIMELINE_PAGE = 25
export const TIMELINE_FIRST = 8

const marks: Readonly<Record<Theme, Mark>> = {
  life: 'decided',
  document: 'document',
  finding: 'finding',
  certifier: 'party',
  ownership: 'party',
  authorisation: 'decided',
  period: 'document',
  issuance: 'held',
  movement: 'transferred',
  end: 'retired',
  buffer: 'transferred',
  reversal: 'cancelled',
  hold: 'on-hold',
  correction: 'cancelled',
  other: 'active',
}

/** The newest events, for the page of the project. */
export function newestEvents(services: Services, language: Language, project: string, page: Page<TimelineEvent>): Html {
  const speech = siteSpeech(services, language)
  return html`<h2>${speech.say('timeline')}</h2>
${eventList(speech, page.items)}
<p><a href="/projects/${project}/timeline">${speech.say('timeline.all')}</a></p>`
}

export interface TimelineShown {
  order: 'newest' | 'oldest'
  /** Is it the beginning? */
  isFirst: boolean
  page: Page<TimelineEvent>
}

/** A page of the whole time line, with plain links to what follows. */
export function timelinePageOf(
  services: Services,
  language: Language,
  project: Pick<ProjectDetails, 'id' | 'number' | 'title'>,
  { order, isFirst, page }: TimelineShown,
): Html {
  const speech = siteSpeech(services, language)
  const title = project.title ?? speech.say('project.untitled', { number: `${project.number}` })
  const path = `/projects/${project.id}/timeline`
  const other = order === 'newest' ? 'oldest' : 'newest'
  const body = html`<div class="over"><a href="/projects/${project.id}">${speech.say('project.over', { number: `${project.number}` })}</a> · ${speech.say('timeline')}</div>
<h1>${written(title)}</h1>
<p class="lead">${speech.say(`timeline.lead.${order}`)}</p>
<p class="over"><a href="${path}?order=${other}">${speech.say(`timeline.${other}`)}</a></p>
${eventList(speech, page.items)}
<p class="steps">${!isFirst && html`<a href="${path}?order=${order}">${speech.say('timeline.begin')}</a>`} ${page.next !== null && html`<a rel="next" href="${path}?order=${order}&cursor=${page.next}">${speech.say(`timeline.more.${order}`)}</a>`}</p>
<p class="over"><a href="/national/projects/${project.id}/timeline?order=${order}">${speech.say('facts.programs')}</a></p>`
  return frame(services, language, `${title}: ${speech.say('timeline')}`, body)
}

/** Events under the years in which they were written. */
function eventList(speech: SiteSpeech, events: readonly TimelineEvent[]): Html {
  if (events.length === 0) return html`<p>${speech.say('timeline.none')}</p>`
  const years = [...new Set(events.map(yearOf))]
  return html`${years.map((year) => {
    const own = events.filter((event) => yearOf(event) === year)
    return html`<h3 class="year">${year}</h3>
<ol class="chain timeline">
${own.map((event) => eventItem(speech, event))}</ol>
`
  })}`
}

function yearOf({ at }: TimelineEvent): string {
  return at.slice(0, 4)
}

/** What ends something that held units: they are free again. */
const RELEASES: ReadonlySet<string> = new Set(['HoldLifted', 'HoldExpired', 'PledgeReleased', 'PledgeExpired'])

function eventItem(speech: SiteSpeech, event: TimelineEvent): Html {
  const { theme, type, at, sentence, text, takenBack } = event
  const name = RELEASES.has(type) ? 'held' : marks[theme]
  return html`<li class="${name}">${mark(name)}<div>
<div class="over">${moment(at, speech.texts.minute(at))}</div>
<div>${writtenSentence(sentence)}</div>
<div class="over">${[...details(speech, event)].map((detail) => html`${detail} · `)}<a href="/entries/${event.index}">${speech.say('chain.entry', { index: speech.number(event.index) })}</a>${event.provable && html` · <a href="${event.receipt}">${speech.say('timeline.proof')}</a>`}</div>
${text !== null && (text.state === 'open' ? html`<blockquote>${written(text.value ?? '')}</blockquote>` : html`<div class="over">${speech.say(`timeline.text.${text.state}`)}</div>`)}
${takenBack !== null && html`<div>${strong(html`<a href="/entries/${takenBack.index}">${speech.say('chain.takenBack', { index: speech.number(takenBack.index) })}</a>`)}</div>`}
</div></li>
`
}

function* details(speech: SiteSpeech, { by, approvals, document, finding }: TimelineEvent): Generator<Html | string> {
  if (by.role.startsWith('system/')) yield speech.say('timeline.system')
  else yield speech.html('timeline.by', { role: by.roleWords, organisation: nameOf(speech, by.organisation) })
  if (approvals.length > 0) yield speech.counted('chain.approved', BigInt(approvals.length))
  if (document !== null) {
    const named = document.name === null ? '' : html` (${written(document.name)})`
    yield html`${speech.say('timeline.version', { version: speech.number(document.version) })}${named}`
  }
  if (finding !== null) yield `${finding.kind} ${speech.number(finding.number)}`
}
