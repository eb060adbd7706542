import { type ListedRow, newestEntries } from './entries.ts'
import type { Services } from './services.ts'

const ENTRIES_A_READ = 100

/** The versions of one kind of document of a project, newest first, before a place in its stream. */
export async function* submittedOf(
  services: Services,
  project: string,
  kind: string,
  before?: number,
): AsyncGenerator<ListedRow<'DocumentSubmitted'>> {
  for (let from = before; ; ) {
    const rows = await newestEntries(services, 'DocumentSubmitted', { stream: project, before: from }, ENTRIES_A_READ)
    yield* rows.filter(({ entry }) => entry.body.document === kind)
    const last = rows.at(-1)
    if (!last || rows.length < ENTRIES_A_READ) return
    from = last.place
  }
}

/** The first so many of them. */
export async function submittedPage(
  services: Services,
  project: string,
  kind: string,
  before: number | undefined,
  limit: number,
): Promise<ListedRow<'DocumentSubmitted'>[]> {
  const rows: ListedRow<'DocumentSubmitted'>[] = []
  for await (const row of submittedOf(services, project, kind, before)) {
    if (rows.push(row) >= limit) break
  }
  return rows
}
