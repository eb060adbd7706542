import { hash as digestOf, randomBytes, randomInt, scrypt, timingSafeEqual } from 'node:crypto'
import { problem } from './problem.ts'

/** Of one slow hash: 2^`logN` blocks of 128 times `r` bytes, `p` times. */
export interface Cost {
  logN: number
  r: number
  p: number
}

/** What OWASP asks of scrypt: 128 MiB, and about 0.4 s of a processor. */
export const COST: Cost = { logN: 17, r: 8, p: 1 }
/** So many slow hashes at once in a process, and so many that wait: a flood costs neither its memory nor its patience. */
const AT_ONCE = 2
const MOST_WAITING = 30
const RETRY_S = '5'
const BYTES = 32

/** Hashes passwords, and compares them with what was stored. */
export interface PasswordHasher {
  /** What is stored of a password that a person chose. Throws a problem while too many wait. */
  hash(password: string): Promise<string>
  /** Is it this password? One slow hash, whatever is stored and whether anything is. */
  matches(password: string, stored: string | undefined): Promise<boolean>
  /** Was it hashed at another cost than is now asked for? */
  isOutdated(stored: string): boolean
  /** Slow hashes so far. */
  readonly work: number
}

export function passwordHasher(cost: Cost = COST): PasswordHasher {
  const inTurn = turns(AT_ONCE, MOST_WAITING)
  let work = 0
  const slow = (password: string, salt: Buffer, at: Cost) =>
    inTurn(() => {
      work += 1
      return derived(password, salt, at)
    })
  return {
    async hash(password) {
      const salt = randomBytes(16)
      return `${prefixOf(cost)}${salt.toString('base64url')}$${(await slow(password, salt, cost)).toString('base64url')}`
    },
    async matches(password, stored = '') {
      const known = slowHashIn(stored)
      const found = await slow(password, known?.salt ?? NO_SALT, known?.cost ?? cost)
      if (known) return timingSafeEqual(found, known.digest)
      const quick = Buffer.from(hashOfRandom(password))
      return stored.length === quick.length && timingSafeEqual(quick, Buffer.from(stored))
    },
    isOutdated: (stored) => slowHashIn(stored) !== undefined && !stored.startsWith(prefixOf(cost)),
    get work() {
      return work
    },
  }
}

const NO_SALT = Buffer.alloc(16)
const SLOW = /^scrypt\$(\d{1,2})\$(\d{1,2})\$(\d{1,2})\$([\w-]{22})\$([\w-]{43})$/

function prefixOf({ logN, r, p }: Cost): string {
  return `scrypt$${logN}$${r}$${p}$`
}

function slowHashIn(stored: string): { cost: Cost; salt: Buffer; digest: Buffer } | undefined {
  const [, logN, r, p, salt = '', digest = ''] = SLOW.exec(stored) ?? []
  if (logN === undefined) return undefined
  const cost = { logN: Number(logN), r: Number(r), p: Number(p) }
  return { cost, salt: Buffer.from(salt, 'base64url'), digest: Buffer.from(digest, 'base64url') }
}

function derived(password: string, salt: Buffer, { logN, r, p }: Cost): Promise<Buffer> {
  const N = 2 ** logN
  return new Promise((resolve, reject) => {
    scrypt(plain(password), salt, BYTES, { N, r, p, maxmem: 256 * N * r }, (error, key) => {
      if (error) reject(error)
      else resolve(key)
    })
  })
}

/** The same characters are the same password, however a keyboard makes them. */
function plain(password: string): string {
  return password.normalize('NFKC')
}

/** What is stored of a password that nobody could guess: 99 random bits need no slow hash. */
export function hashOfRandom(password: string): string {
  return `sha256$${digestOf('sha256', plain(password))}`
}

const LETTERS = 'abcdefghjkmnpqrstuvwxyz23456789'

/** A new password that is easy to read and to type: four groups of five, 99 random bits. */
export function randomPassword(): string {
  const group = () => Array.from({ length: 5 }, () => LETTERS.charAt(randomInt(LETTERS.length))).join('')
  return [group(), group(), group(), group()].join('-')
}

/** Lets so many work at once and so many wait; throws a problem for more. */
function turns(atOnce: number, mostWaiting: number) {
  const waiting: (() => void)[] = []
  let busy = 0
  return async <T>(work: () => Promise<T>): Promise<T> => {
    if (busy < atOnce) busy += 1
    else {
      if (waiting.length >= mostWaiting) throw problem('too-many-requests', { seconds: RETRY_S })
      await new Promise<void>((resolve) => waiting.push(resolve))
    }
    try {
      return await work()
    } finally {
      const next = waiting.shift()
      if (next) next()
      else busy -= 1
    }
  }
}
