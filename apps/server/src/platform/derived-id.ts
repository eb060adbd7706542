import type { Services } from './services.ts'

/**
 * The id of what somebody is to make under a key: the same at every try, so that copies and retries make one thing, and
 * not to be guessed by anybody else, as the ledger's own secret is in it.
 */
export async function derivedId({ ledger }: Services, sender: string, key: string): Promise<string> {
  return (await ledger.loggedKey({ sender: `id of ${sender}`, id: key })).slice(0, 32)
}
