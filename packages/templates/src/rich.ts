/** A run of text of one weight and slant. */
export interface Run {
  text: string
  bold?: true
  italic?: true
}
/** A paragraph (each line of it a list of runs), or a list (each point). */
export interface Block {
  kind: 'paragraph' | 'bullets' | 'numbers'
  lines: Run[][]
}

const POINT = /^\s*(?:([-*•])|\d{1,3}[.)])\s+(.*)$/

/**
 * A richtext: paragraphs are parted by an empty line, points begin with `- ` or `1. `, `**bold**`, `*italic*`; a backslash takes
 * the meaning from a star. There is nothing else in it: what looks like a tag is text.
 */
export function blocksOf(text: string): Block[] {
  const blocks: Block[] = []
  let open: Block | undefined
  const add = (kind: Block['kind'], words: string) => {
    if (open?.kind !== kind) {
      open = { kind, lines: [] }
      blocks.push(open)
    }
    open.lines.push(runsOf(words))
  }
  for (const line of text.replace(/\r\n?/g, '\n').split('\n')) {
    const [point, bullet, words = ''] = POINT.exec(line) ?? []
    if (line.trim() === '') open = undefined
    else if (point === undefined) add('paragraph', line.trim())
    else add(bullet ? 'bullets' : 'numbers', words)
  }
  return blocks
}

const MARK = /\\[*\\]|\*\*|\*|[^*\\]+|\\/g

/** A line cut at its stars. A star that is never closed stays a star. */
function runsOf(line: string): Run[] {
  const tokens: readonly string[] = line.match(MARK) ?? []
  const runs: Run[] = []
  const on = new Set<string>()
  for (const [index, token] of tokens.entries()) {
    if (token === '**' || token === '*') {
      if (on.delete(token)) continue
      if (tokens.includes(token, index + 1)) {
        on.add(token)
        continue
      }
    }
    const text = token.replace(/^\\(?=.)/, '')
    const style: Omit<Run, 'text'> = { ...(on.has('**') && { bold: true }), ...(on.has('*') && { italic: true }) }
    const last = runs.at(-1)
    if (last && last.bold === style.bold && last.italic === style.italic) last.text += text
    else runs.push({ text, ...style })
  }
  return runs
}
