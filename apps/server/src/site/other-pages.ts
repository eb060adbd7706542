import { type EntryDetails, type Language, type ProjectDetails, visibleDirections } from '@tallystick/contract'
import { type Html, html, written, writtenSentence } from '../platform/pages.ts'
import type { Services } from '../platform/services.ts'
import { frame, searchForm } from './frame.ts'
import { periodTables } from './period-tables.ts'
import { proofBox } from './proof-box.ts'
import { broken } from './serial-page.ts'
import { moment, nameOf, siteSpeech } from './speech.ts'

/** One entry of the log: its sentence, and what it says exactly. */
export async function entryPage(services: Services, language: Language, details: EntryDetails): Promise<Html> {
  const speech = siteSpeech(services, language)
  const { index, leaf, sentence, entry, takenBack } = details
  const title = speech.say('entry', { index: speech.number(index) })
  const { size } = await services.ledger.head()
  const pairs = [
    [speech.say('entry.type'), entry.type],
    [speech.say('entry.at'), moment(entry.at, speech.texts.minute(entry.at))],
    [speech.say('entry.approvals'), speech.number(entry.approvals.length)],
    [speech.say('entry.by'), html`<span class="mono">${entry.by}</span>`],
    [speech.say('entry.leaf'), html`<span class="mono">${leaf}</span>`],
  ] as const
  const body = html`<div class="columns">
<div>
<div class="over">${speech.say('entry.over')}</div>
<h1>${title}</h1>
<p class="lead">${writtenSentence(sentence)}</p>
${takenBack !== null && html`<p class="note">${speech.html('entry.takenBack', { day: moment(takenBack.at, speech.texts.day(takenBack.at)), entry: html`<a href="/entries/${takenBack.index}">${speech.say('chain.entry', { index: speech.number(takenBack.index) })}</a>` })}</p>`}
<dl class="read">${pairs.map(([name, value]) => html`<dt>${name}</dt><dd>${value}</dd>`)}</dl>
<h2>${speech.say('entry.body')}</h2>
<p class="over">${speech.say('entry.body.note')}</p>
<pre class="card"><code>${visibleDirections(JSON.stringify(entry, null, 2))}</code></pre>
<p class="steps">${index > 0 && html`<a rel="prev" href="/entries/${index - 1}">${speech.say('entry.previous')}</a>`} ${index + 1 < size && html`<a rel="next" href="/entries/${index + 1}">${speech.say('entry.next')}</a>`}</p>
</div>
<aside>
${await proofBox(services, language, [{ entry: { index, leaf, at: entry.at } }])}
<p class="over"><a href="/national/entries/${index}">${speech.say('entry.programs')}</a></p>
</aside>
</div>`
  return frame(services, language, title, body)
}

/** A project: owners, sums, batches, and what happened last. */
export function projectPage(services: Services, language: Language, project: ProjectDetails, history: Html): Html {
  const speech = siteSpeech(services, language)
  const { number, totals, state, owners, batches } = project
  const title = project.title ?? speech.say('project.untitled', { number: `${number}` })
  const tonnes = (amount: string) => speech.counted('tonnes', BigInt(amount))
  const places = {
    issued: tonnes(totals.issued),
    authorised: tonnes(totals.authorised),
    state: speech.entries.code('state', state),
  }
  const { at, index } = project.registered
  const pairs = [
    [speech.say('facts.scope'), `${project.sectoralScope} ${speech.under('scope', project.sectoralScope)}`],
    [speech.say('facts.method'), project.methodology],
    [speech.say('project.registered'), html`<a href="/entries/${index}">${moment(at, speech.texts.day(at))}</a>`],
    [speech.say('project.left'), speech.number(totals.left)],
  ] as const
  const body = html`<div class="columns">
<div>
<div class="over">${speech.say('project.over', { number: `${number}` })}</div>
<h1>${written(title)}</h1>
<p class="lead">${speech.say(totals.authorised === '0' ? 'project.lead.none' : 'project.lead', places)}</p>
<h2>${speech.say('project.owners')}</h2>
<table><thead><tr><th scope="col">${speech.say('project.owner')}</th><th scope="col" class="number">${speech.say('project.share')}</th></tr></thead>
<tbody>${owners.map(({ organisation, share }) => html`<tr><td>${nameOf(speech, organisation)}</td><td class="number">${share} %</td></tr>`)}</tbody></table>
${certified(speech, project)}
<h2>${speech.say('project.batches')}</h2>
${
  batches.length === 0
    ? html`<p>${speech.say('project.batches.none')}</p>`
    : html`<table><thead><tr><th scope="col">${speech.say('project.batch')}</th><th scope="col">${speech.say('project.vintage')}</th><th scope="col" class="number">${speech.say('project.quantity')}</th></tr></thead>
<tbody>${batches.map(({ vintage, block }) => html`<tr><td><a class="mono" href="/serials/${encodeURIComponent(block.serial)}">${broken(block.serial)}</a></td><td>${vintage}</td><td class="number">${speech.number(block.quantity)}</td></tr>`)}</tbody></table>`
}
${periodTables(speech, project)}
${history}
</div>
<aside><section class="card"><h2 class="hidden">${speech.say('facts')}</h2>
<dl>${pairs.map(([name, value]) => html`<dt>${name}</dt><dd>${value}</dd>`)}</dl>
<p class="over"><a href="/national/projects/${project.id}/ledger">${speech.say('project.ledger')}</a></p>
</section></aside>
</div>`
  return frame(services, language, title, body)
}

/** Who has certified the project, and what has become of them since. */
function certified(speech: ReturnType<typeof siteSpeech>, { certifications }: ProjectDetails): Html | false {
  if (certifications.length === 0) return false
  const standing = ({ active, accredited }: ProjectDetails['certifications'][number]) =>
    speech.say(
      !active ? 'project.certifier.suspended' : accredited ? 'project.certifier.well' : 'project.certifier.lapsed',
    )
  const rows = certifications.map((one) => {
    const { certifier, entry } = one
    const day = html`<a href="/entries/${entry.index}">${moment(entry.at, speech.texts.day(entry.at))}</a>`
    return html`<tr><td>${nameOf(speech, certifier)}</td><td>${day}</td><td>${standing(one)}</td></tr>`
  })
  const heads = ['project.certifier', 'project.certified', 'project.certifier.standing'] as const
  return html`<h2>${speech.say('project.certifications')}</h2>
<table><thead><tr>${heads.map((key) => html`<th scope="col">${speech.say(key)}</th>`)}</tr></thead>
<tbody>${rows}</tbody></table>`
}

/** How anybody checks what this registry says. */
export function verifyPage(services: Services, language: Language): Html {
  const speech = siteSpeech(services, language)
  const { key } = services.genesis
  const command = 'npm run -s tallystick -- verify'
  const title = speech.say('verify')
  const body = html`<h1>${title}</h1>
<p class="lead">${speech.say('verify.lead')}</p>
<h2>${speech.say('verify.one')}</h2>
<p>${speech.say('verify.one.1')}</p>
<p>${speech.say('verify.one.2')}</p>
<pre class="card"><code>${command} --proof certificate-1.tlog-proof --certificate certificate-1.json \\
  --vkey '${key}'</code></pre>
<p>${speech.say('verify.one.pdf')}</p>
<pre class="card"><code>${command} --certificate certificate-1.pdf --vkey '${key}'</code></pre>
<h2>${speech.say('verify.all')}</h2>
<p>${speech.say('verify.all.1')}</p>
<pre class="card"><code>${command} ${services.publicUrl}/log --vkey '${key}'</code></pre>
<h2>${speech.say('verify.key')}</h2>
<p>${speech.say('verify.key.1')}</p>
<pre class="card"><code>${key}</code></pre>`
  return frame(services, language, title, body)
}

/** There is no such page, or the request could not be answered. */
export function missingPage(services: Services, language: Language, isMissing: boolean, sentence: string): Html {
  const speech = siteSpeech(services, language)
  const title = speech.say(isMissing ? 'page.missing' : 'page.refused')
  const body = html`<h1>${title}</h1>
<p class="lead">${isMissing ? speech.say('page.missing.text') : sentence}</p>
${searchForm(speech, { place: 'wide' })}`
  return frame(services, language, title, body, { search: false })
}
