import { Html, html, writtenSentence } from '../pages.ts'
import type { Block, Column, Labelled, Paper, Prose, Section, Slot, Span, Table, Text, Value } from './paper.ts'
import { cleaned, isOtherWay, isProse, wordsOf } from './plain.ts'
import { qrCode } from './qr.ts'
import { type FrameWords, frameWords } from './words.ts'

/** The style sheet under `/assets/` that pages with a paper on them ask for. */
export const PAPER_STYLE = 'paper.css'

/** What parts of a page need: the words of its frame, and how texts are told in its direction. */
interface Page {
  words: FrameWords
  said(text: Text): Html
}

/** The same paper as the body of a page; the page's layout says whose registry it is, and whether of a test ledger. */
export function renderHtml(paper: Paper): Html {
  const page: Page = { words: frameWords(paper.language), said: (text) => told(text, paper.direction) }
  const { said } = page
  const { kind, head, status, watermark, lead, over } = paper
  return html`<article class="paper ${kind}" lang="${paper.language}" dir="${paper.direction}">
${watermark !== undefined && html`<p class="paper-mark">${said(watermark)}</p>`}
${kind === 'letter' && letterHead(paper, page)}
${over !== '' && html`<p class="over">${said(over)}</p>`}
<h1>${said(paper.title)}</h1>
${status && html`<p><span class="paper-status ${status.tone}">${said(status.word)}</span></p>`}
${lead !== undefined && html`<p class="lead">${said(lead)}</p>`}
${paper.facts.length > 0 && html`<dl class="card paper-facts">${factsOf(paper.facts, page)}</dl>`}
${paper.sections.map((section) => sectionOf(section, page))}
${kind !== 'letter' && head.authority !== undefined && html`<p class="over">${said(head.authority)}</p>`}
${footOf(paper, page)}
</article>`
}

function letterHead({ head }: Paper, page: Page): Html {
  const { said } = page
  const { authority = head.registry, addressee = [], facts = [] } = head
  return html`<header class="paper-letterhead">
<address><strong>${said(authority)}</strong></address>
<p>${addressee.map((line) => html`${said(line)}<br>`)}</p>
<dl>${factsOf(facts, page)}</dl>
</header>`
}

function sectionOf({ number, title, level = 1, blocks }: Section, page: Page): Html {
  const { said } = page
  const inside = blocks.map((block) => blockOf(block, page))
  if (title === undefined) return html`${inside}`
  const heading = html`${number !== undefined && html`<span class="paper-number">${said(number)}</span> `}${said(title)}`
  const headings = { 1: html`<h2>${heading}</h2>`, 2: html`<h3>${heading}</h3>`, 3: html`<h4>${heading}</h4>` }
  return html`<section>${headings[level]}${inside}</section>`
}

function blockOf(block: Block, page: Page): Html {
  switch (block.block) {
    case 'values':
      return html`<dl class="paper-values">${factsOf(block.items, page)}</dl>`
    case 'table':
      return tableOf(block, page)
    case 'signatures':
      return html`<ul class="paper-slots">${block.slots.map((slot) => slotOf(slot, page))}</ul>`
    default:
      return proseOf(block, page)
  }
}

function proseOf(block: Prose, { said }: Page): Html {
  if (block.block === 'list') {
    const items = block.items.map((item) => html`<li>${said(item)}</li>`)
    return block.ordered ? html`<ol>${items}</ol>` : html`<ul>${items}</ul>`
  }
  const style = block.tone && html` class="${block.tone === 'warning' ? 'paper-warning' : 'over'}"`
  return html`<p${style}>${said(block.text)}</p>`
}

function factsOf(facts: readonly Labelled[], page: Page): Html[] {
  return facts.map(({ label, value }) => {
    const said = wordsOf(value) === '' ? '—' : toldValue(value, page)
    return html`<div><dt>${page.said(label)}</dt><dd>${said}</dd></div>`
  })
}

function toldValue(value: Value, page: Page): Html {
  return isProse(value) ? html`${value.map((block) => proseOf(block, page))}` : page.said(value)
}

/** Each cell says of which column it is, for narrow screens, where a row is a list. */
function tableOf({ caption, columns, rows }: Table, page: Page): Html {
  const { said } = page
  const end = ({ align }: Column) => align === 'end' && html` class="end"`
  const heads = columns.map((column) => html`<th scope="col"${end(column)}>${said(column.title)}</th>`)
  const lines = rows.map(({ cells, total }) => {
    const inside = columns.map((column, at) => {
      const cell = toldValue(cells[at] ?? '', page)
      return html`<td data-column="${cleaned(column.title)}"${end(column)}>${cell}</td>`
    })
    return html`<tr${total && html` class="total"`}>${inside}</tr>\n`
  })
  return html`<div class="paper-table"><table>${caption !== undefined && html`<caption>${said(caption)}</caption>`}
<thead><tr>${heads}</tr></thead>
<tbody>
${lines}</tbody></table></div>`
}

function slotOf({ role, name = '', organisation = '', signed = [] }: Slot, { said, words }: Page): Html {
  const state = signed.length > 0 ? signed : [`${words.signature} —`]
  const lines = [name, organisation, ...state].filter((one) => one !== '')
  return html`<li class="card"><strong>${said(role)}</strong>${lines.map((one) => html`<br>${said(one)}`)}</li>`
}

function footOf({ foot, attachments = [] }: Paper, { said, words }: Page): Html {
  const { id, version, sha256, check } = foot
  return html`<footer class="paper-foot">
${check !== undefined && html`<span class="paper-code" role="img" aria-label="${cleaned(check)}">${new Html(qrCode(check))}</span>`}
<p><strong>${said(id)}</strong>${version !== undefined && html` · ${said(words.version.replace('{version}', () => version))}`}
${sha256 !== undefined && html`<br>${words.hash} <code>${cleaned(sha256)}</code>`}
${check !== undefined && html`<br>${words.check} ${linkTo(check)}`}
${attachments.length > 0 && html`<br>${words.attached} ${attachments.map(({ name }) => html`<code>${cleaned(name)}</code> `)}`}</p>
</footer>`
}

/** Only an address of the web is a link. */
function linkTo(address: string): Html {
  const text = html`${cleaned(address)}`
  return /^https?:\/\/[!-~]+$/.test(address) ? html`<a href="${address}">${text}</a>` : text
}

/**
 * Words with their type; new lines stay. What somebody else wrote does not turn its neighbours, and words that are all
 * written the other way than the page stand apart from it.
 */
function told(text: Text, direction: Paper['direction']): Html {
  const spans: readonly Span[] = typeof text === 'string' ? [{ text }] : text
  const texts = spans.map((span) => cleaned(span.text))
  const words = html`${spans.map((span, at) => typed(span, texts[at] ?? ''))}`
  return isOtherWay(texts, direction) ? html`<bdi dir="${direction === 'ltr' ? 'rtl' : 'ltr'}">${words}</bdi>` : words
}

function typed(span: Span, text: string): Html {
  let part = html`${text.split('\n').map((line, at) => html`${at > 0 && html`<br>`}${writtenSentence(line)}`)}`
  if (span.link) part = linkTo(span.text)
  if (span.mono) part = html`<code>${part}</code>`
  if (span.italic) part = html`<em>${part}</em>`
  return span.bold ? html`<strong>${part}</strong>` : part
}
