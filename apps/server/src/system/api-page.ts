import type { Family, Language, Operation } from '@tallystick/contract'
import { layout, speechOfPage } from '../platform/layout.ts'
import { type Html, html } from '../platform/pages.ts'
import type { Services } from '../platform/services.ts'
import en from './api-page.en.json' with { type: 'json' }
import es from './api-page.es.json' with { type: 'json' }
import fr from './api-page.fr.json' with { type: 'json' }

const texts: Family<typeof en> = { en, fr, es }

/** What the API is, for a person who came with a browser. */
export function apiPage(services: Services, language: Language, operations: readonly Operation[]): Html {
  const speech = speechOfPage(services, texts, language)
  const say = (key: keyof typeof en, places?: Record<string, string>) => speech.say(key, places)
  const groups = Map.groupBy(operations, ({ tag }) => tag)
  const body = html`<h1>${say('title')}</h1>
<p class="lead">${say('lead', { country: services.genesis.country.name })}</p>
<ul>
<li><a href="/national/openapi.json">${say('openapi')}</a></li>
<li><a href="/national/health">${say('health')}</a></li>
<li><a href="/log/checkpoint">${say('log')}</a></li>
</ul>
<h2>${say('signing.title')}</h2>
${
  services.onboarding === 'link'
    ? html`<p>${say('signing.1')}</p>
<p>${say('signing.2')}</p>`
    : html`<p>${say('password.1')} <a href="/sign-in">${say('password.page')}</a></p>
<p>${say('password.2')}</p>`
}
<p>${say('signing.3')}</p>
<pre class="card"><code>${example(services)}</code></pre>
<h2>${say('commands.title')}</h2>
<p>${say('commands.1')}</p>
<p>${say('commands.2')}</p>
<h2>${say('operations.title')}</h2>
${[...groups].map(([tag, members]) => group(tag, members, say))}`
  return layout(services, { title: say('title'), body, language })
}

/** Where the source is, for a registry whose operator has not said so. */
export function sourcePage(services: Services, language: Language): Html {
  const speech = speechOfPage(services, texts, language)
  const title = speech.say('source.title')
  const body = html`<h1>${title}</h1><p>${speech.say('source', { version: services.version })}</p>`
  return layout(services, { title, body, language })
}

function group(tag: string, operations: readonly Operation[], say: (key: keyof typeof en) => string): Html {
  const rows = operations.map(
    ({ method, path, summary, access }) => html`<tr>
<td><code>${method}</code></td><td><code>${path}</code></td><td>${summary} <span class="over">${say(access)}</span></td>
</tr>
`,
  )
  return html`<h3>${tag}</h3>
<table class="operations">
<thead><tr><th scope="col">${say('method')}</th><th scope="col">${say('path')}</th><th scope="col">${say('what')}</th></tr></thead>
<tbody>
${rows}</tbody>
</table>
`
}

function example({ publicUrl }: Services): string {
  return [
    `curl -s ${publicUrl}/national/sessions -H 'content-type: application/json' -d '{"token": "…"}'`,
    `curl -s ${publicUrl}/national/accounts -H 'authorization: Bearer …' \\`,
    `  -H 'idempotency-key: open-accounts-1' -H 'content-type: application/json' -d '{"organisation": "…"}'`,
  ].join('\n')
}
