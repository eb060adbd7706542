import { happens, must, type Request } from './country.ts'
import { ended, first, moving, oimp, own, setApart, type Tried } from './unit-commands.ts'
import type { Journey } from './ways.ts'

/** What a movement that waits is, of each kind of holder; `to` and purpose by what it is. */
function proposal(journey: Journey, from: string, what: string): Request {
  const { world } = journey
  const [kind = '', purpose] = what.split('-')
  const to = kind === 'transfer' ? 'bystander' : `${from} ${kind}`
  const end = kind === 'transfer' ? { purpose: null, beneficiary: null } : purpose ? oimp : ended
  const ranges = first(journey, from, 1)
  const expiresAt = new Date(Date.parse(world.now) + 86_400_000).toISOString()
  const { quantity: _, ...sides } = moving(journey, from, to)
  const about = { movement: world.id(`movement of ${from}`), kind, acceptance: kind === 'transfer', expiresAt }
  return { ...sides, ranges, ...end, ...about }
}

/** A clerk of each holder has proposed such a movement. */
function proposed(what: string) {
  return (journey: Journey): void => {
    const { world, country } = journey
    if (what.endsWith('oimp')) setApart(journey)
    for (const kind of country.names.holders) {
      happens(world, 'MovementProposed', proposal(journey, `${kind} own`, what), `${kind} own clerk`)
    }
  }
}

/** Nothing leaves the accounts of the holders without a second one of them. */
function guarded({ world, country }: Journey): void {
  for (const kind of country.names.holders) {
    const policy = { secondAbove: '0', acceptance: false, trustedOnly: false }
    must(world, 'AccountPolicySet', { account: world.id(`${kind} own`), policy })
  }
}

const named = ({ world }: Journey, kind: string) => ({ movement: world.id(`movement of ${kind} own`) })

/** The bystander has proposed a transfer to each holder, who is to accept it. */
function offered(journey: Journey): void {
  const { world, country } = journey
  country.names.holders.forEach((kind, at) => {
    const [[serial] = ['']] = first(journey, 'bystander', 1)
    const range = `${BigInt(serial) + BigInt(at)}`
    const request = {
      ...proposal(journey, 'bystander', 'transfer'),
      ...{ movement: world.id(`movement of ${kind} own`), to: world.id(`${kind} own`), ranges: [[range, range]] },
    }
    happens(world, 'MovementProposed', request, 'bystander clerk')
  })
}

/** Movements that wait, from proposal to end. */
export const waitingCommands: Readonly<Record<string, Tried>> = {
  'MovementProposed transfer': {
    request: (journey, kind) => proposal(journey, `${kind} own`, 'transfer'),
    concerned: own,
  },
  MovementProposed: {
    ofHolders: true,
    before: (journey, { detail }) => (detail.endsWith('oimp') ? setApart(journey) : guarded(journey)),
    request: (journey, kind, { detail }) => proposal(journey, `${kind} own`, detail),
    concerned: own,
  },
  MovementApproved: {
    ofHolders: true,
    before: (journey) => {
      guarded(journey)
      proposed('retirement-oimp')(journey)
    },
    request: named,
    concerned: own,
  },
  'CreditsRetired last-approval': {
    ofHolders: true,
    before: (journey) => {
      proposed('retirement-oimp')(journey)
      if (journey.country.preset !== 'two-ministries') return
      for (const kind of journey.country.names.holders) {
        happens(journey.world, 'MovementApproved', named(journey, kind), 'environment other clerk')
      }
    },
    request: (journey, kind) => {
      const {
        movement,
        kind: _,
        acceptance: __,
        expiresAt: ___,
        ...rest
      } = proposal(journey, `${kind} own`, 'retirement-oimp')
      return { ...rest, pending: movement }
    },
    concerned: own,
  },
  'CreditsTransferred acceptance': {
    ofHolders: true,
    before: offered,
    request: ({ world }, kind) => {
      const row = world.state.get('pending', world.id(`movement of ${kind} own`))
      const { batch = '', from = '', to = '', ranges = [] } = row ?? {}
      return { batch, from, to, ranges, pending: world.id(`movement of ${kind} own`) }
    },
    concerned: own,
  },
  MovementDeclined: { ofHolders: true, before: offered, request: named, concerned: own },
  MovementWithdrawn: { ofHolders: true, before: proposed('transfer'), request: named, concerned: own },
  MovementExpired: {
    ofHolders: true,
    before: (journey) => {
      proposed('transfer')(journey)
      journey.world.wait(24)
    },
    request: named,
    concerned: own,
  },
  MovementHalted: {
    ofHolders: true,
    before: (journey) => {
      proposed('transfer')(journey)
      must(journey.world, 'OrganisationSuspended', { organisation: journey.world.id('bystander'), reason: 'other' })
    },
    request: (journey, kind) => ({ ...named(journey, kind), organisation: journey.world.id('bystander') }),
    concerned: own,
  },
}
