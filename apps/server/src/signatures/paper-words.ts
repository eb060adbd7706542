import type { DocumentSignatures } from '@tallystick/contract'
import type { Template } from '@tallystick/templates'
import { speechOf } from '../platform/names.ts'
import { type PaperFamily, type PaperLanguage, paperSpeech } from '../platform/paper/words.ts'
import type { Services } from '../platform/services.ts'
import ar from './locales/paper.ar.json' with { type: 'json' }
import en from './locales/paper.en.json' with { type: 'json' }
import es from './locales/paper.es.json' with { type: 'json' }
import fr from './locales/paper.fr.json' with { type: 'json' }

const texts: PaperFamily<typeof en> = { en, fr, es, ar }

type Place = DocumentSignatures['places'][number]
type Level = NonNullable<Place['signed']>['level']

/** How signatures are told of on a paper, which speaks one language more than the pages. */
export interface PaperWords {
  readonly dir: 'ltr' | 'rtl'
  say(key: 'signatures' | 'note' | 'attached', places?: Readonly<Record<string, string>>): string
  /** That it was signed: at which level, and when. */
  signed(level: Level, at: string): string
  /** In what capacity a place is signed: as the template calls it, where it has such a place. */
  role(place: Pick<Place, 'slot' | 'capacity'>, template?: Template): string
}

export function paperWords(services: Services, language: PaperLanguage): PaperWords {
  const speech = paperSpeech(texts, language, services.genesis.timeZone)
  return {
    dir: speech.dir,
    say: (key, places) => speech.say(key, places),
    signed: (level, at) => speech.say('signed', { level: speech.say(`level.${level}`), at: speech.minute(at) }),
    role: (place, template) => {
      const own = template && slotOf(template, place)
      if (own) return own.title[language] ?? own.key
      const { capacity, slot } = place
      if (speech.has(`slot.${slot}`)) return speech.say(`slot.${slot}`)
      if (capacity === 'owner' || capacity === 'certifier') return speech.say(capacity)
      const isOurs = language === 'ar' || speech.has(`kind.${capacity}`)
      const kind = (isOurs ? speech : speechOf(services, language)).code('kind', capacity)
      return `${speech.say('authority', { kind })}${slot === capacity ? '' : ` · ${speech.code('slot', slot)}`}`
    },
  }
}

/** What templates call those who sign as owners of the project. */
const OWNERS: readonly string[] = ['developer', 'seller']

/** The place of a template that a place of the preset is: the one of its name, else the only one of its capacity. */
function slotOf({ signatures }: Template, { slot, capacity }: Pick<Place, 'slot' | 'capacity'>) {
  const named = signatures.find(({ key }) => key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`) === slot)
  const alike = signatures.filter(
    (one) => one.capacity === capacity || (capacity === 'owner' && OWNERS.includes(one.capacity)),
  )
  return named ?? (alike.length === 1 ? alike[0] : undefined)
}
