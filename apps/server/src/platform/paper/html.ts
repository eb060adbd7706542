import { Html, html, writtenSentence } from '../pages.ts'
import type { Block, Figure, Labelled, List, Paper, Paragraph, Section, Slot, Span, Table, Text } from './paper.ts'
import { pictureOf } from './picture.ts'
import { cleaned, isOtherWay } from './plain.ts'
import { qrCode } from './qr.ts'
import { wordsOf } from './table-plan.ts'
import { blocksOf, isWebAddress } from './typeset.ts'
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
  const { head, status, watermark, lead } = paper
  return html`<article class="paper ${paper.kind}" lang="${paper.language}" dir="${paper.direction}">
${watermark !== undefined && html`<p class="paper-mark">${said(watermark)}</p>`}
${paper.kind === 'letter' && letterHead(paper, page)}
${paper.over !== '' && html`<p class="over">${said(paper.over)}</p>`}
<h1>${said(paper.title)}</h1>
${status && html`<p><span class="paper-status ${status.tone}">${said(status.word)}</span></p>`}
${lead !== undefined && html`<p class="lead">${said(lead)}</p>`}
${paper.facts.length > 0 && html`<dl class="card paper-facts">${paper.facts.map((one) => fact(one, page))}</dl>`}
${paper.sections.map((section) => sectionOf(section, page))}
${paper.kind !== 'letter' && head.authority !== undefined && html`<p class="over">${said(head.authority)}</p>`}
${footOf(paper, page)}
</article>`
}

function letterHead({ head }: Paper, page: Page): Html {
  const { said } = page
  const { authority = head.registry, lines = [], addressee = [], facts = [] } = head
  return html`<header class="paper-letterhead">
<address><strong>${said(authority)}</strong>${lines.map((line) => html`<br>${said(line)}`)}</address>
<p>${addressee.map((line, at) => html`${at > 0 && html`<br>`}${said(line)}`)}</p>
<dl>${facts.map((one) => fact(one, page))}</dl>
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
    case 'paragraph':
    case 'list':
      return proseOf(block, page)
    case 'values':
      return html`<dl class="paper-values">${block.items.map((item) => fact(item, page))}</dl>`
    case 'table':
      return tableOf(block, page)
    case 'figure':
      return figureOf(block, page)
    case 'signatures':
      return html`<ul class="paper-slots">${block.slots.map((slot) => slotOf(slot, page))}</ul>`
    default:
      return block satisfies never
  }
}

function proseOf(block: Paragraph | List, { said }: Page): Html {
  if (block.block === 'list') {
    const items = block.items.map((item) => html`<li>${said(item)}</li>`)
    return block.ordered ? html`<ol>${items}</ol>` : html`<ul>${items}</ul>`
  }
  const { text, tone } = block
  return tone
    ? html`<p class="${tone === 'warning' ? 'paper-warning' : 'over'}">${said(text)}</p>`
    : html`<p>${said(text)}</p>`
}

function fact({ label, value }: Labelled, page: Page): Html {
  const { said } = page
  const blocks = blocksOf(value)
  const [only] = blocks
  if (blocks.length !== 1 || only?.block !== 'paragraph') {
    return html`<div><dt>${said(label)}</dt><dd>${blocks.map((block) => proseOf(block, page))}</dd></div>`
  }
  return html`<div><dt>${said(label)}</dt><dd>${wordsOf(only.text) === '' ? '—' : said(only.text)}</dd></div>`
}

/** Each cell says of which column it is, for narrow screens, where a row is a list. */
function tableOf({ caption, columns, rows }: Table, { said }: Page): Html {
  const heads = columns.map(({ title, unit, align }) => {
    const head = html`${said(title)}${unit !== undefined && html` <small>${said(unit)}</small>`}`
    return html`<th scope="col"${align === 'end' && html` class="end"`}>${head}</th>`
  })
  const lines = rows.map(({ cells, total }) => {
    const inside = columns.map(({ title, align, mono }, at) => {
      const cell = said(cells[at] ?? '')
      return html`<td data-column="${cleaned(title)}"${align === 'end' && html` class="end"`}>${mono ? html`<code>${cell}</code>` : cell}</td>`
    })
    return html`<tr${total && html` class="total"`}>${inside}</tr>\n`
  })
  return html`<div class="paper-table"><table>${caption !== undefined && html`<caption>${said(caption)}</caption>`}
<thead><tr>${heads}</tr></thead>
<tbody>
${lines}</tbody></table></div>`
}

function figureOf({ bytes, alt, caption }: Figure, { said }: Page): Html {
  const { media } = pictureOf(bytes)
  const source = `data:${media};base64,${Buffer.from(bytes).toString('base64')}`
  return html`<figure><img src="${source}" alt="${cleaned(alt)}">${caption !== undefined && html`<figcaption>${said(caption)}</figcaption>`}</figure>`
}

function slotOf({ role, name = '', organisation = '', signed = [] }: Slot, { said, words }: Page): Html {
  const person = [name, organisation].filter((one) => one !== '')
  const state = signed.length > 0 ? signed.map((line) => html`<br>${said(line)}`) : html`<br>${words.signature} —`
  return html`<li class="card"><strong>${said(role)}</strong>${person.map((one) => html`<br>${said(one)}`)}${state}</li>`
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
  return isWebAddress(address) ? html`<a href="${address}">${cleaned(address)}</a>` : html`${cleaned(address)}`
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
