import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Person, Stage, Told } from './stage.ts'
import { isPdfA, pagesOf, textOf } from './tools.ts'
import { type Play, pathOf } from './walk.ts'

/** What was found of the letters and certificates of a project. */
export interface LettersRow {
  project: string
  /** How many there are of each kind, such as `3 retirement`. */
  kinds: string[]
  pages: number
  faults: string[]
}

/** Fetches every letter and certificate that the registry has made of a project, and looks at it. */
export async function checkLetters(stage: Stage, officer: Person, play: Play, folder: string): Promise<LettersRow> {
  const { items } = await stage.read(`${pathOf(play)}/papers?limit=200`)
  const row: LettersRow = { project: play.title, kinds: [], pages: 0, faults: [] }
  const counts = new Map<string, number>()
  for (const { kind, reference, entry } of items as Told[]) {
    const pdf = await stage.fetched(`/national/papers/${entry.index}/paper.pdf?language=en`, officer)
    if (!pdf) throw new Error(`${reference} is not printed`)
    const file = join(folder, `${play.title} ${kind} ${entry.index}.pdf`.replaceAll(' ', '-'))
    await writeFile(file, pdf)
    counts.set(kind, (counts.get(kind) ?? 0) + 1)
    row.pages += await pagesOf(file)
    if (!(await isPdfA(file, pdf))) row.faults.push(`${file} does not say that it is PDF/A`)
    const text = (await textOf(file, false)).replace(/\s/g, '')
    if (!text.includes(reference.replace(/\s/g, ''))) row.faults.push(`${file} lacks ${reference}`)
  }
  row.kinds = [...counts].map(([kind, count]) => `${count} ${kind}`).sort()
  return row
}
