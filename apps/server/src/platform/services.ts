import type { Language } from '@tallystick/contract'
import type { Clock, Ledger, WitnessState } from '@tallystick/ledger'
import type { Genesis } from '@tallystick/rules'
import type pg from 'pg'
import type { Files } from './files/open.ts'
import type { Notify } from './notify.ts'
import type { Openings } from './openings.ts'
import type { PaperRenderer } from './paper/renderer.ts'
import type { PasswordHasher } from './password-hash.ts'

/** Who is behind a request: a person signed in, acting under the mandate that the ledger knows. */
export interface Actor {
  user: string
  organisation: string
  mandate: string
  /** As in the permission table, such as `developer/Admin`. */
  role: string
  /** That the person has chosen. */
  language?: string | null
  /** Where a program asks in the place of the person: the API key that it has, and what that may do. */
  key?: { id: string; scopes: readonly string[] }
  /** Came in with a temporary password, and does nothing before it is changed. */
  restricted?: true
}

/** What every capability may use. */
export interface Services {
  /** The one connection pool: content store, read queries on state rows. */
  pool: pg.Pool
  ledger: Ledger
  /** Entry 0: what this ledger is. */
  genesis: Genesis
  /** Texts and keys behind commitments. */
  openings: Openings
  /** Where the bytes of attached files are. */
  files: Files
  /** Sets papers as PDF; starts no process before the first. */
  papers: PaperRenderer
  /** Tells people what they must know: by mail, through the outbox. */
  notify: Notify
  /** How people sign in: by links that work once, or with passwords. */
  onboarding: 'link' | 'password'
  hasher: PasswordHasher
  /** Under which keys to sign with are sealed; without it nobody gets one. Made when the first one is. */
  signingSecret?: () => Promise<Uint8Array>
  clock: Clock
  /** Of whoever asks for none that we speak. */
  language: Language
  /** Where the public reaches this registry, without a slash at the end. */
  publicUrl: string
  /** Where the source of the running version is. */
  sourceUrl: string
  version: string
  /** What this process runs: `national`, `integrator`, `signer`, `mailer`. */
  modules: readonly string[]
  /** How the witnesses stand that this process asks to cosign; null where it asks none. */
  witnesses?: () => WitnessState[] | null
}
