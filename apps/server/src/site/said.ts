import {
  type Comment,
  type Description,
  descriptionSpeech,
  type Family,
  type Language,
  localeOf,
  type Money,
  Speech,
} from '@tallystick/contract'
import { type Html, html, written } from '../platform/pages.ts'
import type { Services } from '../platform/services.ts'
import type { CommentsShown } from './reads.ts'
import en from './said.en.json' with { type: 'json' }
import es from './said.es.json' with { type: 'json' }
import fr from './said.fr.json' with { type: 'json' }
import { moment, nameOf, nothing, siteSpeech } from './speech.ts'

const texts: Family<typeof en> = { en, fr, es }

/** What somebody says of a project: in the words of the page, those of codes, and his own. */
interface Saying {
  services: Services
  language: Language
  page: Speech
  codes: Speech
}

function sayingIn(services: Services, language: Language): Saying {
  const { timeZone } = services.genesis
  const known = `${language} ${timeZone}`
  const page = speeches.get(known) ?? new Speech(localeOf(language, texts[language]), localeOf('en', en), timeZone)
  speeches.set(known, page)
  return { services, language, page, codes: descriptionSpeech(language) }
}

const speeches = new Map<string, Speech>()

/** What is said of a project, by whom, and what of that the ledger attests. */
export function descriptionSection(services: Services, language: Language, said: Description | undefined): Html {
  if (!said) return nothing
  const saying = sayingIn(services, language)
  const { page } = saying
  const { description, version, by, entry, sha256 } = said
  if (!description) {
    return html`<h2>${page.say('description')}</h2><p class="note">${page.say('description.gone', { version: `${version}` })}</p>`
  }
  const { index, at } = entry
  const places = {
    by: nameOf(siteSpeech(services, language), by),
    day: html`<a href="/entries/${index}">${moment(at, page.day(at))}</a>`,
    version: html`${version}`,
  }
  return html`<section class="said"><h2>${page.say('description')}</h2>
<p class="note">${filled(page, 'description.by', places)}</p>
${description.description !== undefined && html`<blockquote>${written(description.description)}</blockquote>`}
<dl class="read">${factsOf(saying, description).map(([name, value]) => html`<dt>${page.say(name)}</dt><dd>${value}</dd>\n`)}</dl>
<p class="over"><a href="/national/descriptions/${sha256}">${page.say('description.bytes')}</a></p></section>
`
}

/** A text with markup in its places. */
function filled(speech: Speech, key: keyof typeof en, places: Readonly<Record<string, Html>>): Html {
  const pieces = speech.pieces(key)
  return html`${pieces.map((piece) => ('words' in piece ? html`${piece.words}` : places[piece.place]))}`
}

type Said = NonNullable<Description['description']>
type Fact = [name: keyof typeof en, value: Html | string]

function factsOf(saying: Saying, said: Said): Fact[] {
  return [
    ...aboutWhat(saying, said),
    ...aboutTrade(saying, said),
    ...aboutMoney(saying, said),
    ...aboutMore(saying, said),
  ]
}

function lines(items: readonly (Html | string)[]): Html {
  return items.length === 1 ? html`${items[0]}` : html`<ul>${items.map((item) => html`<li>${item}</li>`)}</ul>`
}

function aboutWhat({ page, codes }: Saying, said: Said): Fact[] {
  const types = said.typeOfMitigation.map(({ type, subType }) => {
    const name = codes.code('type', type)
    return subType === undefined ? name : page.say('type.sub', { type: name, subType: codes.code('subType', subType) })
  })
  const dates = { from: page.legalDay(said.startDate), to: page.legalDay(said.endDate) }
  return [
    ['externalId', written(said.externalId)],
    ['sector', codes.code('sector', said.sector)],
    ['types', lines(types)],
    ['gases', page.list(said.gases.map((gas) => codes.code('gas', gas)))],
    ['dates', page.say('dates.range', dates)],
    ['locations', lines(said.projectLocations.map((place) => location(page, place)))],
  ]
}

function location(
  page: Speech,
  { name, inCountryRegion, regionCode, country, geometry }: Said['projectLocations'][number],
) {
  const names = [name, inCountryRegion, regionCode, country].filter((part) => part !== undefined)
  const drawn =
    geometry?.type === 'Point'
      ? page.say('location.point', { longitude: `${geometry.coordinates[0]}`, latitude: `${geometry.coordinates[1]}` })
      : geometry && page.say('location.area')
  return html`${written(names.join(', '))}${names.length > 0 && drawn !== undefined && ' · '}${drawn}`
}

function aboutTrade({ page, codes, language }: Saying, said: Said): Fact[] {
  const { activityScope, coveredByNDC, article6Trading, buyerCountryEligibility: buyers, creditingPeriod } = said
  const { maximumInternationalTransfer: maximum, estimations } = said
  const countries = new Intl.DisplayNames(language, { type: 'region' })
  const facts: (Fact | undefined)[] = [
    coveredByNDC && ['coveredByNDC', codes.code('coveredByNDC', coveredByNDC)],
    activityScope && ['activityScope', codes.code('activityScope', activityScope)],
    article6Trading === undefined ? undefined : ['article6', page.say(article6Trading ? 'yes' : 'no')],
    buyers && ['buyers', page.list(buyers.map((code) => countries.of(code) ?? code))],
    maximum === undefined ? undefined : ['maximum', page.decimal(maximum)],
    creditingPeriod && ['creditingPeriod', yearsOf(page, creditingPeriod.years)],
    estimations && [
      'estimations',
      lines(
        estimations.map(({ creditingPeriodStart, creditingPeriodEnd, unitCount }) => {
          const days = { from: page.legalDay(creditingPeriodStart), to: page.legalDay(creditingPeriodEnd) }
          return page.say('estimation', { ...days, tonnes: page.decimal(unitCount) })
        }),
      ),
    ],
  ]
  return facts.filter((fact) => fact !== undefined)
}

function yearsOf(page: Speech, years: number): string {
  const count = BigInt(years)
  return page.say('years', { count: page.number(count) }, count)
}

function sum(page: Speech, { amount, currency }: Money): string {
  return page.say('money', { amount: page.decimal(amount), currency })
}

function aboutMoney({ page, codes }: Saying, { cost, financing, grantEquivalent, carbonPrice }: Said): Fact[] {
  const facts: (Fact | undefined)[] = [
    cost && ['cost', sum(page, cost)],
    financing && [
      'financing',
      lines(
        financing.map(({ type, amount, provider }) => {
          const name = codes.code('financing', type)
          const said = amount ? page.say('financing.amount', { type: name, amount: sum(page, amount) }) : name
          return html`${said}${provider !== undefined && html`, ${written(provider)}`}`
        }),
      ),
    ],
    grantEquivalent && ['grantEquivalent', sum(page, grantEquivalent)],
    carbonPrice && ['carbonPrice', sum(page, carbonPrice)],
  ]
  return facts.filter((fact) => fact !== undefined)
}

function aboutMore({ page, codes }: Saying, said: Said): Fact[] {
  const { coBenefits, environmentalAssessmentRegistrationNo: environment, projectLink, links = [] } = said
  const goals = coBenefits?.map(({ sdg, text }) => {
    const goal = page.say('sdg', { number: `${sdg}`, name: codes.code('sdg', `${sdg}`) })
    return text === undefined ? html`${goal}` : filled(page, 'sdg.text', { goal: html`${goal}`, text: written(text) })
  })
  const further = [
    ...(projectLink === undefined ? [] : [{ title: page.say('link.project'), url: projectLink }]),
    ...links,
  ].map(({ title, url }) => html`<a href="${url}" rel="nofollow noopener ugc">${written(title)}</a>`)
  const facts: (Fact | undefined)[] = [
    goals && goals.length > 0 ? ['coBenefits', lines(goals)] : undefined,
    environment === undefined ? undefined : ['environment', written(environment)],
    further.length > 0 ? ['links', lines(further)] : undefined,
  ]
  return facts.filter((fact) => fact !== undefined)
}

/** Comments of the public; while they are open, the form for one more. */
export function commentsSection(
  services: Services,
  language: Language,
  project: string,
  shown: CommentsShown | undefined,
): Html {
  if (!shown) return nothing
  const saying = sayingIn(services, language)
  const { page } = saying
  const { until, comments, more } = shown
  const places = until === null ? {} : { until: moment(until, page.minute(until)) }
  const all = html`<a href="/public/projects/${project}/comments">${page.say('comments.more')}</a>`
  return html`<section class="said" id="comments"><h2>${page.say('comments')}</h2>
<p class="note">${filled(page, until === null ? 'comments.closed' : 'comments.open', places)}</p>
${comments.length === 0 ? html`<p>${page.say('comments.none')}</p>` : comments.map((comment) => commentShown(saying, comment))}
<p class="over">${(more || comments.length > 0) && html`${all} · `}<a href="/public/projects/${project}/comments/check">${page.say('comments.check')}</a></p>
${until !== null && commentForm(page, project)}</section>
`
}

function commentShown({ services, language, page, codes }: Saying, comment: Comment): Html {
  const { number, name, text, hidden, answer, confirmedAt } = comment
  const places = { number: html`${number}`, day: moment(confirmedAt, page.day(confirmedAt)) }
  const head =
    name === null ? filled(page, 'comment', places) : filled(page, 'comment.by', { ...places, name: written(name) })
  const reason = hidden && page.say('comment.hidden', { reason: codes.code('hidden', hidden.reason) })
  return html`<article id="comment-${comment.id}"><h3>${head}</h3>
${reason === null ? html`<blockquote lang="${comment.language}">${written(text ?? '')}</blockquote>` : html`<p class="note">${reason}</p>`}
${answer !== null && html`<h4>${filled(page, 'comment.answer', { by: nameOf(siteSpeech(services, language), answer.by) })}</h4><blockquote>${written(answer.text)}</blockquote>`}
</article>
`
}

function commentForm(page: Speech, project: string): Html {
  return html`<h3>${page.say('form')}</h3>
<p class="note">${page.say('form.note')}</p>
<form class="form" method="post" action="/projects/${project}/comments">
<label>${page.say('form.name')} <input name="name" autocomplete="name" maxlength="100" required></label>
<label class="tick"><input type="checkbox" name="publicName" value="yes"> ${page.say('form.public')}</label>
<label>${page.say('form.email')} <input type="email" name="email" autocomplete="email" maxlength="254" required></label>
<label>${page.say('form.text')} <textarea name="text" rows="8" maxlength="10000" required></textarea></label>
<button class="button">${page.say('form.send')}</button>
</form>`
}
