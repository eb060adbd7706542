import type { Declaration, RuleName } from './declaration.ts'
import { ofPeople } from './people-declarations.ts'
import { ofUnits } from './unit-declarations.ts'

export { type Declaration, type RuleName, rowTexts, summaries, type Writes } from './declaration.ts'

/** What each entry type says of itself. One that says nothing does not compile. */
export const declarations: Readonly<Record<RuleName, Declaration>> = { ...ofPeople, ...ofUnits }
