import type { Services } from '../platform/services.ts'

/** Titles that one statement takes into the index. */
const TITLES_A_WRITE = 5_000
/** Words of a title, and of a question, that are looked at. */
const MOST_WORDS = 40

/** Where spaces and signs stand between words, they are found faster. */
const SPACED = /^[\p{Script=Latin}\p{Script=Cyrillic}\p{Script=Greek}\p{N}\p{P}\p{S}\s]*$/u
/** Finds the words of any script, also where no space stands between them. */
const segmenter = new Intl.Segmenter('en', { granularity: 'word' })

/** The words of a text as they are compared: without accents and capitals. */
export function wordsOf(text: string): string[] {
  const plain = text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase()
  const pieces = SPACED.test(plain) ? [plain] : [...segmenter.segment(plain)].map(({ segment }) => segment)
  const words = pieces.flatMap((piece) => piece.match(/[\p{L}\p{N}]+/gu) ?? [])
  return [...new Set(words)].slice(0, MOST_WORDS)
}

/** A question of PostgreSQL for titles in which each word begins one. Undefined where there is no word. */
export function titleQuestion(text: string): string | undefined {
  const words = wordsOf(text)
  // Letters and digits only, so nothing in them is read as an operator.
  return words.length === 0 ? undefined : words.map((word) => `'${word}':*`).join(' & ')
}

interface Titled {
  id: string
  number: string
  title: unknown
}

/** Takes the titles of projects that are new into the index. Any number of processes may do so at once. */
export async function indexTitles({ pool, ledger }: Services): Promise<void> {
  const { projects } = (await ledger.row('ledger', 'ledger')) ?? { projects: 0 }
  for (let last = await lastIndexed(pool); last < projects; ) {
    const { rows } = await pool.query<Titled>(
      `SELECT r.id, (r.row ->> 'number')::bigint AS number, o.value AS title
         FROM ledger_row r LEFT JOIN content_opening o ON o.commitment = r.row ->> 'title'
        WHERE r.kind = 'project' AND (r.row ->> 'number')::bigint > $1
        ORDER BY (r.row ->> 'number')::bigint LIMIT ${TITLES_A_WRITE}`,
      [last],
    )
    if (rows.length === 0) return
    await pool.query(
      `INSERT INTO content_title (project, number, words)
       SELECT t.id, t.number, array_to_tsvector(ARRAY(SELECT json_array_elements_text(t.words)))
         FROM json_to_recordset($1) AS t(id text, number bigint, words json)
           ON CONFLICT DO NOTHING`,
      [JSON.stringify(rows.map(indexed))],
    )
    last = Number(rows.at(-1)?.number)
  }
}

function indexed({ id, number, title }: Titled) {
  return { id, number, words: typeof title === 'string' ? wordsOf(title) : [] }
}

/** The last project in the index; the index begins anew where it is of another ledger. */
async function lastIndexed(pool: Services['pool']): Promise<number> {
  const { rows } = await pool.query<{ number: string; isHere: boolean }>(
    `SELECT t.number, r.id IS NOT NULL AS "isHere"
       FROM (SELECT project, number FROM content_title ORDER BY number DESC LIMIT 1) t
       LEFT JOIN LATERAL (
         SELECT id FROM ledger_row
          WHERE kind = 'project' AND id = t.project AND (row ->> 'number')::bigint = t.number OFFSET 0) r ON true`,
  )
  const [row] = rows
  if (row?.isHere === false) await pool.query('DELETE FROM content_title')
  return row?.isHere ? Number(row.number) : 0
}
