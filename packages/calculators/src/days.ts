const DAY_MS = 86_400_000

/** Is this a day of the calendar, `YYYY-MM-DD`, from 1900 to 2199? */
export function isDay(text: unknown): text is string {
  if (typeof text !== 'string' || !/^(?:19|20|21)\d{2}-\d{2}-\d{2}$/.test(text)) return false
  const at = Date.parse(`${text}T00:00:00Z`)
  return Number.isFinite(at) && new Date(at).toISOString().startsWith(text)
}

/** How many days there are from one day to another, both counted. */
export function daysBetween(first: string, last: string): number {
  return (Date.parse(`${last}T00:00:00Z`) - Date.parse(`${first}T00:00:00Z`)) / DAY_MS + 1
}

/** The calendar years of a period, with the days of each. */
export function daysByYear(first: string, last: string): { year: number; days: number }[] {
  const [from, to] = [Number(first.slice(0, 4)), Number(last.slice(0, 4))]
  return Array.from({ length: to - from + 1 }, (_, index) => {
    const year = from + index
    const start = year === from ? first : `${year}-01-01`
    const end = year === to ? last : `${year}-12-31`
    return { year, days: daysBetween(start, end) }
  })
}
