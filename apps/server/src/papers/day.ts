const formats = new Map<string, Intl.DateTimeFormat>()

/** The legal day of an instant, `YYYY-MM-DD`. */
export function dayIn(timeZone: string, at: string): string {
  const known = formats.get(timeZone)
  const format = known ?? new Intl.DateTimeFormat('en', { timeZone, year: 'numeric', month: '2-digit', day: '2-digit' })
  formats.set(timeZone, format)
  const parts = new Map(format.formatToParts(new Date(at)).map(({ type, value }) => [type, value]))
  return `${parts.get('year')}-${parts.get('month')}-${parts.get('day')}`
}
