import type { SignedDocument, SigningTarget } from '@tallystick/contract'
import { wasCarriedOut } from '../platform/judged.ts'
import type { Services } from '../platform/services.ts'
import { aboutSigner, type Signing, write } from './simple.ts'
import type { SignatureRecord } from './store.ts'
import { requireSignable } from './target.ts'

interface Ink extends SigningTarget {
  organisation: string
  name: string
  scan: string
  note?: string | undefined
}

/** An officer has compared the ink on a scan, which is attached to the project, with the print. */
export async function signInk(services: Services, call: Signing & { body: Ink }): Promise<SignedDocument> {
  const { organisation, name, scan, note = null, ...target } = call.body
  const isRepeated = await wasCarriedOut(services, call)
  if (!isRepeated) await requireSignable(services, call.actor, target, 'WET', organisation)
  const record: SignatureRecord = {
    ...aboutSigner(services, call),
    ...{ ...target, v: 1, level: 'WET', organisation, name, statement: note, proof: { kind: 'scan', sha256: scan } },
  }
  return write(services, call, record, isRepeated)
}
