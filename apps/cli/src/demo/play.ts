import type { createApp } from '@tallystick/server'
import { text } from '../texts.ts'
import { Client } from './client.ts'

type App = Awaited<ReturnType<typeof createApp>>
/** A new sign-in link for an e-mail address; without one for the Root user. */
type LinkFor = (email?: string) => Promise<string>

export interface Played {
  steps: string[]
  /** The units that were retired. */
  serial: string
  certificate: string
  index: string
  repeated: boolean
}

interface Cast {
  officer: Client
  second: Client
  developer: Client
  /** Holding accounts of the developer and of the trader. */
  holding: string
  trading: string
}

/** One project from its registration to a retired tonne. */
export async function play(app: App, linkFor: LinkFor): Promise<Played> {
  const cast = await setTheStage(app, linkFor)
  const { officer, second, developer, holding, trading } = cast
  const project = await developer.command(
    'project',
    '/national/projects',
    {
      title: 'Salt Lake solar plant',
      sectoralScope: '1',
      methodology: 'AMS-I.D',
      owners: [{ account: holding, share: '100' }],
    },
    'id',
  )
  await officer.command('register', `/national/projects/${project}/moves`, { move: 'register' }, 'state')
  const authorisation = await officer.command(
    'authorise',
    `/national/projects/${project}/authorisations`,
    { unitType: 'ITMO', quantity: '10000', purposes: ['NDC'], cooperativeApproach: 'CA0001' },
    'id',
  )
  const issuance = {
    authorisation,
    vintage: '2024',
    quantity: '4800',
    monitoringPeriod: { from: '2024-01-01', to: '2024-12-31' },
  }
  const proposal = await officer.command('issue', '/national/batches', issuance, 'id')
  const issued = await second.command('approve', `/national/proposals/${proposal}/approvals`, {}, 'entry.index')
  const batch = await officer.get(`/national/entries/${issued}`, 'entry.streams.0.0')
  const block = await officer.get(`/national/batches/${batch}`, 'block.serial')
  const moved = await developer.command(
    'transfer',
    '/national/transfers',
    { batch, from: holding, to: trading, quantity: '1000' },
    'ranges.0.serial',
  )
  const end = {
    batch,
    from: holding,
    quantity: '250',
    purpose: 'voluntary',
    beneficiary: { name: 'Harbour Ferries Ltd', country: 'XT' },
  }
  const certificate = await developer.command('retire', '/national/retirements', end, 'certificate')
  const serial = await officer.get(`/national/retirements/${certificate}`, 'ranges.0.serial')
  const index = await officer.get(`/national/retirements/${certificate}`, 'entry.index')
  return {
    steps: [
      text('demoProject'),
      text('demoIssued', { serial: block }),
      text('demoMoved', { serial: moved }),
      text('demoRetired', { serial }),
    ],
    serial,
    certificate,
    index,
    repeated: developer.repeated,
  }
}

async function setTheStage(app: App, linkFor: LinkFor): Promise<Cast> {
  const root = await Client.signIn(app, await linkFor())
  const authority = await root.get('/national/sessions/current', 'organisation.id')
  const person = async (by: Client, email: string, name: string, organisation: string) => {
    await by.command(email, '/national/users', { email, name, organisation, role: 'Admin' }, 'id')
    return Client.signIn(app, await linkFor(email))
  }
  const officer = await person(root, 'officer@authority.example', 'First officer', authority)
  const second = await person(root, 'second@authority.example', 'Second officer', authority)
  const company = async (name: string) => {
    const organisation = await officer.command(
      name.replaceAll(' ', '-'),
      '/national/organisations',
      { kind: 'developer', name },
      'id',
    )
    const key = `accounts-${name.replaceAll(' ', '-')}`
    return {
      organisation,
      holding: await officer.command(key, '/national/accounts', { organisation }, 'accounts.0.id'),
    }
  }
  const sunfield = await company('Sunfield Power')
  const trader = await company('Green Port Trading')
  const developer = await person(officer, 'sunfield@developer.example', 'Sunfield Power', sunfield.organisation)
  return { officer, second, developer, holding: sunfield.holding, trading: trader.holding }
}
