import { z } from 'zod'
import { ActionWord, OrganisationKind } from './ids.ts'

/**
 * How a signature is made: `SES` simple, `AES` advanced with a key of the person's own, `QES` qualified, `WET` ink on paper
 * that an officer has compared.
 */
export const SignatureLevel = z.enum(['SES', 'AES', 'QES', 'WET'])
export type SignatureLevel = z.infer<typeof SignatureLevel>

/** From the weakest to the strongest. Ink is not among them: a preset allows it by name. */
const digitalLevels: readonly SignatureLevel[] = ['SES', 'AES', 'QES']

/** What actions of signing are called by that no authority takes. */
const partsOfOthers: readonly string[] = ['owner', 'certifier', 'seller', 'buyer', 'ink']

/** A place for one signature. */
export const Slot = z
  .strictObject({
    slot: ActionWord,
    /**
     * In which capacity it is signed: for an owner of the project, for a certifier assigned to it, for an authority; of an
     * agreement for one of its two sides.
     */
    capacity: z.enum(['owner', 'certifier', 'government', 'seller', 'buyer']),
    /** The kind of organisation that signs as an authority, where that is not `government`. */
    kind: OrganisationKind.optional(),
    minLevel: SignatureLevel,
    /** Without it every level from the least one on. */
    allowed: z.array(SignatureLevel).min(1).max(4).optional(),
    /** Slots of a lower number are signed first. Without it a slot waits for none, and none for it. */
    order: z.number().int().min(1).max(20).optional(),
  })
  .refine(
    ({ minLevel, allowed }) => {
      const enough = levelsFrom(minLevel)
      return (
        allowed === undefined ||
        (new Set(allowed).size === allowed.length &&
          allowed.includes(minLevel) &&
          allowed.every((level) => level === 'WET' || enough.includes(level)))
      )
    },
    { path: ['allowed'], message: 'a slot allows its least level, and none below it' },
  )
  .refine(({ capacity, kind }) => kind === undefined || (capacity === 'government' && !partsOfOthers.includes(kind)), {
    path: ['kind'],
    message: 'only an authority is of a kind that a slot names',
  })
export type Slot = z.infer<typeof Slot>

function levelsFrom(least: SignatureLevel): readonly SignatureLevel[] {
  return least === 'WET' ? ['WET'] : digitalLevels.slice(digitalLevels.indexOf(least))
}

/** The levels at which a slot may be signed. */
export function levelsOf({ minLevel, allowed }: Pick<Slot, 'minLevel' | 'allowed'>): readonly SignatureLevel[] {
  return allowed ?? levelsFrom(minLevel)
}

/** In which capacity a slot is signed: as an owner, a certifier or a side of an agreement, or as an authority of this kind. */
export function capacityOf({ capacity, kind = 'government' }: Pick<Slot, 'capacity' | 'kind'>): string {
  return capacity === 'government' ? kind : capacity
}

/** The action of the permission table by which a slot of this capacity is signed; ink is compared by an officer. */
export function signingAction(capacity: string, level: SignatureLevel): string {
  return `documents.sign.${level === 'WET' ? 'ink' : capacity}`
}

/** Is it a place of one of the two sides of an agreement? */
export function isOfSide({ capacity }: Pick<Slot, 'capacity'>): boolean {
  return capacity === 'seller' || capacity === 'buyer'
}
