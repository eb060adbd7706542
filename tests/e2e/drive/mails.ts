/** A mail as a registry without a mail server prints it. */
export interface Mail {
  to: string
  subject: string
  text: string
}

const HEAD = /^Mail to (\S+): (.*)$/

/** The mails in what a server has printed, the oldest first. */
export function printedMails(output: string): Mail[] {
  const mails: Mail[] = []
  let current: Mail | undefined
  for (const line of output.split('\n')) {
    const [, to, subject] = HEAD.exec(line) ?? []
    if (to !== undefined && subject !== undefined) {
      current = { to, subject, text: '' }
      mails.push(current)
    } else if (current && (line === '' || line.startsWith('  '))) current.text += `${line.slice(2)}\n`
    else current = undefined
  }
  return mails
}

/** The link with a one-time token in a mail. */
export function linkIn({ text }: Mail): string {
  return text.split(/\s+/).find((word) => URL.canParse(word) && new URL(word).searchParams.has('token')) ?? ''
}
