import type { BatchDetails, ProjectDetails, SerialReport } from '@tallystick/contract'
import { type Html, html } from '../platform/pages.ts'
import { projectLink } from './serial-words.ts'
import type { SiteSpeech } from './speech.ts'

/** What stands aside: type, scope, vintage, method. */
export function facts(
  speech: SiteSpeech,
  report: SerialReport,
  project: ProjectDetails | undefined,
  batch: BatchDetails | undefined,
): Html {
  const pairs = project && batch ? factsAtHome(speech, project, batch) : factsAbroad(speech, report)
  return html`<section class="card"><h2 class="hidden">${speech.say('facts')}</h2>
<dl>${pairs.map(([name, value]) => html`<dt>${name}</dt><dd>${value}</dd>`)}</dl>
<p class="over"><a href="/national/serials/${encodeURIComponent(report.serial)}">${speech.say('facts.programs')}</a></p>
</section>`
}

type Pair = [name: string, value: Html | string]

function factsAtHome(speech: SiteSpeech, project: ProjectDetails, batch: BatchDetails): Pair[] {
  const { sectoralScope: scope, methodology } = project
  const authorised = project.authorisations.find(({ id }) => id === batch.authorisation)
  const purposes = (authorised?.purposes ?? []).map((purpose) => speech.entries.code('purpose', purpose))
  const period = batch.monitoringPeriod
  return [
    [speech.say('facts.project'), projectLink(speech, { project: batch.project, class: null })],
    [speech.say('facts.type'), batch.unitType],
    [speech.say('facts.scope'), `${scope} ${speech.under('scope', scope)}`],
    [speech.say('facts.vintage'), batch.vintage],
    [speech.say('facts.method'), methodology],
    [
      speech.say('facts.authorised'),
      purposes.length > 0 ? speech.texts.list(purposes) : speech.say('facts.authorised.none'),
    ],
    ...(period
      ? [
          [
            speech.say('facts.monitored'),
            speech.say('facts.period', {
              from: speech.texts.legalDay(period.from),
              to: speech.texts.legalDay(period.to),
            }),
          ] satisfies Pair,
        ]
      : []),
  ]
}

function factsAbroad(speech: SiteSpeech, { parts, unconfirmed }: SerialReport): Pair[] {
  const known = parts.find((part) => part.class !== null)
  const { registry, project = '', vintage = '', unitType = '' } = known?.class ?? {}
  return [
    [speech.say('facts.registry'), speech.registry(registry ?? '')],
    [speech.say('facts.project'), project],
    [speech.say('facts.type'), unitType],
    [speech.say('facts.vintage'), vintage],
    [speech.say('facts.evidence'), speech.under('facts.evidence', known?.evidence ?? 'issued')],
    ...(unconfirmed.length > 0
      ? [[speech.say('facts.unconfirmed'), speech.texts.list(unconfirmed)] satisfies Pair]
      : []),
  ]
}
