/** Where messages to people leave. */
export interface Notify {
  /** A one-time link for somebody who is to sign in. */
  signInLink(to: { email: string; name: string }, link: { url: string; expiresAt: Date }): Promise<void>
}

/** Prints messages, for registries without mail. */
export function consoleNotify(print: (text: string) => void): Notify {
  return {
    async signInLink(to, { url, expiresAt }) {
      print(`Sign-in link for ${to.email}, once, until ${expiresAt.toISOString()}:\n  ${url}`)
    },
  }
}
