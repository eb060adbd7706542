import texts from './locales/en.json' with { type: 'json' }

/** A text of the command for people, with its places filled. */
export function text(key: keyof typeof texts, values: Record<string, string | number> = {}): string {
  return texts[key].replace(/\{(\w+)\}/g, (place, name) => String(values[name] ?? place))
}
