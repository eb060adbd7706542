import type { DocumentSignatures } from '@tallystick/contract'
import { namesIn } from '../platform/names.ts'
import type { Paper } from '../platform/paper/paper.ts'
import type { Actor, Services } from '../platform/services.ts'
import { paperWords } from './paper-words.ts'
import { slotsOn } from './slots-shown.ts'
import { projectNamed } from './target.ts'
import { wordsIn } from './words.ts'

/** The sheet of signatures of a document, with those that there are: to be printed, or to be signed with keys. */
export async function sheetOf(services: Services, of: DocumentSignatures, language: string): Promise<Paper> {
  const { genesis, publicUrl, clock } = services
  const words = wordsIn(services, language)
  const names = await namesIn(services, of.project)
  const document = words.document(of.document)
  const version = String(of.version)
  const project = projectNamed(names.project(of.project))
  return {
    kind: 'document',
    language: words.language,
    direction: 'ltr',
    made: clock().toISOString(),
    head: { registry: words.say('registry', { country: genesis.country.name }) },
    over: words.say('over'),
    title: words.say('title', { document, version }),
    lead: words.say('lead'),
    facts: [
      { label: words.say('project'), value: project },
      { label: words.say('document'), value: document },
      { label: words.say('version'), value: version },
      { label: words.say('hash'), value: [{ text: of.sha256, mono: true }] },
    ],
    sections: [
      {
        title: words.say('signatures'),
        blocks: [
          {
            block: 'signatures',
            slots: await slotsOn(services, of, paperWords(services, words.language)),
          },
          { block: 'paragraph', tone: 'note', text: words.say('open') },
        ],
      },
    ],
    foot: {
      id: `${names.project(of.project)?.number ?? ''} ${of.document}`.trim(),
      version,
      sha256: of.sha256,
      check: `${publicUrl}/projects/${of.project}`,
    },
    ...(genesis.test ? { banner: 'TEST' } : {}),
  }
}

/** Those who see the names of people: whose project it is, who is assigned to it, and authorities that sign it. */
export async function maySee(
  services: Services,
  { organisation }: Actor,
  { project, agreement, places }: Pick<DocumentSignatures, 'project' | 'agreement' | 'places'>,
): Promise<boolean> {
  if (agreement !== null)
    return organisation === services.genesis.authority || isSide(services, organisation, agreement)
  const [row, own, names] = await Promise.all([
    services.ledger.row('project', project),
    services.ledger.row('organisation', organisation),
    namesIn(services, project),
  ])
  if (!row || !own) return false
  return (
    organisation === services.genesis.authority ||
    Object.values(row.certifiers).includes(organisation) ||
    row.owners.some(({ account }) => names.account(account)?.organisation === organisation) ||
    // A slot is for every authority of its kind, but for one owner and one certifier alone.
    places.some(({ capacity }) => capacity !== 'owner' && capacity !== 'certifier' && capacity === own.kind)
  )
}

/** An agreement is its two sides' own. */
async function isSide({ ledger }: Services, organisation: string, agreement: string): Promise<boolean> {
  const row = await ledger.row('agreement', agreement)
  const accounts = row ? await ledger.rows('account', [row.seller, row.buyer]) : new Map()
  return [...accounts.values()].some((account) => account.organisation === organisation)
}
