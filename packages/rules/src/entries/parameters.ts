import { z } from 'zod'
import { ParameterVersion } from '../country-parameters.ts'
import type { Shelf } from '../documents.ts'
import { DocumentName, Hash } from '../ids.ts'
import { type Refusal, refuse } from '../refusal.ts'
import { defineRule, noEffects } from '../rule.ts'
import { noKeys } from '../state.ts'

export const ParameterAdoption = z.strictObject({
  /** How many sets were adopted so far, this one counted: whoever approves it knows which one it follows. */
  number: z.number().int().min(1),
  name: DocumentName,
  version: ParameterVersion,
  sha256: Hash,
})
type ParameterAdoption = z.infer<typeof ParameterAdoption>

const nameOf = ({ name, version }: ParameterAdoption) => `${name}/${version}`

/**
 * A country lays another set of parameters over those that ship. No entry is judged by it: what was calculated names the
 * set that it was calculated with, and stays as it is. An earlier set may be adopted again.
 */
export const parametersAdopted = defineRule<ParameterAdoption, ParameterAdoption>({
  type: 'ParametersAdopted',
  v: 1,
  body: ParameterAdoption,
  request: ParameterAdoption,
  attested: ['that its constants are those of the sources that they name'],
  reads: (_state, body) => ({ ...noKeys(), rows: [{ kind: 'parameters', id: nameOf(body) }] }),
  decide: (_state, request) => request,
  act: () => ({ action: 'parameters.adopt', organisations: [] }),
  admit: (state, body) => {
    const { parameters } = state.ledger()
    const next = (parameters?.number ?? 0) + 1
    if (body.number !== next) return refuse('version-not-next', { next: String(next) })
    if (body.sha256 === parameters?.sha256) return refuse('nothing-changes')
    const known = state.get('parameters', nameOf(body))
    // A name and a version mean one set for ever.
    return known && known.sha256 !== body.sha256 ? refuse('already-exists', { sha256: known.sha256 }) : undefined
  },
  streams: () => [],
  effects: (state, body) => {
    const { number, sha256 } = body
    const isKnown = state.get('parameters', nameOf(body)) !== undefined
    return {
      ...noEffects(),
      puts: [
        { kind: 'ledger', id: 'ledger', row: { ...state.ledger(), parameters: { number, sha256 } } },
        ...(isKnown
          ? []
          : [
              { kind: 'parameters' as const, id: nameOf(body), row: { sha256 } },
              { kind: 'document' as const, id: sha256, row: { index: state.size } },
            ]),
      ],
    }
  },
})

/** The bytes that are adopted are there, and are the set that is named. */
export function admitParameters(body: Record<string, unknown>, shelf: Shelf): Refusal | undefined {
  const { name, version, sha256 } = ParameterAdoption.parse(body)
  const found = shelf.parameters(sha256)
  return found?.id === name && found.version === version ? undefined : refuse('document-unknown', { sha256 })
}
