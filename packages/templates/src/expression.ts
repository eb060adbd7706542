import facts from './data/facts.json' with { type: 'json' }

/** A condition or calculation: JSON, never code, with one operator of `operators.ts`. It is looked at when the template is read. */
export type Expression = { readonly [operator: string]: unknown }
/** An expression that is true or false. Where something that it needs is not filled in it is neither. */
export type Condition = Expression

/** What the registry can tell a document, with the type of field that takes it: `data/facts.json`. The caller gives the values. */
export const FACTS: Readonly<Record<string, string>> = facts
export type FactName = keyof typeof facts
export const isFact = (name: unknown): name is FactName => typeof name === 'string' && Object.hasOwn(FACTS, name)

const PATH = /^[A-Za-z][A-Za-z0-9-]{0,39}(\.[A-Za-z][A-Za-z0-9-]{0,39}){0,3}$/
/** Whether a text has the form of a path. */
export const isPath = (given: unknown): given is string => typeof given === 'string' && PATH.test(given)
