/** A command that was sent. Its idempotency key is made of its number. */
export interface Sent {
  /** Id of the user who sent it. */
  sender: string
  /** Type of the entry that it writes; undefined for one that becomes a proposal. */
  type: string | undefined
  /** Index of its entry, as it was answered; undefined until then. */
  index: number | undefined
  /** The proposal that it became, as it was answered. */
  proposal: string | undefined
  /** What the ledger said instead. */
  refused: string | undefined
}

/** Every command that the clients have sent, each under a key of its own. */
export interface Book {
  sent: Sent[]
}

/** Writes down a command before it is sent; answers its idempotency key. */
export function open(book: Book, sender: string, type: string | undefined): { sent: Sent; key: string } {
  const sent: Sent = { sender, type, index: undefined, proposal: undefined, refused: undefined }
  book.sent.push(sent)
  return { sent, key: keyOf(book.sent.length - 1) }
}

export function keyOf(number: number): string {
  return `soak-command-${number}`
}

export function isSettled({ index, proposal, refused }: Sent): boolean {
  return index !== undefined || proposal !== undefined || refused !== undefined
}
