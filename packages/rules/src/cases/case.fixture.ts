import type { RuleName } from '../declarations.ts'
import { isRefusal, type RefusalCode } from '../refusal.ts'
import type { Outcome, World } from './world.fixture.ts'

/** One example of a rule: in a world that it prepares, a command, and what follows. */
export interface Case {
  type: RuleName
  title: string
  /** What happened before, and then the command. */
  act(world: World): Outcome
  /** Why it is refused; or, in words, all that is written. */
  refused?: RefusalCode
  written?: readonly string[]
}

/** What comes before goes well, or the case shows nothing. */
export function given(...outcomes: Outcome[]): void {
  for (const outcome of outcomes) if (isRefusal(outcome)) throw new Error(JSON.stringify(outcome))
}

type Act = (world: World) => Outcome

export function refuses(type: RuleName, refused: RefusalCode, title: string, act: Act): Case {
  return { type, refused, title, act }
}

export function writes(type: RuleName, title: string, act: Act, written: readonly string[]): Case {
  return { type, title, act, written }
}
