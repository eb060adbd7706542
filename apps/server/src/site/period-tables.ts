import type { CreditingPeriod, Period, ProjectDetails } from '@tallystick/contract'
import { type Html, html } from '../platform/pages.ts'
import { nothing, type SiteSpeech } from './speech.ts'

/** When the outcomes of a project are credited, and what was certified and issued of each monitoring period. */
export function periodTables(speech: SiteSpeech, project: ProjectDetails): Html {
  const { creditingPeriods, periods } = project
  return html`${creditingPeriods.length > 0 ? crediting(speech, creditingPeriods) : nothing}${periods.length > 0 ? monitoring(speech, periods) : nothing}`
}

function crediting(speech: SiteSpeech, periods: readonly CreditingPeriod[]): Html {
  return html`<h2>${speech.say('project.crediting')}</h2>
<table><thead><tr><th scope="col">${speech.say('project.period')}</th><th scope="col">${speech.say('project.period.days')}</th><th scope="col">${speech.say('project.period.kind')}</th></tr></thead>
<tbody>${periods.map(
    (one) =>
      html`<tr><td>${speech.number(one.number)}</td><td>${days(speech, one)}</td><td>${speech.entries.code('crediting', one.kind)}</td></tr>`,
  )}</tbody></table>
`
}

function monitoring(speech: SiteSpeech, periods: readonly Period[]): Html {
  return html`<h2>${speech.say('project.periods')}</h2>
<table><thead><tr><th scope="col">${speech.say('project.period')}</th><th scope="col">${speech.say('project.period.days')}</th><th scope="col">${speech.say('project.period.state')}</th><th scope="col">${speech.say('project.vintage')}</th><th scope="col" class="number">${speech.say('project.period.certified')}</th><th scope="col" class="number">${speech.say('project.period.issued')}</th></tr></thead>
<tbody>${periods.map((one) => rows(speech, one))}</tbody></table>
`
}

/** One row for each year of a period; one without figures where nothing is certified. */
function rows(speech: SiteSpeech, { id, number, from, to, state, outcomes }: Period): Html {
  const most = Math.max(outcomes.length, 1)
  const head = html`<td rowspan="${most}"><a href="/national/periods/${id}">${speech.number(number)}</a></td><td rowspan="${most}">${days(speech, { from, to })}</td><td rowspan="${most}">${speech.periodState(state)}</td>`
  if (outcomes.length === 0) return html`<tr>${head}<td>–</td><td class="number">–</td><td class="number">–</td></tr>`
  return html`${outcomes.map(
    ({ vintage, certified, issued }, at) =>
      html`<tr>${at === 0 && head}<td>${vintage}</td><td class="number">${speech.texts.decimal(certified)}</td><td class="number">${speech.texts.decimal(issued)}</td></tr>`,
  )}`
}

function days(speech: SiteSpeech, { from, to }: { from: string; to: string }): string {
  return speech.say('facts.period', { from: speech.texts.legalDay(from), to: speech.texts.legalDay(to) })
}
