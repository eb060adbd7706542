import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Answer, Api, signIn, until } from '../../support/api.ts'
import { type ServerProcess, startServer } from '../../support/server.ts'
import { linkIn, type Mail, printedMails } from './mails.ts'

export const ROOT_EMAIL = 'root@authority.example'

/** Somebody of the play: what is shown of him, and how he reaches the registry. */
export interface Person {
  name: string
  email: string
  /** As the permission table says it, such as `government/Admin`. */
  role: string
  organisation: string
  api: Api
}

/** What a command answers: JSON, of which a play reads what it needs. */
// biome-ignore lint/suspicious/noExplicitAny: a play reads whatever came
export type Told = any

/** Whoever is signed in no more asks for a link when he acts next. */
const signedOut = new WeakSet<Person>()

interface Sent {
  method?: 'POST' | 'PUT'
  /** The one answer that goes on. */
  status?: number
}

/** Where a play takes place: a registry in a process of its own, reached over HTTP, and those who act there. */
export interface Stage {
  readonly folder: string
  /** With what commands of the operator find the registry. */
  readonly environment: Record<string, string>
  readonly people: Person[]
  /** How many requests were sent so far. */
  sent(): number
  url(): string
  /** Prints a line that is no request. */
  say(text: string): void
  /** Adds somebody who signs in with the link of the newest mail to that address. */
  enter(person: Omit<Person, 'api'>): Promise<Person>
  /** Somebody who is not signed in. */
  visitor(name: string, email: string): Person
  /** The link with a token of the newest mail to that address whose subject begins so. */
  linkMailed(email: string, subject: string): Promise<string>
  /** Sends a command, prints who did what, and answers what came back. */
  act(who: Person, what: string, path: string, body?: unknown, sent?: Sent): Promise<Told>
  /** The same where others must agree: whoever the registry asks for approves. Answers the body of what was written. */
  decide(who: Person, what: string, path: string, body: unknown): Promise<Told>
  /** What is forbidden: the answer must be this status and code. */
  refused(
    who: Person,
    what: string,
    path: string,
    body: unknown,
    expected: [status: number, code: string],
  ): Promise<void>
  read(path: string, who?: Person): Promise<Told>
  /** What everybody may read; undefined where there is no such thing. */
  found(path: string): Promise<Told>
  /** The bytes of a file; undefined where there is none. */
  fetched(path: string, who?: Person): Promise<Buffer | undefined>
  /** Sends a file. One that is there already is the same file. */
  upload(who: Person, what: string, path: string, bytes: Buffer): Promise<{ sha256: string; size: number }>
  /** The day of the play, or so many days after it. */
  day(after: number): string
  mails(): Mail[]
  /** The end of what the registry has printed. */
  lastPrinted(): string
  /** The newest mail to an address whose subject begins so, and whose text has that word. */
  mailTo(email: string, subject: string, word?: string): Promise<Mail>
  /** Who of those in these roles was told by mail to approve a thing; whoever may approve it is told. */
  toldToApprove(id: string, roles: readonly string[], others: ReadonlySet<Person>): Promise<Person>
  /** Nothing of what was written is still to be told. */
  allTold(): Promise<void>
  /** Days pass: the registry is started again, that far ahead, and everybody signs in anew. */
  passDays(days: number): Promise<void>
  /** The same until an instant. */
  passUntil(instantMs: number): Promise<void>
  stop(): Promise<void>
  leave(): Promise<void>
}

export type Say = (line: string) => void

/** Opens a registry under a preset, in an environment that says more if need be. Close it with `leave`. */
export async function openStage(preset: string, say: Say, more: Record<string, string> = {}): Promise<Stage> {
  const folder = await mkdtemp(join(tmpdir(), 'drive-'))
  const people: Person[] = []
  let printed = ''
  let days = 0
  let sent = 0
  const environment = () => ({
    ...more,
    DATA_DIR: join(folder, 'data'),
    PRESET: preset,
    IS_EMAIL_DISABLED: 'true',
    TEST_CLOCK_DAYS: String(days),
    ROOT_EMAIL,
  })
  let server: ServerProcess = await startServer(environment())
  const output = () => printed + server.output()
  const mails = () => printedMails(output())
  const anybody = () => new Api(server.url)

  const show = (status: number, name: string, what: string) => {
    sent += 1
    say(`  ${status}  ${name.padEnd(NAME_WIDTH)} ${what}`)
  }
  const send = async (who: Person, path: string, body: unknown, method: string): Promise<Answer> => {
    await signInAnew(who)
    const key = crypto.randomUUID()
    return until(`an answer to ${path}`, async () => {
      const answer = await who.api.send(method, path, body ?? {}, key)
      return answer.status !== 503 && answer
    })
  }
  const act: Stage['act'] = async (who, what, path, body, { method = 'POST', status = 201 } = {}) => {
    const answer = await send(who, path, body, method)
    show(answer.status, who.name, what + stateIn(answer))
    if (answer.status !== status) throw new Error(`${who.name} ${what}: ${said(answer)}`)
    return answer.body
  }
  const read: Stage['read'] = async (path, who) => {
    if (who) await signInAnew(who)
    return (who?.api ?? anybody()).get(path)
  }
  const awaited = async <T>(what: string, find: () => T | undefined): Promise<T> => {
    try {
      return await until(what, async () => find() ?? unlessEnded(server), MAIL_MS)
    } catch (error) {
      const last = mails().slice(-SHOWN_MAILS)
      throw new Error(`${String(error)}\n${last.map(({ to, subject }) => `${to}: ${subject}`).join('\n')}`)
    }
  }
  const mailTo: Stage['mailTo'] = (email, subject, word = '') => {
    const isIt = ({ to, subject: said, text }: Mail) => to === email && said.startsWith(subject) && text.includes(word)
    return awaited(`mail to ${email}: ${subject}`, () => mails().findLast(isIt))
  }
  const toldToApprove: Stage['toldToApprove'] = (id, roles, others) =>
    awaited(`mail to one of ${roles.join(', ')} to approve`, () => {
      const told = new Set(mails().flatMap(({ to, subject, text }) => (asks(subject) && text.includes(id) ? [to] : [])))
      return people.find((one) => told.has(one.email) && roles.includes(one.role) && !others.has(one))
    })
  const comeIn = async (person: Person) => {
    if (person.email === ROOT_EMAIL) {
      person.api = await signIn(server.url, await server.linkFor(ROOT_EMAIL))
    } else {
      person.api = await signIn(server.url, linkIn(await mailTo(person.email, 'Sign in to')))
    }
    const where = person.email === ROOT_EMAIL ? 'that the server printed' : 'of the mail'
    show(201, person.name, `signs in with the link ${where}`)
  }
  return {
    folder,
    environment: { ...more, DATA_DIR: join(folder, 'data') },
    people,
    sent: () => sent,
    url: () => server.url,
    say,
    act,
    mails,
    lastPrinted: () => output().slice(-MOST_PRINTED),
    mailTo,
    toldToApprove,
    async enter(person) {
      const entered = { ...person, api: anybody() }
      await comeIn(entered)
      people.push(entered)
      return entered
    },
    visitor: (name, email) => ({ name, email, role: '', organisation: '', api: anybody() }),
    linkMailed: async (email, subject) => linkIn(await mailTo(email, subject)),
    decide: (who, what, path, body) => decided({ act, send, show, toldToApprove, read }, who, what, path, body),
    async refused(who, what, path, body, [status, code]) {
      const answer = await send(who, path, body, 'POST')
      show(answer.status, who.name, `${what}: ${answer.body.title ?? code}`)
      if (answer.status !== status || answer.body.code !== code) throw new Error(`${what}: ${said(answer)}`)
    },
    read,
    async found(path) {
      const { status, body } = await anybody().send('GET', path)
      if (status !== 200 && status !== 404) throw new Error(`${path}: ${said({ status, body })}`)
      return status === 200 ? body : undefined
    },
    async fetched(path, who) {
      if (who) await signInAnew(who)
      return (who?.api ?? anybody()).bytes(path)
    },
    async upload(who, what, path, bytes) {
      await signInAnew(who)
      const answer = await who.api.sendFile(path, bytes, crypto.randomUUID())
      show(answer.status, who.name, what)
      if (answer.status !== 201) throw new Error(`${who.name} ${what}: ${said(answer)}`)
      return answer.body
    },
    day: (after) => new Date(Date.now() + (days + after) * DAY_MS).toISOString().slice(0, 10),
    allTold: () =>
      until('mails that are on their way', async () => {
        const report = await read('/national/mail', people[0])
        return report.waiting === 0 && report.handingOver === 0
      }).then(() => undefined),
    passDays,
    passUntil: (instantMs) => passDays(Math.ceil((instantMs - Date.now()) / DAY_MS) - days),
    async stop() {
      await server.kill()
    },
    async leave() {
      await server.kill()
      await rm(folder, { recursive: true, force: true })
    },
  }

  async function passDays(more: number): Promise<void> {
    days += more
    say(`\n  …    ${more} days pass: the registry starts again, ${days} days ahead of the clock`)
    await server.kill()
    printed += server.output()
    server = await startServer(environment())
    for (const person of people) signedOut.add(person)
  }

  /** The session is over: a link is asked for, and comes by mail. */
  async function signInAnew(who: Person): Promise<void> {
    if (!signedOut.delete(who)) return
    if (who.email !== ROOT_EMAIL) {
      const before = mails().length
      await anybody().send('POST', '/national/sessions/links', { email: who.email })
      await until(`a link for ${who.email}`, async () =>
        mails()
          .slice(before)
          .some(({ to, subject }) => to === who.email && subject.startsWith('Sign in to')),
      )
    }
    await comeIn(who)
  }
}

const DAY_MS = 86_400_000
/** A mail is on its way no longer. */
const MAIL_MS = 60_000
const SHOWN_MAILS = 12
const MOST_PRINTED = 4_000
const asks = (subject: string) => subject.startsWith('Approve or leave')

const NAME_WIDTH = 31

/** Of a registry that has ended nothing comes any more. */
function unlessEnded({ child }: ServerProcess): undefined {
  if (child.exitCode !== null || child.signalCode !== null) throw new Error('the registry has ended')
}

/** Where a move has led to. */
function stateIn({ status, body }: Answer): string {
  if (status === 202) return ', if others agree'
  return typeof body?.move === 'string' && typeof body.state === 'string' ? ` → ${body.state}` : ''
}

function said({ status, body }: Pick<Answer, 'status' | 'body'>): string {
  return `${status} ${JSON.stringify(body)}`
}

type Actors = Pick<Stage, 'act' | 'toldToApprove' | 'read'> & {
  send(who: Person, path: string, body: unknown, method: string): Promise<Answer>
  show(status: number, name: string, what: string): void
}

/** A command that may have to wait for others: those whose roles the answer names approve it, each told by mail. */
async function decided(
  { act, send, show, toldToApprove, read }: Actors,
  who: Person,
  what: string,
  path: string,
  body: unknown,
): Promise<Told> {
  const answer = await send(who, path, body, 'POST')
  show(answer.status, who.name, what + stateIn(answer))
  if (answer.status === 201) return answer.body
  if (answer.status !== 202) throw new Error(`${who.name} ${what}: ${said(answer)}`)
  const { id, sha256, needs } = answer.body
  const approvers = new Set<Person>([who])
  let proposal: Told
  for (const { by } of needs.approvals as { by: string[] }[]) {
    const approver = await toldToApprove(id, by, approvers)
    approvers.add(approver)
    const { items } = await read('/national/tasks?kind=proposal&limit=200', approver)
    if (!items.some((task: Told) => task.id === id)) throw new Error(`${approver.name} has no task to approve: ${what}`)
    proposal = await act(approver, 'approves it', `/national/proposals/${id}/approvals`, { sha256 })
  }
  if (proposal.status !== 'accepted') throw new Error(`${what}: ${JSON.stringify(proposal)}`)
  return { ...proposal.body, entry: proposal.entry }
}
