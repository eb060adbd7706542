import type { IssuedPaper, Language } from '@tallystick/contract'
import { type Html, html } from '../platform/pages.ts'
import { PAPER_STYLE, renderHtml } from '../platform/paper/html.ts'
import { PAPER_LANGUAGES, type PaperLanguage } from '../platform/paper/words.ts'
import type { Services } from '../platform/services.ts'
import { frame } from './frame.ts'
import { chip, type Mark } from './marks.ts'
import { proofBox } from './proof-box.ts'
import type { PaperShown } from './reads.ts'
import { moment, nothing, type SiteSpeech, siteSpeech } from './speech.ts'

/** Papers on the page of a project. */
export const PAPERS_FIRST = 20

type State = IssuedPaper['standing']['state']

const marks: Readonly<Record<State, Mark>> = {
  stands: 'held',
  paused: 'on-hold',
  superseded: 'recorded',
  revoked: 'cancelled',
  over: 'recorded',
  void: 'cancelled',
}

/** What a paper should say, how it stands today, and how anybody checks it: where the code on it leads. */
export async function checkPage(
  services: Services,
  language: Language,
  { shown, paper }: PaperShown,
  asked: PaperLanguage,
): Promise<Html> {
  const speech = siteSpeech(services, language)
  const { reference, entry, project, page, standing } = shown
  const others = PAPER_LANGUAGES.map((one) => {
    const name = languageName(one)
    return one === asked
      ? html`<strong lang="${one}">${name}</strong>`
      : html`<a href="${page}?language=${one}" lang="${one}" hreflang="${one}">${name}</a>`
  })
  const body = html`<div class="columns">
<div>
<div class="over">${speech.say('paper.head', { reference })}</div>
<p>${stateChip(speech, standing.state)}</p>
<p class="lead">${verdict(services, speech, shown)}</p>
${project && html`<p class="over"><a href="/projects/${project.id}">${speech.say('paper.project')}</a></p>`}
<p>${speech.say('paper.compare')} ${others.map((one, at) => html`${at > 0 && ' · '}${one}`)}</p>
${paper.kind === 'letter' ? html`<div class="card">${renderHtml(paper)}</div>` : renderHtml(paper)}
</div>
<aside>
${await proofBox(services, language, [{ entry }])}
${offline(speech, shown)}
</aside>
</div>`
  const title = `${speech.under('paper.kind', shown.kind)} ${reference}`
  return frame(services, language, title, body, { styles: [PAPER_STYLE] })
}

function verdict(services: Services, speech: SiteSpeech, { standing: { state, by } }: IssuedPaper): Html {
  const at = by?.at ?? services.clock().toISOString()
  const index = by?.index ?? 0
  const entry = html`<a href="/entries/${index}">${speech.say('chain.entry', { index: speech.number(index) })}</a>`
  return speech.html(`paper.${state}`, { entry, day: moment(at, speech.texts.minute(at)) })
}

/** The file that holds its own proof, and the command that checks it. */
function offline(speech: SiteSpeech, { reference, entry, pdf }: IssuedPaper): Html {
  const files = PAPER_LANGUAGES.map(
    (one) => html`<li><a href="${pdf}?language=${one}&wait=proof" lang="${one}">${languageName(one)}</a></li>\n`,
  )
  return html`<section class="card"><h2>${speech.say('paper.offline')}</h2>
<p>${speech.say('paper.pdf')}</p>
<ul>${files}</ul>
<p>${speech.say('paper.offline.text')}</p>
<pre><code>npm run -s tallystick -- verify --certificate ${reference}.pdf --vkey KEY</code></pre>
<p><a href="/verify">${speech.say('paper.key')}</a></p>
<p class="over"><a href="/national/papers/${entry.index}">${speech.say('paper.programs')}</a> · <a href="/national/papers/${entry.index}/certificate">${speech.say('paper.file')}</a></p>
</section>`
}

/** Letters and certificates about a project. */
export function papersSection(
  services: Services,
  language: Language,
  project: string,
  papers: readonly IssuedPaper[],
): Html {
  if (papers.length === 0) return nothing
  const speech = siteSpeech(services, language)
  const rows = papers.map(
    ({ kind, reference, page, pdf, entry, standing }) =>
      html`<tr><td><a href="${page}">${speech.under('paper.kind', kind)}</a> <span class="over">${reference}</span></td><td>${moment(entry.at, speech.texts.day(entry.at))}</td><td>${stateChip(speech, standing.state)}</td><td><a href="${pdf}?wait=proof">PDF</a></td></tr>\n`,
  )
  const heads = ['papers.paper', 'papers.date', 'parts.state'] as const
  return html`<section aria-labelledby="papers"><h2 id="papers">${speech.say('papers')}</h2>
<table><thead><tr>${heads.map((key) => html`<th scope="col">${speech.say(key)}</th>`)}<th scope="col">PDF</th></tr></thead>
<tbody>${rows}</tbody></table>
<p class="over"><a href="/national/projects/${project}/papers">${speech.say('papers.all')}</a></p></section>
`
}

function stateChip(speech: SiteSpeech, state: State): Html {
  return chip(marks[state], speech.under('paper.state', state))
}

/** As its own speakers call it. */
function languageName(language: PaperLanguage): string {
  return new Intl.DisplayNames(language, { type: 'language' }).of(language) ?? language
}
