import { type Family, type Language, localeOf, Speech, withoutDirections } from '@tallystick/contract'
import en from './locales/pages.en.json' with { type: 'json' }
import es from './locales/pages.es.json' with { type: 'json' }
import fr from './locales/pages.fr.json' with { type: 'json' }
import { type Html, html } from './pages.ts'
import type { Services } from './services.ts'

export interface PageContent {
  /** The thing's name: first in the window's title. */
  title: string
  body: Html
  /** Further style sheets under `/assets/`. */
  styles?: readonly string[]
  /** Put beside the name at the top, such as a search box. */
  masthead?: Html
  /** Of the page, and so of its frame: English without it. */
  language?: Language
}

/** The words of the frame around a page. */
const frame: Family<typeof en> = { en, fr, es }

/** The words of a page in a language: a capability's own files of texts. */
export function speechOfPage<Texts extends Record<string, string>>(
  services: Pick<Services, 'genesis'>,
  texts: Family<Texts>,
  language: Language,
): Speech {
  return new Speech(localeOf(language, texts[language]), localeOf('en', texts.en), services.genesis.timeZone)
}

/** What the registry of this country is called. */
export function registryName(services: Pick<Services, 'genesis'>, language: Language = 'en'): string {
  return speechOfPage(services, frame, language).say('registry', { country: services.genesis.country.name })
}

/** A whole page: name of the registry, the content, where the source is. No script, no style of its own. */
export function layout(services: Services, page: PageContent): Html {
  const { title, body, styles = [], masthead, language = 'en' } = page
  const say = speechOfPage(services, frame, language)
  const registry = registryName(services, language)
  return html`<!doctype html>
<html lang="${language}" dir="${say.dir}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${withoutDirections(title)} · ${registry}</title>
<link rel="icon" href="/assets/logo.svg" type="image/svg+xml">
${['base.css', ...styles].map((style) => html`<link rel="stylesheet" href="/assets/${style}">\n`)}</head>
<body>
<a class="skip" href="#content">${say.say('skip')}</a>
<header class="masthead">
<a class="name" href="/"><img src="/assets/logo.svg" alt="" width="30" height="30">${registry}</a>
${masthead}
<nav><a href="/national">${say.say('nav.api')}</a></nav>
</header>
${services.genesis.test && html`<p class="test-ledger">${say.say('test')}</p>`}
<main class="page" id="content">
${body}
</main>
<footer class="foot">${say.say('foot', { version: services.version })} <a href="${services.sourceUrl}">${say.say('foot.source')}</a></footer>
</body>
</html>
`
}

/** For a browser, at an address where nothing is. */
export function missingPage(services: Services, language: Language): Html {
  const say = speechOfPage(services, frame, language)
  const title = say.say('missing')
  const body = html`<h1>${title}</h1>
<p class="lead">${say.say('missing.lead')} <a href="/">${say.say('missing.home')}</a></p>`
  return layout(services, { title, body, language })
}
